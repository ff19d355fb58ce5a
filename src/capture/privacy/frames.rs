//! Frames of Centurion: the rules of the messages in them, which are those of HID++ 2.0.
//!
//! A frame is written as it is, or withheld; parts of it are not blanked. Fragments are withheld,
//! since their content is known only with the others.

use super::Privacy;
use crate::capture::tap::Redaction;
use crate::capture::trace::Direction;
use hidpp_proto::wire::centurion::{DONGLE, Frame, MESSAGE, to_report, unwrap};
use hidpp_proto::wire::{DeviceIndex, FeatureIndex, Report, ReportId};

impl Privacy {
    /// Which parts of a frame of Centurion to write.
    pub(super) fn redact_frame(&mut self, direction: Direction, report: &Report) -> Redaction {
        let message = Frame::parse(report).ok();
        let message = message.filter(|frame| frame.index == 0 && !frame.more);
        let message = message.and_then(|frame| self.message(&frame.payload));
        let before = if report.id() == ReportId::Centurion {
            3
        } else {
            4
        };
        let withhold = |header, why| Redaction::Withhold { header, why };
        let Some(message) = message else {
            return match direction {
                Direction::ToDevice => Redaction::Write(*report),
                Direction::FromDevice => withhold(before, "it could be user input"),
            };
        };
        match self.redact_message(direction, &message) {
            Redaction::Write(written) if written == message => Redaction::Write(*report),
            Redaction::Write(_) => withhold(before + 2, "it identifies the device"),
            Redaction::Withhold { why, .. } => withhold(before + 2, why),
        }
    }

    /// The message in a payload: of the headset if the dongle's bridge carries one, otherwise of the
    /// node.
    fn message(&self, payload: &[u8]) -> Option<Report> {
        let passed_on = match payload {
            [feature, function, params @ ..]
                if self.is_bridge(DONGLE, FeatureIndex(*feature))
                    && function >> 4 == MESSAGE.get() =>
            {
                unwrap(params)
            }
            _ => None,
        };
        match passed_on {
            Some(message) => to_report(DeviceIndex::DIRECT, message),
            None => to_report(DONGLE, payload),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Redact as _;
    use test_support::report;

    /// The rules after the first requests to the dongle of a G522 and their answers.
    fn looked_up(anonymize: bool) -> Privacy {
        let mut privacy = Privacy::new(anonymize);
        for (direction, frame) in [
            (Direction::ToDevice, "50 23 05 00 00 06 00 03 …"),
            (Direction::FromDevice, "50 23 06 00 00 06 03 00 06 …"),
            (Direction::ToDevice, "50 23 03 00 03 06 …"),
            (Direction::FromDevice, "50 23 08 00 03 06 03 E8 00 01 01 …"),
            (
                Direction::ToDevice,
                "50 23 0A 00 03 16 00 05 00 00 06 01 04 …",
            ),
            (Direction::FromDevice, "50 23 03 00 03 16 …"),
            (
                Direction::FromDevice,
                "50 23 0B 00 03 10 00 06 00 00 06 05 00 06 …",
            ),
            (
                Direction::ToDevice,
                "50 23 0A 00 03 16 00 05 00 00 06 01 00 …",
            ),
            (
                Direction::FromDevice,
                "50 23 0B 00 03 10 00 06 00 00 06 03 00 06 …",
            ),
        ] {
            let written = privacy.redact(direction, &report(frame));
            assert_eq!(written, Redaction::Write(report(frame)), "{frame}");
        }
        privacy
    }

    #[test]
    fn battery_and_connection_are_written() {
        for anonymize in [false, true] {
            let mut privacy = looked_up(anonymize);
            for frame in [
                "50 23 0B 00 03 10 00 06 00 05 00 4E 50 01 …",
                "50 23 05 00 03 00 00 00 …",
                "50 23 05 00 FF 03 16 06 …",
            ] {
                let written = privacy.redact(Direction::FromDevice, &report(frame));
                assert_eq!(written, Redaction::Write(report(frame)), "{frame}");
            }
        }
    }

    #[test]
    fn what_could_be_input_is_withheld() {
        for frame in [
            // An event of a feature that was not looked up, of the headset and of the dongle.
            "50 23 0B 00 03 10 00 06 00 07 00 00 C3 00 …",
            "50 23 05 00 06 00 00 C3 …",
            // A message of the headset whose length is wrong, a fragment, and no frame.
            "50 23 0B 00 03 10 00 07 00 07 00 00 C3 00 …",
            "50 23 08 01 03 10 00 06 00 05 00 4E …",
            "50 23 00 00 03 10 00 06 00 05 00 4E …",
        ] {
            let withheld = looked_up(false).redact(Direction::FromDevice, &report(frame));
            assert!(matches!(withheld, Redaction::Withhold { .. }), "{frame}");
        }
    }

    #[test]
    fn a_serial_number_is_withheld_on_demand() {
        let serial = "50 23 15 00 03 10 00 10 00 03 26 0C 32 34 31 33 4C 5A 30 41 42 43 44 38 …";
        let plain = looked_up(false).redact(Direction::FromDevice, &report(serial));
        assert_eq!(plain, Redaction::Write(report(serial)));
        let withheld = looked_up(true).redact(Direction::FromDevice, &report(serial));
        let expected = Redaction::Withhold {
            header: 6,
            why: "it identifies the device",
        };
        assert_eq!(withheld, expected);
    }
}
