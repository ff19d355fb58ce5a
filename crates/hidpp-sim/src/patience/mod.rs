//! How many messages to its devices a receiver takes at once.
//!
//! Logitech's extract of HID++ 1.0 allows one at a time and calls a second one busy, error 07. The
//! Linux kernel's code allows one per slot, but in 141 public recordings of Logitech's programs,
//! libratbag, Solaar and Linux no host ever has two under way to the devices of one receiver, nor reads
//! a register meanwhile. What a receiver does with a second one is not known: each kind that is
//! possible is simulated, also those that lose a message without a report.

use super::outbox::Place;
use hidpp_proto::units::Timestamp;

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
    /// So many in all. The receiver drops any further one without a report.
    Dropping(u8),
    /// One in all, which a further one replaces without a report.
    Replacing,
    /// One in all. While it is under way the receiver drops any other without a report, also those
    /// to its own registers.
    Deaf,
}

impl Patience {
    /// As Logitech's extract has it: one message at a time.
    pub const STRICT: Self = Self::UpTo(1);
}

/// What happens to a message for which there is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The receiver answers it with "busy".
    ReceiverBusy,
    /// The device answers it with "busy".
    DeviceBusy,
    /// It is lost.
    Dropped,
    /// It is taken, and the answer to the message before it is lost.
    Replaces(Option<Place>),
}

/// The messages that are on their way to a device and back.
#[derive(Clone, Debug, Default)]
pub(super) struct Pending(Vec<Message>);

#[derive(Clone, Copy, Debug)]
struct Message {
    slot: u8,
    until: Timestamp,
    /// Its answer, if there will be one.
    answer: Option<Place>,
}

impl Pending {
    /// What becomes of a message to `slot`, unless there is time for it.
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

    /// A message to `slot` is under way until then.
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
