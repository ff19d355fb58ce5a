use crate::bus::{Incoming, MessageKind};

/// Whose calls they are. Fair shares are by user: a user may have any number of callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::service) enum User {
    /// A user of this computer, by number.
    Id(u32),
    /// The bus does not know the user: over the network, say. All of these share.
    Unknown,
}

/// What a method costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cost {
    /// A short answer from memory.
    Small,
    /// A long answer, or one that is read from a file.
    Bulk,
}

/// A call that waits to be let in.
#[derive(Debug)]
pub(super) struct Call {
    /// The caller's unique name.
    pub(super) caller: String,
    /// The caller's number of the call.
    pub(super) serial: u32,
    pub(super) cost: Cost,
    /// The caller does not wait for an answer.
    pub(super) no_reply: bool,
    /// The message.
    pub(super) bytes: Vec<u8>,
}

impl Call {
    /// The call of a message; `None`: it is not one, or one that has no effect: a method that only
    /// answers, of which no answer is wanted.
    pub(super) fn of(message: Incoming) -> Option<Self> {
        let head = &message.head;
        if head.kind != MessageKind::Call {
            return None;
        }
        let (interface, member) = (head.interface.as_deref(), head.member.as_deref()?);
        if head.no_reply && !has_effect(interface, member) {
            return None;
        }
        let cost = cost(interface, member);
        let head = message.head;
        Some(Self {
            caller: head.sender?,
            serial: head.serial,
            cost,
            no_reply: head.no_reply,
            bytes: message.bytes,
        })
    }

    #[cfg(test)]
    pub(super) fn example(caller: &str, serial: u32) -> Self {
        Self {
            caller: caller.to_owned(),
            serial,
            cost: Cost::Small,
            no_reply: false,
            bytes: Vec::new(),
        }
    }
}

/// Whether a method does anything but answer. The names of methods are those of the object server,
/// which needs an interface.
fn has_effect(interface: Option<&str>, member: &str) -> bool {
    matches!(
        (interface, member),
        (Some("org.solarstatus.Device1"), "MeasureLight")
            | (Some("org.freedesktop.UPower.Device"), "Refresh")
    )
}

fn cost(interface: Option<&str>, member: &str) -> Cost {
    match (interface, member) {
        (Some("org.freedesktop.DBus.ObjectManager"), "GetManagedObjects")
        | (Some("org.freedesktop.DBus.Introspectable"), "Introspect")
        | (Some("org.freedesktop.UPower.Device"), "GetHistory" | "GetStatistics")
        | (Some("org.solarstatus.Device1"), "GetEntries") => Cost::Bulk,
        _ => Cost::Small,
    }
}
