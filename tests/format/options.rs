use std::fs;

use test_support::documents;

use crate::program::{SOLAR_STATUS, refused, stdout};

fn help() -> String {
    stdout(&["--help"])
}

#[test]
fn help_and_documents_name_all_formats_and_values() {
    let error = refused(&["--format", "x"]);
    let profiles = error.split_once("the formats are ").unwrap().1;
    let profiles: Vec<&str> = profiles.split_once(". A").unwrap().0.split(", ").collect();
    let error = refused(&["--format", "{x}"]);
    let values = error.split_once("the values are ").unwrap().1;
    let values: Vec<&str> = values.lines().next().unwrap().split(", ").collect();
    let counts = (profiles.len(), values.len());
    assert_eq!(
        counts,
        (7, 19),
        "add a new one to these: {profiles:?}, {values:?}"
    );
    let (help, manual) = (help(), documents::manual());
    let of_templates = help.split_once("TEMPLATE ").unwrap().1;
    for profile in profiles {
        assert!(
            help.contains(&format!("\n  {profile} ")),
            "--help must list {profile}"
        );
        let shown = format!("--format {profile}");
        assert!(manual.contains(&shown), "docs/bars.md must show {shown}");
    }
    for value in values {
        let is_it = |word: &str| word == value;
        let letters = |c: char| !c.is_ascii_alphabetic() && c != '_';
        assert!(
            of_templates.split(letters).any(is_it),
            "--help must list {value}"
        );
        assert!(
            manual.contains(&format!("`{{{value}}}`")),
            "docs/bars.md must list {value}"
        );
    }
}

#[test]
fn conflicting_options_are_rejected() {
    for arguments in [
        &["--watch"][..],
        &["--json", "--format", "waybar"],
        &["--json", "--watch", "--format", "waybar"],
        &["--separator", "x"],
        &["--format", "waybar", "--duration", "5"],
        &["--format", "waybar", "--watch", "--replay", "x"],
        &["--format", "waybar", "--watch", "--transport", "usb"],
        &["--format", ""],
    ] {
        refused(arguments);
    }
}

#[test]
fn colours_can_be_disabled() {
    for format in ["i3blocks", "polybar", "tmux"] {
        let painted = |when| {
            let arguments = ["--simulate", "--device", "K800", "--format", format];
            stdout(&[&arguments[..], &["--color", when]].concat())
        };
        assert_ne!(painted("auto"), painted("never"), "{format}");
        assert!(!painted("never").contains("888888"), "{format}");
        assert!(!painted("never").contains("fg="), "{format}");
    }
}

#[test]
fn an_unwritable_output_is_an_error() {
    let full = SOLAR_STATUS
        .command(&["--simulate", "--format", "tmux"])
        .stdout(fs::File::create("/dev/full").unwrap())
        .output()
        .unwrap();
    assert_eq!(full.status.code(), Some(1));
    let errors = String::from_utf8(full.stderr).unwrap();
    assert!(
        errors.contains("standard output cannot be written"),
        "{errors}"
    );
    let output = SOLAR_STATUS.run(&[
        "--simulate",
        "--format",
        "tmux",
        "--output",
        "/nonexistent/x",
    ]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        errors.contains("/nonexistent/x cannot be written"),
        "{errors}"
    );
}

#[test]
fn an_unknown_device_is_exit_status_3() {
    let output = SOLAR_STATUS.run(&["--simulate", "--device", "X", "--format", "{name}"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(output.stdout, b"");
}
