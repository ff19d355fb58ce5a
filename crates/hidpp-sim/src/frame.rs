//! The frames a receiver exchanges with its host, as plain bytes.
//!
//! | byte | HID++ 1.0 | HID++ 2.0 |
//! |---|---|---|
//! | 0 | report id: `10` (7 bytes) or `11` (20 bytes) | the same |
//! | 1 | `FF` the receiver, 1 to 6 a slot | the same |
//! | 2 | sub-id: `80` to `83` register access, `8F` error | feature index, `FF` error |
//! | 3 | register | function in the high nibble, software id in the low one |
//! | 4.. | 3 or 16 parameters | the same |

/// Report id of a short HID++ frame, 7 bytes.
pub(super) const SHORT: u8 = 0x10;
/// Report id of a long HID++ frame, 20 bytes.
pub(super) const LONG: u8 = 0x11;
/// Report id of a short DJ frame, 15 bytes.
pub(super) const DJ: u8 = 0x20;

/// Device index of the receiver itself.
pub(super) const RECEIVER: u8 = 0xFF;

/// HID++ 1.0 sub-ids: write and read three bytes, write and read sixteen.
pub(super) const SET_SHORT: u8 = 0x80;
pub(super) const GET_SHORT: u8 = 0x81;
pub(super) const SET_LONG: u8 = 0x82;
pub(super) const GET_LONG: u8 = 0x83;

/// An error of HID++ 1.0, in frames with sub-id `8F`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Error10 {
    InvalidSubId = 0x01,
    InvalidAddress = 0x02,
    InvalidValue = 0x03,
    Busy = 0x07,
    UnknownDevice = 0x08,
    /// The device is paired but asleep, switched off or out of range.
    ResourceError = 0x09,
    UnsupportedParameter = 0x0B,
}

/// An error of HID++ 2.0, in frames with feature index `FF`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Error20 {
    InvalidArgument = 0x02,
    NotAllowed = 0x05,
    InvalidFeatureIndex = 0x06,
    InvalidFunction = 0x07,
    Busy = 0x08,
    Unsupported = 0x09,
}

/// A HID++ request from the host, short or long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    /// The device index: `FF` or a slot.
    pub(super) index: u8,
    /// Byte 2: sub-id or feature index.
    pub(super) sub: u8,
    /// Byte 3: register, or function and software id.
    pub(super) address: u8,
    /// The parameters, filled up with zeros for a short frame.
    pub(super) params: [u8; 16],
}

impl Request {
    /// Parses a HID++ frame; `None` for any other id or length, which firmware ignores.
    pub(super) fn parse(report: &[u8]) -> Option<Self> {
        let (&[id, index, sub, address], params) = report.split_first_chunk::<4>()?;
        match (id, params.len()) {
            (SHORT, 3) | (LONG, 16) => Some(Self {
                index,
                sub,
                address,
                params: padded(params),
            }),
            _ => None,
        }
    }

    /// A reply of 7 bytes that repeats the request's first ones.
    pub(super) fn short_reply(&self, params: [u8; 3]) -> Vec<u8> {
        short(self.index, self.sub, self.address, params)
    }

    /// A reply of 20 bytes that repeats the request's first ones.
    pub(super) fn long_reply(&self, params: [u8; 16]) -> Vec<u8> {
        long(self.index, self.sub, self.address, &params)
    }

    /// The HID++ 1.0 error in reply to this request; always short.
    pub(super) fn error10(&self, error: Error10) -> Vec<u8> {
        short(
            self.index,
            0x8F,
            self.sub,
            [self.address, error as u8, 0x00],
        )
    }

    /// The HID++ 2.0 error in reply to this request; always long.
    pub(super) fn error20(&self, error: Error20) -> Vec<u8> {
        long(self.index, 0xFF, self.sub, &[self.address, error as u8])
    }
}

/// A short frame.
pub(super) fn short(index: u8, sub: u8, address: u8, [a, b, c]: [u8; 3]) -> Vec<u8> {
    vec![SHORT, index, sub, address, a, b, c]
}

/// A long frame, the parameters followed by zeros.
pub(super) fn long(index: u8, sub: u8, address: u8, params: &[u8]) -> Vec<u8> {
    let mut frame = vec![LONG, index, sub, address];
    frame.extend_from_slice(params);
    frame.resize(20, 0);
    frame
}

/// The first `N` bytes, followed by zeros where there are fewer.
pub(super) fn padded<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut filled = [0; N];
    for (to, from) in filled.iter_mut().zip(bytes) {
        *to = *from;
    }
    filled
}
