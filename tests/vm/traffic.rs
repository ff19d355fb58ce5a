//! Requests and their answers on a node: none is lost, and none comes twice.

use std::collections::BTreeMap;

use hidpp_proto::wire::SoftwareId;
use hidpp_sim::receiver::Sent;
use solar_status::capture::trace::{Direction, Entry};

/// Byte 0 of a DJ report: a request that has no answer.
const DJ: u8 = 0x20;
/// Byte 2 of an error, of HID++ 1.0 and 2.0.
const ERRORS: [u8; 2] = [0x8F, 0xFF];
/// Byte 2 of the accesses to registers: write, read, and both long.
const ACCESSES: [u8; 4] = [0x80, 0x81, 0x82, 0x83];

/// Device index and the two bytes that an answer repeats.
type Header = [u8; 3];

/// What a request asks for.
fn asked(request: &[u8]) -> Option<Header> {
    match *request {
        [DJ, ..] => None,
        [_, index, sub_id, address, ..] => Some([index, sub_id, address]),
        _ => None,
    }
}

/// What a report answers, if it is an answer; an error is one, too.
fn answered(report: &[u8]) -> Option<Header> {
    match *report {
        [_, index, error, sub_id, address, ..] if ERRORS.contains(&error) => {
            Some([index, sub_id, address])
        }
        [_, index, sub_id, address, ..] => Some([index, sub_id, address]),
        _ => None,
    }
}

/// Every request that the receiver got while somebody listened has exactly one answer: the
/// kernel's, Solaar's and ours. Returns how many they are.
pub(crate) fn expect_one_answer_each<'a>(
    requests: impl Iterator<Item = &'a Sent>,
    heard: &[Entry],
) -> usize {
    let mut owed: BTreeMap<Header, i32> = BTreeMap::new();
    let mut count = 0;
    for header in requests.filter_map(|sent| asked(&sent.report)) {
        *owed.entry(header).or_default() += 1;
        count += 1;
    }
    let incoming = heard
        .iter()
        .filter(|entry| entry.direction == Direction::FromDevice);
    for header in incoming.filter_map(|entry| answered(entry.report.as_bytes())) {
        // What nobody asked for is an event or a notification.
        if let Some(owed) = owed.get_mut(&header) {
            *owed -= 1;
        }
    }
    owed.retain(|_, owed| *owed != 0);
    assert!(
        owed.is_empty(),
        "answers that are missing, or too many if negative: {owed:02x?}"
    );
    count
}

/// Whoever wrote this trace got an answer to each of its requests before it sent the next to the
/// same device. Returns how many they are.
pub(crate) fn expect_answers_in_turn(trace: &[Entry]) -> usize {
    let mut waiting: BTreeMap<u8, &Entry> = BTreeMap::new();
    let mut count = 0;
    for entry in trace {
        let report = entry.report.as_bytes();
        let index = entry.report.device().0;
        match entry.direction {
            Direction::ToDevice => {
                let before = waiting.insert(index, entry);
                assert!(before.is_none(), "{entry}, but {before:?} has no answer");
                count += 1;
            }
            Direction::FromDevice => {
                let fits =
                    |request: &mut &Entry| asked(request.report.as_bytes()) == answered(report);
                if waiting.get_mut(&index).is_some_and(fits) {
                    waiting.remove(&index);
                }
            }
        }
    }
    assert!(
        waiting.is_empty(),
        "requests without an answer: {waiting:?}"
    );
    count
}

/// Requests as text, sorted.
pub(crate) fn listed<'a>(requests: impl Iterator<Item = &'a Sent>) -> Vec<String> {
    let mut listed: Vec<String> = requests.map(|sent| text(&sent.report)).collect();
    listed.sort();
    listed
}

/// A request as text, to be compared: the mark of a ping is `00`, the software id of this program `s`.
pub(crate) fn text(request: &[u8]) -> String {
    let is_call = matches!(request, [_, _, sub_id, ..] if !ACCESSES.contains(sub_id));
    let is_ping = matches!(request, [_, _, 0x00, function, ..] if function >> 4 == 1);
    let bytes = request.iter().enumerate().map(|(at, byte)| match at {
        3 if is_call && is_ours(byte & 0x0F) => format!("{:x}s", byte >> 4),
        6 if is_ping => "00".to_owned(),
        _ => format!("{byte:02x}"),
    });
    bytes.collect::<Vec<_>>().join(" ")
}

/// Whether this program uses this software id.
fn is_ours(id: u8) -> bool {
    let mut ours = [SoftwareId::OURS].into_iter().chain(SoftwareId::SPARE);
    ours.any(|ours| ours.get() == id)
}
