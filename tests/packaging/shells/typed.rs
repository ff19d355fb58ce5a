//! What a shell completes for a typed line.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use clap_complete::Shell;
use test_support::tools::run;

use super::{file_name, files};
use crate::tools::path;

/// A typed line, and the completion of its last word.
const TYPED: [(&str, &str); 17] = [
    ("solar-status mon", "monitor"),
    ("solar-status --js", "--json"),
    ("solar-status monitor --dur", "--duration"),
    ("solar-status --color al", "always"),
    ("solar-status monitor --color al", "always"),
    ("solar-statusd --bus-n", "--bus-name"),
    ("solar-status --format way", "waybar"),
    ("solar-status -f prom", "prometheus"),
    ("solar-status --bus ses", "session"),
    ("solar-status monitor --bus sys", "system"),
    ("solar-statusd --bus ses", "session"),
    ("solar-status --fields fir", "firmware"),
    ("solar-status --fields name,fir", "name,firmware"),
    ("solar-status check --simulate fad", "fading"),
    ("solar-status --device K75", "K750"),
    ("solar-status history -d K75", "K750"),
    ("solar-status check --warn", "--warning"),
];

/// Prints the names of devices, one of which would run a command if a shell expanded it.
const SOLAR_STATUS: &str = r#"#!/bin/sh
echo "an error message" >&2
[ "$*" = "--bus session --timeout 1 --format {name}" ] || exit 1
printf '%s\n' 'MX Master 3S' K750 'K7$(touch ran)`touch ran`'
"#;

/// The completions that a shell offers. `timeout` ends a shell that waits for further input.
fn offered(shell: Shell, typed: &str, expected: &str) -> String {
    let program = typed.split(' ').next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files() {
        fs::write(folder.path().join(name), text).unwrap();
    }
    // Stands for the program, with the service on its bus.
    let program_file = folder.path().join("solar-status");
    fs::write(&program_file, SOLAR_STATUS).unwrap();
    fs::set_permissions(&program_file, Permissions::from_mode(0o755)).unwrap();
    let path_of_programs = format!(
        "{}:{}",
        folder.path().display(),
        std::env::var("PATH").unwrap()
    );
    let completions = folder.path().join(file_name(shell, program));
    let script = format!("tests/packaging/shells/{shell}.{shell}");
    let mut command = Command::new("timeout");
    command
        .env("PATH", path_of_programs)
        .current_dir(folder.path());
    command.arg("30").arg(shell.to_string()).arg(path(&script));
    command.arg(completions).args([typed, expected]);
    let output = run(&mut command, "coreutils");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shell}: {typed}: {complaints}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn bash_and_fish_complete_what_is_typed() {
    for shell in [Shell::Bash, Shell::Fish] {
        for (typed, expected) in TYPED {
            let offered = offered(shell, typed, expected);
            let mut words = offered.lines().filter_map(|line| line.split('\t').next());
            assert!(
                words.any(|word| word == expected),
                "{shell}: {typed}: {offered}"
            );
        }
    }
}

#[test]
fn zsh_completes_what_is_typed() {
    for (typed, expected) in TYPED {
        let last = typed.split(' ').next_back().unwrap();
        let whole = format!("{}{expected}", typed.strip_suffix(last).unwrap());
        let shown = offered(Shell::Zsh, typed, &whole);
        assert!(shown.contains(&whole), "{shown}");
    }
}

#[test]
fn unknown_words_are_not_completed() {
    let offered = offered(Shell::Bash, "solar-status mouse", "");
    assert_eq!(offered, "\n");
}

#[test]
fn names_of_devices_are_completed_and_not_expanded() {
    let line = |shell| offered(shell, "solar-status --device m", "3S");
    assert_eq!(line(Shell::Bash), "MX\\ Master\\ 3S\n");
    assert!(line(Shell::Fish).starts_with("MX Master 3S\t"));
    assert!(line(Shell::Zsh).contains(r"MX\ Master\ 3S"));
    let typed = offered(Shell::Bash, "solar-status --device K7", "");
    assert_eq!(typed, "K750\nK7\\$\\(touch\\ ran\\)\\`touch\\ ran\\`\n");
}

#[test]
fn hidden_options_and_commands_are_not_completed() {
    for shell in [Shell::Bash, Shell::Fish] {
        for typed in ["solar-status doctor --ro", "solar-status lis"] {
            let offered = offered(shell, typed, "");
            assert_eq!(offered.trim(), "", "{shell}: {typed}");
        }
    }
    for (name, text) in files() {
        assert!(!text.contains("--root"), "{name}");
    }
}
