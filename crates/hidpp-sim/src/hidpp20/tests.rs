use super::*;
use crate::battery_features::{AdcMeasurement, LevelStatus, Levels, UnifiedBattery};
use crate::testing::{frame, frames, percent};
use hidpp_proto::units::Millivolts;

/// An M525 with the features covered by its vectors: 0003 at index 2 with one part.
fn m525() -> Hidpp20 {
    let part = Entity {
        kind: 0,
        prefix: *b"RQM",
        version: [0x27, 0x02, 0x00, 0x28],
        product: 0x4013,
        unknown: [0; 5],
    };
    let line = Feature::new;
    Hidpp20::new(
        [2, 0],
        vec![
            line(0x0001, Model::FeatureSet),
            line(0x0003, Model::Firmware(vec![part])),
            line(
                0x0005,
                Model::Name {
                    name: "Wireless Gaming Mouse".into(),
                    kind: 3,
                },
            ),
            line(0x1D4B, Model::WirelessStatus),
            line(0x1B00, Model::Listed),
        ],
    )
}

fn check(request: &str, answer: &str) {
    let answered = Request::parse(&frame(request)).map(|it| m525().answer(Timestamp::START, &it));
    assert_eq!(answered, Some(frame(answer)), "{request}");
}

#[test]
fn hardware_vectors_of_root_features_firmware_and_name() {
    // Vectors 79 and 80 (G602), 81 (a BLE device, index changed), 88 to 90 (M525).
    check("10 01 00 0E 00 01 00", "11 01 00 0E 01 …");
    check("10 01 00 09 00 00 00", "11 01 00 09 …");
    check("11 01 00 0B 22 05 …", "11 01 00 0B …");
    check("10 01 00 05 00 03 00", "11 01 00 05 02 …");
    check("10 01 02 05 00 00 00", "11 01 02 05 01 …");
    check(
        "10 01 02 15 00 00 00",
        "11 01 02 15 00 52 51 4D 27 02 00 28 00 40 13 …",
    );
    // Vectors 96 to 98 (G602).
    check("10 01 03 0F 00 00 00", "11 01 03 0F 15 …");
    check(
        "10 01 03 1F 00 00 00",
        "11 01 03 1F 57 69 72 65 6C 65 73 73 20 47 61 6D 69 6E 67 20",
    );
    check("10 01 03 1F 10 00 00", "11 01 03 1F 4D 6F 75 73 65 …");
}

#[test]
fn both_look_ups_return_flags_and_version() {
    // Vectors 78, 85 and 84 (G903), which counts 28 features; ours is a shorter one.
    let mut device = m525();
    device.features = vec![
        Feature {
            id: 0x0001,
            flags: 0x00,
            version: 1,
            model: Model::FeatureSet,
        },
        Feature {
            id: 0x1803,
            flags: 0x60,
            version: 3,
            model: Model::Listed,
        },
    ];
    let mut ask =
        |request| Request::parse(&frame(request)).map(|it| device.answer(Timestamp::START, &it));
    assert_eq!(
        ask("11 01 00 08 00 01 …"),
        Some(frame("11 01 00 08 01 00 01 …"))
    );
    assert_eq!(ask("11 01 01 08 …"), Some(frame("11 01 01 08 02 …")));
    assert_eq!(
        ask("11 01 01 18 02 …"),
        Some(frame("11 01 01 18 18 03 60 03 …"))
    );
}

#[test]
fn the_ping_echoes_its_mark() {
    // Vector 66, with this device's version.
    check("11 01 00 1C 00 00 4F …", "11 01 00 1C 02 00 4F …");
    check("10 01 00 11 00 00 5A", "11 01 00 11 02 00 5A …");
}

#[test]
fn wrong_calls_get_their_errors() {
    // No such index; no such function (shape of vector 75); no such entry, part or character.
    check("10 01 06 0E 00 00 00", "11 01 FF 06 0E 06 …");
    check("10 01 FF 0E 00 00 00", "11 01 FF FF 0E 06 …");
    check("10 01 00 2E 00 00 00", "11 01 FF 00 2E 07 …");
    check("10 01 01 2E 00 00 00", "11 01 FF 01 2E 07 …");
    check("10 01 02 2E 00 00 00", "11 01 FF 02 2E 07 …");
    check("10 01 03 3E 00 00 00", "11 01 FF 03 3E 07 …");
    check("10 01 04 0E 00 00 00", "11 01 FF 04 0E 07 …");
    check("10 01 01 1E 06 00 00", "11 01 FF 01 1E 02 …");
    check("10 01 02 1E 01 00 00", "11 01 FF 02 1E 02 …");
    check("10 01 03 1E 15 00 00", "11 01 FF 03 1E 02 …");
    // Listed, but not modelled.
    check("10 01 05 0E 00 00 00", "11 01 FF 05 0E 09 …");
}

/// A mouse with all battery features that can be combined.
fn with_batteries() -> Hidpp20 {
    let steps = Levels::Steps(vec![90, 50, 20, 5]);
    let unified = UnifiedBattery {
        percent: true,
        rechargeable: true,
    };
    let features = vec![
        Feature::new(0x0001, Model::FeatureSet),
        Feature::battery(BatteryView::LevelStatus(LevelStatus::dry(steps))),
        Feature::battery(BatteryView::Voltage),
        Feature::battery(BatteryView::UnifiedBattery(unified)),
    ];
    Hidpp20::new([4, 5], features).with_battery(Battery::new(percent(60), State::Discharging))
}

#[test]
fn a_changed_battery_sends_an_event_of_each_feature_that_reports_it() {
    let mut mouse = with_batteries();
    let at = |charge, state| Battery::new(percent(charge), state);
    // 59 % is still the step of 50.
    assert_eq!(
        mouse.set_battery(2, at(59, State::Discharging)),
        frames(&["11 02 03 00 0F 14 …", "11 02 04 00 3B 04 …"])
    );
    assert_eq!(
        mouse.set_battery(2, at(59, State::Charging)),
        frames(&[
            "11 02 02 00 32 14 01 …",
            "11 02 03 00 0F 14 80 …",
            "11 02 04 00 3B 04 01 01 …",
        ])
    );
    assert_eq!(mouse.set_battery(2, at(59, State::Charging)), frames(&[]));
}

#[test]
fn battery_features_answer_at_their_indices() {
    let mut mouse = with_batteries();
    let mut ask =
        |request| Request::parse(&frame(request)).map(|it| mouse.answer(Timestamp::START, &it));
    for (request, answer) in [
        ("11 01 00 0E 10 04 …", "11 01 00 0E 04 …"),
        ("11 01 02 0E …", "11 01 02 0E 32 14 00 …"),
        ("11 01 03 0E …", "11 01 03 0E 0F 1A 00 …"),
        ("11 01 04 1E …", "11 01 04 1E 3C 04 00 00 …"),
        ("11 01 04 2E …", "11 01 FF 04 2E 07 …"),
    ] {
        assert_eq!(ask(request), Some(frame(answer)), "{request}");
    }
}

#[test]
fn a_headset_connects_and_disconnects() {
    let adc = AdcMeasurement { connected: false };
    let features = vec![Feature::battery(BatteryView::AdcMeasurement(adc))];
    let battery = Battery::new(percent(89), State::Discharging).measuring(Millivolts(4058));
    let mut dongle = Hidpp20::new([4, 2], features).with_battery(battery);
    let there = Some(frames(&["11 FF 01 00 0F DA 01 …"]));
    assert_eq!(dongle.set_headset(0xFF, true), there);
    assert_eq!(dongle.set_headset(0xFF, true), Some(frames(&[])));
    assert_eq!(
        dongle.set_headset(0xFF, false),
        Some(frames(&["11 FF 01 00 …"]))
    );
    assert_eq!(m525().set_headset(0xFF, true), None);
}
