//! How many concurrent messages to its devices a receiver accepts.
//!
//! Logitech's extract of HID++ 1.0 allows one message at a time; a second one gets the error 07,
//! busy. The Linux kernel's code allows one message per slot. But in 141 public recordings of
//! Logitech's programs, libratbag, Solaar and Linux, no host ever has two messages pending to the
//! devices of one receiver, nor reads a register while one is pending. How a receiver handles a
//! second message is therefore unknown: each possible behaviour can be simulated, including those
//! that lose a message silently.

use super::outbox::Place;
use hidpp_proto::units::Timestamp;

/// How many concurrent messages to its devices a receiver accepts from all programs together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// Any number of messages, also to the same device, which answers them in order.
    #[default]
    Endless,
    /// One message to each device. The device answers a second one with "busy": error 08 of HID++
    /// 2.0, error 07 of HID++ 1.0.
    Patient,
    /// This many messages in total, and one to each device. The receiver answers any further
    /// message with "busy", error 07 of HID++ 1.0.
    UpTo(u8),
    /// This many messages in total. The receiver drops any further message silently.
    Dropping(u8),
    /// One message in total. A further message silently replaces the pending one.
    Replacing,
    /// One message in total. While it is pending, the receiver silently drops all other messages,
    /// including requests to its own registers.
    Deaf,
}

impl Patience {
    /// As in Logitech's extract: one message at a time.
    pub const STRICT: Self = Self::UpTo(1);
}

/// How a message is handled that exceeds the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The receiver answers the message with "busy".
    ReceiverBusy,
    /// The device answers the message with "busy".
    DeviceBusy,
    /// The message is lost.
    Dropped,
    /// The message is accepted, and the answer to the previous message is lost.
    Replaces(Option<Place>),
}

/// The messages that are pending: sent to a device and not yet answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Pending(Vec<Message>);

#[derive(Clone, Copy, Debug)]
struct Message {
    slot: u8,
    until: Timestamp,
    /// The position of the answer in the queue, if the message will be answered.
    answer: Option<Place>,
}

impl Pending {
    /// How a message to `slot` that exceeds the limit is handled; `None` if the message is
    /// accepted.
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

    /// Records a message to `slot` that is pending until the given time.
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
