//! A HID++ report: its id, its exact length, and its bytes.

use std::fmt;
use std::str::FromStr;

use super::DeviceIndex;

/// The kinds of report: those of HID++, which differ in length only, and those of Centurion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportId {
    /// `10`: 7 bytes, 3 of them parameters.
    Short,
    /// `11`: 20 bytes, 16 of them parameters.
    Long,
    /// `12`: the length is what the device's report descriptor states, 20 to 64 bytes
    /// (kernel hid-logitech-hidpp accepts this range).
    VeryLong,
    /// `50`: 64 bytes, a frame of [`centurion`](super::centurion) with a device address.
    CenturionAddressed,
    /// `51`: 64 bytes, a frame of [`centurion`](super::centurion).
    Centurion,
}

impl ReportId {
    /// Byte 0 of the report.
    #[inline]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Short => 0x10,
            Self::Long => 0x11,
            Self::VeryLong => 0x12,
            Self::CenturionAddressed => 0x50,
            Self::Centurion => 0x51,
        }
    }

    /// Whether reports of this kind are frames of Centurion instead of messages of HID++.
    #[inline]
    pub const fn is_centurion(self) -> bool {
        matches!(self, Self::CenturionAddressed | Self::Centurion)
    }

    /// The kind of report that starts with `byte`, if there is one.
    #[inline]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x10 => Some(Self::Short),
            0x11 => Some(Self::Long),
            0x12 => Some(Self::VeryLong),
            0x50 => Some(Self::CenturionAddressed),
            0x51 => Some(Self::Centurion),
            _ => None,
        }
    }
}

/// Why bytes are not a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// There are no bytes.
    #[error("empty report")]
    Empty,
    /// Byte 0 is not `10`, `11`, `12`, `50` or `51`.
    #[error("unknown report id {0:02X}: HID++ reports start with 10, 11 or 12")]
    UnknownId(u8),
    /// The length does not match the report id.
    #[error("report {id:02X} has {actual} bytes instead of {expected}")]
    WrongLength {
        /// Byte 0.
        id: u8,
        /// How many bytes there were.
        actual: usize,
        /// The length that the id requires.
        expected: &'static str,
    },
}

/// A report with a valid id and length.
///
/// | byte | HID++ 1.0 | HID++ 2.0 |
/// |---|---|---|
/// | 0 | report id | report id |
/// | 1 | device index | device index |
/// | 2 | sub-id | feature index |
/// | 3 | register, or first byte of a notification | function << 4, software id |
/// | 4.. | parameters | parameters |
///
/// Source: Logitech cpg-docs, `hidpp20/README.rst`. Reports 50 and 51 have another layout, that of
/// [`centurion`](super::centurion).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Report {
    frame: Frame,
}

/// The bytes of a report. Nearly all are short or long: without room for the longest they are
/// created, copied and compared several times as fast.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Frame {
    /// With zeros after its seven bytes.
    Short([u8; Report::LONG_LEN]),
    Long([u8; Report::LONG_LEN]),
    VeryLong(Longest),
}

/// A very long report, with zeros after the first `len` bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Longest {
    bytes: [u8; Report::MAX_LEN],
    len: u8,
}

impl Frame {
    // Each byte is listed separately, here and in `Report::long`: the compiler merges them into a
    // few stores, while slices would be copied once more.
    #[inline]
    const fn short(bytes: [u8; Report::SHORT_LEN]) -> Self {
        let [b0, b1, b2, b3, b4, b5, b6] = bytes;
        Self::Short([
            b0, b1, b2, b3, b4, b5, b6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ])
    }
}

impl Report {
    /// The length of a short report in bytes.
    pub const SHORT_LEN: usize = 7;
    /// The length of a long report in bytes.
    pub const LONG_LEN: usize = 20;
    /// The length of the longest report in bytes.
    pub const MAX_LEN: usize = 64;

    /// Parses bytes as a report; checks its id and length.
    #[inline]
    pub fn parse(raw: &[u8]) -> Result<Self, ReportError> {
        let id = raw.first().copied().and_then(ReportId::from_byte);
        if id == Some(ReportId::Long)
            && let Ok(bytes) = raw.try_into()
        {
            let frame = Frame::Long(bytes);
            return Ok(Self { frame });
        }
        if id == Some(ReportId::Short)
            && let Ok(short) = <[u8; Self::SHORT_LEN]>::try_from(raw)
        {
            let frame = Frame::short(short);
            return Ok(Self { frame });
        }
        Self::parse_other(raw)
    }

    /// Parses very long reports, and rejects everything that is not a report.
    #[cold]
    fn parse_other(raw: &[u8]) -> Result<Self, ReportError> {
        let first = *raw.first().ok_or(ReportError::Empty)?;
        let id = ReportId::from_byte(first).ok_or(ReportError::UnknownId(first))?;
        let mut bytes = [0; Self::MAX_LEN];
        let (expected, room) = match id {
            ReportId::Short => ("7", None),
            ReportId::Long => ("20", None),
            ReportId::VeryLong => ("20 to 64", bytes.get_mut(..raw.len())),
            ReportId::CenturionAddressed | ReportId::Centurion => {
                ("64", bytes.get_mut(..raw.len()))
            }
        };
        let least = if id == ReportId::VeryLong {
            Self::LONG_LEN
        } else {
            Self::MAX_LEN
        };
        match (room, u8::try_from(raw.len())) {
            (Some(room), Ok(len)) if raw.len() >= least => {
                room.copy_from_slice(raw);
                let frame = Frame::VeryLong(Longest { bytes, len });
                Ok(Self { frame })
            }
            _ => Err(ReportError::WrongLength {
                id: first,
                actual: raw.len(),
                expected,
            }),
        }
    }

    /// A short report.
    #[inline]
    pub const fn short(device: DeviceIndex, sub_id: u8, address: u8, params: [u8; 3]) -> Self {
        let id = ReportId::Short.byte();
        let [p0, p1, p2] = params;
        Self {
            frame: Frame::short([id, device.0, sub_id, address, p0, p1, p2]),
        }
    }

    /// A long report.
    #[inline]
    pub const fn long(device: DeviceIndex, sub_id: u8, address: u8, params: [u8; 16]) -> Self {
        let id = ReportId::Long.byte();
        let [
            p0,
            p1,
            p2,
            p3,
            p4,
            p5,
            p6,
            p7,
            p8,
            p9,
            p10,
            p11,
            p12,
            p13,
            p14,
            p15,
        ] = params;
        let frame = Frame::Long([
            id, device.0, sub_id, address, p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12,
            p13, p14, p15,
        ]);
        Self { frame }
    }

    /// A report of exactly these bytes, which may be fewer than a report has on the wire: a message
    /// of Centurion, whose length counts. `None`: there are too many, or no header.
    pub(crate) fn exact(raw: &[u8]) -> Option<Self> {
        let len = u8::try_from(raw.len()).ok().filter(|len| *len >= 4)?;
        let mut bytes = [0; Self::MAX_LEN];
        bytes.get_mut(..raw.len())?.copy_from_slice(raw);
        let frame = Frame::VeryLong(Longest { bytes, len });
        Some(Self { frame })
    }

    /// The same report from or for another device index.
    #[must_use]
    pub(crate) const fn with_device(mut self, device: DeviceIndex) -> Self {
        match &mut self.frame {
            Frame::Short([_, index, ..])
            | Frame::Long([_, index, ..])
            | Frame::VeryLong(Longest {
                bytes: [_, index, ..],
                ..
            }) => *index = device.0,
        }
        self
    }

    /// The kind of report.
    #[inline]
    pub const fn id(&self) -> ReportId {
        match self.frame {
            Frame::Short(_) => ReportId::Short,
            Frame::Long(_) => ReportId::Long,
            Frame::VeryLong(Longest {
                bytes: [0x50, ..], ..
            }) => ReportId::CenturionAddressed,
            Frame::VeryLong(Longest {
                bytes: [0x51, ..], ..
            }) => ReportId::Centurion,
            Frame::VeryLong(_) => ReportId::VeryLong,
        }
    }

    /// The first bytes, which every report has; a short report has zeros after its seventh.
    #[inline]
    const fn start(&self) -> &[u8; Self::LONG_LEN] {
        match &self.frame {
            Frame::Short(bytes) | Frame::Long(bytes) => bytes,
            Frame::VeryLong(longest) => match longest.bytes.first_chunk() {
                Some(bytes) => bytes,
                None => &[0; Self::LONG_LEN],
            },
        }
    }

    /// Byte 1.
    #[inline]
    pub const fn device(&self) -> DeviceIndex {
        let [_, device, ..] = self.start();
        DeviceIndex(*device)
    }

    /// Byte 2: the sub-id of HID++ 1.0 or the feature index of HID++ 2.0.
    #[inline]
    pub const fn sub_id(&self) -> u8 {
        let [_, _, sub_id, ..] = self.start();
        *sub_id
    }

    /// Byte 3: the register address of HID++ 1.0 or function and software id of HID++ 2.0.
    #[inline]
    pub const fn address(&self) -> u8 {
        let [_, _, _, address, ..] = self.start();
        *address
    }

    /// The first three parameters, which every report has.
    #[inline]
    pub const fn head(&self) -> [u8; 3] {
        let [_, _, _, _, p0, p1, p2, ..] = self.start();
        [*p0, *p1, *p2]
    }

    /// The first 16 parameters; a short report has zeros after its third.
    #[inline]
    pub const fn params(&self) -> &[u8; 16] {
        match self.start().last_chunk() {
            Some(params) => params,
            None => &[0; 16],
        }
    }

    /// All bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.frame {
            Frame::Short(bytes) => bytes.split_at(Self::SHORT_LEN).0,
            Frame::Long(bytes) => bytes,
            Frame::VeryLong(Longest { bytes, len }) => {
                bytes.get(..usize::from(*len)).unwrap_or(bytes)
            }
        }
    }
}

/// Why a text is not a report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseReportError {
    /// Each byte has two hexadecimal digits; this word has not.
    #[error("not two hexadecimal digits: {0}")]
    Digits(String),
    /// The bytes are not a report.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl FromStr for Report {
    type Err = ParseReportError;

    /// Reads hexadecimal bytes with blanks between them, `10 01 09 03 78 01 00`; a trailing `…`
    /// stands for zeros up to the least length of such a report: `10 01 …`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (text, is_filled) = match text.strip_suffix('…') {
            Some(text) => (text, true),
            None => (text, false),
        };
        let mut bytes = text
            .split_whitespace()
            .map(byte)
            .collect::<Result<Vec<u8>, _>>()?;
        if is_filled && let Some(&first) = bytes.first() {
            let least = match ReportId::from_byte(first) {
                Some(ReportId::Short) => Self::SHORT_LEN,
                Some(ReportId::Long | ReportId::VeryLong) | None => Self::LONG_LEN,
                Some(ReportId::CenturionAddressed | ReportId::Centurion) => Self::MAX_LEN,
            };
            bytes.resize(least.max(bytes.len()), 0);
        }
        Ok(Self::parse(&bytes)?)
    }
}

/// A byte from its two digits.
fn byte(word: &str) -> Result<u8, ParseReportError> {
    let is_byte = word.len() == 2 && word.bytes().all(|it| it.is_ascii_hexdigit());
    let byte = u8::from_str_radix(word, 16).ok().filter(|_| is_byte);
    byte.ok_or_else(|| ParseReportError::Digits(word.to_owned()))
}

impl fmt::Display for Report {
    /// `10 01 09 03 78 01 00`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.as_bytes().iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Report({self})")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// A report from its hexadecimal bytes.
    pub(crate) fn report(hex: &str) -> Report {
        hex.parse().unwrap()
    }

    #[test]
    fn a_report_is_read_from_its_text() {
        for (text, bytes) in [
            ("10 01 09 03 78 01 00", &[0x10, 1, 9, 3, 0x78, 1, 0][..]),
            ("  10 ff 80 02 00 02 0F", &[0x10, 0xFF, 0x80, 2, 0, 2, 15]),
            ("10 01 …", &[0x10, 1, 0, 0, 0, 0, 0]),
            ("12 01…", &[&[0x12, 1][..], &[0; 18]].concat()),
        ] {
            assert_eq!(text.parse::<Report>().unwrap().as_bytes(), bytes, "{text}");
        }
        for text in ["10 1 9 3 78 1 0", "10 01 0x", "10 01 +9", "1001 …", "… 10"] {
            let error = text.parse::<Report>().unwrap_err();
            assert!(matches!(error, ParseReportError::Digits(_)), "{text}");
        }
        for (text, error) in [
            ("", ReportError::Empty),
            ("…", ReportError::Empty),
            ("20 01 …", ReportError::UnknownId(0x20)),
        ] {
            assert_eq!(text.parse::<Report>(), Err(error.into()), "{text}");
        }
    }

    #[test]
    fn the_2012_request_comes_out_bit_for_bit() {
        // Julien Danjou's capture of the Windows solar application.
        let request = Report::short(DeviceIndex(1), 0x09, 0x03, [0x78, 0x01, 0x00]);
        assert_eq!(
            request.as_bytes(),
            [0x10, 0x01, 0x09, 0x03, 0x78, 0x01, 0x00]
        );
        assert_eq!(request.to_string(), "10 01 09 03 78 01 00");
        assert_eq!(Report::parse(request.as_bytes()), Ok(request));
    }

    #[test]
    fn a_wrong_length_is_refused() {
        for (raw, actual) in [(&[0x10, 1, 9, 3, 0x78, 1][..], 6), (&[0x11, 1, 9][..], 3)] {
            let Err(ReportError::WrongLength { actual: said, .. }) = Report::parse(raw) else {
                panic!("{raw:02x?} was taken");
            };
            assert_eq!(said, actual);
        }
        assert!(Report::parse(&[0x12; 65]).is_err());
        assert!(Report::parse(&[0x12; 64]).is_ok());
        assert!(Report::parse(&[0x12; 19]).is_err());
    }

    #[test]
    fn other_reports_are_named_by_their_id() {
        // Solaar issue 661: a 5-byte report 80 on a receiver's node.
        assert_eq!(
            Report::parse(&[0x80, 1, 0, 0x80, 0]),
            Err(ReportError::UnknownId(0x80))
        );
        assert_eq!(Report::parse(&[]), Err(ReportError::Empty));
    }

    #[test]
    fn a_very_long_report_keeps_all_its_bytes() {
        for len in [20, 21, 63, 64] {
            let mut raw: Vec<u8> = (0x12..).take(len).collect();
            let report = Report::parse(&raw).unwrap();
            assert_eq!(report.id(), ReportId::VeryLong);
            assert_eq!(report.as_bytes(), raw);
            assert_eq!(report.params(), &raw[4..20]);
            raw[1] = 0xFF;
            assert_eq!(report.with_device(DeviceIndex::RECEIVER).as_bytes(), raw);
        }
    }

    #[test]
    fn a_short_report_reads_as_zeros_after_its_parameters() {
        let report = Report::short(DeviceIndex::RECEIVER, 0x81, 0x02, [0, 2, 0x0F]);
        assert_eq!(report.head(), [0, 2, 0x0F]);
        assert_eq!(report.params()[3..], [0; 13]);
    }

    proptest! {
        #[test]
        fn exactly_the_bytes_of_reports_are_taken_and_kept(
            id in prop_oneof![0x10..=0x12_u8, 0x50..=0x51_u8, any::<u8>()],
            len in prop_oneof![Just(7), Just(20), Just(64), 0..70_usize],
            mut raw in vec(any::<u8>(), 70),
        ) {
            raw[0] = id;
            raw.truncate(len);
            let is_report = match id {
                0x10 => len == 7,
                0x11 => len == 20,
                0x12 => (20..=64).contains(&len),
                0x50 | 0x51 => len == 64,
                _ => false,
            };
            match Report::parse(&raw) {
                Ok(report) => {
                    prop_assert!(is_report);
                    prop_assert_eq!(report.as_bytes(), &raw);
                    prop_assert_eq!(report.id().byte(), id);
                    prop_assert_eq!(&report.head()[..], &raw[4..7]);
                    let of_usual = len.min(Report::LONG_LEN);
                    prop_assert_eq!(&report.params()[..of_usual - 4], &raw[4..of_usual]);
                    prop_assert_eq!(report.to_string().parse(), Ok(report));
                }
                Err(_) => prop_assert!(!is_report),
            }
        }
    }
}
