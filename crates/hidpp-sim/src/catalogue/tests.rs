use std::collections::BTreeMap;

use super::*;
use crate::device::Device;
use crate::family::Family;
use crate::receiver::Receiver;
use crate::testing::{ask, frames, percent};
use hidpp_proto::units::{Millivolts, Timestamp};

const START: Timestamp = Timestamp::START;
const SERIAL: [u8; 4] = [0x59, 0x9B, 0x7A, 0x65];

/// A device in slot 1, or in that of the pad.
fn receiver(device: Device) -> Receiver {
    let family = Family::of(0x046D, 0xC53A).unwrap();
    Receiver::of(family, [1, 2, 3, 4]).with(1, device)
}

/// Sends a request to the first device of this short or full name that has a receiver.
fn ask_device(name: &str, request: &str) -> Vec<Vec<u8>> {
    let all = devices();
    let mut named = all
        .iter()
        .filter(|entry| [entry.codename, entry.name].contains(&name));
    let device = named.find_map(|entry| entry.paired(SERIAL)).unwrap();
    ask(&mut receiver(device), START, request)
}

#[test]
fn all_73_devices_are_read() {
    let parsed = parse::parse(DEVICES);
    let wrong: Vec<_> = parsed.iter().filter_map(|it| it.as_ref().err()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(parsed.len(), 73);
    assert_eq!(devices().len(), 73);
}

#[test]
fn the_catalogue_has_the_number_of_devices_of_each_connection_and_battery_in_the_dumps() {
    let mut connections = BTreeMap::new();
    let mut batteries = BTreeMap::new();
    for entry in devices() {
        let connection = match entry.connection {
            Connection::Receiver(_) => "receiver",
            Connection::Pad(_) => "pad",
            Connection::Usb(..) => "usb",
            Connection::Bluetooth(..) => "bluetooth",
        };
        *connections.entry(connection).or_insert(0) += 1;
        let number = entry.battery.as_ref().map(|(source, _)| source.number());
        *batteries.entry(number).or_insert(0) += 1;
    }
    let expected = [("bluetooth", 8), ("pad", 2), ("receiver", 53), ("usb", 10)];
    assert_eq!(connections, BTreeMap::from(expected));
    let expected = [
        (None, 9),
        (Some(0x07), 5),
        (Some(0x0D), 2),
        (Some(0x1000), 38),
        (Some(0x1001), 3),
        (Some(0x1004), 12),
        (Some(0x1F20), 3),
        (Some(0x4301), 1),
    ];
    assert_eq!(batteries, BTreeMap::from(expected));
}

#[test]
fn a_battery_reports_what_its_dump_shows() {
    let battery = |codename| find(codename).and_then(|entry| entry.battery).unwrap().1;
    let g502 = battery("G502");
    assert_eq!(
        (g502.charge, g502.measured),
        (percent(90), Some(Millivolts(4166)))
    );
    let g733 = battery("G733 Headset");
    assert_eq!(
        (g733.charge, g733.measured),
        (percent(89), Some(Millivolts(4058)))
    );
    assert_eq!(battery("MX Master 3S").charge, percent(25));

    // For example: 100 %, next 50 %; 30 %, next 15 %; 50 %, next 30 %.
    for (codename, request, answer) in [
        ("MX Master 3", "11 01 08 0E …", "11 01 08 0E 64 32 …"),
        ("G604", "11 01 06 0E …", "11 01 06 0E 1E 0F …"),
        ("G305", "11 01 05 0E …", "11 01 05 0E 32 1E …"),
        // Vector 111: the capability of a G305.
        ("G305", "11 01 05 11 …", "11 01 05 11 04 00 A0 FA 0F …"),
        ("MX Master 3S", "11 01 08 1E …", "11 01 08 1E 19 02 …"),
        ("G502", "11 01 06 0E …", "11 01 06 0E 10 46 …"),
        (
            "M705 (M-R0009)",
            "10 01 81 0D 00 00 00",
            "10 01 81 0D 41 47 34",
        ),
        ("M510", "10 01 81 07 00 00 00", "10 01 81 07 05 00 00"),
        ("K520", "10 01 81 07 00 00 00", "10 01 81 07 07 00 00"),
    ] {
        assert_eq!(
            ask_device(codename, request),
            frames(&[answer]),
            "{codename}"
        );
    }
}

#[test]
fn every_battery_feature_is_in_the_feature_table() {
    for entry in devices() {
        let Some((source, _)) = &entry.battery else {
            continue;
        };
        let listed = entry
            .features
            .iter()
            .filter(|line| line.id == source.number());
        let expected = usize::from(!matches!(source, Source::Register(_)));
        assert_eq!(listed.count(), expected, "{}", entry.name);
    }
}

#[test]
fn devices_answer_like_their_dumps() {
    for (codename, request, answer) in [
        // MX Master 3S: HID++ 4.5, 35 features without root, 0003 version 4; vector 93 with the
        // parts, the unit id, the transport and the model of that mouse.
        ("MX Master 3S", "11 01 00 1E …", "11 01 00 1E 04 05 …"),
        ("MX Master 3S", "11 01 01 0E …", "11 01 01 0E 23 …"),
        (
            "MX Master 3S",
            "11 01 00 0E 00 03 …",
            "11 01 00 0E 02 00 04 …",
        ),
        (
            "MX Master 3S",
            "11 01 02 0E …",
            "11 01 02 0E 03 59 9B 7A 65 00 02 B0 34 00 00 00 00 00 01 00",
        ),
        // Vector 95 with another unit id: G502, 407F and C08D.
        (
            "G502",
            "11 01 02 0C …",
            "11 01 02 0C 03 59 9B 7A 65 00 0C 40 7F C0 8D …",
        ),
        // G305: its unit id is not its serial number.
        (
            "G305",
            "11 01 02 0D …",
            "11 01 02 0D 02 A6 64 85 9A 00 04 40 74 …",
        ),
        // Vectors 89 and 90 (hardware, M525).
        ("M525", "10 01 02 05 00 00 00", "11 01 02 05 01 …"),
        (
            "M525",
            "10 01 02 15 00 00 00",
            "11 01 02 15 00 52 51 4D 27 02 00 28 00 40 13 …",
        ),
        // Prefixes that are shorter than three characters.
        (
            "T400",
            "10 01 03 15 01 00 00",
            "11 01 03 15 01 42 4C 20 03 00 00 00 00 40 26 …",
        ),
        // Flags: internal and hidden; and with the one for manufacturing.
        ("G305", "11 01 01 1E 0C …", "11 01 01 1E 18 02 60 00 …"),
        ("MX KEYS S", "11 01 01 1E 13 …", "11 01 01 1E 18 02 70 00 …"),
        // The line that is missing in the dump of the newer K800 cannot be looked up.
        (
            "Wireless Illuminated Keyboard K800 new",
            "11 01 01 1E 10 …",
            "11 01 01 1E 00 00 00 00 …",
        ),
        (
            "Wireless Illuminated Keyboard K800 new",
            "11 01 00 0E 00 00 …",
            "11 01 00 0E …",
        ),
        // Versions of HID++ 1.0: an M510 has only its firmware, a K800 all four.
        ("M510", "10 01 81 F1 01 00 00", "10 01 81 F1 01 23 01"),
        ("M510", "10 01 81 F1 04 00 00", "10 01 8F 81 F1 03 00"),
        ("K800", "10 01 81 F1 03 00 00", "10 01 81 F1 03 00 07"),
    ] {
        let answers = ask_device(codename, request);
        assert_eq!(answers, frames(&[answer]), "{codename}: {request}");
    }
}

#[test]
fn a_device_has_its_own_connection_only() {
    for entry in devices() {
        let paired = entry.paired(SERIAL);
        let direct = entry.direct(SERIAL);
        assert_ne!(paired.is_some(), direct.is_some(), "{}", entry.name);
        if let Some(direct) = direct {
            assert_eq!((direct.vendor, direct.product), (0x046D, entry.product()));
        }
    }
}

#[test]
fn keyboards_of_a_nano_receiver_have_no_serial_number() {
    let nameless = devices()
        .into_iter()
        .find(|entry| entry.name == "Wireless Keyboard");
    let device = nameless.and_then(|entry| entry.paired(SERIAL)).unwrap();
    assert_eq!(device.identity.serial, [0; 4]);
}

/// The only entry of a list, or the error in it.
fn only(text: &'static str) -> Result<Entry, ParseError> {
    let mut parsed = parse::parse(text);
    assert_eq!(parsed.len(), 1);
    parsed.remove(0)
}

#[test]
fn a_short_block_is_enough() {
    let entry =
        only("# A comment\n\n[A Mouse]\nreceiver 4013\nkind mouse\nprotocol 2.0\n").unwrap();
    assert_eq!(entry.name, "A Mouse");
    assert_eq!(entry.connection, Connection::Receiver(0x4013));
    assert_eq!(entry.protocol, [2, 0]);
    assert_eq!(entry.battery, None);
}

#[test]
fn an_indented_line_continues_the_previous_one() {
    let entry = only(
        "[A]\nusb 046D:C08B\nkind mouse\nprotocol 4.2\nfeatures 0001 0003/2\n  1806+hi/4 ----\n\
         firmware boot BL 01.00,\n  main U1 02.00.B0003\n",
    )
    .unwrap();
    let ids: Vec<u16> = entry.features.iter().map(|line| line.id).collect();
    assert_eq!(ids, [0x0001, 0x0003, 0x1806, 0]);
    let config = entry.features[2];
    assert_eq!((config.flags, config.version), (0x60, Some(4)));
    assert_eq!(entry.firmware.len(), 2);
    assert_eq!(entry.firmware[0].prefix, *b"BL ");
    assert_eq!(entry.firmware[1].version, [0x02, 0x00, 0x00, 0x03]);
}

#[test]
fn a_typing_mistake_is_reported_with_its_line() {
    for (text, line) in [
        ("receiver 4013\nkind mouse\nprotocol 2.0", 1),
        (" 0001 0003", 1),
        ("[A]\nkind mouse\nprotocol 2.0", 1),
        (
            "[A]\nreceiver 4013\nkind mouse\nprotocol 2.0\nswitch 1\nswitch 2",
            6,
        ),
        (
            "[A]\nreceiver 4013\nusb 046D:C08B\nkind mouse\nprotocol 2.0",
            1,
        ),
        ("[A]\nreceiver 4013\nprotocol 2.0", 1),
        ("[A]\nreceiver 4013\nkind mouse", 1),
        ("[A\nreceiver 4013\nkind mouse\nprotocol 2.0", 1),
        ("[A]\nreceiver 413\nkind mouse\nprotocol 2.0", 2),
        ("[A]\nreceiver 4x13\nkind mouse\nprotocol 2.0", 2),
        ("[A]\nusb 046DC08B\nkind mouse\nprotocol 2.0", 2),
        ("[A]\nreceiver 4013\nkind cat\nprotocol 2.0", 3),
        ("[A]\nreceiver 4013\nkind mouse\nprotocol 2", 4),
        (
            "[A]\nreceiver 4013\nkind mouse\nprotocol 2.0\ncolour red",
            5,
        ),
        (
            "[A]\nreceiver 4013\nkind mouse\nprotocol 2.0\nserial one",
            5,
        ),
        (
            "[A]\nreceiver 4013\nkind mouse\nprotocol 2.0\nfeatures 0001+x",
            5,
        ),
        (
            "[A]\nreceiver 4013\nkind mouse\nprotocol 2.0\nfirmware mein 1",
            5,
        ),
        (
            "[A]\nreceiver 4013\nkind mouse\nprotocol 2.0\nfirmware main ABCD",
            5,
        ),
        (
            "[A]\nreceiver 4013\nkind mouse\nprotocol 2.0\nbattery 1002 charge=5",
            5,
        ),
        (
            "[A]\nreceiver 4013\nkind mouse\nprotocol 2.0\nbattery 1001 charge=101",
            5,
        ),
        (
            "[A]\nreceiver 4013\nkind mouse\nprotocol 2.0\nbattery 1001",
            5,
        ),
        (
            "[A]\nreceiver 4013\nkind mouse\nprotocol 2.0\nbattery 1001 charge=5 warm",
            5,
        ),
    ] {
        let error = only(text).unwrap_err();
        assert_eq!(error.line, line, "{text}: {error}");
    }
}
