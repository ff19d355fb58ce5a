//! What the previous reports show about the devices behind a node: which features were looked up,
//! which requests wait for an answer, and which devices answered a HID++ 2.0 call.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::capture::trace::Direction;
use hidpp_proto::feature::device_connection::{self, DeviceConnection};
use hidpp_proto::feature::root;
use hidpp_proto::wire::{
    DeviceIndex, FeatureId, FeatureIndex, Message, Relation, Report, Wpid, relation,
};

/// The limit on requests that wait for their answers; beyond it the oldest is dropped. A receiver
/// holds a few at most, and those to sleeping devices are never answered.
const MOST_OPEN: usize = 64;

/// The conversation so far.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    /// Which feature was looked up under which software id, by device.
    asked: BTreeMap<(DeviceIndex, u8), FeatureId>,
    features: BTreeMap<(DeviceIndex, FeatureIndex), FeatureId>,
    /// The models that arrived in the slots.
    arrived: BTreeMap<DeviceIndex, Wpid>,
    /// This program's requests that were not answered yet, the oldest first.
    open: VecDeque<Report>,
    /// Which devices answered a HID++ 2.0 call: their long reports are not notifications of 1.0.
    speak_2_0: BTreeSet<DeviceIndex>,
}

impl Conversation {
    /// Processes the next report; `true`: it answers a request of this program.
    pub(super) fn on_report(&mut self, direction: Direction, report: &Report) -> bool {
        let is_answer = self.is_answer(direction, report);
        self.learn(direction, report, is_answer);
        is_answer
    }

    /// The feature that was looked up at an index.
    pub(super) fn feature(&self, device: DeviceIndex, index: FeatureIndex) -> Option<FeatureId> {
        self.features.get(&(device, index)).copied()
    }

    /// Whether a device answered a HID++ 2.0 call.
    pub(super) fn speaks_2_0(&self, device: DeviceIndex) -> bool {
        self.speak_2_0.contains(&device)
    }

    /// Stores a request, or removes the one that a report answers; `true`: the report answers one.
    fn is_answer(&mut self, direction: Direction, report: &Report) -> bool {
        let report = normalised(report);
        if direction == Direction::ToDevice {
            if self.open.len() >= MOST_OPEN {
                self.open.pop_front();
            }
            self.open.push_back(report);
            return false;
        }
        let related = |request: &Report| relation(request, &report) != Relation::None;
        let Some(request) = self.open.iter().position(related) else {
            return false;
        };
        self.open.remove(request);
        if matches!(Message::of(&report), Message::Reply { .. }) {
            self.speak_2_0.insert(report.device());
        }
        true
    }

    /// Learns the indices of features from this program's lookups.
    fn learn(&mut self, direction: Direction, report: &Report, is_answer: bool) {
        let key = (device(report), report.address());
        let lookup = report.sub_id() == 0 && report.address() >> 4 == root::GET_FEATURE;
        match direction {
            Direction::ToDevice if lookup => {
                let [high, low, _] = report.head();
                self.asked
                    .insert(key, FeatureId(u16::from_be_bytes([high, low])));
            }
            Direction::FromDevice if lookup && is_answer => {
                if let (Some(id), Some(index)) =
                    (self.asked.remove(&key), root::read_feature(report).index)
                {
                    self.features.insert((device(report), index), id);
                }
            }
            Direction::FromDevice => self.note_connection(report),
            Direction::ToDevice => {}
        }
    }

    /// If another device arrives in a slot, its features have other indices: a harmless event of
    /// the previous device may be a key press of this one.
    fn note_connection(&mut self, report: &Report) {
        let device = device(report);
        let is_another = match device_connection::read(report) {
            Some(DeviceConnection::Unpaired) => true,
            Some(DeviceConnection::Arrival(arrival)) => self
                .arrived
                .insert(device, arrival.wpid)
                .is_some_and(|before| before != arrival.wpid),
            _ => false,
        };
        if is_another {
            self.features.retain(|(known, _), _| *known != device);
            self.asked.retain(|(asked, _), _| *asked != device);
            self.open.retain(|request| request.device() != device);
            self.speak_2_0.remove(&device);
        }
    }
}

/// The device of a report: some devices on their own node are addressed with one index and answer
/// with the other.
pub(super) fn device(report: &Report) -> DeviceIndex {
    match report.device() {
        DeviceIndex::CORDED => DeviceIndex::DIRECT,
        device => device,
    }
}

/// The report with one index for such a device.
fn normalised(report: &Report) -> Report {
    let mut bytes = report.as_bytes().to_vec();
    if let Some(index) = bytes.get_mut(1) {
        *index = device(report).0;
    }
    Report::parse(&bytes).unwrap_or(*report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_that_are_never_answered_do_not_pile_up() {
        let mut conversation = Conversation::default();
        for number in 0..=255 {
            let request = Report::short(DeviceIndex(1), 0x00, 0x1E, [0, 0, number]);
            conversation.on_report(Direction::ToDevice, &request);
        }
        assert_eq!(conversation.open.len(), MOST_OPEN);
    }
}
