//! What a shell completes for a typed line.

use std::fs;
use std::process::Command;

use clap_complete::Shell;
use test_support::tools::run;

use super::{file_name, files};
use crate::tools::path;

/// A typed line, and the completion of its last word.
const TYPED: [(&str, &str); 6] = [
    ("solar-status mon", "monitor"),
    ("solar-status --js", "--json"),
    ("solar-status monitor --dur", "--duration"),
    ("solar-status --color al", "always"),
    ("solar-status monitor --color al", "always"),
    ("solar-statusd --bus-n", "--bus-name"),
];

/// The completions that a shell offers. `timeout` ends a shell that waits for further input.
fn offered(shell: Shell, typed: &str, expected: &str) -> String {
    let program = typed.split(' ').next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files() {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let completions = folder.path().join(file_name(shell, program));
    let script = format!("tests/packaging/shells/{shell}.{shell}");
    let mut command = Command::new("timeout");
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
