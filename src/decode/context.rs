//! The state of decoding, learnt from the stream: what is behind each source, which of its slots
//! are paired, the indices of features, and which requests are open.

use std::collections::{HashMap, HashSet, VecDeque};

use serde::Serialize;

use crate::capture::line::Source;
use crate::device::ReceiverModel;
use hidpp_proto::feature::PairingRecords;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{FeatureId, Register, Report};

/// How many open requests are kept for one source: far more than any program has at a time.
const MAX_OPEN: usize = 64;
/// How many sources are distinguished; if there are more, all state is dropped.
const MAX_SOURCES: usize = 256;
/// How many features of models are kept; if there are more, all are dropped.
const MAX_MODEL_FEATURES: usize = 16_384;

/// How the feature at an index is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Knowledge {
    /// Index 0 is root, by definition.
    Defined,
    /// Given by the user.
    Given,
    /// Reported by the device, earlier in the stream.
    Learnt,
    /// An event carried the marker GOOD, which only solar keyboards send.
    Inferred,
    /// The index of known devices, and the frame matches. This may be wrong.
    Assumed,
    /// The values are those of a headset's battery. This may be wrong.
    Resembling,
}

/// A feature with an index given by the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenFeature {
    /// Its index, 1 to 7F.
    pub index: u8,
    /// Its id.
    pub id: FeatureId,
}

/// A feature, and how it is known.
pub(super) type Known = (FeatureId, Knowledge);

/// The state of decoding.
#[derive(Debug, Default)]
pub struct Context {
    given: HashMap<u8, FeatureId>,
    models: Models,
    sources: HashMap<Source, Conversations>,
}

/// The features of each model, by the product id of the device or of its node: a capture may have
/// several sessions with one device, of which only one looks its features up.
type Models = HashMap<(u16, u8), Known>;

/// What is behind a source, at device index FF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behind {
    /// A receiver, with records of this kind.
    Receiver(PairingRecords),
    /// A device on its own node.
    Device,
}

impl Behind {
    /// What these USB or Bluetooth ids belong to.
    fn of(vendor: u16, product: u16) -> Self {
        ReceiverModel::of(vendor, product)
            .map_or(Self::Device, |model| Self::Receiver(model.records))
    }
}

/// What was received from one source.
#[derive(Debug, Default)]
struct Conversations {
    behind: Option<Behind>,
    /// Whether each slot holds a device, where that was seen.
    slots: HashMap<u8, bool>,
    /// The devices that are known to use HID++ 2.0.
    modern: HashSet<u8>,
    /// By device index and feature index.
    features: HashMap<(u8, u8), Known>,
    /// Oldest first.
    open: VecDeque<Asked>,
    /// The product id of the device in each slot.
    products: HashMap<u8, u16>,
}

/// A request, and when it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) report: Report,
    pub(super) at: Option<Timestamp>,
}

impl Context {
    /// A state with the features given by the user, and nothing learnt yet.
    pub fn new(given: &[GivenFeature]) -> Self {
        let given = given.iter().map(|given| (given.index, given.id)).collect();
        Self {
            given,
            models: HashMap::new(),
            sources: HashMap::new(),
        }
    }

    /// A device with these ids is at `source` from now on.
    pub fn introduce(&mut self, source: Source, vendor: u16, product: u16) {
        let behind = Some(Behind::of(vendor, product));
        let talk = self.talk(source);
        let is_same = talk.heard.products.get(&0xFF) == Some(&product);
        if talk.heard.behind != behind || !is_same {
            *talk.heard = Conversations {
                behind,
                products: HashMap::from([(0xFF, product)]),
                ..Conversations::default()
            };
        }
    }

    /// The state for `source`, to read and update.
    pub(super) fn talk(&mut self, source: Source) -> Talk<'_> {
        if self.sources.len() >= MAX_SOURCES && !self.sources.contains_key(&source) {
            self.sources.clear();
        }
        Talk {
            given: &self.given,
            models: &mut self.models,
            now: None,
            heard: self.sources.entry(source).or_default(),
        }
    }
}

/// The state for one source.
pub(super) struct Talk<'a> {
    given: &'a HashMap<u8, FeatureId>,
    models: &'a mut Models,
    heard: &'a mut Conversations,
    /// The time of the frame.
    now: Option<Timestamp>,
}

impl Talk<'_> {
    /// The feature at `index` of `device`, if it is known.
    pub(super) fn feature(&self, device: u8, index: u8) -> Option<Known> {
        if index == 0 {
            return Some((FeatureId::ROOT, Knowledge::Defined));
        }
        if let Some(&id) = self.given.get(&index) {
            return Some((id, Knowledge::Given));
        }
        let own = self.heard.features.get(&(device, index));
        own.or_else(|| self.models.get(&(self.product(device)?, index)))
            .copied()
    }

    /// The product id of a device, if it is known. That of a receiver's node is not a device's.
    fn product(&self, device: u8) -> Option<u16> {
        let device = if device == 0 { 0xFF } else { device };
        let is_of_receiver = device == 0xFF && matches!(self.behind(), Some(Behind::Receiver(_)));
        let product = self.heard.products.get(&device).copied();
        product.filter(|_| !is_of_receiver)
    }

    /// Stores the product id of the device in a slot. Another one is another device.
    pub(super) fn learn_product(&mut self, slot: u8, product: u16) {
        let known = self.heard.products.insert(slot, product);
        if known.is_some_and(|known| known != product) {
            self.forget(slot);
            self.heard.products.insert(slot, product);
            self.learn_slot(slot, true);
        }
    }

    /// The time of the frame.
    pub(super) fn now(&self) -> Option<Timestamp> {
        self.now
    }

    /// Sets the time of the frame.
    pub(super) fn set_now(&mut self, now: Option<Timestamp>) {
        self.now = now;
    }

    /// Stores the index of a feature.
    pub(super) fn learn(&mut self, device: u8, index: u8, known: Known) {
        self.heard.features.insert((device, index), known);
        if let (Some(product), (_, Knowledge::Learnt)) = (self.product(device), known) {
            if self.models.len() >= MAX_MODEL_FEATURES {
                self.models.clear();
            }
            self.models.insert((product, index), known);
        }
    }

    /// Whether the device reported the index of any feature.
    pub(super) fn has_looked_up(&self, device: u8) -> bool {
        let mut features = self.heard.features.iter();
        features.any(|(&(of, _), &(_, how))| of == device && how != Knowledge::Resembling)
    }

    /// What is behind the source, as far as that is known.
    pub(super) fn behind(&self) -> Option<Behind> {
        self.heard.behind
    }

    /// Remembers what a frame shows to be behind the source, unless more is known.
    pub(super) fn learn_behind(&mut self, behind: Behind) {
        let known = &mut self.heard.behind;
        if matches!(
            known,
            None | Some(Behind::Receiver(PairingRecords::Unknown))
        ) {
            *known = Some(behind);
        }
    }

    /// Whether a slot holds a device: `None` if it is not known.
    pub(super) fn is_paired(&self, slot: u8) -> Option<bool> {
        self.heard.slots.get(&slot).copied()
    }

    /// Remembers whether a slot holds a device.
    pub(super) fn learn_slot(&mut self, slot: u8, paired: bool) {
        self.heard.slots.insert(slot, paired);
    }

    /// Whether this device is known to use HID++ 2.0.
    pub(super) fn is_modern(&self, device: u8) -> bool {
        self.heard.modern.contains(&device)
    }

    /// Stores that this device uses HID++ 2.0.
    pub(super) fn learn_modern(&mut self, device: u8) {
        self.heard.modern.insert(device);
    }

    /// Drops what is known of a slot, which may get another device.
    pub(super) fn forget(&mut self, device: u8) {
        self.learn_slot(device, false);
        self.heard.modern.remove(&device);
        self.heard.products.remove(&device);
        self.heard.features.retain(|&(of, _), _| of != device);
        self.heard
            .open
            .retain(|open| open.report.device().0 != device);
    }

    /// Stores a request that waits for its answer.
    pub(super) fn ask(&mut self, request: &Report) {
        let open = &mut self.heard.open;
        open.retain(|other| !same_question(&other.report, request));
        if open.len() >= MAX_OPEN {
            open.pop_front();
        }
        open.push_back(Asked {
            report: *request,
            at: self.now,
        });
    }

    /// Whether `report` has the shape of the answer to an open request.
    pub(super) fn has_open(&self, report: &Report) -> bool {
        self.position(report.device().0, |open| same_header(open, report))
            .is_some()
    }

    /// The request that `report` answers; it is not open any more.
    pub(super) fn answered_by(&mut self, report: &Report) -> Option<Asked> {
        let at = self.position(report.device().0, |open| same_header(open, report))?;
        self.heard.open.remove(at)
    }

    /// The request that an error from `device` refuses; it is not open any more.
    pub(super) fn refused(&mut self, device: u8, sub_id: u8, address: u8) -> Option<Asked> {
        let at = self.position(device, |open| {
            (open.sub_id(), open.address()) == (sub_id, address)
        })?;
        self.heard.open.remove(at)
    }

    /// The newest open request to that device. Devices with their own node may be addressed as 00
    /// or FF and answer with the other one or with their slot.
    fn position(&self, device: u8, matches: impl Fn(&Report) -> bool) -> Option<usize> {
        let find = |asked: &dyn Fn(u8) -> bool| {
            let mut open = self.heard.open.iter();
            open.rposition(|open| asked(open.report.device().0) && matches(&open.report))
        };
        find(&|asked| asked == device).or_else(|| find(&|asked| matches!(asked, 0x00 | 0xFF)))
    }
}

/// Whether two reports agree in the part of the request that an answer repeats, except the device
/// index.
fn same_header(request: &Report, answer: &Report) -> bool {
    let sub_register = |report: &Report| {
        let [first, ..] = report.head();
        let is_register = matches!(report.sub_id(), 0x80..=0x8E);
        let reads = matches!(report.sub_id(), 0x81 | 0x83 | 0x85);
        (is_register && reads && Register(report.address()).has_sub_registers()).then_some(first)
    };
    (request.sub_id(), request.address()) == (answer.sub_id(), answer.address())
        && sub_register(request) == sub_register(answer)
}

fn same_question(one: &Report, other: &Report) -> bool {
    one.device() == other.device() && same_header(one, other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hidpp_proto::feature::BatteryFeature;
    use test_support::report;

    const SOLAR: FeatureId = BatteryFeature::SolarDashboard.id();

    #[test]
    fn an_index_is_valid_for_its_own_device_only() {
        let mut context = Context::new(&[]);
        let mut talk = context.talk(Source::Node(1));
        talk.learn(2, 9, (SOLAR, Knowledge::Learnt));
        assert_eq!(talk.feature(2, 9), Some((SOLAR, Knowledge::Learnt)));
        assert_eq!(talk.feature(1, 9), None);
        talk.forget(2);
        assert_eq!(talk.feature(2, 9), None);
        assert_eq!(context.talk(Source::Node(2)).feature(2, 9), None);
    }

    #[test]
    fn another_device_at_a_source_starts_with_an_empty_state() {
        let node = Source::Node(1);
        let mut context = Context::new(&[]);
        context.introduce(node, 0x046D, 0xC52B);
        context.talk(node).learn_slot(2, true);
        context.introduce(node, 0x046D, 0xC52B);
        assert_eq!(context.talk(node).is_paired(2), Some(true));
        context.introduce(node, 0x046D, 0xB342);
        assert_eq!(context.talk(node).is_paired(2), None);
        assert_eq!(context.talk(node).behind(), Some(Behind::Device));
    }

    #[test]
    fn ids_take_precedence_over_evidence_from_frames() {
        let mut context = Context::new(&[]);
        let mut talk = context.talk(Source::Unknown);
        talk.learn_behind(Behind::Receiver(PairingRecords::Unknown));
        talk.learn_behind(Behind::Receiver(PairingRecords::Bolt));
        talk.learn_behind(Behind::Receiver(PairingRecords::Legacy));
        let bolt = Some(Behind::Receiver(PairingRecords::Bolt));
        assert_eq!(talk.behind(), bolt);
    }

    #[test]
    fn features_given_by_the_user_apply_to_all_devices() {
        let given = GivenFeature {
            index: 9,
            id: SOLAR,
        };
        let mut context = Context::new(&[given]);
        let known = context.talk(Source::Unknown).feature(5, 9);
        assert_eq!(known, Some((SOLAR, Knowledge::Given)));
    }

    #[test]
    fn an_answer_needs_the_same_function_software_and_sub_register() {
        let mut context = Context::new(&[]);
        let mut talk = context.talk(Source::Unknown);
        let ping = report("10 01 00 1B 00 00 B4");
        talk.ask(&ping);
        assert!(!talk.has_open(&report("11 01 00 1C 04 02 B4 …")));
        assert!(!talk.has_open(&report("11 02 00 1B 04 02 B4 …")));
        let answer = report("11 01 00 1B 04 02 B4 …");
        assert_eq!(talk.answered_by(&answer).unwrap().report, ping);
        assert_eq!(talk.answered_by(&answer), None, "answered once");

        talk.ask(&report("10 FF 83 B5 03 00 00"));
        assert!(!talk.has_open(&report("11 FF 83 B5 20 08 08 …")));
        assert!(talk.has_open(&report("11 FF 83 B5 03 AF 4F 95 EA 05 06 …")));
    }

    #[test]
    fn a_device_addressed_as_ff_or_00_may_answer_with_its_slot() {
        let mut context = Context::new(&[]);
        let mut talk = context.talk(Source::Unknown);
        let request = report("11 FF 00 08 10 00 …"); // piper issue 541
        talk.ask(&request);
        let answer = report("11 01 00 08 07 …");
        assert_eq!(talk.answered_by(&answer).unwrap().report, request);
        talk.ask(&report("10 00 81 01 00 00 00")); // libratbag issue 1058
        assert!(talk.refused(1, 0x81, 0x01).is_some());
    }

    #[test]
    fn open_requests_do_not_pile_up() {
        let mut context = Context::new(&[]);
        for node in 0..1000 {
            let mut talk = context.talk(Source::Node(node));
            for device in 0..=255 {
                talk.ask(&Report::short(
                    hidpp_proto::wire::DeviceIndex(device),
                    0,
                    0x1E,
                    [0; 3],
                ));
            }
            assert_eq!(talk.heard.open.len(), MAX_OPEN);
        }
        assert!(context.sources.len() <= MAX_SOURCES);
    }
}
