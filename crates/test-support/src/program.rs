//! Runs the programs of the project isolated from the tester's files, buses and settings.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::bus::NOWHERE;

/// A program that Cargo built for the test: `Program::new(env!("CARGO_BIN_EXE_solar-status"))`.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    path: &'static str,
}

impl Program {
    /// The program at this path.
    pub const fn new(path: &'static str) -> Self {
        Self { path }
    }

    /// Its path.
    pub const fn path(self) -> &'static str {
        self.path
    }

    /// The program with these arguments: without a bus, cache, colour, log or input, in UTC and
    /// UTF-8.
    pub fn command(self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.path);
        command.args(arguments);
        isolate(&mut command);
        command
    }

    /// The same with a limit on the memory for its data.
    pub fn within_memory(self, mebibytes: u32, arguments: &[&str]) -> Command {
        let limited = format!("ulimit -d {}; exec \"$0\" \"$@\"", mebibytes * 1024);
        let mut command = Command::new("sh");
        command.args(["-c", &limited, self.path]).args(arguments);
        isolate(&mut command);
        command
    }

    /// Creates a folder with a program of this name that runs this one with these arguments in
    /// front of its own, and returns a `PATH` that begins with the folder. With it, a configuration
    /// of another program runs as printed, on simulated devices.
    pub fn installed_as(self, name: &str, folder: &Path, arguments: &[&str]) -> String {
        let words = arguments.iter().map(|it| format!("'{it}' "));
        let words: String = words.collect();
        let script = format!("#!/bin/sh\nexec '{}' {words}\"$@\"\n", self.path);
        fs::create_dir_all(folder).unwrap();
        let file = folder.join(name);
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
        format!("{}:/usr/bin:/bin", folder.display())
    }

    /// Runs it to completion.
    pub fn run(self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Its standard output; panics if it fails or prints to standard error.
    pub fn stdout(self, arguments: &[&str]) -> String {
        stdout(&self.run(arguments))
    }
}

/// A folder that does not exist on any machine.
const NOT_THERE: &str = "/nonexistent";

/// Isolates a program from the environment of the test: paths, buses, the terminal and output
/// settings.
fn isolate(command: &mut Command) {
    for variable in [
        "CACHE_DIRECTORY",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "LINES",
        "NOTIFY_SOCKET",
        "NO_COLOR",
        "RUST_LOG",
        "STATE_DIRECTORY",
        "TERM",
    ] {
        command.env_remove(variable);
    }
    command
        .env("DBUS_SYSTEM_BUS_ADDRESS", NOWHERE)
        .env("DBUS_SESSION_BUS_ADDRESS", NOWHERE)
        .env("HOME", NOT_THERE)
        .env("XDG_CACHE_HOME", NOT_THERE)
        .env("XDG_CONFIG_DIRS", NOT_THERE)
        .env("XDG_CONFIG_HOME", NOT_THERE)
        .env("XDG_RUNTIME_DIR", NOT_THERE)
        .env("XDG_STATE_HOME", NOT_THERE)
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .stdin(Stdio::null());
}

/// The standard output; panics if the program failed or printed to standard error.
pub fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The standard error of a program.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
