//! Classifies a HID++ report by its header alone: `decode 10 01 8F 00 18 09 00`.

use std::env::args;

use hidpp_proto::wire::{Incoming, Message, ParseReportError, Report, classify};

/// A light measurement, and the error of a receiver with a sleeping device.
const EXAMPLES: [&str; 2] = [
    "11 01 09 10 39 00 0C 06 1D 47 4F 4F 44 …",
    "10 01 8F 00 18 09 00",
];

fn main() -> Result<(), ParseReportError> {
    let words: Vec<String> = args().skip(1).collect();
    if words.is_empty() {
        for example in EXAMPLES {
            println!("{}", decode(example)?);
        }
    } else {
        println!("{}", decode(&words.join(" "))?);
    }
    Ok(())
}

fn decode(text: &str) -> Result<String, ParseReportError> {
    let report: Report = text.parse()?;
    // Bytes that were read from a node are passed to `classify` in the same way.
    if classify(report.as_bytes()) == Incoming::Input {
        return Ok("keys or motion: content dropped".to_owned());
    }
    let device = report.device();
    Ok(match Message::of(&report) {
        Message::Register { access, register } => format!("{device}: {access:?} of {register}"),
        Message::Error { code, .. } => format!("{device}: {code}"),
        Message::Notification { sub_id, .. } => format!("{device}: notification {sub_id:02X}"),
        Message::Reply {
            feature, software, ..
        } => {
            format!("{device}: reply to program {software} of the feature at {feature}")
        }
        Message::Event { feature, event } => {
            format!(
                "{device}: event {} of the feature at {feature}",
                event.get()
            )
        }
    })
}

#[test]
fn it_runs() {
    let [measurement, asleep] = EXAMPLES.map(|it| decode(it).unwrap());
    assert_eq!(measurement, "01: event 1 of the feature at 09");
    assert_eq!(asleep, "01: resource error (8F/09)");
    assert!(decode("10 01").is_err());
}
