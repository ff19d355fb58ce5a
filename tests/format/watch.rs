//! `--watch` without solar-statusd; `tests/bus` has it with one.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::lines::Lines;
use crate::program::{command, stdout};
use crate::tools::{Running, until};

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
    for format in ["waybar", "i3blocks", "i3status-rust", "polybar", "tmux"] {
        let stream = minute(format);
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
        let mut child = command(&STREAM).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = Lines::of(child.stdout.take().unwrap());
        let line = out.next().unwrap();
        assert!(line.starts_with("57 %"), "{line}");
        kill_process(Pid::from_child(&child), signal).unwrap();
        let status = child.wait().unwrap();
        assert_eq!((status.code(), status.signal()), (Some(130), None));
    }
}

#[test]
fn it_ends_quietly_as_soon_as_nobody_reads() {
    let mut child = command(&["--simulate=full", "--watch", "--format", "tmux"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let out = child.stdout.take().unwrap();
    let mut errors = child.stderr.take().unwrap();
    let mut running = Running(child);
    // Nothing happens at this desk, so there is nothing to write.
    drop(out);
    let mut status = None;
    until("the end", || {
        status = running.0.try_wait().unwrap();
        status.is_some()
    });
    assert_eq!(status.unwrap().code(), Some(0));
    let mut said = String::new();
    errors.read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
}
