//! A folder to run commands in.

use std::os::unix::fs::symlink;
use std::process::{Command, Output};

use tempfile::TempDir;
use test_support::program::Program;

pub(crate) const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));
pub(crate) const SOLAR_STATUSD: Program = Program::new(env!("CARGO_BIN_EXE_solar-statusd"));

/// The folder; the commands in it find the built programs by their names.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (program, name) in [
            (SOLAR_STATUS, "solar-status"),
            (SOLAR_STATUSD, "solar-statusd"),
        ] {
            symlink(program.path(), folder.path().join(name)).unwrap();
        }
        Self(folder)
    }

    /// A shell in it, without the files, buses and settings of this machine.
    pub(crate) fn shell(&self, script: &str) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut shell = Program::new("/bin/sh").command(&["-c", script]);
        shell
            .current_dir(self.0.path())
            .env("HOME", self.0.path())
            .env("PATH", format!("{}:{path}", self.0.path().display()));
        shell
    }

    /// Runs a script to its end.
    pub(crate) fn run(&self, script: &str) -> Output {
        self.shell(script).output().unwrap()
    }
}
