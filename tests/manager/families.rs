//! Every family of receivers: its devices are found, named and read, asleep or awake.

use hidpp_proto::feature::DeviceKind;
use hidpp_sim::Plugged;
use hidpp_sim::catalogue;
use hidpp_sim::device::Device;
use hidpp_sim::family::Family;
use hidpp_sim::receiver::Receiver;
use solar_status::clock::VirtualClock;
use solar_status::device::{Presence, ReceiverFamily};
use solar_status::manager::{Memory, OpenNode, Query, read_status};

use crate::desk::{Shared, hours, in_slot, percent, query};

fn device(codename: &str, number: u8) -> Device {
    let entry = catalogue::find(codename).unwrap();
    entry.paired([0xD0, 0, 0, number]).unwrap()
}

fn plug(family: Family, devices: &[(u8, &str)]) -> Shared {
    let receiver = Receiver::of(family, [0xA0, 0, 0, 1]);
    let receiver = devices.iter().fold(receiver, |receiver, (slot, name)| {
        receiver.with(*slot, device(name, *slot))
    });
    Shared::new("/dev/hidraw0", Plugged::Receiver(receiver))
}

#[test]
fn a_mouse_is_found_and_read_behind_every_receiver() {
    let logitech = [
        0xC52B, 0xC532, 0xC52F, 0xC534, 0xC535, 0xC537, 0xC539, 0xC53A, 0xC53D, 0xC53F, 0xC541,
        0xC545, 0xC547, 0xC54D, // In Logitech's range, but in no known table.
        0xC5A7,
    ];
    let receivers = logitech.map(|product| (0x046D, product));
    for (vendor, product) in receivers.into_iter().chain([(0x17EF, 0x6042)]) {
        let family = Family::of(vendor, product).unwrap();
        let desk = plug(family, &[(1, "PRO X")]);
        let mut memory = Memory::default();
        let awake = desk.read(hours(1), &mut memory);
        assert!(
            awake.failures.is_empty(),
            "{product:04X}: {:?}",
            awake.failures
        );
        assert_eq!(awake.devices.len(), 1, "{product:04X}");
        let mouse = in_slot(&awake, 1);
        assert_eq!(
            (percent(mouse), mouse.name.as_deref()),
            (Some(71), Some("PRO X")),
            "{product:04X}"
        );

        desk.act(|receiver| receiver.sleep(hours(2), 1));
        let asleep = desk.read(hours(3), &mut memory);
        assert!(
            asleep.failures.is_empty(),
            "{product:04X}: {:?}",
            asleep.failures
        );
        assert_eq!(
            in_slot(&asleep, 1).presence,
            Presence::Offline,
            "{product:04X}"
        );
        assert!(
            asleep.at.since(hours(3)).as_millis() < 100,
            "{product:04X}: no timeout"
        );
    }
}

#[test]
fn a_bolt_receiver_reports_its_slot_count() {
    // Register B5/02 of a recorded C548, and of receivers with other slot counts.
    for slots in [1, 6, 10] {
        let mut family = Family::BOLT;
        family.slots = slots;
        let desk = plug(family, &[(1, "MX Master 3S")]);
        let query = Query {
            receiver_firmware: true,
            ..query(false)
        };
        let node = OpenNode {
            info: desk.info(),
            transport: Box::new(desk.clone()),
        };
        let mut clock = VirtualClock::at(hours(1));
        let snapshot = read_status(vec![node], &query, &mut Memory::default(), &mut clock);
        let receiver = &snapshot.unwrap().receivers[0];
        assert_eq!(receiver.slots, Some(slots));
        let firmware = receiver.firmware.map(|it| it.to_string());
        assert_eq!(firmware.as_deref(), Some("05.01.B0010"));
        let sent = desk.take_requests();
        let records = sent.iter().filter(|it| it.contains("ff 83 b5 5")).count();
        assert_eq!(records, usize::from(slots), "{sent:?}");
        assert!(!sent.iter().any(|it| it.contains("81 f1")), "{sent:?}");
    }
}

#[test]
fn a_bolt_receiver_without_a_slot_count_is_read_as_one_with_six() {
    // A C548 rejects unknown sub-registers with error 0B.
    let desk = plug(Family::BOLT, &[(6, "MX Master 3S")]);
    desk.refuse("10 ff 83 b5 02", "10 FF 8F 83 B5 0B 00");
    let snapshot = desk.read(hours(1), &mut Memory::default());
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    assert_eq!(snapshot.receivers[0].slots, None);
    assert_eq!(percent(in_slot(&snapshot, 6)), Some(25));
}

#[test]
fn a_bluetooth_receiver_with_nothing_paired_is_a_receiver() {
    // Solaar issue 2054: a C714 without register B5, which has no device to announce.
    let desk = plug(Family::of(0x046D, 0xC714).unwrap(), &[]);
    let snapshot = desk.read(hours(1), &mut Memory::default());
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    assert!(snapshot.devices.is_empty());
    let receiver = &snapshot.receivers[0];
    assert_eq!(receiver.model.family, ReceiverFamily::Bluetooth);
    assert_eq!(receiver.paired, Some(0));
}

#[test]
fn devices_announced_by_a_bluetooth_receiver_are_read() {
    // The receivers of the kernel's table, a diNovo Desktop and a BT Mini-Receiver (usb.ids).
    for product in [
        0xC70A, 0xC70E, 0xC713, 0xC714, 0xC71B, 0xC71C, 0xC71E, 0xC71F, 0xC704, 0xC70C,
    ] {
        let desk = plug(Family::of(0x046D, product).unwrap(), &[(1, "K520")]);
        let snapshot = desk.read(hours(1), &mut Memory::default());
        assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
        let keyboard = in_slot(&snapshot, 1);
        assert_eq!(keyboard.kind, Some(DeviceKind::Keyboard));
        assert_eq!(keyboard.name.as_deref(), Some("Wireless Keyboard K520"));
        assert!(keyboard.battery.is_some(), "{product:04X}");
    }
}

#[test]
fn a_bolt_receiver_gets_its_own_registers_without_a_timeout() {
    let devices = [(1, "MX Master 3S"), (2, "MX Keys B"), (4, "LIFT B")];
    let desk = plug(Family::BOLT, &devices);
    let snapshot = desk.read(hours(1), &mut Memory::default());
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    let read: Vec<_> = snapshot
        .devices
        .iter()
        .map(|device| {
            (
                device.slot().unwrap().get(),
                device.name.as_deref().unwrap(),
                percent(device).unwrap(),
            )
        })
        .collect();
    assert_eq!(
        read,
        [
            (1, "MX Master 3S", 25),
            (2, "MX Keys B", 60),
            (4, "LIFT B", 100)
        ]
    );
    assert_eq!(
        snapshot.receivers[0].serial.as_ref().map(String::len),
        Some(16)
    );
    assert_eq!(
        snapshot.receivers[0].id,
        *snapshot.receivers[0].serial.as_ref().unwrap()
    );
    let sent = desk.take_requests();
    let to_receiver: Vec<&String> = sent.iter().filter(|it| &it[3..5] == "ff").collect();
    let registers: Vec<&str> = to_receiver.iter().map(|it| &it[6..14]).collect();
    // Unique id, slot count, device count, six records, three names.
    let names = registers
        .iter()
        .filter(|it| it.starts_with("83 b5 6"))
        .count();
    let records = registers
        .iter()
        .filter(|it| it.starts_with("83 b5 5"))
        .count();
    assert_eq!(
        (names, records, registers.len()),
        (3, 6, 12),
        "{registers:?}"
    );
    let to_devices = sent.iter().filter(|it| &it[3..5] != "ff");
    assert!(to_devices.clone().count() > 0);
    for report in to_devices {
        assert!(report.starts_with("11"), "{report}: long reports only");
    }
    // Eleven registers of 2 ms, and four round trips of 12 ms in parallel.
    assert!(snapshot.at.since(hours(1)).as_millis() < 100);
}

#[test]
fn a_nano_receiver_without_records_announces_its_devices() {
    let family = Family::of(0x046D, 0xC534).unwrap().without_records();
    let desk = plug(family, &[(1, "PRO X"), (2, "M525")]);
    let before = desk.act(|receiver| receiver.flags());
    let snapshot = desk.read(hours(1), &mut Memory::default());
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    assert_eq!(percent(in_slot(&snapshot, 1)), Some(71));
    assert_eq!(percent(in_slot(&snapshot, 2)), Some(90));
    assert_eq!(desk.act(|receiver| receiver.flags()), before);
}

#[test]
fn the_pad_of_a_powerplay_is_slot_7_and_has_no_battery() {
    let family = Family::of(0x046D, 0xC53A).unwrap();
    let desk = plug(family, &[(1, "G502"), (7, "Candy")]);
    let snapshot = desk.read(hours(1), &mut Memory::default());
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    assert_eq!(in_slot(&snapshot, 7).name.as_deref(), Some("Candy"));
    assert_eq!(in_slot(&snapshot, 7).has_battery, Some(false));
    assert!(percent(in_slot(&snapshot, 1)).is_some());
}

#[test]
fn a_27_mhz_receiver_gets_short_reports_and_no_ping() {
    let desk = plug(Family::MHZ_27, &[(1, "EX100m"), (3, "EX100")]);
    let snapshot = desk.read(hours(1), &mut Memory::default());
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    for slot in [1, 3] {
        let battery = in_slot(&snapshot, slot).battery.unwrap();
        assert_eq!(battery.level.unwrap().name(), "good");
    }
    let sent = desk.take_requests();
    assert!(
        sent.iter().all(|report| report.starts_with("10")),
        "{sent:?}"
    );
    let pings = sent
        .iter()
        .filter(|report| report[6..].starts_with("00 1"))
        .count();
    assert_eq!(pings, 0);
}

#[test]
fn an_unknown_receiver_may_turn_out_to_be_a_bolt() {
    let mut family = Family::BOLT;
    family.product = 0xC5B0;
    let desk = plug(family, &[(2, "MX Master 3S")]);
    let snapshot = desk.read(hours(1), &mut Memory::default());
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    assert_eq!(percent(in_slot(&snapshot, 2)), Some(25));
}
