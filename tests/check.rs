//! `solar-status check` as a plugin of Nagios, Icinga and others: the line is parsed by the rules of
//! the guidelines of the monitoring plugins (<https://www.monitoring-plugins.org/doc/guidelines.html>:
//! “Plugin Output for Nagios”, “Plugin Return Codes”, “Threshold and Ranges”, “Performance data”).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test panics on the first failure"
)]

use std::process::Output;

use test_support::program::Program;

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

/// What a monitoring program gets from a plugin.
#[derive(Debug)]
struct Checked {
    status: i32,
    /// The text without performance data.
    text: String,
    data: Vec<Datum>,
}

/// One value of the performance data.
#[derive(Debug)]
struct Datum {
    label: String,
    value: f64,
    warning: Option<Range>,
    critical: Option<Range>,
}

/// A range of values that alert.
#[derive(Clone, Copy, Debug)]
struct Range {
    start: f64,
    end: f64,
    /// Whether the values inside alert, instead of those outside.
    inside: bool,
}

impl Range {
    /// `[@]start:end`; “start:” is left out if it is 0, an empty end is infinite, and so is a start
    /// of “~”.
    fn parse(text: &str) -> Self {
        let (inside, text) = match text.strip_prefix('@') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (start, end) = text.split_once(':').unwrap_or(("0", text));
        let start = match start {
            "~" => f64::NEG_INFINITY,
            number => number.parse().unwrap(),
        };
        let end = match end {
            "" => f64::INFINITY,
            number => number.parse().unwrap(),
        };
        assert!(start <= end, "{text}");
        Self { start, end, inside }
    }

    fn alerts(self, value: f64) -> bool {
        (self.start..=self.end).contains(&value) == self.inside
    }
}

/// Parses a label in single quotes, in which a quote is doubled, and the rest after “=”.
fn label(text: &str) -> (String, &str) {
    let mut rest = text.strip_prefix('\'').unwrap();
    let mut label = String::new();
    loop {
        let (before, after) = rest.split_once('\'').unwrap();
        label.push_str(before);
        let Some(after_quote) = after.strip_prefix('\'') else {
            assert!(!label.is_empty() && !label.contains(['=', '|', '\n']));
            return (label, after.strip_prefix('=').unwrap());
        };
        label.push('\'');
        rest = after_quote;
    }
}

fn data(mut text: &str) -> Vec<Datum> {
    let mut data = Vec::new();
    while !text.is_empty() {
        let (label, rest) = label(text);
        let (values, next) = rest.split_once(' ').unwrap_or((rest, ""));
        let values: Vec<&str> = values.split(';').collect();
        let [value, warning, critical, least, most] = values.as_slice() else {
            panic!("{values:?}");
        };
        assert_eq!((*least, *most), ("0", "100"));
        let value: f64 = value.strip_suffix('%').unwrap().parse().unwrap();
        assert!((0.0..=100.0).contains(&value));
        let range = |text: &&str| (!text.is_empty()).then(|| Range::parse(text));
        data.push(Datum {
            label,
            value,
            warning: range(warning),
            critical: range(critical),
        });
        text = next;
    }
    data
}

fn parsed(output: &Output) -> Checked {
    let status = output.status.code().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let line = text.strip_suffix('\n').unwrap();
    assert!(!line.contains('\n'), "one line: {line}");
    let (text, perfdata) = line.split_once(" | ").unwrap_or((line, ""));
    assert!(!text.contains('|') && !perfdata.contains('|'), "{line}");
    let word = text.strip_prefix("BATTERY ").unwrap();
    let (word, reason) = word.split_once(": ").unwrap();
    let expected = match status {
        0 => "OK",
        1 => "WARNING",
        2 => "CRITICAL",
        3 => "UNKNOWN",
        other => panic!("exit status {other}"),
    };
    assert_eq!(word, expected, "{line}");
    assert!(!reason.trim().is_empty(), "{line}");
    let data = data(perfdata);
    let mut labels: Vec<&str> = data.iter().map(|it| it.label.as_str()).collect();
    labels.sort_unstable();
    labels.dedup();
    assert_eq!(labels.len(), data.len(), "labels are unique: {line}");
    // The ranges must not alert more than the exit status does.
    for datum in &data {
        let alerts = |range: Option<Range>| range.is_some_and(|it| it.alerts(datum.value));
        let least = match (alerts(datum.critical), alerts(datum.warning)) {
            (true, _) => vec![2],
            (false, true) => vec![1, 2],
            (false, false) => continue,
        };
        assert!(least.contains(&status), "{line}");
    }
    Checked {
        status,
        text: text.to_owned(),
        data,
    }
}

fn check(arguments: &[&str]) -> Checked {
    parsed(&SOLAR_STATUS.run(&[&["check"], arguments].concat()))
}

/// The status and the text for these arguments.
fn text(arguments: &[&str]) -> (i32, String) {
    let checked = check(arguments);
    (checked.status, checked.text)
}

#[test]
fn the_lowest_charge_decides() {
    let line = SOLAR_STATUS.stdout(&["check", "--simulate"]);
    assert_eq!(
        line,
        "BATTERY OK: K750 57 %, M705 65 % | 'K750'=57%;@0:20;@0:10;0;100 'M705'=65%;@0:20;@0:10;0;100\n"
    );
    for (limits, status, expected) in [
        (
            &["-w", "57", "-c", "10"][..],
            1,
            "BATTERY WARNING: K750 57 % (limit 57 %), M705 65 %",
        ),
        (
            &["-w", "56", "-c", "10"],
            0,
            "BATTERY OK: K750 57 %, M705 65 %",
        ),
        // CRITICAL is worse than UNKNOWN.
        (
            &["--below=90", "--critical=60", "-d", "keyboard"],
            2,
            "BATTERY CRITICAL: K750 57 % (limit 60 %), K800 charge unknown (offline)",
        ),
    ] {
        let (found, text) = text(&[&["--simulate"], limits].concat());
        assert_eq!((found, text.as_str()), (status, expected));
    }
}

#[test]
fn a_limit_of_0_never_alerts() {
    let all = ["--simulate=full", "-d", "K380", "-w", "0", "-c", "0"];
    assert_eq!(check(&all).status, 0);
    let datum = check(&all).data.pop().unwrap();
    assert!(datum.warning.is_none() && datum.critical.is_none());
}

#[test]
fn the_ranges_are_those_of_the_limits() {
    let [datum] = &check(&["--simulate", "-d", "K750", "-w", "30", "-c", "5"]).data[..] else {
        panic!("one device");
    };
    let (warning, critical) = (datum.warning.unwrap(), datum.critical.unwrap());
    for (value, is_warning, is_critical) in [
        (0.0, true, true),
        (5.0, true, true),
        (6.0, true, false),
        (30.0, true, false),
        (31.0, false, false),
    ] {
        assert_eq!(warning.alerts(value), is_warning, "{value}");
        assert_eq!(critical.alerts(value), is_critical, "{value}");
    }
}

#[test]
fn words_count_as_the_device_reports_them() {
    // Register 07 reports steps without a percentage.
    let (status, k520) = text(&["--simulate=full", "-d", "K520", "-w", "99", "-c", "98"]);
    assert_eq!((status, k520.as_str()), (0, "BATTERY OK: K520 full"));
    assert!(check(&["--simulate=full", "-d", "K520"]).data.is_empty());
}

#[test]
fn an_estimated_charge_is_low_once_its_whole_margin_is() {
    // A G703 at 49 %, between 38 and 60 %.
    let g703 = ["--simulate=full", "-d", "G703"];
    let (_, text) = text(&g703);
    assert!(text.contains("≈49 % (38 to 60 %)"), "{text}");
    let with = |limit| check(&[&g703[..], &["-w", limit]].concat());
    assert_eq!(with("59").status, 0);
    assert_eq!(with("60").status, 1);
    // No range can state that.
    let data = with("59").data;
    assert!(data.iter().all(|it| it.warning.is_none()), "{data:?}");
}

#[test]
fn a_step_of_30_percent_is_not_low() {
    // New batteries, reported as a step of 30 % with the level low: Solaar issues 1408 and 1718.
    let (status, text) = text(&["--simulate=full", "-d", "G604"]);
    assert_eq!((status, text.as_str()), (0, "BATTERY OK: G604 ≈30 %"));
}

#[test]
fn a_device_that_was_never_read_is_unknown_if_it_is_selected() {
    let (status, k800) = text(&["--simulate", "-d", "K800"]);
    assert_eq!(
        (status, k800.as_str()),
        (3, "BATTERY UNKNOWN: K800 charge unknown (offline)")
    );
    // Otherwise it does not count.
    assert_eq!(check(&["--simulate"]).status, 0);
}

#[test]
fn every_simulated_device_is_checked() {
    let all = check(&["--simulate=full"]);
    assert!(all.data.len() > 40, "{}", all.data.len());
    assert_eq!(all.status, 1);
    // Good ones are counted, not named.
    assert!(all.text.contains(", +"), "{}", all.text);
    // Devices of the same name have their ids as well.
    let is_double = |it: &&Datum| it.label.starts_with("Wireless Keyboard ");
    assert_eq!(all.data.iter().filter(is_double).count(), 2);
}

#[test]
fn without_a_device_or_a_service_the_state_is_unknown() {
    // There is no bus in tests.
    for arguments in [
        &["--bus", "session"][..],
        &["--simulate", "--device", "nope"],
        &["--simulate", "-d", "a|b\n'c'"],
    ] {
        let checked = check(arguments);
        assert_eq!(checked.status, 3, "{arguments:?}");
        assert!(checked.data.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_critical_limit_alone_raises_the_other() {
    let k750 = |limit| check(&["--simulate", "-d", "K750", "-c", limit]).status;
    assert_eq!((k750("56"), k750("57")), (1, 2));
}

#[test]
fn a_trace_that_cannot_be_written_is_stated() {
    let (status, line) = text(&["--simulate", "--record", "/dev/full"]);
    assert_eq!(status, 3);
    assert!(line.starts_with("BATTERY UNKNOWN: "), "{line}");
    assert!(line.contains("the trace is incomplete"), "{line}");
}

#[test]
fn the_reason_is_complete() {
    let (_, line) = text(&["--anonymize"]);
    assert!(line.contains("--record <FILE>"), "{line}");
}

#[test]
fn wrong_arguments_and_the_help_are_unknown() {
    // Monitoring programs read standard output only, and take 2 for CRITICAL.
    for arguments in [
        &["-w", "abc"][..],
        &["-w", "101"],
        &["-w", "10", "-c", "10"],
        &["--nope"],
        &["K750"],
        &["--device"],
        &["--simulate=nope"],
    ] {
        assert_eq!(check(arguments).status, 3, "{arguments:?}");
    }
    for arguments in [&["check", "--help"][..], &["check", "-h"]] {
        let output = SOLAR_STATUS.run(arguments);
        assert_eq!(output.status.code(), Some(3));
        assert!(
            String::from_utf8(output.stdout)
                .unwrap()
                .contains("-w, --below")
        );
    }
}

#[test]
fn the_line_is_ascii_without_unicode() {
    let arguments = ["check", "--simulate=full", "-d", "G703"];
    let output = SOLAR_STATUS.command(&arguments).env("LC_ALL", "C").output();
    let checked = parsed(&output.unwrap());
    assert!(checked.text.is_ascii(), "{}", checked.text);
    assert!(checked.text.contains("~49 %"));
}
