//! Frames of Centurion, the protocol of Logitech's headsets since about 2023: reports 50 and 51.
//!
//! | byte of report 51 | byte of report 50 | content |
//! |---|---|---|
//! | 0 | 0 | report id |
//! | – | 1 | device address, 23 on every G522 seen |
//! | 1 | 2 | length: bytes from the flags to the end of the payload |
//! | 2 | 3 | flags: bit 0 more fragments follow, bits 1 to 7 index of the fragment |
//! | 3.. | 4.. | payload, then zeros up to 64 bytes |
//!
//! A payload is a message of HID++ 2.0 without report id and device index: feature index,
//! function << 4 and software id, parameters. A dongle passes messages to and from its headset
//! through its feature 0003, the bridge: function 1 is the request, and an event of the same number
//! has the answer. Its parameters are:
//!
//! | byte | content |
//! |---|---|
//! | 0 | device << 4, and bits 8 to 11 of the length |
//! | 1 | length: bytes from byte 2 on |
//! | 2 | 00: a message; FF: a notification, which is not an answer (Solaar) |
//! | 3.. | the headset's message |
//!
//! Source: Solaar (pull requests 3150 and 3181), `LGSTrayEx` (frames from logs of users in its tests)
//! and `HeadsetControl` (pull requests 478 and 512) agree.

use super::{Call, DeviceIndex, FeatureIndex, Function, Report, ReportId, SoftwareId};

/// The index under which a session has the dongle. It is not on the wire: a Centurion frame has no
/// device index.
pub const DONGLE: DeviceIndex = DeviceIndex(0xFE);

/// The device address of every G522 seen; the node's other reports name it (Solaar, `LGSTrayEx`).
pub const USUAL_ADDRESS: u8 = 0x23;

/// Function and event of the bridge that carry a message of the headset.
pub const MESSAGE: Function = Function::new(1);

/// Number of bytes from the device byte of the bridge's header to the end of its length.
const ENVELOPE: usize = 2;
/// The bridge's byte 2 of a message.
const IS_MESSAGE: u8 = 0x00;
/// Devices have some 30 features, so a higher index cannot be one (Solaar pull request 3181). In
/// HID++ 1.0 it would be a notification or a register.
const MOST_FEATURES: u8 = 0x3F;
/// The feature index of an error.
const ERROR: u8 = 0xFF;

/// Where the headset of a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub enum Bridge {
    /// The node is the headset's own, on its cable.
    Direct,
    /// Behind the node's dongle, whose feature 0003 has this index.
    At(FeatureIndex),
}

/// Why a report is not a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// Its report id is not 50 or 51.
    #[error("not a Centurion report")]
    OtherReport,
    /// The length does not include the flags, or exceeds the report.
    #[error("a Centurion frame cannot have a length of {0:02X}")]
    Length(u8),
}

/// One frame: a whole message, or a fragment of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The device address; `None`: report 51, which has none.
    pub address: Option<u8>,
    /// The number of fragments before this one, 0 to 127.
    pub index: u8,
    /// Whether more fragments follow.
    pub more: bool,
    /// The payload.
    pub payload: Vec<u8>,
}

impl Frame {
    /// A whole message.
    pub fn whole(address: Option<u8>, payload: Vec<u8>) -> Self {
        Self {
            address,
            index: 0,
            more: false,
            payload,
        }
    }

    /// Parses a report. What follows the payload is ignored.
    pub fn parse(report: &Report) -> Result<Self, FrameError> {
        let (address, rest) = match (report.id(), report.as_bytes()) {
            (ReportId::Centurion, [_, rest @ ..]) => (None, rest),
            (ReportId::CenturionAddressed, [_, address, rest @ ..]) => (Some(*address), rest),
            _ => return Err(FrameError::OtherReport),
        };
        let [length, rest @ ..] = rest else {
            return Err(FrameError::OtherReport);
        };
        let counted = rest.get(..usize::from(*length));
        let Some([flags, payload @ ..]) = counted else {
            return Err(FrameError::Length(*length));
        };
        Ok(Self {
            address,
            index: flags >> 1,
            more: flags & 1 != 0,
            payload: payload.to_vec(),
        })
    }

    /// The report of this frame; `None`: its payload does not fit.
    pub fn report(&self) -> Option<Report> {
        let length = u8::try_from(self.payload.len() + 1).ok()?;
        let mut bytes = Vec::with_capacity(Report::MAX_LEN);
        match self.address {
            None => bytes.push(ReportId::Centurion.byte()),
            Some(address) => bytes.extend([ReportId::CenturionAddressed.byte(), address]),
        }
        bytes.extend([length, (self.index << 1) | u8::from(self.more)]);
        bytes.extend_from_slice(&self.payload);
        if bytes.len() > Report::MAX_LEN {
            return None;
        }
        bytes.resize(Report::MAX_LEN, 0);
        Report::parse(&bytes).ok()
    }
}

/// Joins fragments to payloads.
///
/// The index of a fragment has 7 bits and each must follow the one before, so a payload has at most
/// 128 × 61 bytes.
#[derive(Clone, Debug, Default)]
pub struct Assembly {
    payload: Vec<u8>,
    /// The index of the next fragment; 0: none has arrived.
    next: u8,
}

impl Assembly {
    /// Adds a frame; returns the payload that it completes. A whole message can arrive between two
    /// fragments.
    pub fn add(&mut self, frame: Frame) -> Option<Vec<u8>> {
        if frame.index == 0 && !frame.more {
            return Some(frame.payload);
        }
        if frame.index == 0 {
            self.payload.clear();
        } else if frame.index != self.next {
            // A fragment is missing, so the payload cannot be completed.
            *self = Self::default();
            return None;
        }
        self.payload.extend_from_slice(&frame.payload);
        // 127 + 1: no index follows.
        self.next = frame.index + 1;
        if frame.more {
            return None;
        }
        self.next = 0;
        Some(std::mem::take(&mut self.payload))
    }
}

/// The parameters of the bridge with a headset's message; `None`: it is too long.
pub fn wrap(message: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(message.len() + 1).ok();
    let [high, low] = length.filter(|it| *it < 0x1000)?.to_be_bytes();
    Some([&[high, low, IS_MESSAGE], message].concat())
}

/// The headset's message in the parameters of the bridge; `None`: it is not a message of the first
/// device, or truncated.
pub fn unwrap(params: &[u8]) -> Option<&[u8]> {
    let [high, low, ..] = *params else {
        return None;
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    // A device other than 0 makes the length exceed every frame.
    match params.get(ENVELOPE..)?.get(..length)? {
        [IS_MESSAGE, message @ ..] => Some(message),
        _ => None,
    }
}

/// The report that a session has for a message: report 12 of its exact length, with an index for
/// its sender. `None`: it is not a message of HID++ 2.0, or it is longer than 64 bytes.
pub fn to_report(from: DeviceIndex, message: &[u8]) -> Option<Report> {
    let is_message = match *message {
        [ERROR, _, _, _, ..] => true,
        [feature, _, ..] => feature <= MOST_FEATURES,
        _ => false,
    };
    let bytes = [&[ReportId::VeryLong.byte(), from.0], message].concat();
    Report::exact(&bytes).filter(|_| is_message)
}

/// The message with this call and the first of its parameters, as a session has it.
pub(crate) fn request(
    call: Call,
    device: DeviceIndex,
    software: SoftwareId,
    parameters: usize,
) -> Report {
    let report = call.report(device, software, ReportId::VeryLong);
    let exact = message(&report).get(..2 + parameters);
    exact
        .and_then(|exact| to_report(device, exact))
        .unwrap_or(report)
}

/// The message of a report from [`to_report`].
pub fn message(report: &Report) -> &[u8] {
    report.as_bytes().get(2..).unwrap_or_default()
}

/// Turns reports of a node into those that a session has.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    assembly: Assembly,
}

impl Decoder {
    /// The report of the message that a frame completes: from [`DeviceIndex::DIRECT`], the headset,
    /// or from [`DONGLE`]; `None`: there is none. Until it is known where the headset is (`bridge`),
    /// all messages are from the former.
    pub fn receive(&mut self, frame: Frame, bridge: Option<Bridge>) -> Option<Report> {
        let payload = self.assembly.add(frame)?;
        match (bridge, payload.as_slice()) {
            (Some(Bridge::At(index)), [feature, address, params @ ..])
                if *feature == index.0 && *address == MESSAGE.get() << 4 =>
            {
                to_report(DeviceIndex::DIRECT, unwrap(params)?)
            }
            (Some(Bridge::At(_)), message) => to_report(DONGLE, message),
            (Some(Bridge::Direct) | None, message) => to_report(DeviceIndex::DIRECT, message),
        }
    }
}

/// The frame that sends a session's report to the headset or the dongle; `None`: it does not fit.
pub fn send(report: &Report, bridge: Option<Bridge>, address: Option<u8>) -> Option<Report> {
    let message = message(report);
    let payload = match bridge {
        Some(Bridge::At(index)) if report.device() != DONGLE => {
            let software = report.address() & 0x0F;
            let header = [index.0, (MESSAGE.get() << 4) | software];
            [&header, wrap(message)?.as_slice()].concat()
        }
        _ => message.to_vec(),
    };
    Frame::whole(address, payload).report()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::wire::tests::report;

    /// A frame from the bytes that its length counts, and those before them.
    fn frame(hex: &str) -> Frame {
        Frame::parse(&report(&format!("{hex} …"))).unwrap()
    }

    const BRIDGE: Option<Bridge> = Some(Bridge::At(FeatureIndex(3)));

    fn received(hex: &str, bridge: Option<Bridge>) -> Option<String> {
        let report = Decoder::default().receive(frame(hex), bridge)?;
        Some(report.to_string())
    }

    #[test]
    fn frames_of_real_headsets_are_read() {
        for (hex, bridge, expected) in [
            // HeadsetControl, PRO X 2: acknowledgement, battery, and the headset that left.
            ("51 03 00 03 1A", BRIDGE, "12 fe 03 1a"),
            (
                "51 0B 00 03 10 00 06 00 04 0A 3C 3C 00",
                BRIDGE,
                "12 ff 04 0a 3c 3c 00",
            ),
            ("51 05 00 03 00 00 00", BRIDGE, "12 fe 03 00 00 00"),
            // LGSTrayEx, G522 on its cable: the index of 0100, and its battery.
            (
                "50 23 06 00 00 0A 03 00 06",
                Some(Bridge::Direct),
                "12 ff 00 0a 03 00 06",
            ),
            (
                "50 23 06 00 05 0A 4E 50 02",
                Some(Bridge::Direct),
                "12 ff 05 0a 4e 50 02",
            ),
            ("50 23 05 00 FF 00 0F 05", None, "12 ff ff 00 0f 05"),
            // LGSTrayEx, dongle of the G522: headset there, its version, battery, and its event.
            (
                "50 23 08 00 03 0F 03 E8 00 01 01",
                BRIDGE,
                "12 fe 03 0f 03 e8 00 01 01",
            ),
            (
                "50 23 0B 00 03 10 00 06 00 00 1F 01 01 62",
                BRIDGE,
                "12 ff 00 1f 01 01 62",
            ),
            (
                "50 23 0B 00 03 10 00 06 00 05 0A 4E 50 00",
                BRIDGE,
                "12 ff 05 0a 4e 50 00",
            ),
            (
                "50 23 0B 00 03 10 00 06 00 05 00 4E 50 01",
                BRIDGE,
                "12 ff 05 00 4e 50 01",
            ),
        ] {
            assert_eq!(received(hex, bridge).as_deref(), Some(expected), "{hex}");
        }
    }

    #[test]
    fn requests_have_the_exact_length() {
        let request = |hex: &str| {
            let bytes: Vec<u8> = hex
                .split(' ')
                .map(|it| u8::from_str_radix(it, 16).unwrap())
                .collect();
            Report::exact(&bytes).unwrap()
        };
        for (message, bridge, address, expected) in [
            (
                "12 FF 04 0A",
                BRIDGE,
                None,
                "51 08 00 03 1A 00 03 00 04 0A …",
            ),
            (
                "12 FF 05 0E",
                BRIDGE,
                Some(0x23),
                "50 23 08 00 03 1E 00 03 00 05 0E …",
            ),
            (
                "12 FF 00 0E 01 04",
                BRIDGE,
                Some(0x23),
                "50 23 0A 00 03 1E 00 05 00 00 0E 01 04 …",
            ),
            (
                "12 FF 00 0E 00 03",
                None,
                Some(0x23),
                "50 23 05 00 00 0E 00 03 …",
            ),
        ] {
            let sent = send(&request(message), bridge, address).unwrap();
            assert_eq!(sent, report(expected), "{message}");
        }
    }

    #[test]
    fn what_is_not_a_message_of_the_headset_is_dropped() {
        for hex in [
            // A notification, another device, a length beyond the frame, and no message at all.
            "51 0B 00 03 10 00 06 FF 04 0A 3C 3C 00",
            "51 0B 00 03 10 10 06 00 04 0A 3C 3C 00",
            "51 0B 00 03 10 00 07 00 04 0A 3C 3C 00",
            "51 06 00 03 10 00 00 00",
            // An index that no device has: in HID++ 1.0 these are notices and registers.
            "51 0B 00 03 10 00 06 00 41 0A 3C 3C 00",
            "51 06 00 8F 00 0A 00 00",
            // An error without its code.
            "51 04 00 FF 00 0F",
        ] {
            assert_eq!(received(hex, BRIDGE), None, "{hex}");
        }
    }

    #[test]
    fn a_length_must_include_the_flags_and_end_in_the_report() {
        for (hex, length) in [("51 00", 0), ("51 3F", 0x3F), ("50 23 3E", 0x3E)] {
            let error = Frame::parse(&report(&format!("{hex} …"))).unwrap_err();
            assert_eq!(error, FrameError::Length(length), "{hex}");
        }
        assert_eq!(frame("51 3E").payload.len(), 61);
        assert_eq!(frame("50 23 3D").payload.len(), 60);
        let other = Frame::parse(&report("11 FF …"));
        assert_eq!(other, Err(FrameError::OtherReport));
    }

    proptest! {
        #[test]
        fn a_frame_is_encoded_as_it_was_decoded(mut bytes in vec(any::<u8>(), 64), id in 0x50..=0x51_u8) {
            bytes[0] = id;
            let Ok(frame) = Frame::parse(&Report::parse(&bytes).unwrap()) else {
                return Ok(());
            };
            let end = if id == 0x50 { 4 } else { 3 } + frame.payload.len();
            bytes[end..].fill(0);
            let encoded = frame.report().unwrap();
            prop_assert_eq!(encoded.as_bytes(), bytes);
        }

        #[test]
        fn fragments_are_joined_in_order_only(payload in vec(any::<u8>(), 1..400), size in 1..61_usize, lost: Option<prop::sample::Index>) {
            let chunks: Vec<&[u8]> = payload.chunks(size).collect();
            prop_assume!((2..=128).contains(&chunks.len()));
            let lost = lost.map(|it| it.index(chunks.len()));
            let mut assembly = Assembly::default();
            let mut joined = Vec::new();
            for (index, chunk) in chunks.iter().enumerate().filter(|(index, _)| Some(*index) != lost) {
                let frame = Frame {
                    address: None,
                    index: u8::try_from(index).unwrap(),
                    more: index + 1 < chunks.len(),
                    payload: chunk.to_vec(),
                };
                joined.extend(assembly.add(frame));
                // The acknowledgement of another request, say.
                prop_assert_eq!(assembly.add(Frame::whole(None, vec![3])), Some(vec![3]));
            }
            let expected = if lost.is_none() { vec![payload.clone()] } else { Vec::new() };
            prop_assert_eq!(joined, expected);
            prop_assert!(assembly.payload.len() <= 128 * 61);
        }

        #[test]
        fn a_message_comes_through_the_bridge_unchanged(message in vec(any::<u8>(), 2..50)) {
            let params = wrap(&message).unwrap();
            prop_assert_eq!(unwrap(&params), Some(message.as_slice()));
            for end in 0..params.len() {
                prop_assert_eq!(unwrap(&params[..end]), None);
            }
        }

        #[test]
        fn no_report_is_decoded_to_one_of_hidpp_1_0(mut reports in vec(vec(any::<u8>(), 64), 1..9), bridge in 0..4_u8) {
            let mut decoder = Decoder::default();
            for bytes in &mut reports {
                bytes[0] = 0x50 | bytes[0] & 1;
                let Ok(frame) = Frame::parse(&Report::parse(bytes).unwrap()) else {
                    continue;
                };
                let bridge = match bridge {
                    0 => None,
                    1 => Some(Bridge::Direct),
                    index => Some(Bridge::At(FeatureIndex(index))),
                };
                if let Some(report) = decoder.receive(frame, bridge) {
                    prop_assert!(report.sub_id() <= 0x3F || report.sub_id() == 0xFF);
                    prop_assert!(report.as_bytes().len() <= 64);
                }
            }
        }
    }
}
