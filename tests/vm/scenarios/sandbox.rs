//! systemd starts the daemon's unit when a receiver comes, and its sandbox leaves what is needed.
//!
//! The monitor runs in the daemon's place: of the kernel it needs the same.

use std::fs;

use serde_json::Value;

use crate::kernel::{PATIENCE, eventually};
use crate::program::Program;
use crate::scenarios::plug_in;
use crate::scenarios::udev_start::make_user;
use crate::systemd::{self, Systemd};
use crate::udev::Installed;

const NAME: &str = "solar-statusd.service";
const UNIT: &str = include_str!("../../../packaging/systemd/solar-statusd.service");
/// Where the monitor's lines go.
const SAID: &str = "/run/sandbox-said";

/// What the kernel has to say of a process in the sandbox: no capability, even to be gained; system
/// calls are filtered.
const CONFINED: [&str; 5] = [
    "CapEff:\t0000000000000000",
    "CapBnd:\t0000000000000000",
    "CapAmb:\t0000000000000000",
    "NoNewPrivs:\t1",
    "Seccomp:\t2",
];

pub(crate) fn prove(program: &Program) {
    let group = make_user();
    let _rule = Installed::new("71-solar-statusd.rules");
    let monitor = format!(
        "[Service]\nType=exec\nExecStart=\nExecStart={} monitor --json --no-cache\n\
         StandardOutput=file:{SAID}\n",
        program.installed()
    );
    let drop_in = format!("{NAME}.d/monitor.conf");
    let _systemd = Systemd::start(&[(NAME, UNIT), (&drop_in, &monitor)]);

    let desk = plug_in();
    // The devices, and the light that takes a write to the K750.
    await_events("device-added", 3);
    await_events("receiver-added", 1);
    let read: Vec<Value> = said()
        .into_iter()
        .filter(|event| event["device"]["light"]["lux"].is_number())
        .collect();
    assert!(!read.is_empty(), "the K750's light");

    let process = eventually("the service's process", PATIENCE, || {
        systemd::main_process(NAME)
    });
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    for line in CONFINED {
        assert!(status.lines().any(|it| it == line), "{line:?} in\n{status}");
    }
    assert!(
        status.contains(&format!("Gid:\t{group}\t{group}\t{group}\t{group}")),
        "{status}"
    );

    // What udev says of hotplug gets in.
    drop(desk);
    await_events("receiver-removed", 1);
    let _desk = plug_in();
    await_events("receiver-added", 2);
    assert_eq!(systemd::main_process(NAME), Some(process), "not restarted");
}

/// Waits until the monitor has told of this so often.
fn await_events(kind: &str, count: usize) {
    eventually(kind, PATIENCE, || {
        let told = said().iter().filter(|it| it["event"] == kind).count();
        (told >= count).then_some(())
    });
}

/// What the monitor has told so far.
fn said() -> Vec<Value> {
    let lines = fs::read_to_string(SAID).unwrap_or_default();
    let whole = lines.split_inclusive('\n').filter(|it| it.ends_with('\n'));
    whole
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect()
}
