//! The header of an incoming report.

use std::fmt;

use super::{
    Access, DeviceIndex, Error10, Error20, FeatureIndex, Function, Register, Report, ReportId,
};

/// Sub-id of a HID++ 1.0 error.
const ERROR_10: u8 = 0x8F;
/// Feature index of a HID++ 2.0 error.
const ERROR_20: u8 = 0xFF;

/// An error code with the space it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// From an `8F` report.
    Hidpp10(Error10),
    /// From an `FF` report.
    Hidpp20(Error20),
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hidpp10(code) => write!(f, "{code} (8F/{:02X})", code.code()),
            Self::Hidpp20(code) => write!(f, "{code} (FF/{:02X})", code.code()),
        }
    }
}

/// The header of a report that came from a receiver or a device.
///
/// HID++ 1.0 and 2.0 share byte 2. Below `80` it is a notification's sub-id in a short report
/// (2.0 devices answer in long reports) and a feature index in a long one. A Bolt receiver's own
/// notifications are long: from index `FF`, 40 to 7F is a sub-id too, since no device has that
/// many features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// `80` to `85`: the answer to a register access.
    Register {
        /// Read or write, short or long.
        access: Access,
        /// The register.
        register: Register,
    },
    /// `8F` or `FF`: a request failed. Bytes 3 and 4 repeat its bytes 2 and 3.
    Error {
        /// Byte 2 of the request: its sub-id or feature index.
        sub_id: u8,
        /// Byte 3 of the request: its register, or function and software id.
        address: u8,
        /// Why.
        code: ErrorCode,
    },
    /// A notification of HID++ 1.0: its sub-id and its first byte.
    Notification {
        /// Byte 2.
        sub_id: u8,
        /// Byte 3.
        address: u8,
    },
    /// An answer of HID++ 2.0 to the program with that software id.
    Reply {
        /// Which feature of the device.
        feature: FeatureIndex,
        /// Which function was called.
        function: Function,
        /// The software id of the caller, 1 to 15.
        software: u8,
    },
    /// An event of HID++ 2.0: software id 0.
    Event {
        /// Which feature of the device.
        feature: FeatureIndex,
        /// The event's number.
        event: Function,
    },
}

impl Message {
    /// Reads the header.
    #[inline]
    pub fn of(report: &Report) -> Self {
        let (sub_id, address) = (report.sub_id(), report.address());
        let [request_address, code, _] = report.head();
        match (sub_id, report.id()) {
            (ERROR_10, _) => Self::Error {
                sub_id: address,
                address: request_address,
                code: ErrorCode::Hidpp10(code.into()),
            },
            (ERROR_20, _) => Self::Error {
                sub_id: address,
                address: request_address,
                code: ErrorCode::Hidpp20(code.into()),
            },
            (0x80..=0x85, _) => Self::Register {
                access: sub_id.into(),
                register: Register(address),
            },
            (0x00..=0x7F, ReportId::Short) => Self::Notification { sub_id, address },
            (0x40..=0x7F, _) if report.device() == DeviceIndex::RECEIVER => {
                Self::Notification { sub_id, address }
            }
            _ => {
                let (feature, number) = (FeatureIndex(sub_id), Function::new(address >> 4));
                match address & 0x0F {
                    0 => Self::Event {
                        feature,
                        event: number,
                    },
                    software => Self::Reply {
                        feature,
                        function: number,
                        software,
                    },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(hex: &str) -> Message {
        Message::of(&crate::wire::report::tests::report(hex))
    }

    #[test]
    fn the_good_frame_is_event_1_and_not_a_reply() {
        // The 2012 capture: its request had software id 3, this has 0.
        let hex = "11 02 09 10 39 00 0c 06 1d 47 4f 4f 44 00 00 00 00 00 00 00";
        let expected = Message::Event {
            feature: FeatureIndex(9),
            event: Function::new(1),
        };
        assert_eq!(message(hex), expected);
    }

    #[test]
    fn errors_name_their_request_in_either_report_and_space() {
        // libratbag issue 730; Solaar issue 1498.
        let asleep = Message::Error {
            sub_id: 0x00,
            address: 0x18,
            code: ErrorCode::Hidpp10(Error10::ResourceError),
        };
        assert_eq!(message("10 01 8f 00 18 09 00"), asleep);
        let no_function = Message::Error {
            sub_id: 0x0A,
            address: 0xE8,
            code: ErrorCode::Hidpp20(Error20::InvalidFunction),
        };
        let report = Report::long(DeviceIndex(1), 0xFF, 0x0A, {
            let mut params = [0; 16];
            params[0] = 0xE8;
            params[1] = 0x07;
            params
        });
        assert_eq!(Message::of(&report), no_function);
        assert_eq!(message("10 01 ff 0a e8 07 00"), no_function);
    }

    #[test]
    fn a_short_report_below_80_is_a_notification() {
        let arrival = Message::Notification {
            sub_id: 0x41,
            address: 0x04,
        };
        assert_eq!(message("10 01 41 04 61 10 20"), arrival);
    }
}
