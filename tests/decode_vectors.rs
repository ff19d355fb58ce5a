//! Captured frames of many devices through `decode --json`: one vector for each fact of the
//! protocol.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test panics on the first failure"
)]

use hidpp_proto::feature::BatteryFeature;
use serde_json::Value;
use solar_status::cli::decode::{DecodeArgs, run};

const VECTORS: &str = include_str!("decode/vectors.txt");

struct Vector<'a> {
    number: u32,
    feature: &'a str,
    request: Option<&'a str>,
    answers: Vec<&'a str>,
    expected: Vec<Value>,
}

fn vectors() -> Vec<Vector<'static>> {
    let rows = VECTORS.lines().filter(|line| !line.is_empty());
    let rows = rows.filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split(" | ").map(str::trim).collect();
        let [number, feature, request, answers, expected, _source] = cells[..] else {
            panic!("{row}");
        };
        Vector {
            number: number.parse().unwrap(),
            feature,
            request: (!request.is_empty()).then_some(request),
            answers: answers.split(" ; ").collect(),
            expected: serde_json::from_str(expected).unwrap(),
        }
    })
    .collect()
}

/// Expands a frame that ends in "…" with zeros to its full length.
fn whole(frame: &str) -> String {
    let length = match &frame[..2] {
        "10" => 7,
        "20" => 15,
        _ => 20,
    };
    let mut bytes: Vec<&str> = frame.trim_end_matches('…').split_whitespace().collect();
    if frame.ends_with('…') {
        bytes.resize(length, "00");
    }
    bytes.join(" ")
}

fn decode(feature: &str, lines: &str) -> Vec<Value> {
    use clap::Parser as _;
    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        args: DecodeArgs,
    }
    let feature: &[&str] = if feature.is_empty() {
        &[]
    } else {
        &["--feature", feature]
    };
    let command = [&["decode", "--json"], feature].concat();
    let args = Command::parse_from(command).args;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let decoded = run(&args, &mut lines.as_bytes(), &mut out, &mut err).unwrap();
    assert!(decoded, "{lines}: {}", String::from_utf8_lossy(&err));
    let out = String::from_utf8(out).unwrap();
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn assert_answers(vector: &Vector<'_>, explained: &[Value]) {
    assert_eq!(explained.len(), vector.expected.len(), "{}", vector.number);
    for (explained, expected) in explained.iter().zip(&vector.expected) {
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(
                explained.get(name),
                Some(value),
                "{name} of vector {}: {explained:#}",
                vector.number
            );
        }
    }
}

#[test]
fn every_battery_feature_has_a_vector() {
    let vectors = vectors();
    for feature in BatteryFeature::ALL {
        let id = Value::from(feature.id().to_string());
        let mut expected = vectors.iter().flat_map(|vector| &vector.expected);
        let has_one = expected.any(|expected| expected.get("feature") == Some(&id));
        assert!(
            has_one,
            "tests/decode/vectors.txt has no frame of {feature:?}"
        );
    }
}

#[test]
fn every_vector_decodes_with_known_directions() {
    for vector in vectors() {
        let request = vector
            .request
            .map(|frame| format!("0.1 1 > {}", whole(frame)));
        let answers = vector.answers.iter();
        let answers = answers.map(|frame| format!("0.2 1 < {}", whole(frame)));
        let lines: Vec<String> = request.into_iter().chain(answers).collect();
        let mut explained = decode(vector.feature, &lines.join("\n"));
        if vector.request.is_some() {
            assert_eq!(explained.remove(0)["type"], "request", "{}", vector.number);
        }
        assert_answers(&vector, &explained);
    }
}

#[test]
fn every_vector_decodes_as_bare_bytes() {
    for vector in vectors() {
        let frames = vector.request.iter().chain(&vector.answers);
        let lines: Vec<String> = frames.map(|frame| whole(frame)).collect();
        let mut explained = decode(vector.feature, &lines.join("\n"));
        if vector.request.is_some() {
            let request = explained.remove(0);
            // Without context, this one could also be a reply.
            let open = request["guessed"] == true && vector.number == 77;
            assert!(request["type"] == "request" || open, "{request:#}");
            if open {
                continue;
            }
        }
        assert_answers(&vector, &explained);
    }
}

#[test]
fn the_vectors_are_numbered_without_gaps() {
    let numbers: Vec<u32> = vectors().iter().map(|vector| vector.number).collect();
    assert!(
        numbers.iter().copied().eq((1..).take(numbers.len())),
        "{numbers:?}"
    );
    assert!(numbers.len() >= 134, "those of the protocol sheet");
}
