//! What of a report may be written to a trace.

use std::collections::BTreeMap;

use crate::feature::device_connection::{self, DeviceConnection};
use crate::feature::{device_information, root};
use crate::transport::trace::Direction;
use crate::transport::{Redact, Redaction};
use crate::wire::{Access, DeviceIndex, FeatureId, FeatureIndex, Message, Register, Report, Wpid};

/// Withholds what could be user input, and with `anonymize` also what tells one device from
/// another of its model.
///
/// An event of an unknown feature could be a key press (programmable keys are delivered so), so
/// only events of features this program knows are written.
#[derive(Debug, Default)]
pub struct Privacy {
    anonymize: bool,
    /// Which feature was looked up under which software id, by device.
    asked: BTreeMap<(DeviceIndex, u8), FeatureId>,
    features: BTreeMap<(DeviceIndex, FeatureIndex), FeatureId>,
    /// Which models came into the slots.
    arrived: BTreeMap<DeviceIndex, Wpid>,
}

impl Privacy {
    /// The rules of a trace.
    pub fn new(anonymize: bool) -> Self {
        Self {
            anonymize,
            ..Self::default()
        }
    }

    fn feature(&self, device: DeviceIndex, index: FeatureIndex) -> Option<FeatureId> {
        self.features.get(&(device, index)).copied()
    }

    /// Learns where features stand from our own lookups.
    fn learn(&mut self, direction: Direction, report: &Report) {
        let key = (device(report), report.address());
        let lookup = report.sub_id() == 0 && report.address() >> 4 == root::GET_FEATURE;
        match direction {
            Direction::ToDevice if lookup => {
                let [high, low, _] = report.head();
                self.asked
                    .insert(key, FeatureId(u16::from_be_bytes([high, low])));
            }
            Direction::FromDevice if lookup => {
                if let (Some(id), Some(index)) =
                    (self.asked.remove(&key), root::read_feature(report).index)
                {
                    self.features.insert((device(report), index), id);
                }
            }
            Direction::FromDevice => self.note_connection(report),
            Direction::ToDevice => {}
        }
    }

    /// Where another device comes into a slot, its features stand elsewhere: what was harmless of
    /// the one before may be a key of this one.
    fn note_connection(&mut self, report: &Report) {
        let device = report.device();
        let is_another = match device_connection::read(report) {
            Some(DeviceConnection::Unpaired) => true,
            Some(DeviceConnection::Arrival(arrival)) => self
                .arrived
                .insert(device, arrival.wpid)
                .is_some_and(|before| before != arrival.wpid),
            _ => false,
        };
        if is_another {
            self.features.retain(|(known, _), _| *known != device);
        }
    }

    fn redact_event(&self, report: &Report, feature: FeatureIndex) -> Redaction {
        let known = matches!(
            self.feature(device(report), feature),
            Some(
                FeatureId::SOLAR_DASHBOARD
                    | FeatureId::WIRELESS_STATUS
                    | FeatureId::BATTERY_LEVEL_STATUS
                    | FeatureId::BATTERY_VOLTAGE
                    | FeatureId::UNIFIED_BATTERY
                    | FeatureId::ADC_MEASUREMENT
            )
        );
        if known || crate::feature::solar_dashboard::has_marker(report) {
            Redaction::Write(*report)
        } else {
            Redaction::Withhold("an event of a feature this program does not know")
        }
    }

    fn redact_reply(&self, report: &Report, feature: FeatureIndex, function: u8) -> Redaction {
        if !self.anonymize || feature == FeatureIndex::ROOT {
            return Redaction::Write(*report);
        }
        match (self.feature(device(report), feature), function) {
            (Some(FeatureId::DEVICE_INFORMATION), device_information::GET_DEVICE_INFO) => {
                Redaction::Write(blanked(report, 5..9))
            }
            (Some(FeatureId::DEVICE_INFORMATION), device_information::GET_SERIAL_NUMBER) => {
                Redaction::Write(blanked(report, 4..20))
            }
            (Some(_), _) => Redaction::Write(*report),
            // Whose it is cannot be told: other programs use any software id.
            (None, _) => Redaction::Withhold("an answer of a feature this program does not know"),
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

/// Whom a report is about: some devices on their own node are asked under one index and answer
/// under the other.
fn device(report: &Report) -> DeviceIndex {
    match report.device() {
        DeviceIndex::CORDED => DeviceIndex::DIRECT,
        device => device,
    }
}

/// The report with these bytes set to zero, as a device without a serial number would say.
fn blanked(report: &Report, range: std::ops::Range<usize>) -> Report {
    let mut bytes = report.as_bytes().to_vec();
    if let Some(part) = bytes.get_mut(range) {
        part.fill(0);
    }
    Report::parse(&bytes).unwrap_or(*report)
}

impl Redact for Privacy {
    fn redact(&mut self, direction: Direction, report: &Report) -> Redaction {
        self.learn(direction, report);
        if direction == Direction::ToDevice {
            return Redaction::Write(*report);
        }
        match Message::of(report) {
            Message::Event { feature, .. } => self.redact_event(report, feature),
            Message::Reply {
                feature, function, ..
            } => self.redact_reply(report, feature, function.get()),
            Message::Register {
                access: Access::GetLong,
                register,
            } => self.redact_register(report, register),
            // Battery, connection and lock notices are harmless; the rest may be input (buttons,
            // raw motion) or carry addresses and names (Bolt pairing).
            Message::Notification {
                sub_id: 0x07 | 0x0D | 0x40..=0x42 | 0x4A | 0x4B,
                ..
            }
            | Message::Error { .. }
            | Message::Register { .. } => Redaction::Write(*report),
            Message::Notification { .. } => Redaction::Withhold("it could be user input"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

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
        assert!(matches!(keys, Redaction::Withhold(_)));
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
            // Waking up is no change.
            for _ in 0..2 {
                from_device(&mut privacy, from);
                let written = Redaction::Write(report(battery));
                assert_eq!(from_device(&mut privacy, battery), written);
            }
            from_device(&mut privacy, to);
            let after = from_device(&mut privacy, battery);
            assert!(matches!(after, Redaction::Withhold(_)), "{to}: {after:?}");
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
            assert!(matches!(redaction, Redaction::Withhold(_)), "{hex}");
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

    #[test]
    fn answers_of_unknown_features_are_withheld_when_anonymous() {
        // Under whatever software id: 0B (Solaar) or, as old Solaars rotate, our own.
        for answer in ["11 01 07 1B 4D 79 20 6D 6F …", "11 01 07 0E 59 9B 7A 65 …"] {
            assert!(matches!(
                from_device(&mut Privacy::new(true), answer),
                Redaction::Withhold(_)
            ));
            assert!(matches!(
                from_device(&mut Privacy::new(false), answer),
                Redaction::Write(_)
            ));
        }
    }

    #[test]
    fn the_good_frame_is_written() {
        let frame = "11 02 09 10 39 00 0C 06 1D 47 4F 4F 44 …";
        let written = Redaction::Write(report(frame));
        assert_eq!(from_device(&mut Privacy::new(true), frame), written);
    }
}
