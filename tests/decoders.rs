//! No frame, however malformed, makes a decoder panic or passes for a reply that it is not.

use hidpp_proto::feature::{
    BatteryFeature, ReadMethod, adc_measurement, battery_level_status, battery_mileage,
    battery_status, battery_voltage, connection_state, device_connection, device_information,
    device_name, feature_set, firmware_version, notification_flags, pairing_information, root,
    solar_dashboard, unified_battery, wireless_status,
};
use hidpp_proto::session::{Known, Peer, Session, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{
    DeviceIndex, Error10, Error20, FeatureIndex, Incoming, Message, Relation, Report, ReportId,
    classify, descriptor, relation,
};
use proptest::prelude::*;
use solar_status::device::{Battery, is_odd};

/// Bytes as a node may deliver them: arbitrary ones, or a report with a plausible header.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let any_bytes = proptest::collection::vec(any::<u8>(), 0..80);
    let head = (
        prop_oneof![Just(0x10_u8), Just(0x11), Just(0x12), Just(0x20)],
        prop_oneof![0_u8..8, Just(0xFF)],
        prop_oneof![
            0_u8..16,
            Just(0x41),
            Just(0x83),
            Just(0x8F),
            Just(0xFF),
            any::<u8>()
        ],
    );
    let plausible = (head, proptest::collection::vec(any::<u8>(), 61)).prop_map(
        |((id, device, sub_id), rest)| {
            let mut bytes = vec![id, device, sub_id];
            bytes.extend(rest);
            bytes.truncate(match id {
                0x10 => 7,
                0x11 => 20,
                0x20 => 15,
                _ => 64,
            });
            bytes
        },
    );
    prop_oneof![any_bytes, plausible]
}

fn report() -> impl Strategy<Value = Report> {
    frame().prop_filter_map("not a HID++ report", |bytes| Report::parse(&bytes).ok())
}

/// The report as a reading of each battery feature, with and without known capabilities of the
/// device; each with whether it is plausible.
fn batteries(report: &Report) -> Vec<(Battery, bool)> {
    // The events of other features are recognised by their marker.
    let is_called =
        |it: &BatteryFeature| matches!(it.read_method(FeatureIndex(1)), ReadMethod::Call(_));
    let features = BatteryFeature::ALL.into_iter().filter(is_called);
    let of = |feature: BatteryFeature| {
        let capabilities = [None, Some(feature.read_capability(report))];
        let readings = capabilities.map(|capability| feature.read(capability, report));
        readings.map(|reading| {
            let battery = Battery::of(&reading, None, None, Timestamp::START);
            battery.map(|battery| (battery, feature.can_be_reading(report)))
        })
    };
    features.flat_map(of).flatten().collect()
}

/// Runs every decoder on one report; the `Debug` output visits the whole result.
fn read_all(report: &Report) -> String {
    let solar = (0..16).map(|event| {
        let event = solar_dashboard::read_event(event, report);
        format!("{event:?} {:?} {:?}", event.voltage(), event.is_charging())
    });
    let mut texts: Vec<String> = solar.collect();
    texts.extend([
        format!("{report} {:?}", Message::of(report)),
        format!("{:?}", batteries(report)),
        format!("{:?}", battery_level_status::read_capability(report)),
        format!("{:?}", unified_battery::read_capabilities(report)),
        format!("{:?}", battery_mileage::read(report)),
        format!("{:?}", battery_mileage::read_notification(report)),
        format!("{:?}", battery_status::read(report)),
        format!("{:?}", battery_status::read_notification(report)),
        format!("{:?}", connection_state::read(report)),
        format!("{:?}", device_connection::read(report)),
        format!("{:?}", device_information::read_device_info(report)),
        format!("{:?}", device_information::read_firmware_info(report)),
        device_information::read_serial_number(report).to_string(),
        device_name::name(device_name::read_name(report)).to_string(),
        device_name::read_type(report).to_string(),
        format!("{:?}", feature_set::read_feature_id(report)),
        format!("{:?}", firmware_version::read(report)),
        notification_flags::read(report).to_string(),
        format!("{:?}", pairing_information::read(report)),
        format!("{:?}", root::read_feature(report)),
        format!("{:?}", root::read_ping(report)),
        format!("{:?}", wireless_status::read_event(report)),
    ]);
    texts.concat()
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_classified_and_decoded(bytes in frame()) {
        if let Incoming::HidPp(report) = classify(&bytes) {
            prop_assert_eq!(report.as_bytes(), &bytes[..]);
            read_all(&report);
        }
    }

    #[test]
    fn a_report_keeps_its_bytes(report in report()) {
        prop_assert_eq!(Report::parse(report.as_bytes()), Ok(report));
        read_all(&report);
    }

    #[test]
    fn truncated_reports_are_rejected(report in report(), len in 0_usize..64) {
        let Some(cut) = report.as_bytes().get(..len) else { return Ok(()) };
        // A very long report may have any length from 20 on.
        let still_valid = len == report.as_bytes().len()
            || (report.id() == ReportId::VeryLong && len >= Report::LONG_LEN);
        prop_assert_eq!(Report::parse(cut).is_ok(), still_valid);
    }

    #[test]
    fn unknown_codes_are_kept(code in any::<u8>()) {
        prop_assert_eq!(Error10::from(code).code(), code);
        prop_assert_eq!(Error20::from(code).code(), code);
        let level = battery_status::Level::from(code);
        prop_assert_eq!(level.code(), code);
        for kept in [
            battery_level_status::Charging::from(code).code(),
            battery_voltage::Charging::from(code).code(),
            battery_voltage::Speed::from(code).code(),
            unified_battery::Charging::from(code).code(),
            unified_battery::Level::from(code).code(),
            unified_battery::ExternalPower::from(code).code(),
            solar_dashboard::EventKind::from(code).code(),
        ] {
            prop_assert_eq!(kept, code);
        }
    }

    #[test]
    fn readings_keep_the_received_codes(report in report()) {
        let [p0, p1, p2, p3, ..] = *report.params();
        let level = battery_level_status::read_level(&report);
        prop_assert_eq!(level.charging.code(), p2);
        prop_assert_eq!(battery_voltage::read_voltage(&report).flags, p2);
        let unified = unified_battery::read_status(&report);
        prop_assert_eq!(unified.level.map_or(0, unified_battery::Level::code), p1);
        prop_assert_eq!((unified.charging.code(), unified.external_power.code()), (p2, p3));
        let measurement = adc_measurement::read_measurement(&report);
        prop_assert_eq!(measurement.voltage.0, u16::from_be_bytes([p0, p1]));
        prop_assert_eq!(measurement.flags, p2);
    }

    #[test]
    fn a_known_charge_is_kept_until_a_newer_one(first in report(), second in report()) {
        for ((before, _), (new, _)) in batteries(&first).into_iter().zip(batteries(&second)) {
            let after = new.after(Some(&before));
            if before.source == new.source && before.reports_charge() {
                prop_assert!(after.reports_charge());
            }
            prop_assert_eq!((after.state, after.source, after.at), (new.state, new.source, new.at));
            prop_assert!(!is_odd(Some(&new), &new), "a reading agrees with itself");
        }
    }

    #[test]
    fn a_device_name_is_not_a_plausible_battery_reading(
        text in "[A-Za-z0-9 ]{9,16}",
        function in 0_u8..2,
    ) {
        let mut params = [0; 16];
        params[..text.len()].copy_from_slice(text.as_bytes());
        let name = Report::long(DeviceIndex(1), 6, function << 4, params);
        for (battery, can_be_reading) in batteries(&name) {
            prop_assert!(!can_be_reading, "{battery:?}");
        }
    }

    #[test]
    fn a_reply_repeats_the_header_of_its_request(request in report(), incoming in report()) {
        let header = |report: &Report| (report.device(), report.sub_id(), report.address());
        match relation(&request, &incoming) {
            Relation::None => {}
            Relation::Answer => prop_assert_eq!(header(&request), header(&incoming)),
            Relation::Error(_) => {
                let [named, ..] = incoming.head();
                let named = (incoming.device(), incoming.address(), named);
                prop_assert_eq!(header(&request), named);
            }
        }
    }

    #[test]
    fn no_report_descriptor_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let found = descriptor::scan(&bytes);
        prop_assert!(found.is_hidpp() || !(found.short || found.long));
    }

    #[test]
    fn a_session_accepts_arbitrary_frames(
        frames in proptest::collection::vec(frame(), 0..40),
        direct: bool,
        remembered: bool,
    ) {
        let mut session = Session::new(if direct { Peer::Device } else { Peer::Receiver }, ReportId::Short);
        let wanted = Wanted::BATTERY | Wanted::NAME | Wanted::FIRMWARE | Wanted::KIND | Wanted::NOTICES | Wanted::WAKE;
        let devices = if direct { vec![DeviceIndex::DIRECT] } else { (1..4).map(DeviceIndex).collect() };
        for device in devices {
            let mut known = Known::default();
            known.remembered = remembered;
            session.probe(device, wanted, known);
        }
        let mut now = Timestamp::START;
        for bytes in frames {
            while let Some(report) = session.poll_transmit(now) {
                prop_assert!(direct || report.device() != DeviceIndex(0));
            }
            if let Ok(report) = Report::parse(&bytes) {
                session.handle_report(now, &report);
            }
            now += std::time::Duration::from_millis(50);
            session.handle_timeout(now);
            while session.poll_event().is_some() {}
        }
    }
}
