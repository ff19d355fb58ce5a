use crate::bus::{Incoming, MessageKind};

/// The user that a caller belongs to. Limits and fairness are per user, because a user can have any
/// number of callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::service) enum User {
    /// A user of this computer, by uid.
    Id(u32),
    /// The bus does not know the user, for example of a network connection. All of these share one
    /// account.
    Unknown,
}

/// The cost class of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cost {
    /// A short answer from memory.
    Small,
    /// A long answer, or one that is read from a file.
    Bulk,
}

/// A queued call.
#[derive(Debug)]
pub(super) struct Call {
    /// The caller's unique name.
    pub(super) caller: String,
    /// The caller's serial number of the call.
    pub(super) serial: u32,
    pub(super) cost: Cost,
    /// The caller expects no answer.
    pub(super) no_reply: bool,
    /// The whole message.
    pub(super) bytes: Vec<u8>,
}

impl Call {
    /// Reads a call from a message; `None`: it is not a call, or it has no effect, because the
    /// method only returns values and the caller expects no answer.
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

/// Whether a method does anything besides returning values. The object server requires calls to
/// name their interface.
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
