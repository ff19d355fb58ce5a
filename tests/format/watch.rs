//! `--watch` without solar-statusd; `tests/bus` has it with one.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use rustix::process::Signal;
use solar_status::cli::format::bars;
use test_support::process::Process;

use crate::program::{SOLAR_STATUS, stdout};

const STREAM: [&str; 4] = ["--simulate", "--watch", "--format", "{charge}[ {lux}]"];

fn minute(format: &str) -> String {
    stdout(&[
        "--simulate",
        "--watch",
        "--duration",
        "60",
        "--format",
        format,
    ])
}

#[test]
fn a_line_is_the_whole_desk_and_none_comes_twice_in_a_row() {
    assert_eq!(
        minute("{name} {charge}"),
        "K750 57 %  M705 65 %  K800 –\n\
         K750 57 %  M705 65 %  K800 full\n\
         K750 57 %  M705 64 %  K800 full\n"
    );
    for format in bars() {
        let stream = minute(&format);
        let lines: Vec<&str> = stream.lines().collect();
        assert!(lines.len() > 2, "{stream}");
        assert!(lines.windows(2).all(|pair| pair[0] != pair[1]), "{stream}");
    }
}

#[test]
fn only_some_devices_can_be_watched() {
    let arguments = ["--duration", "60", "--device", "M705"];
    let lines = stdout(&[&STREAM[..], &arguments[..]].concat());
    assert_eq!(lines, "65 %\n64 %\n");
}

#[test]
fn a_file_has_the_last_state() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("line");
    let output = ["--duration", "60", "--output", file.to_str().unwrap()];
    assert_eq!(stdout(&[&STREAM[..], &output[..]].concat()), "");
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text, "57 % 12  64 %  full\n");
}

#[test]
fn a_signal_ends_it_as_it_ends_the_monitor() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mut command = SOLAR_STATUS.command(&STREAM);
        let mut stream = Process::start(command.stdout(Stdio::piped()));
        let mut lines = stream.lines();
        let line = lines.next().unwrap();
        assert!(line.starts_with("57 %"), "{line}");
        stream.signal(signal);
        let status = stream.wait();
        assert_eq!((status.code(), status.signal()), (Some(130), None));
    }
}

#[test]
fn it_ends_quietly_as_soon_as_nobody_reads() {
    let mut command = SOLAR_STATUS.command(&["--simulate=full", "--watch", "--format", "tmux"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut stream = Process::start(&mut command);
    // Nothing happens at this desk, so there is nothing to write.
    drop(stream.stdout());
    assert_eq!(stream.end(), (Some(0), String::new()));
}
