//! How many messages to its devices a receiver takes at once.
//!
//! Logitech's extract of HID++ 1.0 allows one at a time and calls a second one busy, error 07. The
//! Linux kernel keeps one per slot under way all the same, so real receivers take more, nobody
//! knows how many.

use crate::units::Timestamp;

/// How many messages to its devices a receiver takes at once, whoever sent them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// Any number, also to the same device, which answers them in their order.
    #[default]
    Endless,
    /// One to each device. The device answers a second one with "busy": error 08 of HID++ 2.0,
    /// error 07 of HID++ 1.0.
    Patient,
    /// So many in all, and one to each device. The receiver answers any further one with "busy",
    /// error 07 of HID++ 1.0.
    UpTo(u8),
}

impl Patience {
    /// As Logitech's extract has it: one message at a time.
    pub const STRICT: Self = Self::UpTo(1);
}

/// Who has no time for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Busy {
    Receiver,
    Device,
}

/// The messages that are on their way to a device and back.
#[derive(Clone, Debug, Default)]
pub(super) struct Pending(Vec<(u8, Timestamp)>);

impl Pending {
    /// Who is too busy for a message to `slot`, if anybody.
    pub(super) fn busy(&mut self, now: Timestamp, patience: Patience, slot: u8) -> Option<Busy> {
        self.0.retain(|(_, until)| *until > now);
        let to_slot = || self.0.iter().any(|(at, _)| *at == slot);
        match patience {
            Patience::UpTo(most) if self.0.len() >= usize::from(most) => Some(Busy::Receiver),
            Patience::Patient | Patience::UpTo(_) if to_slot() => Some(Busy::Device),
            _ => None,
        }
    }

    /// A message to `slot` is under way until then.
    pub(super) fn begin(&mut self, slot: u8, until: Timestamp) {
        self.0.push((slot, until));
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests;
