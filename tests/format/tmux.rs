//! Checked by tmux itself: its status line, captured in a pane of another tmux.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use solar_status::text;
use tempfile::TempDir;
use test_support::documents;
use test_support::tools::missing;
use test_support::wait::until;
use unicode_width::UnicodeWidthStr;

use crate::devices::{NAMES, mouse, odd, rendered};
use crate::program::{SOLAR_STATUS, full};

/// Two servers: the inner one draws the status line, the outer one displays the inner one.
struct Tmux(TempDir);

impl Tmux {
    /// Starts a status line with the output of this command.
    fn with(command: &str) -> Self {
        let text = format!(
            "set -g status-left-length 200\nset -g status-left '#({command})<'\n\
             set -g status-right ''\nset -g window-status-current-format ''\n"
        );
        Self::configured(&text, "/usr/bin:/bin")
    }

    /// Starts tmux with this configuration and `PATH`.
    fn configured(text: &str, path: &str) -> Self {
        let tmux = Self(tempfile::tempdir().unwrap());
        let configuration = tmux.path("conf");
        fs::write(&configuration, text).unwrap();
        // Of TERM=screen it learns only from an answer of the outer one that there are 16 colours, and may
        // have drawn its line before.
        let inner = format!(
            "exec env -u TMUX PATH={path} TERM=screen-256color tmux -S {} -f {configuration} new-session 'exec sleep 600'",
            tmux.path("inner")
        );
        let size = ["-x", "200", "-y", "5"];
        tmux.run(
            "outer",
            &[
                &["-f", "/dev/null", "new-session", "-d"],
                &size[..],
                &[&inner],
            ]
            .concat(),
        );
        tmux
    }

    fn path(&self, name: &str) -> String {
        let path: &Path = self.0.path();
        path.join(name).to_str().unwrap().to_owned()
    }

    fn run(&self, server: &str, arguments: &[&str]) -> String {
        let mut tmux = Command::new("tmux");
        tmux.arg("-S").arg(self.path(server)).args(arguments);
        tmux.env("LC_ALL", "C.UTF-8")
            .env("TERM", "screen")
            .env_remove("TMUX");
        let output = tmux
            .output()
            .unwrap_or_else(|error| missing(&tmux, "tmux", &error));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The status line with its escape sequences, once it meets the condition.
    fn status(&self, is_so: impl Fn(&str) -> bool) -> String {
        let mut status = String::new();
        until("the status line", || {
            let screen = self.run("outer", &["capture-pane", "-p", "-e"]);
            let last = screen.lines().last().unwrap_or_default();
            status.replace_range(.., last);
            is_so(&plain(&status))
        });
        status
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run("inner", &["kill-server"]);
        self.run("outer", &["kill-server"]);
    }
}

/// The text without escape sequences.
fn plain(line: &str) -> String {
    let (mut text, mut escaped) = (String::new(), false);
    for c in line.chars() {
        match c {
            '\u{1b}' => escaped = true,
            'm' if escaped => escaped = false,
            c if !escaped => text.push(c),
            _ => {}
        }
    }
    text.trim_end().to_owned()
}

/// The status line for this output, up to the mark after it.
fn shown(line: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("line");
    fs::write(&file, format!("{line}\n")).unwrap();
    let tmux = Tmux::with(&format!("cat {}", file.display()));
    tmux.status(|text| text.ends_with("%<") || text.ends_with("+5<"))
}

#[test]
fn tmux_colours_low_and_absent_devices() {
    let mut asleep = odd();
    asleep.retain(|device| device.name.as_deref() == Some("asleep"));
    let asleep = shown(&rendered("tmux", &asleep));
    let status = shown(&rendered("tmux", &odd()));
    assert_eq!(plain(&status), "critical 10 %  broken 50 %  steps low  +5<");
    let painted = [
        (&asleep, "asleep", 90),
        (&status, "critical", 31),
        (&status, "steps", 33),
    ];
    for (status, name, color) in painted {
        let before = status.split(name).next().unwrap();
        let sequences = before.rsplit("  ").next().unwrap();
        let color = format!("[{color}m");
        assert!(sequences.contains(&color), "{name}: {sequences}");
    }
}

#[test]
fn tmux_shows_every_name_unchanged() {
    // An invisible name is replaced by the model.
    let expected = |name: &str| text::name(name).unwrap_or_else(|| "4069".to_owned());
    for name in NAMES.into_iter().chain(["##[fg=red]twice"]) {
        let status = plain(&shown(&rendered("tmux", &[mouse(name, 50)])));
        assert_eq!(status, format!("{} 50 %<", expected(name)));
    }
}

#[test]
fn tmux_shows_the_last_line_of_a_stream() {
    let tmux = Tmux::with(&format!(
        "LC_ALL=C.UTF-8 {} --simulate --watch --duration 60 --format tmux",
        SOLAR_STATUS.path()
    ));
    tmux.status(|text| text == "K750 57 %  M705 64 %  K800 full<");
}

/// With the default length of 40 columns, a long name pushed its value off the line.
#[test]
fn tmux_shows_every_value_as_configured_in_docs() {
    let [configuration] = &documents::blocks_below("docs/bars.md", "tmux")[..] else {
        panic!("one block for tmux");
    };
    let folder = tempfile::tempdir().unwrap();
    let mut devices = vec!["--simulate=full"];
    devices.extend(
        ["K380", "3S", "G604", "K520"]
            .iter()
            .flat_map(|it| ["--device", it]),
    );
    let path = SOLAR_STATUS.installed_as("solar-status", folder.path(), &devices);
    let tmux = Tmux::configured(configuration, &path);
    let all = "Bluetooth Multi-Dev… ≈20 %  MX Master 3S 25 %  G604 ≈30 %  +1";
    tmux.status(|text| text.ends_with(all));

    let nothing = tempfile::tempdir().unwrap();
    let absent = ["--simulate=full", "--device", "absent"];
    let path = SOLAR_STATUS.installed_as("solar-status", nothing.path(), &absent);
    let tmux = Tmux::configured(configuration, &path);
    // The list of windows is all: the star marks the current one.
    let is_empty = |text: &str| text.ends_with('*');
    // Without any output, tmux would soon show that the command is not ready.
    thread::sleep(Duration::from_secs(3));
    tmux.status(is_empty);
}

/// Three devices with names of the greatest width and long values fit in the configured length.
#[test]
fn the_length_in_docs_is_enough() {
    let configuration = documents::blocks_below("docs/bars.md", "tmux").concat();
    let length = configuration.split("status-right-length ").nth(1).unwrap();
    let length: usize = length.trim().parse().unwrap();
    let entry = "M705 M705 M705 M70 X was ≈100 %?";
    assert!(3 * entry.width() + 3 * 2 + "+99".len() <= length);
}

#[test]
fn an_empty_desk_is_an_empty_line_and_a_crowd_one_line() {
    assert_eq!(rendered("tmux", &[]), "");
    assert_eq!(full("tmux").lines().count(), 1);
}
