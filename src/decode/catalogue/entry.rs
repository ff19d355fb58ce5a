//! An entry of the table: a feature with its functions and events.

use super::layout::Part;

/// A feature with its public name.
pub(super) struct Feature {
    pub(super) id: u16,
    pub(super) name: &'static str,
    pub(super) calls: &'static [Call],
    pub(super) events: &'static [Event],
    /// Whether its events contain keys, buttons or motion.
    pub(super) has_input: bool,
}

/// A function of a feature.
pub(super) struct Call {
    pub(super) number: u8,
    pub(super) name: &'static str,
    /// The parameters of its request.
    pub(super) request: &'static [Part],
    /// What its reply contains.
    pub(super) reply: Reply,
}

/// The parameters of a reply.
#[derive(Clone, Copy)]
pub(super) enum Reply {
    /// These.
    Parts(&'static [Part]),
    /// Nothing, or those of the request.
    Echo,
}

/// An event of a feature.
pub(super) struct Event {
    pub(super) number: u8,
    pub(super) name: &'static str,
    pub(super) parts: &'static [Part],
}

/// A feature of which only the name is public.
pub(super) const fn named(id: u16, name: &'static str) -> Feature {
    feature(id, name, &[], &[])
}

/// A feature with its functions and events.
pub(super) const fn feature(
    id: u16,
    name: &'static str,
    calls: &'static [Call],
    events: &'static [Event],
) -> Feature {
    Feature {
        id,
        name,
        calls,
        events,
        has_input: false,
    }
}

/// A feature with events that contain keys, buttons or motion: they are named, and not shown.
pub(super) const fn input(
    id: u16,
    name: &'static str,
    calls: &'static [Call],
    events: &'static [Event],
) -> Feature {
    Feature {
        has_input: true,
        ..feature(id, name, calls, events)
    }
}

/// A function that returns something.
pub(super) const fn get(
    number: u8,
    name: &'static str,
    request: &'static [Part],
    reply: &'static [Part],
) -> Call {
    Call {
        number,
        name,
        request,
        reply: Reply::Parts(reply),
    }
}

/// A function that changes something. Its reply is empty or repeats the request.
pub(super) const fn set(number: u8, name: &'static str, request: &'static [Part]) -> Call {
    Call {
        number,
        name,
        request,
        reply: Reply::Echo,
    }
}

/// An event.
pub(super) const fn emits(number: u8, name: &'static str, parts: &'static [Part]) -> Event {
    Event {
        number,
        name,
        parts,
    }
}
