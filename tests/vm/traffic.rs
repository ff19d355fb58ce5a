//! Requests and replies on a node: none is lost, none occurs twice.

use std::collections::BTreeMap;

use hidpp_proto::wire::SoftwareId;
use hidpp_sim::receiver::Sent;
use solar_status::capture::trace::{Direction, Entry};

/// Byte 0 of a DJ report: a request without a reply.
const DJ: u8 = 0x20;
/// Byte 2 of an error, of HID++ 1.0 and 2.0.
const ERRORS: [u8; 2] = [0x8F, 0xFF];
/// Byte 2 of register accesses: write, read, and both in long form.
const ACCESSES: [u8; 4] = [0x80, 0x81, 0x82, 0x83];

/// The device index and the two bytes that a reply repeats.
type Header = [u8; 3];

/// The header of a request.
fn asked(request: &[u8]) -> Option<Header> {
    match *request {
        [DJ, ..] => None,
        [_, index, sub_id, address, ..] => Some([index, sub_id, address]),
        _ => None,
    }
}

/// The header of the request that a report answers; an error is a reply, too.
fn answered(report: &[u8]) -> Option<Header> {
    match *report {
        [_, index, error, sub_id, address, ..] if ERRORS.contains(&error) => {
            Some([index, sub_id, address])
        }
        [_, index, sub_id, address, ..] => Some([index, sub_id, address]),
        _ => None,
    }
}

/// Asserts that every request the receiver got during the recording has exactly one reply, whether
/// it was the kernel's, Solaar's or ours. Returns the number of requests.
pub(crate) fn expect_one_answer_each<'a>(
    requests: impl Iterator<Item = &'a Sent>,
    trace: &[Entry],
) -> usize {
    let mut owed: BTreeMap<Header, i32> = BTreeMap::new();
    let mut count = 0;
    for header in requests.filter_map(|sent| asked(&sent.report)) {
        *owed.entry(header).or_default() += 1;
        count += 1;
    }
    let incoming = trace
        .iter()
        .filter(|entry| entry.direction == Direction::FromDevice);
    for header in incoming.filter_map(|entry| answered(entry.report.as_bytes())) {
        // A report without a matching request is an event or a notification.
        if let Some(owed) = owed.get_mut(&header) {
            *owed -= 1;
        }
    }
    owed.retain(|_, owed| *owed != 0);
    assert!(
        owed.is_empty(),
        "missing replies, or surplus ones if negative: {owed:02x?}"
    );
    count
}

/// Asserts that the program that wrote this trace got a reply to each request before it sent the
/// next one to the same device. Returns the number of requests.
pub(crate) fn expect_answers_in_turn(trace: &[Entry]) -> usize {
    let mut waiting: BTreeMap<u8, &Entry> = BTreeMap::new();
    let mut count = 0;
    for entry in trace {
        let report = entry.report.as_bytes();
        let index = entry.report.device().0;
        match entry.direction {
            Direction::ToDevice => {
                let before = waiting.insert(index, entry);
                assert!(before.is_none(), "{entry}, but {before:?} has no reply");
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
    assert!(waiting.is_empty(), "requests without a reply: {waiting:?}");
    count
}

/// Requests as text, sorted.
pub(crate) fn listed<'a>(requests: impl Iterator<Item = &'a Sent>) -> Vec<String> {
    let mut listed: Vec<String> = requests.map(|sent| text(&sent.report)).collect();
    listed.sort();
    listed
}

/// A request as text for comparison: the data of a ping is `00`, the software id of this program
/// `s`.
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
