use super::*;
use crate::battery_features::{AdcMeasurement, BatteryView, LevelStatus, Levels, UnifiedBattery};
use crate::hidpp10::{Hidpp10, Versions};
use crate::hidpp20::{Feature, Hidpp20, Model};
use crate::testing::{after, arrived, ask, frames, percent, seconds};
use hidpp_proto::units::Millivolts;

const START: Timestamp = Timestamp::START;
const PING: &str = "11 FF 00 16 00 00 69 …";

fn features(version: [u8; 2], last: Feature) -> Protocol {
    let features = vec![Feature::new(0x0001, Model::FeatureSet), last];
    let battery = Battery::new(percent(90), State::Discharging);
    Protocol::Features(Hidpp20::new(version, features).with_battery(battery))
}

/// A mouse on Bluetooth, with feature 1004 at index 2.
fn anywhere() -> DirectDevice {
    let unified = UnifiedBattery {
        percent: true,
        rechargeable: true,
    };
    let feature = Feature::battery(BatteryView::UnifiedBattery(unified));
    DirectDevice::bluetooth(0xB025, features([4, 5], feature))
}

/// A corded gaming mouse without a battery.
fn g502() -> DirectDevice {
    DirectDevice::usb(
        0xC08B,
        features([4, 2], Feature::new(0x8100, Model::Listed)),
    )
}

/// The Illuminated Keyboard: HID++ 1.0 on a cable.
fn illuminated() -> DirectDevice {
    let versions = Versions {
        firmware: Some([0x55, 0x01]),
        build: Some([0x00, 0x25]),
        ..Versions::NONE
    };
    let battery = Battery::new(Percent::FULL, State::Discharging);
    let registers = Hidpp10::new(versions, None, battery, [0; 3]);
    DirectDevice::usb(0xC318, Protocol::Registers(registers))
}

/// The dongle of a headset, with feature 1F20 at index 2.
fn g733() -> DirectDevice {
    let adc = AdcMeasurement { connected: true };
    let features = vec![
        Feature::new(0x0001, Model::FeatureSet),
        Feature::battery(BatteryView::AdcMeasurement(adc)),
    ];
    let battery = Battery::new(percent(89), State::Discharging).measuring(Millivolts(4058));
    let protocol = Hidpp20::new([4, 2], features).with_battery(battery);
    DirectDevice::usb(0x0AB5, Protocol::Features(protocol))
}

#[test]
fn a_corded_device_answers_on_both_indices_and_in_both_forms() {
    let mut mouse = g502();
    for (request, answer) in [
        ("11 FF 00 16 00 00 69 …", "11 FF 00 16 04 02 69 …"),
        ("10 FF 00 16 00 00 69", "11 FF 00 16 04 02 69 …"),
        ("10 00 00 16 00 00 69", "11 00 00 16 04 02 69 …"),
        ("10 01 00 16 00 00 69", "10 01 8F 00 16 08 00"),
        ("10 FF 81 07 00 00 00", "10 FF 8F 81 07 01 00"),
    ] {
        assert_eq!(
            ask(&mut mouse, START, request),
            frames(&[answer]),
            "{request}"
        );
    }
    assert_eq!(mouse.requests().len(), 5);
    assert!(!mouse.sleep(START) && !mouse.wake(START));
    assert!(!mouse.set_charge(START, percent(1)));
}

#[test]
fn answers_arrive_after_their_latency() {
    for (mut device, milliseconds) in [(g502(), 2), (anywhere(), 30)] {
        device.output_report(START, &crate::testing::frame(PING));
        assert_eq!(device.next_due(), Some(after(START, milliseconds)));
    }
}

#[test]
fn a_dongle_answers_itself_or_forwards_to_its_headset_and_loses_some_requests() {
    // Recordings of a G933: 2.6 to 6 ms for root and 0001, 40 to 78 ms for 1F20.
    let adc = "11 FF 02 06 …";
    let mut dongle = g733();
    for (request, milliseconds) in [(PING, 5), ("11 FF 01 06 …", 5), (adc, 58)] {
        dongle.output_report(START, &crate::testing::frame(request));
        assert_eq!(dongle.next_due(), Some(after(START, milliseconds)));
        assert_eq!(arrived(&mut dongle, after(START, milliseconds)).len(), 1);
    }
    dongle.lose_requests(1);
    assert_eq!(ask(&mut dongle, seconds(1), PING), frames(&[]));
    assert_eq!(ask(&mut dongle, seconds(2), PING).len(), 1);
    // While the headset is off, the dongle answers itself.
    assert!(dongle.sleep(seconds(3)));
    arrived(&mut dongle, seconds(3));
    dongle.output_report(seconds(4), &crate::testing::frame(adc));
    assert_eq!(dongle.next_due(), Some(after(seconds(4), 5)));
}

#[test]
fn a_bluetooth_device_takes_and_sends_only_long_reports() {
    let mut mouse = anywhere();
    // Vector 68 (hardware, MX Anywhere 3).
    assert_eq!(
        ask(&mut mouse, START, PING),
        frames(&["11 FF 00 16 04 05 69 …"])
    );
    assert_eq!(ask(&mut mouse, START, "10 FF 00 16 00 00 69"), frames(&[]));
    // The error of vector 64 in a long report.
    assert_eq!(
        ask(&mut mouse, START, "11 FF 81 07 …"),
        frames(&["11 FF 8F 81 07 01 …"])
    );
}

#[test]
fn some_devices_answer_with_index_00() {
    let mut mouse = anywhere().with_indices(Indices::AnswersZero);
    assert_eq!(
        ask(&mut mouse, START, PING),
        frames(&["11 00 00 16 04 05 69 …"])
    );
    mouse.set_charge(seconds(1), percent(40));
    assert_eq!(
        arrived(&mut mouse, seconds(1)),
        frames(&["11 00 02 00 28 04 …"])
    );
}

#[test]
fn some_devices_accept_only_index_00() {
    let mut mouse = g502().with_indices(Indices::OnlyZero);
    assert_eq!(
        ask(&mut mouse, START, PING),
        frames(&["10 FF 8F 00 16 08 00"])
    );
    assert_eq!(
        ask(&mut mouse, START, "10 00 00 16 00 00 69"),
        frames(&["11 00 00 16 04 02 69 …"])
    );
}

#[test]
fn a_corded_hidpp10_device_has_no_ping_and_no_battery() {
    let mut keyboard = illuminated();
    for (request, answer) in [
        // Vector 72 (hardware, G700s).
        ("11 FF 00 18 …", "10 FF 8F 00 18 01 00"),
        ("10 FF 81 F1 01 00 00", "10 FF 81 F1 01 55 01"),
        ("10 FF 81 F1 04 00 00", "10 FF 8F 81 F1 03 00"),
        ("10 FF 81 07 00 00 00", "10 FF 8F 81 07 02 00"),
        ("10 FF 81 0D 00 00 00", "10 FF 8F 81 0D 02 00"),
    ] {
        assert_eq!(
            ask(&mut keyboard, START, request),
            frames(&[answer]),
            "{request}"
        );
    }
    assert!(!keyboard.set_charge(START, percent(1)));
}

#[test]
fn a_sleeping_bluetooth_device_does_not_answer() {
    let mut mouse = anywhere();
    assert!(mouse.sleep(START));
    mouse.set_charge(START, percent(40));
    assert_eq!(ask(&mut mouse, START, PING), frames(&[]));
    assert!(mouse.wake(seconds(1)));
    assert_eq!(
        ask(&mut mouse, seconds(1), "11 FF 02 1E …"),
        frames(&["11 FF 02 1E 28 04 …"])
    );
}

#[test]
fn a_battery_change_is_reported_unsolicited() {
    let mut mouse = anywhere();
    assert!(mouse.set_charging(START, State::Charging));
    assert_eq!(
        arrived(&mut mouse, START),
        frames(&["11 FF 02 00 5A 08 01 01 …"])
    );
    assert_eq!(mouse.battery().state, State::Charging);

    let steps = Levels::Steps(vec![90, 50, 20, 5]);
    let feature = Feature::battery(BatteryView::LevelStatus(LevelStatus::dry(steps)));
    let mut keyboard = DirectDevice::bluetooth(0xB342, features([4, 5], feature));
    keyboard.set_charge(START, percent(20));
    assert_eq!(
        arrived(&mut keyboard, START),
        frames(&["11 FF 02 00 14 05 …"])
    );
}

#[test]
fn a_dongle_answers_while_its_headset_is_off() {
    let mut dongle = g733();
    let measure = "11 FF 02 0E …";
    dongle.output_report(START, &crate::testing::frame(measure));
    assert_eq!(
        arrived(&mut dongle, after(START, 58)),
        frames(&["11 FF 02 0E 0F DA 01 …"])
    );
    assert!(dongle.sleep(START));
    assert_eq!(arrived(&mut dongle, START), frames(&["11 FF 02 00 …"]));
    assert_eq!(
        ask(&mut dongle, START, measure),
        frames(&["11 FF FF 02 0E 05 …"])
    );
    assert_eq!(
        ask(&mut dongle, START, PING),
        frames(&["11 FF 00 16 04 02 69 …"])
    );
    assert!(dongle.wake(seconds(1)));
    assert_eq!(
        arrived(&mut dongle, seconds(1)),
        frames(&["11 FF 02 00 0F DA 01 …"])
    );

    let mut off = g733().asleep();
    assert_eq!(off.next_due(), None);
    assert_eq!(
        ask(&mut off, START, measure),
        frames(&["11 FF FF 02 0E 05 …"])
    );
}

#[test]
fn an_unplugged_device_loses_reports_in_transit() {
    let mut mouse = g502();
    mouse.output_report(START, &crate::testing::frame(PING));
    mouse.unplug(START);
    assert_eq!(mouse.next_due(), None);
    assert_eq!(ask(&mut mouse, seconds(1), PING), frames(&[]));
    mouse.plug(seconds(2));
    assert_eq!(
        ask(&mut mouse, seconds(2), PING),
        frames(&["11 FF 00 16 04 02 69 …"])
    );
}
