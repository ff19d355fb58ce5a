//! The cost of the shipped programs compared with Solaar and UPower: size, time, memory.

use std::fs;
use std::process::Command;

use test_support::wait::eventually;

use crate::bus::{Client, OURS, UPOWER};
use crate::comparison::plain;
use crate::cost::{Memory, Runs, memory_of, table};
use crate::daemon::System;
use crate::kernel::PATIENCE;
use crate::process::Finished;
use crate::program::Program;
use crate::scenarios::{K750_SERIAL, plug_in, reading};
use crate::solaar;
use crate::upowerd::Upowerd;

/// How many times each command is measured; fewer for Solaar, which is slow.
const RUNS: usize = 5;
const RUNS_OF_SOLAAR: usize = 3;

/// The size limits of the program and the daemon, in bytes.
const LARGEST: [u64; 2] = [8_000_000, 5_000_000];

pub(crate) fn prove(program: &Program) {
    let system = System::install();
    let _desk = plug_in();

    // Before either daemon is started.
    let first = || {
        program.forget();
        program.command(&["--json", "--direct"])
    };
    let cold = Runs::measure("solar-status --json --direct", RUNS, first, is_desk);
    let again = || program.command(&["--json", "--direct"]);
    let warm = Runs::measure("the same, with a cache", RUNS, again, is_desk);
    let solaar = Runs::measure("solaar show", RUNS_OF_SOLAAR, solaar::command, |run| {
        let listed = solaar::listed(run);
        let serial = plain(K750_SERIAL);
        assert!(listed.iter().any(|it| it.serial == serial), "{listed:?}");
    });

    let daemon = system.start(program, &[]);
    wait_for_light(&system.client);
    let asked = || program.command(&["--json", "--bus", "system"]);
    let asked = Runs::measure("solar-status --json", RUNS, asked, is_desk);
    let upowerd = Upowerd::start(&system.client);
    eventually("the K750 in upowerd", PATIENCE, || {
        let mut batteries = system.client.batteries(UPOWER).into_iter();
        batteries.find(|device| device.has_serial(K750_SERIAL))
    });
    let dump = || {
        let mut command = Command::new("upower");
        command.arg("-d");
        command
    };
    let upower = Runs::measure("upower -d", RUNS, dump, |run| {
        run.expect_status(0);
        assert!(run.stdout.contains("K750"), "{run:?}");
    });

    for line in table(&[asked, upower, cold, warm, solaar]).lines() {
        println!("        {line}");
    }
    for (name, process) in [("solar-statusd", daemon.id()), ("upowerd", upowerd.id())] {
        let Memory { now, highest } = memory_of(process);
        println!("        {name:<34} {now} kB of memory, at most {highest}");
    }
    for (file, largest) in program.files().into_iter().zip(LARGEST) {
        let size = fs::metadata(file).expect("a program").len();
        println!("        {file:<34} {size} bytes");
        assert!(
            size < largest,
            "{file} has {size} bytes, the limit is {largest}"
        );
    }
    daemon.stop();
}

/// Asserts that the document has charge and light of the desk.
fn is_desk(run: &Finished) {
    reading::expect_desk(&run.document());
}

/// Waits until the daemon has all values that are read later.
fn wait_for_light(client: &Client) {
    eventually("the K750's light", PATIENCE, || {
        let mut devices = client.batteries(OURS).into_iter();
        let k750 = devices.find(|device| device.has_serial(K750_SERIAL))?;
        (k750.upower["Luminosity"] != "0").then_some(())
    });
}
