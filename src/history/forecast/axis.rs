//! The axes of time on which a charge falls: the calendar, and the time of use.

use super::seconds;
use crate::history::{Entry, Span};
use hidpp_proto::units::Timestamp;

/// An entry with its place on an axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timed<'a> {
    pub(super) entry: &'a Entry,
    /// Seconds since the start of the axis.
    pub(super) at: u32,
    /// Whether what happened before it is not known: nothing recorded the device.
    pub(super) after_gap: bool,
}

/// Entries, sorted by time, at seconds since the start of the window. The calendar has no gaps.
pub(super) fn by_calendar<'a>(
    entries: &[&'a Entry],
    since: Timestamp,
) -> impl Iterator<Item = Timed<'a>> {
    entries.iter().map(move |entry| Timed {
        entry,
        at: seconds(entry.at, since),
        after_gap: false,
    })
}

/// Entries, sorted by time, at seconds of use since the first of them. Entries that remain of an
/// hour or a day do not report how long the device was online in it: they are left out, as a gap.
pub(super) fn by_use<'a>(entries: &[&'a Entry]) -> impl Iterator<Item = Timed<'a>> {
    let mut before: Option<Timed<'a>> = None;
    let whole = entries.iter().filter(|it| it.span == Span::Moment);
    whole.map(move |entry| {
        let passed = |it: Timed<'_>| it.at.saturating_add(use_between(it.entry, entry.at));
        let timed = Timed {
            entry,
            at: before.map_or(0, passed),
            after_gap: before.is_some_and(|it| !entry.follows(it.entry)),
        };
        before = Some(timed);
        timed
    })
}

/// How many seconds on the axis of use pass from an entry to a time, at which nothing else is known.
pub(super) fn use_between(entry: &Entry, now: Timestamp) -> u32 {
    let later = Entry { at: now, ..*entry };
    if entry.online && !entry.state.has_charger() && later.follows(entry) {
        seconds(now, entry.at)
    } else {
        0
    }
}
