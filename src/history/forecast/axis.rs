//! The time axes for the decrease of a charge: calendar time, and time of use.

use super::seconds;
use crate::history::{Entry, Span};
use hidpp_proto::units::Timestamp;

/// An entry with its position on an axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timed<'a> {
    pub(super) entry: &'a Entry,
    /// Seconds since the start of the axis.
    pub(super) at: u32,
    /// Whether there is a gap before it, in which the device was not recorded.
    pub(super) after_gap: bool,
}

/// Places entries, sorted by time, at the seconds since the start of the window. Calendar time has
/// no gaps.
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

/// Places entries, sorted by time, at the seconds of use since the first of them. Entries that
/// summarize an hour or a day do not show how long the device was online: they are skipped, as a
/// gap.
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

/// The seconds of use from an entry until `now`, with no other entry in between.
pub(super) fn use_between(entry: &Entry, now: Timestamp) -> u32 {
    let later = Entry { at: now, ..*entry };
    if entry.online && !entry.state.has_charger() && later.follows(entry) {
        seconds(now, entry.at)
    } else {
        0
    }
}
