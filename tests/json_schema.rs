//! The printed JSON matches the schema in packaging/json, and the schema rejects anything else.

#![expect(clippy::unwrap_used, reason = "a test panics on the first failure")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use test_support::program::Program;

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

/// The JSON objects that the program prints about simulated devices.
fn printed(arguments: &[&str]) -> Vec<Value> {
    let output = SOLAR_STATUS.run(arguments);
    assert!(output.status.success(), "{output:?}");
    let values = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
    values.map(Result::unwrap).collect()
}

/// Validates values against a definition of the schema with an independent implementation.
fn validate(definition: &str, values: &[Value]) -> Output {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut python = Command::new("/usr/bin/python3")
        .arg(format!("{root}/tests/json_schema.py"))
        .arg(format!("{root}/packaging/json/solar-status.schema.json"))
        .arg(definition)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    for value in values {
        // The validator exits at the first error.
        _ = writeln!(input, "{value}");
    }
    drop(input);
    python.wait_with_output().unwrap()
}

fn assert_valid(definition: &str, values: &[Value]) {
    assert!(!values.is_empty());
    let output = validate(definition, values);
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "tests/setup.sh installs python3-jsonschema: {why}"
    );
}

#[test]
fn documents_match_the_schema() {
    assert_valid("document", &printed(&["--simulate", "--json"]));
    let all = ["--fields", "name,battery,full-name,firmware"];
    let full = [&["--simulate=full", "--json"], &all[..]].concat();
    assert_valid("document", &printed(&full));
    assert_valid(
        "document",
        &printed(&["--simulate", "--json", "--fields", "name"]),
    );
}

#[test]
fn changes_match_the_schema() {
    let changes = printed(&["monitor", "--simulate", "--duration", "60", "--json"]);
    assert_valid("change", &changes);
}

#[test]
fn the_schema_rejects_wrong_values_and_unknown_keys() {
    let document = printed(&["--simulate", "--json"]).remove(0);
    for (place, wrong) in [
        ("/schema", 1.into()),
        ("/devices/0/battery/percent", 101.into()),
        ("/devices/0/battery/state", "tired".into()),
        ("/devices/0/light/lux", Value::Null),
        ("/receivers/0/vendor_id", "46d".into()),
    ] {
        let mut document = document.clone();
        *document.pointer_mut(place).unwrap() = wrong;
        let output = validate("document", &[document]);
        let why = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{place}: {why}");
    }
    let mut more = document;
    let device = more.pointer_mut("/devices/0").unwrap();
    device
        .as_object_mut()
        .unwrap()
        .insert("warmth".into(), 1.into());
    assert_eq!(validate("document", &[more]).status.code(), Some(1));
}
