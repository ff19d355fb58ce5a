//! The cost of `solar-status` through the daemon, compared with `upower -d` for the same devices on the
//! same bus: CPU time, peak memory, size.
//!
//! Both list simulated devices of solar-statusd: one has its own name, another that of UPower. The
//! two programs run in turn, so that a busy machine slows both down. Needs upower and GNU time
//! (`tests/setup.sh`).

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark panics on the first failure"
)]

use std::process::{Command, Stdio};
use std::{env, fs};

use test_support::bus::{Bus, NOWHERE};
use test_support::process::Process;
use test_support::program::Program;
use test_support::wait::until;

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));
const SOLAR_STATUSD: Program = Program::new(env!("CARGO_BIN_EXE_solar-statusd"));
const UPOWER: &str = "/usr/bin/upower";
/// The names of the two daemons.
const NAMES: [&str; 2] = ["org.solarstatus.Monitor1", "org.freedesktop.UPower"];
/// The unit of `/proc/PID/stat`: `USER_HZ` is 100.
const MS_PER_TICK: u32 = 10;

fn main() {
    // `cargo test --benches` only checks that it runs.
    let is_measured = env::args().any(|it| it == "--bench");
    let runs = if is_measured { 300 } else { 2 };
    println!("                       devices  CPU time  peak memory  size");
    for desk in ["--simulate", "--simulate=full"] {
        compare(desk, runs);
    }
}

fn compare(desk: &str, runs: u32) {
    let bus = Bus::open();
    let _daemons = NAMES.map(|name| {
        let arguments = ["--bus", bus.address(), "--bus-name", name, desk];
        Process::start(SOLAR_STATUSD.command(&arguments).stderr(Stdio::null()))
    });
    for name in NAMES {
        bus.wait_for_name(name);
    }
    let programs = [vec![SOLAR_STATUS.path()], vec![UPOWER, "-d"]];
    let run = |program: &[&str]| {
        let mut command = Command::new(program[0]);
        command
            .args(&program[1..])
            .env("DBUS_SYSTEM_BUS_ADDRESS", bus.address())
            .env("DBUS_SESSION_BUS_ADDRESS", NOWHERE);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    // Both daemons have read their devices once the lists stay the same.
    let mut before = String::new();
    until("the devices", || {
        let found = run(&[SOLAR_STATUS.path(), "--format", "{name}"]) + &run(&[UPOWER, "-e"]);
        let is_complete = found == before && found.contains("/hidpp_");
        before = found;
        is_complete
    });

    let mut spent = [0; 2];
    for _ in 0..runs {
        for (program, spent) in programs.iter().zip(&mut spent) {
            let start = children();
            run(program);
            *spent += children() - start;
        }
    }
    for (program, spent) in programs.iter().zip(spent) {
        let devices = if program[0] == UPOWER {
            run(&[UPOWER, "-e"]).matches("/hidpp_").count()
        } else {
            run(&[program[0], "--format", "{name}"]).lines().count()
        };
        let size = fs::metadata(program[0]).unwrap().len();
        println!(
            "{:<22} {devices:7}  {:5.2} ms  {:8} kB  {size} bytes",
            program.join(" ").rsplit('/').next().unwrap(),
            f64::from(spent) / f64::from(runs),
            peak(&bus, program),
        );
    }
    let share = f64::from(spent[0]) / f64::from(spent[1]);
    println!("share of the CPU time  {share:.2}");
}

/// The CPU time of all children that ended, in milliseconds. The kernel sums it exactly, and rounds
/// only the sum.
fn children() -> u32 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    // cutime and cstime, the 16th and 17th field, of which two are before the parenthesis.
    let ticks = fields[13..15].iter().map(|it| it.parse::<u32>().unwrap());
    ticks.sum::<u32>() * MS_PER_TICK
}

/// The peak resident memory of a run, in kB.
fn peak(bus: &Bus, program: &[&str]) -> u32 {
    let mut time = Command::new("/usr/bin/time");
    time.args(["--format=%M", "--"])
        .args(program)
        .env("DBUS_SYSTEM_BUS_ADDRESS", bus.address())
        .stdout(Stdio::null());
    let report = String::from_utf8(time.output().unwrap().stderr).unwrap();
    report.trim().parse().unwrap()
}
