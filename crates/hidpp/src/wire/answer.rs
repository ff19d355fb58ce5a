//! Matches incoming reports with requests.

use super::{DeviceIndex, ErrorCode, Message, Register, Report};

/// How an incoming report relates to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Not an answer to it.
    None,
    /// Its answer.
    Answer,
    /// An error that answers it.
    Error(ErrorCode),
}

/// What an answer repeats of its request: device index, byte 2 and byte 3 (of HID++ 2.0: feature
/// index, function and software id).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Header(DeviceIndex, u8, u8);

impl Header {
    /// The header of a request.
    pub const fn of(request: &Report) -> Self {
        Self(request.device(), request.sub_id(), request.address())
    }

    /// The header of the requests that an incoming report can answer; `None`: it is not an answer.
    pub fn answered_by(incoming: &Report) -> Option<Self> {
        match Message::of(incoming) {
            Message::Error {
                sub_id, address, ..
            } => Some(Self(incoming.device(), sub_id, address)),
            Message::Register { .. } | Message::Reply { .. } => Some(Self::of(incoming)),
            Message::Notification { .. } | Message::Event { .. } => None,
        }
    }
}

/// Root function 1; its answer repeats the third parameter.
const PING: (u8, u8) = (0x00, 0x10);

/// Compares an incoming report with a request.
///
/// An answer repeats the request's [`Header`]. A ping's answer repeats its mark too, and that of a
/// register with sub-registers the sub-register. An error repeats only bytes 2 and 3 of the
/// request; `8F` may answer a 2.0 call (a 1.0 device, or a receiver that cannot reach the device),
/// `FF` never answers a register access.
pub fn relation(request: &Report, incoming: &Report) -> Relation {
    let asked = Header::of(request);
    if Header::answered_by(incoming) != Some(asked) {
        return Relation::None;
    }
    let Header(_, sub_id, address) = asked;
    let [first, _, mark] = request.head();
    let [echo, _, echoed_mark] = incoming.head();
    let same = match Message::of(incoming) {
        Message::Error { code, .. } => {
            let is_register = matches!(sub_id, 0x80..=0x85);
            if !is_register || matches!(code, ErrorCode::Hidpp10(_)) {
                return Relation::Error(code);
            }
            false
        }
        Message::Register { register, .. } => {
            !Register::has_sub_registers(register) || echo == first
        }
        Message::Reply { .. } => (sub_id, address & 0xF0) != PING || echoed_mark == mark,
        Message::Notification { .. } | Message::Event { .. } => false,
    };
    if same {
        Relation::Answer
    } else {
        Relation::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::report::tests::report;
    use crate::wire::{Error10, Error20};

    fn relate(request: &str, incoming: &str) -> Relation {
        relation(&report(request), &report(incoming))
    }

    #[test]
    fn answers_repeat_the_header() {
        assert_eq!(
            relate("10 01 00 0E 43 01 00", "11 01 00 0E 09 …"),
            Relation::Answer
        );
        // Another slot, feature, function, or software id.
        for other in [
            "11 02 00 0E 09 …",
            "11 01 01 0E 09 …",
            "11 01 00 1E 09 …",
            "11 01 00 0B 09 …",
        ] {
            assert_eq!(
                relate("10 01 00 0E 43 01 00", other),
                Relation::None,
                "{other}"
            );
        }
    }

    #[test]
    fn an_event_is_never_an_answer() {
        let good = "11 01 09 10 39 00 0C 06 1D 47 4F 4F 44 00 00 00 00 00 00 00";
        assert_eq!(relate("10 01 09 03 78 01 00", good), Relation::None);
    }

    #[test]
    fn a_ping_needs_its_mark_and_a_pairing_record_its_sub_register() {
        assert_eq!(
            relate("10 01 00 1E 00 00 5A", "11 01 00 1E 04 05 5A …"),
            Relation::Answer
        );
        assert_eq!(
            relate("10 01 00 1E 00 00 5A", "11 01 00 1E 04 05 5B …"),
            Relation::None
        );
        assert_eq!(
            relate("10 FF 83 B5 20 00 00", "11 FF 83 B5 20 …"),
            Relation::Answer
        );
        assert_eq!(
            relate("10 FF 83 B5 20 00 00", "11 FF 83 B5 30 …"),
            Relation::None
        );
    }

    #[test]
    fn errors_of_both_spaces() {
        // libratbag issue 730, Solaar issues 1498 and 949.
        let unreachable = Relation::Error(ErrorCode::Hidpp10(Error10::ResourceError));
        assert_eq!(relate("11 01 00 18 …", "10 01 8F 00 18 09 00"), unreachable);
        let no_function = Relation::Error(ErrorCode::Hidpp20(Error20::InvalidFunction));
        assert_eq!(relate("11 01 0A E8 …", "11 01 FF 0A E8 07 …"), no_function);
        let empty = Relation::Error(ErrorCode::Hidpp10(Error10::InvalidValue));
        assert_eq!(
            relate("10 FF 83 B5 20 00 00", "10 FF 8F 83 B5 03 00"),
            empty
        );
        assert_eq!(
            relate("10 FF 83 B5 20 00 00", "10 FF FF 83 B5 03 00"),
            Relation::None
        );
        // A foreign ping's error (Solaar issue 1156).
        assert_eq!(
            relate("10 01 00 1E 00 00 5A", "10 01 8F 00 1B 01 00"),
            Relation::None
        );
    }
}
