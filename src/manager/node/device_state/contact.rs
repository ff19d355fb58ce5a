//! Whether a device answers requests.

use hidpp_proto::session::RequestError;

/// How the last requests to a device ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::manager::node) enum Contact {
    /// It never answered: it may be asleep or out of range.
    #[default]
    None,
    /// It answered, and may have disconnected since.
    Answered,
    /// It answered before, and a later request timed out without even an error.
    Silent,
    /// A headset's dongle reports that the headset is off, and answers instead of it.
    SwitchedOff {
        /// Whether the headset or the dongle answered any request.
        answered: bool,
    },
}

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::manager::node) enum Answerer {
    /// The device.
    Device,
    /// Its dongle.
    Dongle,
}

impl Contact {
    /// The device did not answer a request.
    pub(in crate::manager::node) fn on_absence(&mut self, error: RequestError) {
        let answered = self.has_answered();
        *self = match error {
            RequestError::Disconnected => Self::SwitchedOff { answered },
            RequestError::Silent if answered => Self::Silent,
            _ if answered => Self::Answered,
            _ => Self::None,
        };
    }

    /// An answer arrived; it may be the dongle's.
    pub(in crate::manager::node) const fn on_answer(&mut self) -> Answerer {
        match self {
            Self::SwitchedOff { answered } => {
                *answered = true;
                Answerer::Dongle
            }
            Self::None | Self::Answered | Self::Silent => {
                *self = Self::Answered;
                Answerer::Device
            }
        }
    }

    /// A battery reading arrived, which only the device itself can send.
    pub(in crate::manager::node) const fn on_reading(&mut self) {
        *self = Self::Answered;
    }

    /// Whether any request was answered.
    pub(in crate::manager::node) const fn has_answered(self) -> bool {
        match self {
            Self::None => false,
            Self::Answered | Self::Silent => true,
            Self::SwitchedOff { answered } => answered,
        }
    }

    /// Whether it answered before and stopped.
    pub(in crate::manager::node) const fn is_silent(self) -> bool {
        matches!(self, Self::Silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transition() {
        use Contact::{Answered, None, Silent, SwitchedOff};
        let off = |answered| SwitchedOff { answered };
        let absent = |mut contact: Contact, error| {
            contact.on_absence(error);
            contact
        };
        for (from, silent, disconnected, busy) in [
            (None, None, off(false), None),
            (Answered, Silent, off(true), Answered),
            (Silent, Silent, off(true), Answered),
            (off(false), None, off(false), None),
            (off(true), Silent, off(true), Answered),
        ] {
            assert_eq!(absent(from, RequestError::Silent), silent, "{from:?}");
            let to = absent(from, RequestError::Disconnected);
            assert_eq!(to, disconnected, "{from:?}");
            assert_eq!(absent(from, RequestError::Busy), busy, "{from:?}");
        }
        for (from, origin, to) in [
            (None, Answerer::Device, Answered),
            (Answered, Answerer::Device, Answered),
            (Silent, Answerer::Device, Answered),
            (off(false), Answerer::Dongle, off(true)),
            (off(true), Answerer::Dongle, off(true)),
        ] {
            let mut contact = from;
            assert_eq!((contact.on_answer(), contact), (origin, to), "{from:?}");
            let mut contact = from;
            contact.on_reading();
            assert_eq!(contact, Answered, "{from:?}");
        }
    }
}
