//! The receiver's codename of a device and the device's own full name; neither is read twice.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use hidpp_proto::feature::DeviceKind;
use hidpp_proto::session::Wanted;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Incoming, Report};
use hidpp_sim::device::Protocol;
use hidpp_sim::family::Family;
use hidpp_sim::receiver::Receiver;
use hidpp_sim::{Firmware, Plugged, catalogue};
use solar_status::clock::VirtualClock;
use solar_status::device::{Change, Device};
use solar_status::manager::{Memory, MonitorEvent, OpenNode, Query, Snapshot, read_status};
use solar_status::transport::{NodeInfo, Transport, TransportError};

use crate::desk::{Shared, hours, in_slot, query, read_by};
use crate::follow_harness::FollowHarness;

/// What the daemon requests.
const ALL: Wanted = Wanted::BATTERY
    .with(Wanted::KIND)
    .with(Wanted::NAME)
    .with(Wanted::FIRMWARE);

fn read(desk: &Shared, at: Timestamp, memory: &mut Memory) -> Snapshot {
    let query = Query {
        wanted: ALL,
        ..query(false)
    };
    let node = OpenNode {
        info: desk.info(),
        transport: Box::new(desk.clone()),
    };
    read_status(vec![node], &query, memory, &mut VirtualClock::at(at)).unwrap()
}

fn names(device: &Device) -> (Option<&str>, Option<&str>) {
    (device.name.as_deref(), device.full_name.as_deref())
}

#[test]
fn both_names_are_kept_and_cached() {
    let desk = Shared::receiver(&["K750"]);
    let mut memory = Memory::default();
    let both = (Some("K750"), Some("Wireless Solar Keyboard K750"));
    let cold = read(&desk, hours(1), &mut memory);
    assert_eq!(names(in_slot(&cold, 1)), both);
    // Also for queries without the full name.
    let warm = desk.read(hours(2), &mut memory);
    assert_eq!(names(in_slot(&warm, 1)), both);
}

#[test]
fn cached_names_and_firmware_are_not_read_again() {
    let desk = Shared::receiver(&["K750", "PRO X", "M705 (M-R0009)"]);
    let mut memory = Memory::default();
    let cold = read(&desk, hours(1), &mut memory);
    assert!(desk.take_radio().len() > 20);
    let warm = read(&desk, hours(2), &mut memory);
    let mut asked = desk.take_radio();
    asked.sort();
    assert_eq!(
        asked,
        [
            "10 01 09 06 01 01 00",
            "10 02 06 16 00 00 00",
            "10 03 81 0d 00 00 00",
        ]
    );
    for slot in 1..=3 {
        let (cold, warm) = (in_slot(&cold, slot), in_slot(&warm, slot));
        assert!(cold.firmware.is_some());
        assert_eq!((names(warm), warm.firmware), (names(cold), cold.firmware));
    }
}

#[test]
fn firmware_is_read_again_after_a_week_and_the_name_is_not() {
    let desk = Shared::receiver(&["PRO X"]);
    let mut memory = Memory::default();
    read(&desk, hours(1), &mut memory);
    desk.take_radio();
    read(&desk, hours(1 + 8 * 24), &mut memory);
    // Features 0003 at index 2 and 0005 at index 3, as in every firmware since.
    let asked = desk.take_radio();
    let of = |feature: &str| {
        asked
            .iter()
            .filter(|it| it[6..].starts_with(feature))
            .count()
    };
    assert!(of("02 ") > 1, "{asked:?}");
    assert_eq!(of("03 "), 0, "{asked:?}");
}

#[test]
fn firmware_is_read_again_when_features_have_moved() {
    let desk = Shared::receiver(&["PRO X"]);
    let mut memory = Memory::default();
    read(&desk, hours(1), &mut memory);
    let mut entry = catalogue::find("PRO X").unwrap();
    entry.features.rotate_right(1);
    entry.firmware.clear();
    let moved = entry.paired([0xD0, 0, 0, 1]).unwrap();
    desk.act(|receiver| *receiver.device_mut(1).unwrap() = moved);
    desk.take_requests();
    let after = read(&desk, hours(2), &mut memory);
    assert!(after.failures.is_empty(), "{:?}", after.failures);
    let asked = desk.take_radio();
    let lookups = asked.iter().filter(|it| it.ends_with("00 03 00")).count();
    assert_eq!(lookups, 1, "one lookup of feature 0003: {asked:?}");
}

#[test]
fn a_waking_device_gets_a_battery_request_and_no_identity_requests() {
    let mut harness = FollowHarness::new();
    harness.query.wanted = ALL;
    let desk = Shared::receiver(&["PRO X"]);
    harness.port.plug(&desk);
    for second in [10, 20] {
        let handle = desk.clone();
        harness.at(second, move |now| {
            handle.take_requests();
            handle.act(|receiver| {
                receiver.sleep(now, 1);
                receiver.wake(now, 1)
            });
        });
    }
    harness.follow(30);
    assert_eq!(desk.take_radio(), ["10 01 06 16 00 00 00"]);
}

/// The requests to a PRO X after its discovery, and after it wakes.
fn found_and_woken(desk: &Shared) -> (Vec<String>, Vec<String>) {
    let mut harness = FollowHarness::new();
    harness.query.wanted = ALL;
    harness.port.plug(desk);
    let (handle, found) = (desk.clone(), Rc::new(RefCell::new(Vec::new())));
    let keep = Rc::clone(&found);
    harness.at(10, move |now| {
        *keep.borrow_mut() = handle.take_radio();
        handle.act(|receiver| {
            receiver.sleep(now, 1);
            receiver.wake(now, 1)
        });
    });
    harness.follow(20);
    (found.take(), desk.take_radio())
}

#[test]
fn a_device_without_firmware_entries_gets_firmware_requests_once() {
    let desk = Shared::receiver(&[]);
    let mut entry = catalogue::find("PRO X").unwrap();
    entry.firmware.clear();
    let device = entry.paired([0xD0, 0, 0, 1]).unwrap();
    desk.act(|receiver| receiver.pair(Timestamp::START, 1, device));
    let (found, woken) = found_and_woken(&desk);
    assert!(
        found.iter().any(|it| it.starts_with("10 01 02 0")),
        "{found:?}"
    );
    assert_eq!(woken, ["10 01 06 16 00 00 00"]);
}

#[test]
fn a_name_request_that_failed_is_retried_after_the_next_wake_up() {
    let desk = Shared::receiver(&["PRO X"]);
    desk.refuse("10 01 03 06", "11 01 FF 03 06 04");
    let (_, woken) = found_and_woken(&desk);
    assert!(
        woken.iter().any(|it| it.starts_with("10 01 03 0")),
        "{woken:?}"
    );
}

#[test]
fn a_device_can_be_selected_by_either_name() {
    let desk = Shared::receiver(&["K750", "PRO X"]);
    let mut memory = Memory::default();
    read(&desk, hours(1), &mut memory);
    for name in ["k750", "solar keyboard"] {
        let mut query = query(false);
        query.devices = vec![name.parse().unwrap()];
        let node = OpenNode {
            info: desk.info(),
            transport: Box::new(desk.clone()),
        };
        let mut clock = VirtualClock::at(hours(2));
        let snapshot = read_status(vec![node], &query, &mut memory, &mut clock).unwrap();
        assert_eq!(snapshot.devices.len(), 1, "{name}");
        assert_eq!(in_slot(&snapshot, 1).name.as_deref(), Some("K750"));
    }
}

/// A Unifying receiver with a PRO X that has these names: as stored by the receiver, and as
/// reported by feature 0005.
fn named(stored: &'static str, own: &str) -> Shared {
    let desk = Shared::receiver(&[]);
    let mut entry = catalogue::find("PRO X").unwrap();
    entry.codename = stored;
    // A model id that is not in the table of models.
    entry.connection = catalogue::Connection::Receiver(0x4FFF);
    let mut device = entry.paired([0xD0, 0, 0, 1]).unwrap();
    set_own_name(&mut device.protocol, own);
    desk.act(|receiver| receiver.pair(Timestamp::START, 1, device));
    desk
}

fn set_own_name(protocol: &mut Protocol, own: &str) {
    let Protocol::Features(features) = protocol else {
        panic!("a device with feature 0005 has features");
    };
    features.set_name(own);
}

/// The requests for names: feature 0005 at index 3.
fn asked_for_names(desk: &Shared) -> Vec<String> {
    let mut asked = desk.take_radio();
    asked.retain(|it| it.starts_with("10 01 03 0") || it.starts_with("10 01 03 1"));
    asked
}

#[test]
fn a_name_missing_on_the_receiver_is_read_from_the_device_only_once() {
    // OpenLogi issue 286: an MX Master without a name on the receiver.
    for refused in [false, true] {
        let desk = named("", "Wireless Mouse MX Master");
        if refused {
            desk.refuse("10 ff 83 b5 40", "10 FF 8F 83 B5 03 00");
        }
        let mut memory = Memory::default();
        let snapshot = desk.read(hours(1), &mut memory);
        let own = Some("Wireless Mouse MX Master");
        assert_eq!(names(in_slot(&snapshot, 1)), (own, own));
        assert_eq!(asked_for_names(&desk).len(), 3);
        for later in [2, 1 + 8 * 24] {
            let snapshot = desk.read(hours(later), &mut memory);
            assert_eq!(names(in_slot(&snapshot, 1)), (own, own));
            assert_eq!(asked_for_names(&desk), [""; 0], "{later} hours later");
        }
    }
}

#[test]
fn a_name_stored_by_the_receiver_is_not_read_from_the_device() {
    let desk = named("PRO X", "PRO X Wireless");
    let snapshot = desk.read(hours(1), &mut Memory::default());
    assert_eq!(names(in_slot(&snapshot, 1)), (Some("PRO X"), None));
    assert_eq!(asked_for_names(&desk), [""; 0]);
}

#[test]
fn a_name_truncated_by_the_receiver_is_completed_from_the_device() {
    // Solaar's dump of a 40BD: the receiver stores 14 bytes.
    let desk = named("PRO X 2 Superstrike", "PRO X2 SUPERSTRIKE");
    let mut memory = Memory::default();
    let snapshot = desk.read(hours(1), &mut memory);
    assert_eq!(
        in_slot(&snapshot, 1).name.as_deref(),
        Some("PRO X2 SUPERSTRIKE")
    );
    desk.take_radio();
    let snapshot = desk.read(hours(2), &mut memory);
    assert_eq!(
        in_slot(&snapshot, 1).name.as_deref(),
        Some("PRO X2 SUPERSTRIKE")
    );
    assert_eq!(asked_for_names(&desk), [""; 0]);

    let desk = named("MX Anywhere 3S", "Wireless Mobile Mouse MX Anywhere 3S");
    let snapshot = desk.read(hours(1), &mut Memory::default());
    let name = in_slot(&snapshot, 1).name.as_deref();
    assert_eq!(name, Some("MX Anywhere 3S"), "the name fits exactly");
}

#[test]
fn blank_and_empty_names_count_as_missing() {
    for stored in ["", " ", "\t\n", "\u{200B}"] {
        let desk = named(stored, "PRO X Wireless");
        let snapshot = desk.read(hours(1), &mut Memory::default());
        let name = in_slot(&snapshot, 1).name.as_deref();
        assert_eq!(name, Some("PRO X Wireless"), "{stored:?}");
    }
    // Solaar issue 3169: the first part of the name is empty.
    for own in [
        "",
        "   ",
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0ming Wireless Headset",
    ] {
        let desk = named("", own);
        let mut memory = Memory::default();
        let snapshot = desk.read(hours(1), &mut memory);
        assert_eq!(names(in_slot(&snapshot, 1)), (None, None), "{own:?}");
        assert!(!asked_for_names(&desk).is_empty());
        // The request is not repeated either.
        for later in [2, 1 + 8 * 24] {
            desk.read(hours(later), &mut memory);
            assert_eq!(asked_for_names(&desk), [""; 0], "{own:?} {later}");
        }
    }
}

#[test]
fn a_device_without_a_name_gets_its_friendly_name() {
    let desk = Shared::receiver(&[]);
    let mut entry = catalogue::find("MX Anywhere 3").unwrap();
    entry.connection = catalogue::Connection::Receiver(0x4FFF);
    let mut device = entry.paired([0xD0, 0, 0, 1]).unwrap();
    device.identity.codename = "";
    set_own_name(&mut device.protocol, "");
    desk.act(|receiver| receiver.pair(Timestamp::START, 1, device));
    let snapshot = desk.read(hours(1), &mut Memory::default());
    let friendly = Some("MX Anywhere 3");
    assert_eq!(names(in_slot(&snapshot, 1)), (friendly, friendly));
}

#[test]
fn a_known_model_without_a_stored_name_gets_that_of_the_table() {
    // Also for a sleeping device: its name is read when it wakes.
    let desk = named("", "Wireless Mouse MX Master");
    desk.act(|receiver| {
        receiver.device_mut(1).unwrap().identity.wpid = 0x4041;
        // Its link comes up shortly after the pairing.
        let linked = Timestamp::from_start(Duration::from_secs(1));
        while receiver.input_report(linked).is_some() {}
        assert!(receiver.sleep(linked, 1));
    });
    let mut memory = Memory::default();
    let snapshot = desk.read(hours(1), &mut memory);
    let model = Some("Wireless Mouse MX Master");
    assert_eq!(names(in_slot(&snapshot, 1)), (model, None));
}

#[test]
fn a_27_mhz_device_has_the_name_of_its_model() {
    let receiver = Receiver::of(Family::MHZ_27, [0xA0, 0, 0, 1]);
    let mouse = catalogue::find("EX100m").unwrap().paired([0; 4]).unwrap();
    let desk = Shared::new("/dev/hidraw0", Plugged::Receiver(receiver.with(1, mouse)));
    let snapshot = desk.read(hours(1), &mut Memory::default());
    let name = in_slot(&snapshot, 1).name.as_deref();
    assert_eq!(name, Some("Wireless Mouse EX100"));
}

#[test]
fn the_name_of_a_followed_device_is_read_when_it_wakes() {
    let mut harness = FollowHarness::new();
    let desk = named("", "Wireless Mouse MX Master");
    desk.act(|receiver| receiver.sleep(Timestamp::START, 1));
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        handle.act(|receiver| receiver.wake(now, 1));
    });
    let events = harness.follow(30);
    let devices = events.iter().filter_map(|(_, event)| match event {
        MonitorEvent::Change(change) => match &**change {
            Change::DeviceAdded(it) | Change::DeviceChanged(it, _) => Some(it),
            _ => None,
        },
        _ => None,
    });
    let names: Vec<Option<&str>> = devices.map(|it| it.name.as_deref()).collect();
    assert_eq!(names.first(), Some(&None), "{names:?}");
    assert_eq!(names.last(), Some(&Some("Wireless Mouse MX Master")));
    assert_eq!(asked_for_names(&desk).len(), 3);
}

#[test]
fn a_device_without_a_stored_name_can_be_selected_by_its_own_name() {
    let desk = named("", "Wireless Mouse MX Master");
    let chosen = |name: &str| {
        let query = Query {
            devices: vec![name.parse().unwrap()],
            ..query(false)
        };
        let node = OpenNode {
            info: desk.info(),
            transport: Box::new(desk.clone()),
        };
        let mut clock = VirtualClock::at(hours(1));
        read_status(vec![node], &query, &mut Memory::default(), &mut clock).unwrap()
    };
    let snapshot = chosen("mx master");
    assert!(in_slot(&snapshot, 1).battery.is_some());
    let snapshot = chosen("k750");
    assert!(snapshot.devices.is_empty());
    let others = snapshot.others.iter().map(|it| it.name.as_deref());
    assert_eq!(
        others.collect::<Vec<_>>(),
        [Some("Wireless Mouse MX Master")]
    );
}

#[test]
fn the_name_of_a_direct_device_is_read_if_the_kernel_has_none() {
    let headset = catalogue::find("PRO Headset").unwrap();
    let mut device = headset.direct([0xD0, 0, 0, 1]).unwrap();
    // A product id that is not in the table of models.
    device.product = 0x0AFF;
    let desk = Shared::new("/dev/hidraw5", Plugged::Direct(device));
    let read = |name: Option<&str>| {
        let info = NodeInfo {
            name: name.map(str::to_owned),
            ..desk.info()
        };
        read_by(info, desk.clone(), hours(1), &mut Memory::default())
    };
    let own = headset.name;
    assert_eq!(names(&read(None).devices[0]), (Some(own), Some(own)));
    let system = Some("Logitech PRO X Wireless Gaming Headset");
    assert_eq!(names(&read(system).devices[0]), (system, None));
}

#[test]
fn a_charging_pad_is_not_reported_as_a_touchpad() {
    // Solaar issues 2222 and 2069: it reports itself as a touchpad.
    let receiver = Receiver::of(Family::of(0x046D, 0xC53A).unwrap(), [0xA0, 0, 0, 1]);
    let pad = catalogue::find("Candy").unwrap().paired([0xD0, 0, 0, 7]);
    let desk = Shared::new(
        "/dev/hidraw0",
        Plugged::Receiver(receiver.with(7, pad.unwrap())),
    );
    let snapshot = desk.read(hours(1), &mut Memory::default());
    let pad = in_slot(&snapshot, 7);
    assert_eq!(pad.kind.and_then(DeviceKind::name), Some("charging pad"));
    assert_eq!(
        (pad.name.as_deref(), pad.has_battery),
        (Some("Candy"), Some(false))
    );
}

#[test]
fn corded_devices_of_hidpp_10_have_the_kind_of_their_model() {
    let entry = catalogue::find("Illuminated").unwrap();
    let device = entry.direct([0xD0, 0, 0, 1]).unwrap();
    for (product, kind) in [
        (0xC318, Some(DeviceKind::Keyboard)),
        (0xC068, Some(DeviceKind::Mouse)),
        (0xC0FF, None),
    ] {
        let mut device = device.clone();
        device.product = product;
        let desk = Shared::new("/dev/hidraw5", Plugged::Direct(device));
        let snapshot = desk.read(hours(1), &mut Memory::default());
        assert_eq!(snapshot.devices[0].kind, kind, "{product:04X}");
    }
}

#[test]
fn a_name_rejected_by_the_device_is_requested_only_once() {
    // Feature 0005 is listed, but every function returns an error.
    let desk = named("", "");
    desk.refuse("10 01 03 0", "11 01 FF 03 06 09");
    let mut memory = Memory::default();
    let snapshot = desk.read(hours(1), &mut memory);
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    assert!(in_slot(&snapshot, 1).battery.is_some());
    desk.take_radio();
    desk.read(hours(2), &mut memory);
    assert_eq!(asked_for_names(&desk), [""; 0]);
}

#[test]
fn no_name_is_requested_from_a_hidpp_10_device() {
    // Its name fills the receiver's space for it.
    let desk = Shared::receiver(&["M705 (M-R0009)"]);
    let snapshot = desk.read(hours(1), &mut Memory::default());
    let name = in_slot(&snapshot, 1).name.as_deref();
    assert_eq!(name, Some("M705 (M-R0009)"));
    let asked = desk.take_radio();
    assert_eq!(asked.len(), 2, "a ping and its charge: {asked:?}");
}

#[test]
fn a_device_that_does_not_answer_name_requests_is_read_anyway() {
    // As in a trace that was recorded without names; the dongle of a G933 loses requests, too.
    for known in ["", "M720 Triathlon"] {
        let desk = named(known, "M720 Triathlon Multi-Device Mouse");
        let silenced = Silenced(desk.clone());
        let snapshot = read_by(desk.info(), silenced, hours(1), &mut Memory::default());
        assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
        let device = in_slot(&snapshot, 1);
        assert!(device.is_online() && device.battery.is_some());
        assert_eq!(device.name.as_deref().unwrap_or_default(), known);
    }
}

/// Drops the requests for the name: those of feature 0005, and its lookup.
struct Silenced(Shared);

impl Transport for Silenced {
    fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError> {
        let text = report.to_string();
        let is_of_name = text.starts_with("10 01 00 06 00 05") || text.starts_with("10 01 03 ");
        if is_of_name {
            return Ok(());
        }
        self.0.send(now, report)
    }

    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        self.0.receive(now)
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.0.next_due()
    }
}
