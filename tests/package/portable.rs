//! The static programs run in an empty root, without libc.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use test_support::process::Process;
use test_support::wait::{PATIENCE, eventually, until};

use crate::tools::{output, path, place};

const PROGRAMS: [&str; 2] = ["solar-status", "solar-statusd"];

/// A folder with only the programs, which is used as their root.
struct Empty(PathBuf);

impl Empty {
    fn new(name: &str) -> Self {
        // Their speed does not matter here.
        let built = output(Command::new(path("packaging/build-static")).arg("dev"));
        let root = place(name);
        fs::remove_dir_all(&root).unwrap();
        fs::create_dir(&root).unwrap();
        for program in PROGRAMS {
            fs::hard_link(
                Path::new(built.trim_end()).join(program),
                root.join(program),
            )
            .unwrap();
        }
        Self(root)
    }

    /// A program with this root; does not require root privileges.
    fn command(&self, program: &str) -> Command {
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-current-user"]);
        let mut root = std::ffi::OsString::from("--root=");
        root.push(&self.0);
        unshare.arg(root).arg(format!("/{program}"));
        unshare
    }
}

/// Starts a program and discards its output.
fn start(command: &mut Command) -> Process {
    Process::start(command.stderr(Stdio::null()).stdout(Stdio::null()))
}

fn first_device(document: &str) -> String {
    let document: Value = serde_json::from_str(document).unwrap();
    document
        .pointer("/devices/0/name")
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn a_static_program_needs_no_library() {
    let empty = Empty::new("static");
    for program in PROGRAMS {
        let libraries = output(Command::new("ldd").arg(empty.0.join(program)));
        assert_eq!(libraries.trim(), "statically linked");
    }
}

#[test]
fn static_programs_run_in_an_empty_root() {
    let empty = Empty::new("empty");
    let document = output(empty.command("solar-status").args(["--simulate", "--json"]));
    assert_eq!(first_device(&document), "K750");
}

#[test]
fn static_programs_find_a_bus_by_its_address() {
    let empty = Empty::new("with-bus");
    let mut address = std::ffi::OsString::from("--address=unix:path=");
    let socket = empty.0.join("bus");
    address.push(&socket);
    let mut bus = Command::new("dbus-daemon");
    bus.args(["--session", "--nofork"]).arg(address);
    let _bus = start(&mut bus);
    let there = ["--bus", "unix:path=/bus"];
    until("the socket of the bus", || socket.exists());
    let mut daemon = start(empty.command("solar-statusd").arg("--simulate").args(there));
    let mut ask = empty.command("solar-status");
    ask.arg("--json").args(there);
    // The daemon requests its name after it has read its devices.
    let document = eventually("an answer of the daemon", PATIENCE, || {
        assert_eq!(daemon.ended(), None, "the daemon ended on its own");
        let answer = ask.output().unwrap();
        let succeeded = answer.status.success();
        succeeded.then(|| String::from_utf8(answer.stdout).unwrap())
    });
    assert_eq!(first_device(&document), "K750");
}
