//! The examples of docs/dbus.md, on a bus with the simulated daemon.

use solar_status::bus;
use test_support::bus::Bus;
use test_support::documents::blocks;
use test_support::process::Process;
use test_support::project;

use crate::scratch::{SOLAR_STATUSD, Scratch};
use crate::shell::commands;

/// The simulated desk, and a shell for which its bus is the system's and the session's.
struct Desk {
    bus: Bus,
    scratch: Scratch,
    _daemon: Process,
}

impl Desk {
    fn new() -> Self {
        let bus = Bus::open();
        let arguments = ["--bus", bus.address(), "--simulate"];
        let daemon = Process::start(&mut SOLAR_STATUSD.command(&arguments));
        bus.wait_for_name(bus::NAME);
        Self {
            bus,
            scratch: Scratch::new(),
            _daemon: daemon,
        }
    }

    fn assert_runs(&self, script: &str) -> String {
        let mut shell = self.scratch.shell(script);
        shell.current_dir(project());
        for kind in ["SYSTEM", "SESSION"] {
            shell.env(format!("DBUS_{kind}_BUS_ADDRESS"), self.bus.address());
        }
        let output = shell.output().unwrap();
        assert!(output.status.success(), "{script}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

#[test]
fn the_shell_examples_run() {
    let desk = Desk::new();
    let mut run = 0;
    for block in blocks("docs/dbus.md")
        .iter()
        .filter(|it| it.language == "sh")
    {
        for command in commands(&block.text) {
            let runs = ["busctl ", "packaging/examples/"];
            if runs.iter().any(|start| command.starts_with(start)) {
                desk.assert_runs(&command);
                run += 1;
            }
        }
    }
    assert_eq!(run, 5);
}

#[test]
fn the_python_example_prints_the_light() {
    let desk = Desk::new();
    let blocks = blocks("docs/dbus.md");
    let block = blocks.iter().find(|it| it.language == "python").unwrap();
    let script = format!("/usr/bin/python3 - <<'END'\n{}END\n", block.text);
    let lux: u32 = desk.assert_runs(&script).trim().parse().unwrap();
    // The simulated sun comes and goes.
    assert!([12, 320].contains(&lux), "{lux}");
}
