//! The features of a dongle or a headset, and what root and feature set answer about them.

/// The bridge of a dongle.
pub(super) const BRIDGE: u16 = 0x0003;
/// Model and serial number.
pub(super) const IDENTITY: u16 = 0x0100;
/// The name.
pub(super) const NAME: u16 = 0x0101;
/// The battery.
pub(super) const BATTERY: u16 = 0x0104;

/// An argument is out of range.
pub(super) const INVALID: u8 = 0x02;
/// The code for a feature that is not there, as a G522 on its cable returns it (`LGSTrayEx`).
const NO_FEATURE: u8 = 0x05;
/// There is no feature at this index.
const NO_INDEX: u8 = 0x06;
/// The feature has no such function.
pub(super) const NO_FUNCTION: u8 = 0x07;

/// The ids of features, in the order of their indices from 1 on.
#[derive(Clone, Debug)]
pub(super) struct Features(Vec<u16>);

/// What a request is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// This message.
    Message(Vec<u8>),
    /// What the feature answers to this function with these parameters.
    Of(u16, u8, Vec<u8>),
}

impl Features {
    pub(super) fn new(ids: &[u16]) -> Self {
        Self(ids.to_vec())
    }

    /// The index of a feature; 0: there is none.
    pub(super) fn index(&self, id: u16) -> u8 {
        let place = self.0.iter().position(|it| *it == id);
        place.map_or(0, |place| u8::try_from(place + 1).unwrap_or(0))
    }

    /// The feature at an index.
    fn at(&self, index: u8) -> Option<u16> {
        let place = usize::from(index).checked_sub(1)?;
        self.0.get(place).copied()
    }

    /// Answers a request.
    pub(super) fn answer(&self, message: &[u8]) -> Answer {
        let [index, address, params @ ..] = message else {
            return Answer::Message(Vec::new());
        };
        let reply = |bytes: &[u8]| Answer::Message([&[*index, *address], bytes].concat());
        match (index, self.at(*index), address >> 4, params) {
            (0, _, 0, [high, low]) => match self.index(u16::from_be_bytes([*high, *low])) {
                0 => Answer::Message(error(message, NO_FEATURE)),
                found => reply(&[found, 0, 6]),
            },
            (0, _, 1, []) => reply(&[1, 1, 0x62]),
            (0, _, 0 | 1, _) => Answer::Message(error(message, INVALID)),
            (0, _, _, _) => Answer::Message(error(message, NO_FUNCTION)),
            (_, None, _, _) => Answer::Message(error(message, NO_INDEX)),
            // The count includes the root.
            (_, Some(0x0001), 0, _) => reply(&[u8::try_from(self.0.len() + 1).unwrap_or(u8::MAX)]),
            (_, Some(id), function, params) => Answer::Of(id, function, params.to_vec()),
        }
    }
}

/// The error to a request.
pub(super) fn error(message: &[u8], code: u8) -> Vec<u8> {
    let header = message.iter().copied().take(2);
    [0xFF].into_iter().chain(header).chain([code]).collect()
}
