//! How a node handles one device, for different orders of answers, failures and notices. The inputs
//! are session events; complete exchanges are tested in `tests/manager`.

use std::time::Duration;

use super::Node;
use crate::device::{Battery, Change, Device, Link, Presence, ReceiverModel};
use crate::manager::memory::Memory;
use crate::manager::query::Query;
use crate::manager::rivals::Sign;
use crate::manager::snapshot::Failure;
use crate::transport::{NodeInfo, Transport, TransportError};
use hidpp_proto::feature::Reading;
use hidpp_proto::feature::battery_mileage::{self, BatteryMileage};
use hidpp_proto::feature::device_connection::DeviceConnection;
use hidpp_proto::feature::device_information;
use hidpp_proto::feature::root::ProtocolVersion;
use hidpp_proto::session::{DeviceFact, PairingRecord, RequestError, Wanted};
use hidpp_proto::units::{Percent, Timestamp};
use hidpp_proto::wire::descriptor::Capabilities;
use hidpp_proto::wire::{DeviceIndex, Incoming, Report, Wpid};
use test_support::report;

const DEVICE: DeviceIndex = DeviceIndex(1);

/// A transport that accepts requests and returns nothing.
struct Mute;

impl Transport for Mute {
    fn send(&mut self, _: Timestamp, _: &Report) -> Result<(), TransportError> {
        Ok(())
    }

    fn receive(&mut self, _: Timestamp) -> Result<Option<Incoming>, TransportError> {
        Ok(None)
    }
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_start(Duration::from_secs(seconds))
}

fn mileage(percent: u8) -> BatteryMileage {
    battery_mileage::read(&report(&format!("10 01 81 0D {percent:02X} 00 30")))
}

/// A query that follows the battery and the firmware of all devices.
fn query() -> Query {
    let wanted = Wanted::BATTERY | Wanted::FIRMWARE;
    Query {
        follow: true,
        ..Query::once(wanted, Duration::from_secs(10))
    }
}

/// The same for devices with this name.
fn query_of(name: &str) -> Query {
    Query {
        devices: vec![name.parse().unwrap()],
        ..query()
    }
}

/// A receiver with one device.
struct Rig<'a> {
    node: Node<'a>,
    memory: Memory,
}

impl<'a> Rig<'a> {
    /// Creates the rig; the receiver stores this name for the device.
    fn named(query: &'a Query, name: Option<&str>) -> Self {
        let info = NodeInfo::unifying("/dev/hidraw0");
        let model = ReceiverModel::of(info.vendor, info.product);
        let mut node = Node::new(info, model, Box::new(Mute), query);
        let mut memory = Memory::default();
        node.begin(at(0), &memory);
        let mut record = PairingRecord::default();
        // Not in the list of models.
        record.wpid = Some(Wpid(0x7FFF));
        record.name = name.map(str::to_owned);
        node.on_paired(at(0), DEVICE, &record, &mut memory);
        Self { node, memory }
    }

    /// The device is not polled: the query selects other devices.
    fn unwanted() -> Rig<'static> {
        let query = Box::leak(Box::new(query_of("another")));
        Rig::named(query, Some("Mouse"))
    }

    fn fact(&mut self, seconds: u64, fact: &DeviceFact) {
        let Self { node, memory } = self;
        node.on_fact(at(seconds), DEVICE, fact, memory);
    }

    fn answers(&mut self, seconds: u64) {
        self.fact(seconds, &DeviceFact::Protocol(ProtocolVersion::HIDPP_10));
    }

    fn absent(&mut self, seconds: u64, error: RequestError) {
        self.fact(seconds, &DeviceFact::Absent(error));
    }

    fn charge(&mut self, seconds: u64, percent: u8) {
        let reading = DeviceFact::Battery(Reading::Mileage(mileage(percent)));
        self.fact(seconds, &reading);
    }

    fn probed(&mut self, seconds: u64) {
        let Self { node, memory } = self;
        node.on_probed(at(seconds), DEVICE, memory);
    }

    fn name(&mut self, seconds: u64, name: Option<&str>) {
        let Self { node, memory } = self;
        node.on_name(at(seconds), DEVICE, name.map(str::to_owned), memory);
    }

    fn link(&mut self, seconds: u64, up: bool) {
        let connection = DeviceConnection::Link { up };
        self.node.on_connection(at(seconds), DEVICE, connection);
    }

    fn device(&self) -> &Device {
        self.node.views().next().unwrap()
    }

    fn place(&self) -> Link {
        self.device().link.clone()
    }

    fn percent(&self) -> Option<u8> {
        self.device().battery?.percent.map(Percent::get)
    }

    fn signs(&mut self) -> Vec<Sign> {
        let signs = self.node.take_signs().into_iter();
        signs.map(|(_, _, sign)| sign).collect()
    }

    /// How often the device was announced.
    fn added(&mut self) -> usize {
        let changes = std::iter::from_fn(|| self.node.poll_change());
        changes
            .filter(|change| matches!(change, Change::DeviceAdded(_)))
            .count()
    }

    /// Closes the node and returns whether a poll of the device was still running.
    fn ends_asked(mut self) -> bool {
        self.node.close(at(1000), false);
        match self.node.take_failure() {
            Some(Failure::TimedOut { devices, .. }) => !devices.is_empty(),
            failure => panic!("{failure:?}"),
        }
    }

    /// Ends the node and returns whether the device stopped answering.
    fn fell_silent(self) -> bool {
        let (_, failures) = self.node.into_parts();
        failures.iter().any(|it| {
            let silent = RequestError::Silent;
            matches!(it, Failure::Device { error, .. } if *error == silent)
        })
    }
}

#[test]
fn a_timeout_is_a_failure_only_after_an_answer_and_until_the_next() {
    let silent = |steps: &[fn(&mut Rig<'_>)]| {
        let mut rig = Rig::unwanted();
        for step in steps {
            step(&mut rig);
        }
        rig.fell_silent()
    };
    let answer: fn(&mut Rig<'_>) = |rig| rig.answers(1);
    let silence: fn(&mut Rig<'_>) = |rig| rig.absent(2, RequestError::Silent);
    let away: fn(&mut Rig<'_>) = |rig| rig.absent(3, RequestError::Disconnected);
    assert!(!silent(&[silence]), "it may be asleep");
    assert!(silent(&[answer, silence]));
    assert!(silent(&[answer, silence, silence]));
    assert!(!silent(&[answer, silence, answer]));
    assert!(!silent(&[answer, silence, away]));
    assert!(silent(&[answer, silence, away, silence]));
    assert!(silent(&[away, answer, silence]), "its dongle answered");
    assert!(!silent(&[away, silence]));
    // Any event that brings it back online.
    assert!(!silent(&[answer, silence, |rig| rig.link(4, true)]));
    assert!(!silent(&[answer, silence, |rig| rig.charge(4, 50)]));
}

#[test]
fn a_dongle_that_answers_for_a_switched_off_headset_is_not_the_headset() {
    let mut rig = Rig::unwanted();
    rig.absent(1, RequestError::Disconnected);
    rig.answers(2);
    assert_eq!(rig.device().presence, Presence::Offline);
    assert_eq!(rig.device().seen, None);
    assert_eq!(rig.signs(), []);
    // The dongle's link is up, and it still answers instead of the headset.
    rig.link(3, true);
    assert_eq!(rig.signs(), [Sign::Arrival]);
    rig.answers(4);
    assert_eq!(rig.signs(), []);
    assert_eq!(rig.device().seen, Some(at(3)));
    rig.charge(5, 50);
    assert_eq!(rig.signs(), [Sign::Answer], "only the headset has a charge");
    rig.answers(6);
    assert_eq!(rig.signs(), [Sign::Answer]);
    // A different absence does not mean that the headset is off.
    rig.absent(7, RequestError::Disconnected);
    rig.absent(8, RequestError::Silent);
    rig.answers(9);
    assert_eq!(rig.signs(), [Sign::Answer]);
    assert_eq!(rig.device().presence, Presence::Online);
}

#[test]
fn the_second_of_two_implausible_readings_in_a_row_is_accepted() {
    let mut rig = Rig::unwanted();
    let mut percents = Vec::new();
    for (seconds, percent) in [
        (1, 90),
        (2, 10),
        (3, 11),
        (4, 95),
        (5, 10),
        (6, 60),
        (7, 61),
    ] {
        rig.charge(seconds, percent);
        percents.push(rig.percent().unwrap());
    }
    // 95 is implausible after 11; 10 is too, but is the second in a row; 60 is implausible again.
    assert_eq!(percents, [90, 90, 11, 11, 10, 10, 61]);
}

#[test]
fn a_plausible_reading_ends_the_recheck() {
    let mut rig = Rig::unwanted();
    for (seconds, percent) in [(1, 90), (2, 10), (3, 89), (4, 10)] {
        rig.charge(seconds, percent);
    }
    assert_eq!(rig.percent(), Some(89));
}

#[test]
fn another_request_does_not_end_the_recheck() {
    let mut rig = Rig::unwanted();
    rig.charge(1, 90);
    rig.charge(2, 10);
    assert!(rig.node.refresh(at(3), &rig.place()));
    rig.charge(4, 10);
    assert_eq!(rig.percent(), Some(10));
}

#[test]
fn an_unsolicited_implausible_reading_starts_a_poll() {
    let mut rig = Rig::unwanted();
    rig.charge(1, 90);
    rig.charge(2, 10);
    assert!(rig.ends_asked());
    let mut rig = Rig::unwanted();
    rig.charge(1, 90);
    rig.charge(2, 80);
    assert!(!rig.ends_asked());
}

#[test]
fn a_missing_answer_is_requested_again_only_after_a_failure_or_an_absence() {
    let unread = |steps: &[fn(&mut Rig<'_>)]| {
        let mut rig = Rig::unwanted();
        assert!(rig.node.unread(DEVICE).contains(Wanted::FIRMWARE));
        for step in steps {
            step(&mut rig);
        }
        rig.node.unread(DEVICE).contains(Wanted::FIRMWARE)
    };
    let answer: fn(&mut Rig<'_>) = |rig| rig.answers(1);
    let failure: fn(&mut Rig<'_>) = |rig| rig.fact(2, &DeviceFact::Failed(RequestError::Busy));
    let end: fn(&mut Rig<'_>) = |rig| rig.probed(3);
    let silence: fn(&mut Rig<'_>) = |rig| rig.absent(4, RequestError::Silent);
    assert!(!unread(&[answer, end]));
    assert!(unread(&[end]), "its presence is unknown");
    assert!(unread(&[answer, silence, end]));
    assert!(unread(&[answer, failure, end]));
    // The failure counts until the next poll.
    assert!(unread(&[answer, failure, end, end]));
    assert!(unread(&[answer, failure, end, silence, answer, end]));
}

#[test]
fn a_failure_counts_until_the_next_poll() {
    let unread = |ask: fn(&mut Rig<'_>)| {
        let mut rig = Rig::unwanted();
        rig.answers(1);
        rig.fact(2, &DeviceFact::Failed(RequestError::Busy));
        rig.probed(3);
        ask(&mut rig);
        rig.node.session.close(at(7));
        rig.probed(8);
        rig.node.unread(DEVICE).contains(Wanted::FIRMWARE)
    };
    assert!(!unread(|rig| {
        let place = rig.place();
        assert!(rig.node.check(at(4), &place));
        assert!(!rig.node.check(at(5), &place), "a poll is running");
    }));
    // A re-check of its battery is not a new poll.
    assert!(unread(|rig| {
        rig.charge(4, 90);
        rig.charge(5, 10);
    }));
}

#[test]
fn a_device_is_announced_once_it_is_named_and_polled() {
    let query = query_of("another");
    let rig = || Rig::named(&query, None);
    let mut named_first = rig();
    named_first.name(1, Some("Mouse"));
    assert_eq!(named_first.added(), 0);
    named_first.probed(2);
    assert_eq!(named_first.added(), 1);
    let mut asked_first = rig();
    asked_first.probed(1);
    assert_eq!(asked_first.added(), 0);
    asked_first.name(2, Some("Mouse"));
    assert_eq!(asked_first.added(), 1);
    for rig in [&mut named_first, &mut asked_first] {
        rig.probed(3);
        rig.name(4, Some("Mouse"));
        rig.probed(5);
        assert_eq!(rig.added(), 0, "once");
    }
    let mut stored = Rig::named(&query, Some("Mouse"));
    stored.probed(1);
    assert_eq!(stored.added(), 1, "the record has the name already");
}

#[test]
fn a_nameless_device_is_announced_once_its_own_name_was_requested() {
    let query = query_of("another");
    let mut rig = Rig::named(&query, None);
    rig.probed(1);
    rig.name(2, None);
    assert_eq!(rig.added(), 0);
    assert!(rig.node.unread(DEVICE).contains(Wanted::NAME));
    // The request is pending.
    rig.probed(3);
    assert_eq!(rig.added(), 0);
    assert!(rig.ends_asked());
}

#[test]
fn a_device_that_turns_out_to_be_selected_is_polled() {
    let query = query_of("mouse");
    let mut rig = Rig::named(&query, None);
    rig.name(1, Some("Keyboard"));
    assert!(!rig.ends_asked());
    let mut rig = Rig::named(&query, None);
    rig.name(1, Some("Mouse"));
    assert!(rig.ends_asked());
    let mut rig = Rig::named(&query, None);
    rig.name(1, Some("Keyboard"));
    rig.fact(2, &DeviceFact::Name("Optical Mouse".to_owned()));
    assert!(rig.ends_asked(), "its own name counts, too");
}

#[test]
fn the_identity_of_a_link_is_requested_once_per_connection() {
    let asked = |steps: &[fn(&mut Rig<'_>)]| {
        let mut rig = Rig::unwanted();
        for step in steps {
            step(&mut rig);
        }
        let place = rig.place();
        rig.node.ask_identity(at(9), &place)
    };
    let ask: fn(&mut Rig<'_>) = |rig| {
        let place = rig.place();
        assert!(rig.node.ask_identity(at(1), &place));
    };
    let up: fn(&mut Rig<'_>) = |rig| rig.link(3, true);
    let down: fn(&mut Rig<'_>) = |rig| rig.link(3, false);
    assert!(asked(&[]));
    assert!(!asked(&[ask]));
    assert!(!asked(&[ask, down]));
    // The request is still pending.
    assert!(!asked(&[ask, up]));
    let busy: fn(&mut Rig<'_>) = |rig| {
        rig.charge(1, 90);
        rig.charge(2, 10);
    };
    assert!(!asked(&[busy]), "another poll is running");
}

#[test]
fn wakes_are_debounced_until_the_link_is_lost() {
    let query = query();
    let woken = |steps: &[fn(&mut Rig<'_>)], again: u64| {
        let mut rig = Rig::named(&query, Some("Mouse"));
        // Ends the poll from when it was found.
        rig.node.session.close(at(0));
        rig.probed(1);
        rig.node.on_wake(at(10), DEVICE);
        assert!(rig.node.session.is_probing(DEVICE));
        rig.node.session.close(at(10));
        rig.probed(10);
        for step in steps {
            step(&mut rig);
        }
        rig.node.on_wake(at(again), DEVICE);
        rig.node.session.is_probing(DEVICE)
    };
    assert!(!woken(&[], 11));
    assert!(woken(&[], 12));
    assert!(woken(&[|rig| rig.link(11, false)], 11));
    assert!(!woken(&[|rig| rig.link(11, true)], 11));
}

#[test]
fn a_wake_during_a_poll_does_not_start_another() {
    let query = query();
    let mut rig = Rig::named(&query, Some("Mouse"));
    rig.node.session.close(at(0));
    rig.node.on_wake(at(10), DEVICE);
    assert!(!rig.node.session.is_probing(DEVICE));
    // That wake was not counted, so the next one is not debounced.
    rig.probed(11);
    rig.node.on_wake(at(11), DEVICE);
    assert!(rig.node.session.is_probing(DEVICE));
}

#[test]
fn a_battery_is_polled_again_ten_seconds_after_the_last_poll() {
    let mut rig = Rig::unwanted();
    let asks = |rig: &mut Rig<'_>, seconds| {
        let before = rig.node.due;
        rig.node.due = None;
        assert!(rig.node.refresh(at(seconds), &rig.place()));
        let asks = rig.node.due.is_some();
        rig.node.due = before;
        asks
    };
    assert!(asks(&mut rig, 1));
    assert!(!asks(&mut rig, 10));
    assert!(asks(&mut rig, 11), "although the poll is still running");
    // An implausible reading is re-checked at once, which does not count as a poll.
    rig.charge(12, 90);
    rig.charge(13, 10);
    assert!(!asks(&mut rig, 20));
    assert!(asks(&mut rig, 21));
    rig.absent(22, RequestError::Silent);
    assert!(!asks(&mut rig, 40), "it is offline");
}

#[test]
fn only_devices_that_answered_are_cached() {
    let query = query();
    let mut rig = Rig::named(&query, Some("Mouse"));
    let id = rig.device().id.clone();
    let memory = |rig: &Rig<'_>| {
        let mut memory = Memory::default();
        rig.node.remember(at(9), &mut memory);
        memory.knows(&id)
    };
    assert!(!memory(&rig));
    rig.absent(1, RequestError::Silent);
    assert!(!memory(&rig));
    rig.absent(2, RequestError::Disconnected);
    assert!(!memory(&rig));
    rig.answers(3);
    assert!(memory(&rig), "its dongle answered instead");
    rig.absent(4, RequestError::Silent);
    assert!(memory(&rig), "earlier answers stay");
}

#[test]
fn the_removal_of_an_unpaired_device_is_reported_if_it_was_announced() {
    let removed = |asked: bool| {
        let mut rig = Rig::unwanted();
        if asked {
            rig.probed(1);
        }
        let unpaired = DeviceConnection::Unpaired;
        rig.node.on_connection(at(2), DEVICE, unpaired);
        assert_eq!(rig.node.views().count(), 0);
        let changes = std::iter::from_fn(|| rig.node.poll_change());
        let removed = changes.filter(|it| matches!(it, Change::DeviceRemoved(_)));
        removed.count()
    };
    assert_eq!(removed(true), 1);
    assert_eq!(removed(false), 0);
}

/// A device of an unknown model on a cable at a port, in use from this time on.
fn on_cable<'a>(query: &'a Query, memory: &Memory, begun: Timestamp) -> Node<'a> {
    let capabilities = Capabilities::NONE.with_long();
    let info = NodeInfo {
        phys: Some("usb-0000:00:14.0-2/input2".to_owned()),
        ..NodeInfo::new("/dev/hidraw3", 0x046D, 0x7FFF, capabilities)
    };
    let mut node = Node::new(info, None, Box::new(Mute), query);
    node.begin(begun, memory);
    node
}

#[test]
fn the_identity_of_a_device_on_a_cable_is_requested_when_it_is_found() {
    let query = query();
    let memory = Memory::default();
    let mut node = on_cable(&query, &memory, at(0));
    let place = node.views().next().unwrap().link.clone();
    node.session.close(at(1));
    node.on_probed(at(1), DeviceIndex::DIRECT, &mut Memory::default());
    assert!(!node.ask_identity(at(2), &place), "requested before");
    let up = DeviceConnection::Link { up: true };
    node.on_connection(at(3), DeviceIndex::DIRECT, up);
    assert!(node.ask_identity(at(4), &place));
}

#[test]
fn the_entry_of_a_port_belongs_to_the_first_device_there() {
    let query = query();
    let id_of = |node: &Node<'_>| node.views().next().unwrap().id.clone();
    // Unit id D0000001, product id 7FFF on USB.
    let identity = report("11 FF 02 06 01 D0 00 00 01 00 08 7F FF …");
    let identity = DeviceFact::Identity(device_information::read_device_info(&identity));
    for is_known in [false, true] {
        let mut memory = Memory::default();
        let id = id_of(&on_cable(&query, &memory, at(0)));
        let before = Device {
            battery: Some(Battery::from_mileage(&mileage(50), at(1))),
            ..on_cable(&query, &memory, at(0))
                .views()
                .next()
                .unwrap()
                .clone()
        };
        if is_known {
            memory.keep(&before);
        }
        let mut node = on_cable(&query, &memory, at(10));
        memory.keep(&before);
        node.on_fact(at(11), DeviceIndex::DIRECT, &identity, &mut memory);
        assert_ne!(id_of(&node), id);
        assert_eq!(
            memory.knows(&id),
            is_known,
            "it stays with the other device"
        );
        let battery = node.views().next().unwrap().battery;
        assert_eq!(battery.is_some(), !is_known);
    }
}
