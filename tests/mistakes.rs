//! Mistaken arguments lead to a command line that does what was meant.

#![expect(clippy::unwrap_used, reason = "a test panics on the first failure")]

use std::process::Command;

use clap::Parser;
use solar_status::cli::Cli;
use test_support::program::Program;

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

/// What is typed, and the command lines of the tips. A tip of clap names a command or option only.
const MISTAKES: &[(&str, &[&str])] = &[
    ("K750", &["solar-status --device K750"]),
    ("'MX Master'", &["solar-status --device 'MX Master'"]),
    ("--json K750", &["solar-status --device K750"]),
    ("mouse", &["solar-status --device mouse"]),
    ("monitor K750", &["solar-status monitor --device K750"]),
    ("watch 'a;b'", &["solar-status watch --device 'a;b'"]),
    ("check K750", &["solar-status check --device K750"]),
    ("history K750", &["solar-status history --device K750"]),
    ("full", &["solar-status --simulate full"]),
    ("history full", &["solar-status history --device full"]),
    ("monitor full", &["solar-status monitor --simulate full"]),
    (
        "--simulate K750",
        &["solar-status --device K750 --simulate"],
    ),
    ("--simulate watch", &["solar-status watch --simulate"]),
    ("--json monitor", &["solar-status monitor"]),
    ("--json list", &["solar-status"]),
    ("--list", &["solar-status"]),
    ("--history", &["solar-status history"]),
    ("waybar", &["solar-status --format waybar"]),
    ("json", &["solar-status --json"]),
    ("bus", &["solar-status --bus BUS"]),
    ("firmware", &["solar-status --fields firmware"]),
    ("lux", &["solar-status --format '{lux}'"]),
    ("--percent", &["solar-status --format '{percent}'"]),
    ("--watch", &["solar-status watch", "solar-status monitor"]),
    ("monitor --format waybar", &["solar-status --format FORMAT"]),
    (
        "watch --json",
        &[
            "solar-status --json",
            "solar-status monitor --json",
            "solar-status decode --json",
        ],
    ),
    ("histroy", &["history"]),
    ("moniter", &["monitor"]),
    ("lits", &["list"]),
    ("--devices x", &["--device"]),
    ("--jsno", &["--json"]),
    ("notif", &["notify"]),
    // Too far from anything: clap would suggest `decode`, `history`, `notify` and others.
    ("headset", &["solar-status --device headset"]),
    ("hi", &["history"]),
    ("doctor K750", &[]),
    ("--nonsense", &[]),
];

/// The words of a command line, as a shell splits them.
fn words(line: &str) -> Vec<String> {
    let script = format!("printf '%s\\n' {line}");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let words = String::from_utf8(output.stdout).unwrap();
    words.lines().map(str::to_owned).collect()
}

/// The command lines, commands and options that the tips name.
fn tips(error: &str) -> Vec<String> {
    let tips = error
        .lines()
        .filter_map(|line| line.trim().strip_prefix("tip: "));
    tips.flat_map(|tip| match tip.split_once('`') {
        Some((_, line)) => vec![line.trim_end_matches('`').to_owned()],
        None => tip
            .split('\'')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect(),
    })
    .collect()
}

#[test]
fn every_tip_leads_to_what_was_meant() {
    for (typed, expected) in MISTAKES {
        let arguments = words(typed);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = SOLAR_STATUS.run(&arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        let check = arguments.first() == Some(&"check");
        assert_eq!(
            output.status.code(),
            Some(if check { 3 } else { 2 }),
            "{typed}"
        );
        assert_eq!(tips(&error), *expected, "{typed}: {error}");
        for line in *expected {
            // Names of values stand for values.
            let line = line
                .replace(" BUS", " session")
                .replace(" FORMAT", " waybar");
            let line = match line.strip_prefix("solar-status") {
                Some(_) => line,
                None => format!("solar-status {line}"),
            };
            let parsed = Cli::try_parse_from(words(&line));
            let needs_value = line.ends_with(" --device");
            assert!(parsed.is_ok() || needs_value, "{typed}: {line}");
        }
    }
}

#[test]
fn list_is_the_plain_command() {
    let table = SOLAR_STATUS.stdout(&["--simulate"]);
    for name in ["list", "ls", "show", "status", "devices"] {
        assert_eq!(SOLAR_STATUS.stdout(&[name, "--simulate"]), table, "{name}");
    }
    let json = SOLAR_STATUS.stdout(&["list", "-j", "--simulate", "-d", "K750"]);
    assert!(json.starts_with('{'));
    for help in ["-h", "--help"] {
        assert!(!SOLAR_STATUS.stdout(&[help]).contains("  list"), "{help}");
    }
}

#[test]
fn a_desk_may_follow_its_option_in_both_ways() {
    let full = SOLAR_STATUS.stdout(&["--simulate=full", "-d", "K520"]);
    assert_eq!(
        SOLAR_STATUS.stdout(&["--simulate", "full", "-d", "K520"]),
        full
    );
}

#[test]
fn json_is_not_a_format_and_the_error_names_its_option() {
    let output = SOLAR_STATUS.run(&["--format", "json"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("For JSON, use --json"), "{error}");
}
