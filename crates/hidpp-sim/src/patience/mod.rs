//! How many concurrent messages to its devices a receiver accepts.
//!
//! Logitech's extract of HID++ 1.0 allows one at a time and calls a second one busy, error 07. The
//! Linux kernel's code allows one per slot, but in 141 public recordings of Logitech's programs,
//! libratbag, Solaar and Linux no host ever has two pending to the devices of one receiver, nor
//! reads a register meanwhile. How a receiver handles a second one is unknown: each possible
//! behaviour can be simulated, including those that lose a message silently.

use super::outbox::Place;
use hidpp_proto::units::Timestamp;

/// How many concurrent messages to its devices a receiver accepts from all programs together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// Any number, also to the same device, which answers them in order.
    #[default]
    Endless,
    /// One to each device. The device answers a second one with "busy": error 08 of HID++ 2.0,
    /// error 07 of HID++ 1.0.
    Patient,
    /// This many in total, and one to each device. The receiver answers any further one with
    /// "busy", error 07 of HID++ 1.0.
    UpTo(u8),
    /// This many in total. The receiver drops any further one silently.
    Dropping(u8),
    /// One in total, which a further one replaces silently.
    Replacing,
    /// One in total. While it is pending the receiver silently drops any other, including requests
    /// to its own registers.
    Deaf,
}

impl Patience {
    /// As in Logitech's extract: one message at a time.
    pub const STRICT: Self = Self::UpTo(1);
}

/// How a message is handled that exceeds the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The receiver answers it with "busy".
    ReceiverBusy,
    /// The device answers it with "busy".
    DeviceBusy,
    /// It is lost.
    Dropped,
    /// It is accepted, and the answer to the previous message is lost.
    Replaces(Option<Place>),
}

/// The messages that are pending: sent to a device and not yet answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Pending(Vec<Message>);

#[derive(Clone, Copy, Debug)]
struct Message {
    slot: u8,
    until: Timestamp,
    /// The position of its answer in the queue, if it will be answered.
    answer: Option<Place>,
}

impl Pending {
    /// How a message to `slot` is handled; `None`: it is accepted.
    pub(super) fn fate(&mut self, now: Timestamp, patience: Patience, slot: u8) -> Option<Fate> {
        self.0.retain(|message| message.until > now);
        let count = self.0.len();
        let to_slot = || self.0.iter().any(|message| message.slot == slot);
        match patience {
            Patience::UpTo(most) if count >= usize::from(most) => Some(Fate::ReceiverBusy),
            Patience::Dropping(most) if count >= usize::from(most) => Some(Fate::Dropped),
            Patience::Deaf if count > 0 => Some(Fate::Dropped),
            Patience::Replacing => self.0.pop().map(|message| Fate::Replaces(message.answer)),
            Patience::Patient | Patience::UpTo(_) if to_slot() => Some(Fate::DeviceBusy),
            _ => None,
        }
    }

    /// Whether the receiver drops an access to its own registers.
    pub(super) fn drops_register(&mut self, now: Timestamp, patience: Patience) -> bool {
        self.0.retain(|message| message.until > now);
        patience == Patience::Deaf && !self.0.is_empty()
    }

    /// Records a message to `slot` that is pending until then.
    pub(super) fn begin(&mut self, slot: u8, until: Timestamp, answer: Option<Place>) {
        self.0.push(Message {
            slot,
            until,
            answer,
        });
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests;
