use std::collections::BTreeMap;

use super::*;
use crate::Firmware;
use crate::testing::{ask, frames};
use hidpp_proto::units::Timestamp;

const START: Timestamp = Timestamp::START;

fn receivers() -> impl Iterator<Item = Receiver> {
    let all = full().into_iter();
    all.filter_map(|plugged| plugged.receiver().cloned())
}

/// All devices with a receiver.
fn paired() -> Vec<(Receiver, u8, Device)> {
    let all = receivers().flat_map(|receiver| {
        let slots: Vec<u8> = receiver.slots().collect();
        slots.into_iter().map(move |slot| {
            let device = receiver.device(slot).unwrap().clone();
            (receiver.clone(), slot, device)
        })
    });
    all.collect()
}

/// The receiver and the slot of the first device of this short name.
fn of(codename: &str) -> (Receiver, u8) {
    let mut all = paired().into_iter();
    let found = all.find(|(_, _, device)| device.identity.codename == codename);
    let (receiver, slot, _) = found.unwrap();
    (receiver, slot)
}

#[test]
fn every_device_of_the_catalogue_is_included() {
    let all = full();
    let direct = all.iter().filter(|plugged| plugged.direct().is_some());
    assert_eq!((paired().len(), direct.count()), (55, 18));
}

#[test]
fn they_are_on_receivers_of_their_family() {
    let mut devices_on = BTreeMap::new();
    for receiver in receivers() {
        let on: &mut Vec<usize> = devices_on.entry(receiver.family().product).or_default();
        on.push(receiver.slots().count());
    }
    let expected = [
        (0xC517, vec![2]),
        (0xC52B, vec![6, 6, 6, 6, 5]),
        (0xC52F, vec![1]),
        (0xC534, vec![2, 1]),
        (0xC535, vec![1]),
        (0xC537, vec![1]),
        (0xC539, vec![1]),
        (0xC53A, vec![2, 2]),
        (0xC53D, vec![1]),
        (0xC53F, vec![1]),
        (0xC541, vec![1]),
        (0xC547, vec![1]),
        (0xC548, vec![6, 2]),
        (0xC54D, vec![1]),
    ];
    assert_eq!(devices_on, BTreeMap::from(expected));
}

#[test]
fn nodes_declare_the_reports_that_their_firmware_takes() {
    for plugged in full() {
        let reports = plugged.reports();
        match plugged {
            Plugged::Receiver(receiver) => {
                let product = receiver.family().product;
                assert_eq!(reports.dj, product == 0xC52B);
                assert_eq!(reports.long, product != 0xC517);
            }
            // Bluetooth's product ids begin with B, those of headsets with 0A. According to
            // recordings these, and corded G keyboards, take no short reports.
            Plugged::Direct(device) => {
                let product = device.product;
                let long_only = matches!(
                    product,
                    0xB000..=0xBFFF | 0x0A00..=0x0AFF | 0xC336 | 0xC33F
                );
                assert_eq!(reports.short, !long_only, "{product:04X}");
                let bluetooth = (0xB000..=0xBFFF).contains(&product);
                assert_eq!(reports.very_long.is_some(), long_only && !bluetooth);
            }
            Plugged::Centurion(_) => panic!("no dump in the catalogue is of such a headset"),
        }
    }
}

#[test]
fn awake_devices_answer_a_ping() {
    for (mut receiver, slot, device) in paired() {
        let request = if receiver.family().reports.long {
            format!("11 {slot:02X} 00 1E 00 00 01 …")
        } else {
            format!("10 {slot:02X} 00 1E 00 00 01")
        };
        let answers = ask(&mut receiver, START, &request);
        let [answer] = answers.as_slice() else {
            panic!("{}: {answers:02X?}", device.identity.codename);
        };
        let refused = answer.get(2) == Some(&0x8F);
        let asleep = ASLEEP.contains(&device.identity.codename);
        // HID++ 1.0 devices refuse it as well, with another error: 01.
        let error = answer.get(5).copied().filter(|_| refused);
        assert_eq!(asleep, matches!(error, Some(8 | 9)), "{answers:02X?}");
    }
}

#[test]
fn requests_to_sleeping_devices_get_the_error_of_their_receiver() {
    for (codename, code) in [
        ("K800", 9),
        ("G613", 9),
        ("G502 X PLUS", 8),
        ("MX KEYS S", 8),
    ] {
        let (mut receiver, slot) = of(codename);
        let request = format!("11 {slot:02X} 00 1E 00 00 01 …");
        assert_eq!(
            ask(&mut receiver, START, &request),
            frames(&[&format!("10 {slot:02X} 8F 00 1E {code:02X} 00")]),
            "{codename}"
        );
    }
}

#[test]
fn one_is_charging_and_one_is_full() {
    // Feature 1004: charge, step, state and external power.
    for (codename, index, answer) in [
        (CHARGING, "07", "32 04 01 01"),
        (CHARGED, "08", "64 08 03 01"),
    ] {
        let (mut receiver, slot) = of(codename);
        let request = format!("11 {slot:02X} {index} 1E …");
        assert_eq!(
            ask(&mut receiver, START, &request),
            frames(&[&format!("11 {slot:02X} {index} 1E {answer} …")])
        );
    }
}

#[test]
fn a_pad_has_the_serial_number_of_its_receiver() {
    let pads = paired().into_iter().filter(|(_, slot, _)| *slot == PAD);
    let pads: Vec<_> = pads.collect();
    assert_eq!(pads.len(), 2);
    for (receiver, _, pad) in pads {
        assert_eq!(pad.identity.serial, receiver.serial);
    }
}

#[test]
fn nothing_is_sent_before_a_request() {
    for mut plugged in full() {
        let next = plugged.input_report(START);
        assert_eq!(next, None, "{plugged:?}");
    }
}
