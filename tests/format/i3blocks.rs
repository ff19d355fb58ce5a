//! Checked by i3blocks itself, which prints what i3bar would draw.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;
use test_support::documents;
use test_support::process::Process;

use crate::devices::{NAMES, mouse, odd, rendered};
use crate::program::{SOLAR_STATUS, full};

/// The expected block arrives within this many lines.
const MOST_LINES: usize = 100;

/// Checks the keys of the i3bar protocol and their types.
fn check(block: &Value) {
    for (key, value) in block.as_object().unwrap() {
        match key.as_str() {
            "full_text" | "short_text" => assert!(value.is_string(), "{key}"),
            "markup" => assert_eq!(value, "none"),
            "color" => {
                let digits = value.as_str().unwrap().strip_prefix('#').unwrap();
                assert_eq!(digits.len(), 6);
                assert!(u32::from_str_radix(digits, 16).is_ok());
            }
            // i3blocks expects the string, and passes on the protocol's boolean.
            "urgent" => assert_eq!(value, "true"),
            other => panic!("{other} is not a key of the protocol"),
        }
    }
}

fn block(line: &str) -> Value {
    assert_eq!(line.trim_end().lines().count(), 1, "{line:?}");
    let block = serde_json::from_str(line).unwrap();
    check(&block);
    block
}

/// The block that this configuration passes to i3bar, once it meets the condition.
fn shown_block(text: &str, path: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let configuration = folder.path().join("i3blocks.conf");
    fs::write(&configuration, text).unwrap();
    let mut i3blocks = Command::new("i3blocks");
    i3blocks
        .arg("-c")
        .arg(&configuration)
        .env("LC_ALL", "C.UTF-8")
        .env("PATH", path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut running = Process::start_from(&mut i3blocks, "i3blocks");
    for line in running.lines().take(MOST_LINES) {
        let Ok(blocks) = serde_json::from_str::<Vec<Value>>(line.trim_start_matches(',')) else {
            continue;
        };
        let solar = blocks.into_iter().find(|block| block["name"] == "solar");
        if let Some(solar) = solar.filter(|block| is_it(block)) {
            return solar;
        }
    }
    panic!("i3blocks ended, or never printed the expected block");
}

fn block_of_line(line: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("line");
    fs::write(&file, format!("{line}\n")).unwrap();
    let file = file.display();
    let text = format!("[solar]\ncommand=cat {file}\ninterval=once\nformat=json\n");
    shown_block(&text, "/usr/bin:/bin", |block| block["full_text"] != "")
}

#[test]
fn i3blocks_shows_the_three_most_urgent_in_the_colour_of_the_first() {
    let line = rendered("i3blocks", &odd());
    block(&line);
    let shown = block_of_line(&line);
    assert_eq!(
        shown["full_text"],
        "critical 10 %  broken 50 %  steps low  +5"
    );
    assert_eq!(shown["short_text"], "critical 10 %");
    assert_eq!(shown["color"], "#FF5555");
    assert_eq!(shown["urgent"], true);
    assert_eq!(shown["markup"], "none");
}

#[test]
fn a_sleeping_device_is_dimmed_and_not_urgent() {
    let mut asleep = odd();
    asleep.retain(|device| device.name.as_deref() == Some("asleep"));
    let block = block(&rendered("i3blocks", &asleep));
    assert_eq!(block["full_text"], "asleep 4 %");
    assert_eq!(block["color"], "#888888");
    assert!(block.get("urgent").is_none());
}

#[test]
fn i3blocks_passes_every_name_on() {
    for name in NAMES {
        let line = rendered("i3blocks", &[mouse(name, 50)]);
        let expected = block(&line);
        assert_eq!(block_of_line(&line)["full_text"], expected["full_text"]);
    }
}

#[test]
fn i3blocks_follows_a_stream_as_configured_in_docs() {
    let [configuration] = &documents::blocks_below("docs/bars.md", "i3blocks")[..] else {
        panic!("one block for i3blocks");
    };
    let folder = tempfile::tempdir().unwrap();
    let path = SOLAR_STATUS.installed_as("solar-status", folder.path(), &["--simulate"]);
    // In real time: of lines that arrive together, i3blocks may skip some. The K800 wakes.
    let later = shown_block(configuration, &path, |block| {
        block["full_text"] == "K750 57 %  M705 65 %  K800 full"
    });
    assert_eq!(later["short_text"], "K750 57 %");
}

#[test]
fn an_empty_desk_is_an_empty_block_and_a_crowd_one_line() {
    assert_eq!(block(&rendered("i3blocks", &[]))["full_text"], "");
    let crowd = block(&full("i3blocks"));
    let text = crowd["full_text"].as_str().unwrap();
    assert!(text.contains("  +"), "{text}");
}
