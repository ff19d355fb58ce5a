//! Assigns each recorded report of a device to a request: the latest that it answers, or else the
//! latest to the same feature, or to the same device. The answer to a retry belongs to the original
//! request: the replaying program may wait for the answer instead of retrying.
//!
//! Requests are found by lookups instead of searches, so that the time to read a trace is
//! proportional to its length. The storage is compact, so that memory is a small multiple of the
//! file size.

use std::collections::BTreeMap;
use std::time::Duration;

use super::frames::{Frames, Nanos, Place};
use crate::capture::trace::{Direction, Entry};
use hidpp_proto::wire::{DeviceIndex, Header, Register, Relation, Report, relation};

/// How long after an unanswered request the same one counts as its retry. An idle device answers
/// within 1.94 s (recording of a Performance MX), and programs that do not wait for it retry after
/// 0.7 to 1 s.
const REPEATED: Duration = Duration::from_secs(3);

/// A recorded request, with the first and last of its reports.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) request: Place,
    pub(super) at: Nanos,
    answers: Option<(u32, u32)>,
}

/// A report that belongs to a request, and the number of the next one that does.
#[derive(Debug)]
struct Answer {
    at: Nanos,
    report: Place,
    next: Option<u32>,
}

/// The recorded exchanges of one node.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    pub(super) frames: Frames,
    pub(super) all: Vec<Exchange>,
    answers: Vec<Answer>,
    /// Reports before any request to their device: due from the start.
    pub(super) unasked: Vec<(Nanos, Place)>,
}

impl Exchanges {
    /// The reports of a request, in the order of arrival.
    pub(super) fn answers(&self, exchange: &Exchange) -> impl Iterator<Item = (Nanos, Place)> {
        let answer = |number: u32| self.answers.get(usize::try_from(number).ok()?);
        let first = exchange.answers.and_then(|(first, _)| answer(first));
        let all = std::iter::successors(first, move |it| answer(it.next?));
        all.map(|it| (it.at, it.report))
    }
}

/// Builds the exchanges of one node, entry by entry.
#[derive(Debug, Default)]
pub(super) struct Recording {
    pub(super) exchanges: Exchanges,
    /// The position of the latest request that is answered by this header and detail.
    by_question: BTreeMap<(Header, u8), u32>,
    /// The position of the latest request to a feature, or to a sub-id of HID++ 1.0.
    by_feature: BTreeMap<(DeviceIndex, u8), u32>,
    /// The position of the latest request to a device.
    by_device: BTreeMap<DeviceIndex, u32>,
}

impl Recording {
    /// Adds the next entry of the trace.
    pub(super) fn add(&mut self, entry: &Entry) {
        let report = entry.report;
        let at = Nanos::from(entry.at);
        let is_repeat = entry.direction == Direction::ToDevice && self.is_repeat(entry);
        let owner = match entry.direction {
            Direction::ToDevice => None,
            Direction::FromDevice => self.owner(&report),
        };
        let Exchanges {
            frames,
            all,
            answers,
            unasked,
        } = &mut self.exchanges;
        let frame = frames.push(&report);
        if entry.direction == Direction::ToDevice {
            let place = number(all.len());
            if !is_repeat {
                let question = (Header::of(&report), detail(&report));
                self.by_question.insert(question, place);
                self.by_feature.insert(feature(&report), place);
                self.by_device.insert(report.device(), place);
            }
            all.push(Exchange {
                request: frame,
                at,
                answers: None,
            });
            return;
        }
        let owner = owner.and_then(|place| all.get_mut(usize::try_from(place).ok()?));
        let Some(owner) = owner else {
            unasked.push((at, frame));
            return;
        };
        let this = number(answers.len());
        let first = owner.answers.map_or(this, |(first, last)| {
            let last = usize::try_from(last).ok();
            if let Some(last) = last.and_then(|last| answers.get_mut(last)) {
                last.next = Some(this);
            }
            first
        });
        owner.answers = Some((first, this));
        answers.push(Answer {
            at,
            report: frame,
            next: None,
        });
    }

    /// Whether a request is a retry of one that waits for its answer.
    fn is_repeat(&self, entry: &Entry) -> bool {
        let question = (Header::of(&entry.report), detail(&entry.report));
        let latest = self.by_question.get(&question);
        let latest = latest.and_then(|at| self.exchanges.all.get(usize::try_from(*at).ok()?));
        latest.is_some_and(|it| {
            it.answers.is_none()
                && entry.at.since(it.at.into()) <= REPEATED
                && self.exchanges.frames.bytes(it.request) == entry.report.as_bytes()
        })
    }

    fn owner(&self, report: &Report) -> Option<u32> {
        self.answered(report)
            .or_else(|| self.by_feature.get(&feature(report)).copied())
            .or_else(|| self.by_device.get(&report.device()).copied())
    }

    /// The latest request that a report answers. An error names the header alone; every other answer
    /// repeats the detail too.
    fn answered(&self, report: &Report) -> Option<u32> {
        let header = Header::answered_by(report)?;
        let exactly = self.by_question.get(&(header, detail(report))).copied();
        let alike = || {
            let details = (header, u8::MIN)..=(header, u8::MAX);
            self.by_question
                .range(details)
                .map(|(_, place)| *place)
                .max()
        };
        let is_answered = |place: &u32| {
            let exchange = self.exchanges.all.get(usize::try_from(*place).ok()?)?;
            let request = self.exchanges.frames.report(exchange.request)?;
            Some(relation(&request, report))
        };
        let latest = alike().filter(|it| matches!(is_answered(it), Some(Relation::Error(_))));
        latest.or_else(|| exactly.filter(|it| is_answered(it) == Some(Relation::Answer)))
    }
}

/// The number of an element. A trace is too short for an overflow.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// What an answer repeats of its request besides the header: the mark of a ping, the sub-register
/// where there are some ([`relation`]).
fn detail(report: &Report) -> u8 {
    let [first, _, mark] = report.head();
    match (report.sub_id(), report.address()) {
        (0x00, address) if address & 0xF0 == 0x10 => mark,
        (0x80..=0x85, register) if Register(register).has_sub_registers() => first,
        _ => 0,
    }
}

const fn feature(report: &Report) -> (DeviceIndex, u8) {
    (report.device(), report.sub_id())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use hidpp_proto::units::Timestamp;

    /// The rule as written: a search from the end for each of its parts.
    fn searched(exchanges: &Exchanges, report: &Report) -> Option<u32> {
        let latest = |fits: &dyn Fn(&Report) -> bool| {
            let request = |it: &Exchange| exchanges.frames.report(it.request).unwrap();
            let place = exchanges.all.iter().rposition(|it| fits(&request(it)));
            place.map(number)
        };
        latest(&|it| relation(it, report) != Relation::None)
            .or_else(|| latest(&|it| feature(it) == feature(report)))
            .or_else(|| latest(&|it| it.device() == report.device()))
    }

    /// A report of few different bytes, so that many have something in common: calls, register
    /// accesses, pings, and errors of both spaces.
    fn any_report() -> impl Strategy<Value = Report> {
        let byte = |of: &'static [u8]| prop::sample::select(of);
        (
            byte(&[0x10, 0x11]),
            byte(&[0x01, 0x02, 0xFF]),
            byte(&[0x00, 0x09, 0x81, 0x83, 0x8F, 0xFF]),
            byte(&[0x00, 0x09, 0x1E, 0x81, 0xB5]),
            byte(&[0x00, 0x1E, 0x20, 0xB5]),
            byte(&[0x00, 0x07]),
        )
            .prop_map(|(id, device, sub_id, address, first, third)| {
                let mut bytes = vec![id, device, sub_id, address, first, 0x05, third];
                bytes.resize(if id == 0x10 { 7 } else { 20 }, 0);
                Report::parse(&bytes).unwrap()
            })
    }

    proptest! {
        #[test]
        fn looking_up_finds_what_searching_would(
            reports in prop::collection::vec((any::<bool>(), any_report()), 1..60)
        ) {
            let mut recording = Recording::default();
            let mut at = Timestamp::START;
            for (to_device, report) in reports {
                let direction = if to_device {
                    Direction::ToDevice
                } else {
                    let expected = searched(&recording.exchanges, &report);
                    prop_assert_eq!(recording.owner(&report), expected);
                    Direction::FromDevice
                };
                // None is a retry.
                at += REPEATED * 2;
                recording.add(&Entry { at, node: 1, direction, report });
            }
        }
    }
}
