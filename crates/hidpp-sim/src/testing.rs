//! Helpers that let the tests read like the tables of Logitech's documents (cpg-docs).

use std::time::Duration;

use super::Firmware;
use hidpp_proto::units::{Percent, Timestamp};

/// `span` seconds after the start.
pub(super) fn seconds(span: u64) -> Timestamp {
    Timestamp::from_start(Duration::from_secs(span))
}

/// `span` milliseconds after `start`.
pub(super) fn after(start: Timestamp, span: u64) -> Timestamp {
    start + Duration::from_millis(span)
}

/// A charge of at most 100 %.
pub(super) fn percent(charge: u8) -> Percent {
    Percent::new(charge).unwrap_or(Percent::FULL)
}

/// The bytes of a frame in hexadecimal, where `…` stands for zeros up to the length of the report.
pub(super) fn frame(text: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = text
        .split_whitespace()
        .filter(|word| *word != "…")
        .filter_map(|word| u8::from_str_radix(word, 16).ok())
        .collect();
    if text.ends_with('…') {
        let length = match bytes.first() {
            Some(0x10) => 7,
            Some(0x20) => 15,
            Some(0x21) => 32,
            _ => 20,
        };
        bytes.resize(length, 0);
    }
    bytes
}

/// Several frames.
pub(super) fn frames(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| frame(text)).collect()
}

/// Sends a request at `now` and returns the reports that arrive within 50 ms.
pub(super) fn ask(firmware: &mut impl Firmware, now: Timestamp, request: &str) -> Vec<Vec<u8>> {
    firmware.output_report(now, &frame(request));
    arrived(firmware, after(now, 50))
}

/// All reports that have arrived at `now`.
pub(super) fn arrived(firmware: &mut impl Firmware, now: Timestamp) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| firmware.input_report(now)).collect()
}
