//! Which recorded request each report of a device belongs to: the latest that it answers, or else
//! the latest to the same feature, or to the same device.
//!
//! It is looked up, not searched for, so that a long trace is read in a time that grows with its
//! length.

use std::collections::BTreeMap;

use crate::transport::trace::{Direction, Entry};
use crate::units::Timestamp;
use crate::wire::{DeviceIndex, Header, Relation, Report, relation};

/// A recorded request, and what belongs to it.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) request: Report,
    pub(super) at: Timestamp,
    pub(super) answers: Vec<(Timestamp, Report)>,
}

/// What was recorded of one node, entry by entry.
#[derive(Debug, Default)]
pub(super) struct Recording {
    /// What came before any request to its device: it is due from the start.
    pub(super) unasked: Vec<(Timestamp, Report)>,
    pub(super) exchanges: Vec<Exchange>,
    /// Where the requests with a header stand among them.
    by_header: BTreeMap<Header, Vec<usize>>,
    /// Where the latest request to a feature stands, or to a sub-id of HID++ 1.0.
    by_feature: BTreeMap<(DeviceIndex, u8), usize>,
    /// Where the latest request to a device stands.
    by_device: BTreeMap<DeviceIndex, usize>,
}

impl Recording {
    /// Takes the next entry of the trace.
    pub(super) fn add(&mut self, entry: &Entry) {
        let Entry { at, report, .. } = *entry;
        match entry.direction {
            Direction::ToDevice => {
                let place = self.exchanges.len();
                let alike = self.by_header.entry(Header::of(&report)).or_default();
                alike.push(place);
                self.by_feature.insert(feature(&report), place);
                self.by_device.insert(report.device(), place);
                self.exchanges.push(Exchange {
                    request: report,
                    at,
                    answers: Vec::new(),
                });
            }
            Direction::FromDevice => {
                let owner = self.owner(&report);
                let owner = owner.and_then(|place| self.exchanges.get_mut(place));
                let belonging = owner.map_or(&mut self.unasked, |it| &mut it.answers);
                belonging.push((at, report));
            }
        }
    }

    fn owner(&self, report: &Report) -> Option<usize> {
        let header = Header::answered_by(report);
        let alike = header.and_then(|header| self.by_header.get(&header));
        let is_answered = |place: &usize| {
            let exchange = self.exchanges.get(*place);
            exchange.is_some_and(|it| relation(&it.request, report) != Relation::None)
        };
        let answered = alike.and_then(|places| places.iter().copied().rfind(is_answered));
        answered
            .or_else(|| self.by_feature.get(&feature(report)).copied())
            .or_else(|| self.by_device.get(&report.device()).copied())
    }
}

const fn feature(report: &Report) -> (DeviceIndex, u8) {
    (report.device(), report.sub_id())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rule word for word: a search from the end for each of its parts.
    fn searched(exchanges: &[Exchange], report: &Report) -> Option<usize> {
        let latest = |fits: &dyn Fn(&Report) -> bool| {
            exchanges
                .iter()
                .rposition(|exchange| fits(&exchange.request))
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
            for (to_device, report) in reports {
                let direction = if to_device {
                    Direction::ToDevice
                } else {
                    let expected = searched(&recording.exchanges, &report);
                    prop_assert_eq!(recording.owner(&report), expected);
                    Direction::FromDevice
                };
                let at = Timestamp::START;
                recording.add(&Entry { at, node: 1, direction, report });
            }
        }
    }
}
