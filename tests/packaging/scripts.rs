//! `tests/setup.sh` and `tests/all.sh`: what they ask, refuse and report, with stand-ins for apt, sudo
//! and cargo.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use test_support::tools::{run, text};
use test_support::wait::until;

use crate::tools::path;

/// A folder with programs; there are no others for the script.
struct Tools(TempDir);

impl Tools {
    /// As a user, on a Debian where all packages but tmux and zsh are installed.
    fn new() -> Self {
        let tools = Self(tempfile::tempdir().unwrap());
        for tool in [
            "awk", "cat", "date", "dirname", "env", "grep", "mkdir", "sed", "sh", "tee",
        ] {
            symlink(format!("/usr/bin/{tool}"), tools.0.path().join(tool)).unwrap();
        }
        tools.write("id", "echo 1000");
        tools.write(
            "dpkg-query",
            "case $* in *' tmux' | *' zsh') exit 1 ;; esac\necho installed",
        );
        tools.lists_of(Some("Debian"));
        tools.write("sudo", "log sudo\nexec \"$@\"");
        tools.write(
            "cargo",
            "echo 'test result: ok. 3 passed; 0 failed; 1 ignored'",
        );
        tools.write("log", &format!("echo \"$@\" >>{}", tools.log().display()));
        tools
    }

    fn write(&self, name: &str, script: &str) {
        let file = self.0.path().join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(file, PermissionsExt::from_mode(0o755)).unwrap();
    }

    /// A stand-in for apt that has a list of packages of this origin.
    fn lists_of(&self, origin: Option<&str>) {
        let lists = origin.map_or_else(String::new, |origin| {
            let is_shown =
                format!("case $* in *'Origin: Debian'*) [ '{origin}' = Debian ] || exit 0 ;; esac");
            let fill_in = format!("s/$(ORIGIN)/{origin}/; s/$(REPO_URI)/mirror/");
            format!("{is_shown}\necho \"$3\" | sed '{fill_in}'\n")
        });
        let script =
            format!("if [ \"$1\" = indextargets ]; then\n{lists}exit\nfi\nlog apt-get \"$@\"");
        self.write("apt-get", &script);
    }

    fn log(&self) -> PathBuf {
        self.0.path().join("log.txt")
    }

    /// What was run with or without sudo.
    fn logged(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    fn command(&self, script: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("/bin/sh");
        command.arg(path(script)).args(arguments);
        command.env("PATH", self.0.path());
        command.env("CARGO_TARGET_DIR", self.0.path().join("target"));
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, script: &str, arguments: &[&str]) -> (Option<i32>, String) {
        said(&run(&mut self.command(script, arguments), "dash"))
    }
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = [&output.stdout[..], &output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

const INSTALLATION: &str = "apt-get update && apt-get install --no-install-recommends tmux zsh";

#[test]
fn setup_lists_what_is_missing_and_does_not_use_sudo_unasked() {
    let tools = Tools::new();
    let (status, text) = tools.run("tests/setup.sh", &[]);
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains("will be installed: tmux zsh\n"), "{text}");
    assert!(
        text.contains("--yes") && text.contains(INSTALLATION),
        "{text}"
    );
    assert_eq!(tools.logged(), "");
}

#[test]
fn setup_asks_at_a_terminal() {
    for (answer, logged) in [("n", false), ("", false), ("y", true)] {
        let tools = Tools::new();
        let line = format!(
            "PATH={} sh {}",
            tools.0.path().display(),
            path("tests/setup.sh").display()
        );
        let typed =
            format!("{{ sleep 1; echo {answer}; sleep 1; }} | script -qec '{line}' /dev/null");
        let output = run(Command::new("sh").args(["-c", &typed]), "util-linux");
        let (status, text) = said(&output);
        assert!(
            text.contains("Use sudo for that? [y/N]"),
            "{status:?} {text}"
        );
        assert_eq!(tools.logged().contains("sudo"), logged, "{answer}: {text}");
        assert_eq!(text.contains("nothing was installed"), !logged, "{text}");
    }
}

#[test]
fn setup_installs_with_yes_and_as_root() {
    let tools = Tools::new();
    let (status, text) = tools.run("tests/setup.sh", &["--yes"]);
    assert_eq!(status, Some(0), "{text}");
    let packages = "apt-get install -qq -y --no-install-recommends tmux zsh\n";
    assert_eq!(
        tools.logged(),
        format!("sudo\napt-get update -qq\nsudo\n{packages}")
    );

    let tools = Tools::new();
    tools.write("id", "echo 0");
    let (status, text) = tools.run("tests/setup.sh", &[]);
    assert_eq!(status, Some(0), "{text}");
    assert_eq!(tools.logged(), format!("apt-get update -qq\n{packages}"));
}

#[test]
fn setup_is_quiet_if_nothing_is_missing() {
    let tools = Tools::new();
    tools.write("dpkg-query", "echo installed");
    assert_eq!(tools.run("tests/setup.sh", &[]), (Some(0), String::new()));
}

/// Derivatives have other origins, and a mirror of one's own possibly none.
#[test]
fn setup_warns_if_no_list_is_of_debian_but_changes_nothing() {
    for origin in ["Ubuntu", "", "Debian Backports"] {
        let tools = Tools::new();
        tools.write("dpkg-query", "echo installed");
        tools.lists_of(Some(origin));
        let (status, text) = tools.run("tests/setup.sh", &[]);
        assert_eq!(status, Some(0), "{origin}: {text}");
        assert!(
            text.contains("apt has no list of Debian's packages"),
            "{text}"
        );
        assert_eq!(tools.logged(), "", "{origin}");
    }
}

#[test]
fn setup_fetches_lists_if_apt_has_none() {
    let tools = Tools::new();
    tools.write("dpkg-query", "echo installed");
    tools.lists_of(None);
    let (status, text) = tools.run("tests/setup.sh", &[]);
    assert_eq!(status, Some(1), "{text}");
    assert_eq!(tools.logged(), "");
    // Even if there is none afterwards, it has done what it can.
    let (status, text) = tools.run("tests/setup.sh", &["--yes"]);
    assert_eq!(status, Some(0), "{text}");
    assert!(
        text.contains("apt has no list of Debian's packages"),
        "{text}"
    );
    assert_eq!(tools.logged(), "sudo\napt-get update -qq\n");
}

#[test]
fn scripts_of_tests_refuse_unknown_arguments() {
    let tools = Tools::new();
    for script in ["tests/setup.sh", "tests/all.sh"] {
        for wrong in [&["--no"][..], &["x"], &["--yes", "x"]] {
            let (status, text) = tools.run(script, wrong);
            assert_eq!(status, Some(2), "{script} {wrong:?}: {text}");
            assert!(text.contains(&format!("usage: {script} [--yes]")), "{text}");
        }
        let (status, text) = tools.run(script, &["--help"]);
        assert_eq!(status, Some(0), "{text}");
    }
    assert_eq!(tools.logged(), "");
}

/// A line of the summary: words, without the minutes and seconds.
fn without_time(line: &str) -> String {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    let minutes = words.iter().position(|word| *word == "min").unwrap();
    words.drain(minutes - 1..minutes + 3);
    words.join(" ")
}

#[test]
fn all_tests_report_each_step_and_a_summary() {
    let tools = Tools::new();
    tools.write("dpkg-query", "echo installed");
    // Two results, and a kind of test of its own.
    let script = "case $* in *package) echo 'test result: FAILED. 2 passed; 1 failed'; exit 101 ;;\n\
                  *workspace*) echo 'test result: ok. 4 passed; 0 failed' ;;\n\
                  *vm) echo '33 passed, 0 failed'; exit ;; esac\n\
                  echo 'test result: ok. 3 passed; 0 failed; 1 ignored'";
    tools.write("cargo", script);
    let (status, text) = tools.run("tests/all.sh", &[]);
    assert_eq!(status, Some(1), "{text}");
    for step in 1..=5 {
        assert!(text.contains(&format!("== Step {step} of 5: ")), "{text}");
    }
    let (_, summary) = text.split_once("Summary, after ").unwrap();
    let lines: Vec<String> = summary.lines().skip(1).map(without_time).collect();
    let log = tools.0.path().join("target/tests/4.log");
    let failed = format!("FAILED packages 2 passed, 1 failed, see {}", log.display());
    let expected = [
        "ok what the tests need",
        "ok unit and integration 7 passed, 0 failed",
        "ok desktop 3 passed, 0 failed",
        &failed,
        "ok real kernel 33 passed, 0 failed",
    ];
    assert_eq!(lines, expected);
    assert!(fs::read_to_string(log).unwrap().contains("2 passed"));
}

#[test]
fn no_test_runs_without_what_the_tests_need() {
    let (status, text) = Tools::new().run("tests/all.sh", &[]);
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains("not run: steps 2 to 5"), "{text}");
    assert!(!text.contains("test result"), "{text}");
}

#[test]
fn an_interrupted_step_is_in_the_summary() {
    let tools = Tools::new();
    tools.write("dpkg-query", "echo installed");
    let reached = tools.0.path().join("reached");
    let waits = format!("echo >{}; exec /usr/bin/sleep 60", reached.display());
    tools.write(
        "cargo",
        &format!("case $* in *desktop) {waits} ;; esac\necho '3 passed, 0 failed'"),
    );
    let mut command = tools.command("tests/all.sh", &[]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    // As a terminal does, the signal reaches all its processes.
    let all = command.process_group(0).spawn().unwrap();
    until("the step runs", || reached.exists());
    let kill = format!("kill -TERM -{}", all.id());
    text(Command::new("sh").args(["-c", &kill]), "dash");
    let (status, text) = said(&all.wait_with_output().unwrap());
    assert_eq!(status, Some(130), "{text}");
    let (_, summary) = text.split_once("Summary, after ").unwrap();
    let lines: Vec<&str> = summary.lines().skip(3).take(2).collect();
    let log = tools.0.path().join("target/tests/3.log");
    let interrupted = format!("  interrupted  desktop, see {}", log.display());
    assert_eq!(lines, [&interrupted, "  not run: steps 4 to 5"]);
}
