//! Decides which parts of a report may be written to a trace or logged.
//!
//! Nodes carry key presses, and HID++ 1.0 does not define their form: a device could send input in
//! a long report with a header that looks like an answer of HID++ 2.0. So a report from a device is
//! written only if it is provably something else:
//!
//! | written | because |
//! |---|---|
//! | `8F`, `FF`: errors, without what follows the code | they repeat a request |
//! | `80` to `83` | register access (`84`, `85`: the answer to a request of ours) |
//! | short `07`, `0D`, `40` to `42`, `4A`, `4B` | battery, connection and lock notifications |
//! | HID++ 2.0, software id 1 to F | it answers a request of ours, or its device answered one: then it speaks 2.0, where such a report is an answer to some program |
//! | HID++ 2.0, software id 0 | an event of a feature with a looked-up index, or with the marker of the solar dashboard |
//!
//! Everything else is withheld. The messages in frames of Centurion are treated as those of HID++
//! 2.0.

mod conversation;
mod frames;

use super::tap::{Redact, Redaction};
use super::trace::Direction;
use conversation::{Conversation, device};
use hidpp_proto::feature::{
    BatteryFeature, BatteryRegister, centurion_bridge, centurion_identity, device_information,
    solar_dashboard,
};
use hidpp_proto::wire::centurion::DONGLE;
use hidpp_proto::wire::{
    Access, DeviceIndex, FeatureId, FeatureIndex, Message, Register, Report, ReportId,
};

/// Withholds everything that could be user input, and with `anonymize` also what distinguishes a
/// device from others of its model.
#[derive(Debug, Default)]
pub struct Privacy {
    anonymize: bool,
    conversation: Conversation,
}

impl Privacy {
    /// The rules for a new trace.
    pub fn new(anonymize: bool) -> Self {
        Self {
            anonymize,
            ..Self::default()
        }
    }

    /// Whether the bridge of a dongle was looked up at this index.
    fn is_bridge(&self, device: DeviceIndex, index: FeatureIndex) -> bool {
        device == DONGLE && self.conversation.feature(DONGLE, index) == Some(centurion_bridge::ID)
    }

    fn redact_event(&self, report: &Report, feature: FeatureIndex) -> Redaction {
        let is_connection = self.is_bridge(device(report), feature)
            && report.address() >> 4 == centurion_bridge::CONNECTION;
        let feature = self.conversation.feature(device(report), feature);
        if is_connection || feature.is_some_and(has_harmless_events) || is_solar(report) {
            Redaction::Write(*report)
        } else {
            // A diverted key (programmable keys are delivered so), or a notification of 1.0.
            self.withhold(report, "an event of a feature this program does not know")
        }
    }

    /// Withholds a report except its header. Byte 3 belongs to the header in HID++ 2.0 only, where
    /// it is a number and a software id.
    fn withhold(&self, report: &Report, why: &'static str) -> Redaction {
        let is_2_0 = self.conversation.speaks_2_0(device(report));
        let is_notification = matches!(Message::of(report), Message::Notification { .. });
        let header = if is_2_0 && !is_notification { 4 } else { 3 };
        Redaction::Withhold { header, why }
    }

    fn redact_reply(&self, report: &Report, feature: FeatureIndex, function: u8) -> Redaction {
        if !self.anonymize
            || feature == FeatureIndex::ROOT
            || self.is_bridge(device(report), feature)
        {
            return Redaction::Write(*report);
        }
        match (self.conversation.feature(device(report), feature), function) {
            (Some(FeatureId::DEVICE_INFORMATION), device_information::GET_DEVICE_INFO) => {
                Redaction::Write(blanked(report, 5..9))
            }
            (Some(FeatureId::DEVICE_INFORMATION), device_information::GET_SERIAL_NUMBER) => {
                Redaction::Write(blanked(report, 4..20))
            }
            (Some(centurion_identity::ID), centurion_identity::GET_SERIAL) => {
                self.withhold(report, "it identifies the device")
            }
            (Some(_), _) => Redaction::Write(*report),
            // It may be the answer to another program, which can use any software id.
            (None, _) => self.withhold(report, "an answer of a feature this program does not know"),
        }
    }

    fn redact_register(&self, report: &Report, register: Register) -> Redaction {
        if !self.anonymize {
            return Redaction::Write(*report);
        }
        let [sub_register, ..] = report.head();
        let private = match (register, sub_register) {
            (Register::PAIRING_INFORMATION, 0x03 | 0x30..=0x3F) => 5..9,
            // Firmware, pairing and name.
            (Register::PAIRING_INFORMATION, 0x02 | 0x20..=0x2F | 0x40..=0x4F | 0x60..=0x6F) => 0..0,
            // Bolt: the unit id.
            (Register::PAIRING_INFORMATION, 0x50..=0x5F) => 8..12,
            (Register::PAIRING_INFORMATION, _) => 5..20,
            // Bolt: the receiver's unique id.
            (Register::BOLT_UNIQUE_ID, _) => 4..20,
            _ => 0..0,
        };
        Redaction::Write(blanked(report, private))
    }
}

/// Whether no event of a feature contains user input or anything that identifies a device.
fn has_harmless_events(id: FeatureId) -> bool {
    match BatteryFeature::from_id(id) {
        Some(feature) => feature.has_harmless_events(),
        None => id == FeatureId::WIRELESS_STATUS,
    }
}

/// Whether a notification of HID++ 1.0 is harmless: one of battery, connection or lock. The rest may
/// be input (buttons, raw motion) or carry addresses and names (Bolt pairing).
fn is_harmless(sub_id: u8) -> bool {
    match BatteryRegister::of_notification(sub_id) {
        Some(BatteryRegister::Status | BatteryRegister::Mileage) => true,
        None => matches!(sub_id, 0x40..=0x42 | 0x4A | 0x4B),
    }
}

/// Whether a report is an event of the solar dashboard by all properties of such an event: its
/// number, the marker, and zeros after it.
fn is_solar(report: &Report) -> bool {
    let [_, _, _, _, _, _, _, _, _, rest @ ..] = report.params();
    solar_dashboard::has_marker(report)
        && report.address() >> 4 <= 2
        && rest.iter().all(|byte| *byte == 0)
}

/// The report with these bytes set to zero, as a device without a serial number has it.
fn blanked(report: &Report, range: std::ops::Range<usize>) -> Report {
    let mut bytes = report.as_bytes().to_vec();
    if let Some(part) = bytes.get_mut(range) {
        part.fill(0);
    }
    Report::parse(&bytes).unwrap_or(*report)
}

impl Redact for Privacy {
    fn redact(&mut self, direction: Direction, report: &Report) -> Redaction {
        if report.id().is_centurion() {
            self.redact_frame(direction, report)
        } else {
            self.redact_message(direction, report)
        }
    }
}

impl Privacy {
    /// Which parts of a message of HID++ to write.
    fn redact_message(&mut self, direction: Direction, report: &Report) -> Redaction {
        let is_answer = self.conversation.on_report(direction, report);
        if direction == Direction::ToDevice {
            return Redaction::Write(*report);
        }
        match Message::of(report) {
            Message::Event { feature, .. } => self.redact_event(report, feature),
            Message::Reply {
                feature, function, ..
            } if is_answer || self.conversation.speaks_2_0(device(report)) => {
                self.redact_reply(report, feature, function.get())
            }
            // The bytes after the code have no meaning.
            Message::Error { .. } => Redaction::Write(blanked(report, 6..report.as_bytes().len())),
            Message::Register {
                access: Access::GetLong,
                register,
            } => self.redact_register(report, register),
            Message::Register {
                access: Access::SetShort | Access::GetShort | Access::SetLong,
                ..
            } => Redaction::Write(*report),
            Message::Register { .. } if is_answer => Redaction::Write(*report),
            Message::Notification { sub_id, .. }
                if report.id() == ReportId::Short && is_harmless(sub_id) =>
            {
                Redaction::Write(*report)
            }
            Message::Reply { .. } | Message::Register { .. } | Message::Notification { .. } => {
                self.withhold(report, "it could be user input")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_support::report;

    fn from_device(privacy: &mut Privacy, hex: &str) -> Redaction {
        privacy.redact(Direction::FromDevice, &report(hex))
    }

    #[test]
    fn serial_numbers_are_blanked_on_demand() {
        let serial = "11 FF 83 B5 30 FB 84 1B 86 1A 40 00 00 07 …";
        let plain = Redaction::Write(report(serial));
        assert_eq!(from_device(&mut Privacy::new(false), serial), plain);
        let blank = Redaction::Write(report("11 FF 83 B5 30 00 00 00 00 1A 40 00 00 07 …"));
        assert_eq!(from_device(&mut Privacy::new(true), serial), blank);
        let receiver = "11 FF 83 B5 03 AF 4F 95 EA 05 06 0E …";
        let blank = Redaction::Write(report("11 FF 83 B5 03 00 00 00 00 05 06 0E …"));
        assert_eq!(from_device(&mut Privacy::new(true), receiver), blank);
    }

    #[test]
    fn a_unit_id_is_blanked_where_the_feature_was_looked_up() {
        let mut privacy = Privacy::new(true);
        privacy.redact(Direction::ToDevice, &report("10 01 00 0E 00 03 00"));
        from_device(&mut privacy, "11 01 00 0E 02 …");
        let blank = Redaction::Write(report("11 01 02 0E 03 00 00 00 00 00 02 B0 34 …"));
        let unit = "11 01 02 0E 03 59 9B 7A 65 00 02 B0 34 …";
        assert_eq!(from_device(&mut privacy, unit), blank);
    }

    #[test]
    fn diverted_keys_are_withheld() {
        // Feature 1B04 delivers diverted keys as event 0 of whatever index it has.
        let mut privacy = Privacy::new(false);
        let keys = from_device(&mut privacy, "11 01 08 00 00 C3 …");
        assert!(matches!(keys, Redaction::Withhold { .. }));
    }

    #[test]
    fn an_event_of_a_battery_is_written_until_another_device_takes_its_slot() {
        let battery = "11 01 06 00 0F 02 …";
        let arrived = "10 01 41 04 61 10 20";
        for (from, to) in [
            // Unpaired.
            (arrived, "10 01 40 02 00 00 00"),
            // Another model arrives.
            (arrived, "10 01 41 04 61 69 40"),
        ] {
            let mut privacy = Privacy::new(false);
            privacy.redact(Direction::ToDevice, &report("10 01 00 06 10 04 00"));
            from_device(&mut privacy, "11 01 00 06 06 …");
            // Waking up is not a change.
            for _ in 0..2 {
                from_device(&mut privacy, from);
                let written = Redaction::Write(report(battery));
                assert_eq!(from_device(&mut privacy, battery), written);
            }
            from_device(&mut privacy, to);
            let after = from_device(&mut privacy, battery);
            assert!(
                matches!(after, Redaction::Withhold { .. }),
                "{to}: {after:?}"
            );
        }
    }

    #[test]
    fn every_kind_of_identity_is_blanked() {
        for (hex, blank) in [
            // Bolt: unit id of slot 1 (Solaar issue 2556), unique id of the receiver.
            (
                "11 FF 83 B5 51 42 34 B0 FB 19 99 43 01 …",
                "11 FF 83 B5 51 42 34 B0 00 00 00 00 01 …",
            ),
            ("11 FF 83 FB 41 42 43 44 45 …", "11 FF 83 FB …"),
            // The serial number that a few receivers have in sub-register 01.
            ("11 FF 83 B5 01 AF 4F 95 EA 05 …", "11 FF 83 B5 01 …"),
        ] {
            let blank = Redaction::Write(report(blank));
            assert_eq!(from_device(&mut Privacy::new(true), hex), blank, "{hex}");
        }
        let mut privacy = Privacy::new(true);
        privacy.redact(Direction::ToDevice, &report("10 01 00 0E 00 03 00"));
        from_device(&mut privacy, "11 01 00 0E 02 …");
        let blank = Redaction::Write(report("11 01 02 2E …"));
        assert_eq!(
            from_device(&mut privacy, "11 01 02 2E 32 31 34 32 4C 5A …"),
            blank
        );
    }

    #[test]
    fn notifications_that_may_be_input_are_withheld() {
        for hex in [
            "10 01 08 10 00 00 00",
            "10 01 0E 41 42 43 00",
            "11 FF 54 00 00 01 02 03 …",
        ] {
            let redaction = from_device(&mut Privacy::new(false), hex);
            assert!(matches!(redaction, Redaction::Withhold { .. }), "{hex}");
        }
        for hex in [
            "10 02 07 03 00 00 00",
            "10 01 41 04 61 10 20",
            "10 02 8F 81 0D 02 00",
        ] {
            let written = Redaction::Write(report(hex));
            assert_eq!(from_device(&mut Privacy::new(true), hex), written, "{hex}");
        }
    }

    /// One that pinged slot 1, and was answered as HID++ 2.0 does.
    fn after_a_ping(anonymize: bool) -> Privacy {
        let mut privacy = Privacy::new(anonymize);
        privacy.redact(Direction::ToDevice, &report("10 01 00 1E 00 00 5A"));
        let answer = "11 01 00 1E 02 00 5A …";
        let written = Redaction::Write(report(answer));
        assert_eq!(from_device(&mut privacy, answer), written);
        privacy
    }

    #[test]
    fn answers_of_unknown_features_are_withheld_when_anonymous() {
        // With any software id: 0B (Solaar) or, as old Solaars rotate, our own.
        for answer in ["11 01 07 1B 4D 79 20 6D 6F …", "11 01 07 0E 59 9B 7A 65 …"] {
            assert!(matches!(
                from_device(&mut after_a_ping(true), answer),
                Redaction::Withhold { .. }
            ));
            assert!(matches!(
                from_device(&mut after_a_ping(false), answer),
                Redaction::Write(_)
            ));
        }
    }

    /// The long notifications that a HID++ 1.0 device could send: with the sub-ids of keys (03),
    /// buttons (06) and unknown ones.
    const COULD_BE_INPUT: [&str; 4] = [
        "11 01 03 04 05 06 07 …",
        "11 01 06 01 00 …",
        "11 01 0E 41 42 43 44 …",
        "11 01 3F 1E 04 05 …",
    ];

    #[test]
    fn a_long_report_of_a_device_that_may_speak_1_0_is_withheld_with_its_content() {
        for hex in COULD_BE_INPUT {
            let withheld = from_device(&mut Privacy::new(false), hex);
            assert!(
                matches!(withheld, Redaction::Withhold { header: 3, .. }),
                "{hex}: {withheld:?}"
            );
        }
        // A device that refuses a ping is sent no more requests, so none of its reports is an
        // answer.
        let mut privacy = Privacy::new(false);
        privacy.redact(Direction::ToDevice, &report("10 01 00 1E 00 00 5A"));
        from_device(&mut privacy, "10 01 8F 00 1E 01 00");
        for hex in COULD_BE_INPUT.into_iter().chain(["11 01 00 1E 04 05 5A …"]) {
            let withheld = from_device(&mut privacy, hex);
            assert!(matches!(withheld, Redaction::Withhold { .. }), "{hex}");
        }
    }

    #[test]
    fn another_device_in_the_slot_must_show_its_protocol_again() {
        let mut privacy = after_a_ping(false);
        let answer = "11 01 0E 41 42 43 44 …";
        let written = Redaction::Write(report(answer));
        assert_eq!(from_device(&mut privacy, answer), written);
        privacy.redact(Direction::ToDevice, &report("10 01 00 1E 00 00 66"));
        from_device(&mut privacy, "10 01 40 02 00 00 00");
        // Also if it looks like the answer to a request to its predecessor.
        for hex in [answer, "11 01 00 1E 04 05 66 …"] {
            let withheld = from_device(&mut privacy, hex);
            assert!(matches!(withheld, Redaction::Withhold { .. }), "{hex}");
        }
    }

    #[test]
    fn an_answer_belongs_to_one_request_of_this_program_only() {
        let mut privacy = Privacy::new(false);
        privacy.redact(Direction::ToDevice, &report("10 FF 85 B5 01 00 00"));
        let mut very_long = vec![0x12, 0xFF, 0x85, 0xB5];
        very_long.resize(64, 1);
        let very_long = Report::parse(&very_long).unwrap();
        let mut answered = || privacy.redact(Direction::FromDevice, &very_long);
        assert_eq!(answered(), Redaction::Write(very_long));
        assert!(matches!(answered(), Redaction::Withhold { .. }));
    }

    #[test]
    fn an_error_is_written_without_the_bytes_after_its_code() {
        let error = "11 01 FF 0A E8 07 41 42 43 …";
        let written = Redaction::Write(report("11 01 FF 0A E8 07 …"));
        assert_eq!(from_device(&mut Privacy::new(false), error), written);
    }

    /// Every possible header, from unknown devices.
    #[test]
    fn unknown_reports_that_are_written_are_not_input() {
        for (id, len) in [(0x10, 7), (0x11, 20), (0x12, 64)] {
            for (device, sub_id) in [0x01, 0xFF]
                .into_iter()
                .flat_map(|device| (0..=255_u8).map(move |sub_id| (device, sub_id)))
            {
                for address in 0..=255_u8 {
                    let mut bytes = vec![id, device, sub_id, address];
                    bytes.resize(len, 0x04);
                    let report = Report::parse(&bytes).unwrap();
                    let redaction = Privacy::new(false).redact(Direction::FromDevice, &report);
                    let is_known = match sub_id {
                        0x80..=0x83 | 0x8F | 0xFF => true,
                        0x07 | 0x0D | 0x40..=0x42 | 0x4A | 0x4B => id == 0x10,
                        _ => false,
                    };
                    match redaction {
                        Redaction::Write(_) => assert!(is_known, "{report}"),
                        Redaction::Withhold { header, .. } => {
                            assert!(!is_known && header == 3, "{report}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_good_frame_is_written() {
        let frame = "11 02 09 10 39 00 0C 06 1D 47 4F 4F 44 …";
        let written = Redaction::Write(report(frame));
        assert_eq!(from_device(&mut Privacy::new(true), frame), written);
    }
}
