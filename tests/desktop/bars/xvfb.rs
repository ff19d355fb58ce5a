//! An X server whose screen is a file.

use std::fs;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use test_support::process::Process;
use test_support::wait::{PATIENCE, eventually};

use super::case::Stage;
use super::picture::Picture;

pub(super) struct Xvfb {
    /// Ends first, so that the programs lose their display.
    _server: Process,
    folder: TempDir,
    display: String,
}

impl Xvfb {
    /// Starts it with a screen as high as a bar.
    pub(super) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Command::new("Xvfb");
        server
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "900x24x24",
                "-nolisten",
                "tcp",
                "-nocursor",
                "-fbdir",
            ])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = Process::start_from(&mut server, "xvfb");
        let number = server.lines().next().unwrap();
        Self {
            _server: server,
            folder,
            display: format!(":{}", number.trim_end()),
        }
    }

    /// A program on this screen that finds `solar-status` on the stage.
    pub(super) fn command(&self, program: &str, stage: &Stage) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.display)
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path())
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .env("PATH", &stage.path)
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// The screen once it meets the condition.
    pub(super) fn picture(&self, what: &str, is_so: impl Fn(&Picture) -> bool) -> Picture {
        let file = self.folder.path().join("Xvfb_screen0");
        eventually(what, PATIENCE, || {
            let picture = Picture::of_dump(&fs::read(&file).unwrap());
            is_so(&picture).then_some(picture)
        })
    }
}
