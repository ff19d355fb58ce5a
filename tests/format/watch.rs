//! `--watch` without solar-statusd; `tests/bus` covers it with the daemon.

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
fn each_line_has_all_devices_and_equal_lines_are_not_repeated() {
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
fn device_selects_the_streamed_devices() {
    let arguments = ["--duration", "60", "--device", "M705"];
    let lines = stdout(&[&STREAM[..], &arguments[..]].concat());
    assert_eq!(lines, "65 %\n64 %\n");
}

#[test]
fn an_output_file_has_the_newest_state() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("line");
    let output = ["--duration", "60", "--output", file.to_str().unwrap()];
    assert_eq!(stdout(&[&STREAM[..], &output[..]].concat()), "");
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text, "57 % 12  64 %  full\n");
}

#[test]
fn a_signal_ends_a_stream_with_status_130() {
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
fn a_closed_output_pipe_ends_a_stream_without_an_error() {
    let mut command = SOLAR_STATUS.command(&["--simulate=full", "--watch", "--format", "tmux"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut stream = Process::start(&mut command);
    // Nothing changes at this desk, so no write would report the closed pipe.
    drop(stream.stdout());
    assert_eq!(stream.end(), (Some(0), String::new()));
}
