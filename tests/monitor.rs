//! `solar-status monitor` as a person or a script runs it, on simulated desks.

#![expect(clippy::unwrap_used, reason = "a test panics on the first failure")]

use std::fs;
use std::process::{Command, Output, Stdio};

use rustix::process::Signal;
use serde_json::Value;
use test_support::documents;
use test_support::process::Process;
use test_support::program::{Program, stdout};

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

fn command(arguments: &[&str]) -> Command {
    let mut command = SOLAR_STATUS.command(&[&["monitor"], arguments].concat());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn monitor(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn lines(arguments: &[&str]) -> Vec<Value> {
    let text = stdout(&monitor(arguments));
    assert!(text.ends_with('\n'), "{text}");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

const MINUTE: &str = "\
00:00:00  Unifying Receiver AF4F95EA  found, 3 of 6 slots used, simulated
00:00:00  K800      found, offline
00:00:00  M705      found, 65 %, discharging
00:00:01  K750      found, 57 %, discharging, 2.54 V, 12 lux (dark)
00:00:04  K800      online
00:00:04  K800      battery full, discharging
00:00:10  K750      light key pressed
00:00:11  K750      charging, 320 lux (good)
00:00:25  M705      64 %
00:00:35  K750      light key pressed
00:00:36  K750      discharging, 12 lux (dark)
00:00:40  K800      offline
";

#[test]
fn a_minute_at_the_desk_is_printed_line_by_line() {
    assert_eq!(
        stdout(&monitor(&["--simulate", "--duration", "60"])),
        MINUTE
    );
}

#[test]
fn the_documents_show_the_real_output() {
    documents::assert_shown(MINUTE);
    let light = &lines(&["--simulate", "--duration", "17", "--json"])[7];
    let manual = documents::manual();
    let shown = manual
        .lines()
        .find(|line| line.starts_with(r#"{"schema":2,"time":"#))
        .unwrap();
    assert_eq!(&serde_json::from_str::<Value>(shown).unwrap(), light);
}

#[test]
fn every_line_of_json_is_an_event_with_all_its_keys() {
    let lines = lines(&["--simulate", "--duration", "60", "--json"]);
    let mut before = 0.0;
    for line in &lines {
        let keys: Vec<&str> = line
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let expected = ["changed", "device", "event", "receiver", "schema", "time"];
        assert_eq!(keys.len(), expected.len(), "{line}");
        assert!(expected.iter().all(|key| keys.contains(key)), "{line}");
        assert_eq!(line["schema"], 2);
        let time = line["time"].as_f64().unwrap();
        assert!(time >= before, "{line}");
        before = time;
        let of_receiver = line["event"].as_str().unwrap().starts_with("receiver-");
        assert_eq!(line["receiver"].is_object(), of_receiver, "{line}");
        assert_eq!(line["device"].is_object(), !of_receiver, "{line}");
        let is_change = line["event"] == "device-changed";
        assert_eq!(line["changed"].is_array(), is_change, "{line}");
    }
    let printed: Vec<(&str, &str)> = lines
        .iter()
        .map(|line| {
            let name = line["device"]["name"].as_str();
            (line["event"].as_str().unwrap(), name.unwrap_or_default())
        })
        .collect();
    assert_eq!(
        printed,
        [
            ("receiver-added", ""),
            ("device-added", "K800"),
            ("device-added", "M705"),
            ("device-added", "K750"),
            ("device-changed", "K800"),
            ("device-changed", "K800"),
            ("light-key", "K750"),
            ("device-changed", "K750"),
            ("device-changed", "M705"),
            ("light-key", "K750"),
            ("device-changed", "K750"),
            ("device-changed", "K800"),
        ]
    );
    assert_eq!(lines[4]["changed"], serde_json::json!(["presence"]));
    assert_eq!(lines[4]["device"]["online"], true);
    assert_eq!(lines[7]["device"]["light"]["lux"], 320);
}

#[test]
fn only_the_selected_devices_are_printed() {
    let lines = lines(&[
        "--simulate",
        "--duration",
        "60",
        "--json",
        "--device",
        "K750",
    ]);
    for line in &lines[1..] {
        assert_eq!(line["device"]["name"], "K750", "{line}");
    }
    assert_eq!(
        lines.len(),
        6,
        "receiver, device, light key and light twice"
    );
}

#[test]
fn a_device_that_is_not_there_is_reported_and_waited_for() {
    let arguments = ["--simulate", "--device", "K750", "--device", "K270"];
    let mut monitor = Process::start(&mut command(&arguments));
    let mut lines = monitor.lines();
    assert!(lines.any(|line| line.contains("K750")));
    let report = monitor.error_lines().next().unwrap();
    assert_eq!(
        report,
        "solar-status: no device matches “K270”; similar: “K750”; waiting for it to be \
         plugged in, to connect or to be paired\n"
    );
    monitor.signal(Signal::TERM);
    assert_eq!(monitor.wait().code(), Some(130));
}

#[test]
fn each_of_73_devices_is_found() {
    let lines = lines(&["--simulate=full", "--duration", "20", "--json"]);
    let count = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    assert_eq!(count("device-added"), 73);
    assert_eq!(count("receiver-added"), 21);
    let direct = lines
        .iter()
        .filter(|it| it["device"]["connection"] == "bluetooth");
    assert_eq!(direct.count(), 8);
}

#[test]
fn devices_with_the_same_name_are_distinguished_by_id() {
    let text = stdout(&monitor(&[
        "--simulate=full",
        "--duration",
        "20",
        "--device",
        "M705 (M-R0073)",
    ]));
    let last = text.lines().last().unwrap();
    assert!(last.contains("M705 (M-R0073) 406D-"), "{text}");
}

#[test]
fn lines_appear_in_real_time_and_a_signal_ends_the_program() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut monitor = Process::start(&mut command(&["--simulate"]));
        let mut lines = monitor.lines();
        // The line is printed before the program ends and before an output block is full.
        assert!(
            lines.any(|line| line.contains("12 lux")),
            "the light is printed"
        );
        monitor.signal(signal);
        assert_eq!(monitor.wait().code(), Some(130), "{signal:?}");
    }
}

#[test]
fn a_closed_output_pipe_is_not_an_error() {
    for format in [&[][..], &["--json"]] {
        let mut monitor = Process::start(&mut command(&[&["--simulate"], format].concat()));
        drop(monitor.stdout());
        assert_eq!(monitor.end(), (Some(0), String::new()), "{format:?}");
    }
}

#[test]
fn a_trace_recorded_by_monitor_has_its_events() {
    let trace = format!("{}/monitor.trace", env!("CARGO_TARGET_TMPDIR"));
    let arguments = [
        "--simulate",
        "--duration",
        "20",
        "--record",
        &trace,
        "--anonymize",
    ];
    stdout(&monitor(&arguments));
    let text = fs::read_to_string(&trace).unwrap();
    fs::remove_file(&trace).unwrap();
    assert!(text.contains("11 01 09 20 39"), "the light key\n{text}");
    assert!(!text.contains("39 2a 07 50"), "a serial number\n{text}");
}

#[test]
fn colour_and_character_set_follow_terminal_and_locale() {
    let plain = stdout(&monitor(&["--simulate", "--duration", "2"]));
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let colored = stdout(&monitor(&[
        "--simulate",
        "--duration",
        "2",
        "--color",
        "always",
    ]));
    assert!(colored.contains("\u{1b}[32m57 %\u{1b}[0m"), "{colored}");
    let mut ascii = command(&["--simulate=full", "--duration", "20"]);
    let text = stdout(&ascii.env("LC_ALL", "C").output().unwrap());
    assert!(text.is_ascii() && text.contains("~49 %"), "{text}");
}

#[test]
fn wrong_arguments_are_exit_status_2() {
    for wrong in [
        &["--duration", "0"][..],
        &["--duration", "forever"],
        &["--replay", "x"],
        &["--transport", "usb"],
        &["--anonymize"],
        &["--device", " "],
    ] {
        let output = monitor(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
    assert_eq!(monitor(&["--help"]).status.code(), Some(0));
}
