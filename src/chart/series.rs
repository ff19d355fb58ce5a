//! Evaluates entries for charts: curves in pieces with gaps between them, and nights.

use std::time::Duration;

use super::time::Period;
use crate::device::LightLevel;
use crate::history::{Entry, Span};
use hidpp_proto::units::Timestamp;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The maximum time for which a device recorded as offline counts as asleep; longer is a gap.
const LONGEST_SLEEP: Duration = Duration::from_secs(24 * 60 * 60);

/// The maximum time between two light measurements of a device that is awake. (Summaries of a day
/// have one per day.)
const AWAKE: Duration = Duration::from_secs(2 * 60 * 60);

/// The maximum length of a night.
const LONGEST_NIGHT: Duration = Duration::from_secs(18 * 60 * 60);

/// The light in lux below which it is night: “dark”.
const DARK: u16 = LightLevel::Poor.least().0;

/// Values with their times, without a gap between them.
pub type Piece = Vec<(Timestamp, u16)>;

/// Whether there is a gap in the recording between two entries. A device recorded as offline was
/// asleep, which is not a gap.
pub fn is_gap(before: &Entry, entry: &Entry) -> bool {
    let slept = !before.online && entry.at.since(before.at) <= LONGEST_SLEEP;
    !slept && !entry.follows(before)
}

/// The charge in percent; each value applies until the next.
pub fn charges(entries: &[Entry]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut before: Option<&Entry> = None;
    for entry in entries {
        if before.is_none_or(|before| is_gap(before, entry)) {
            pieces.push(Vec::new());
        }
        before = Some(entry);
        if let (Some(piece), Some(charge)) = (pieces.last_mut(), entry.charge) {
            piece.push((entry.at, u16::from(charge.get())));
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The light in lux, interpolated linearly between two values.
pub fn lights(entries: &[Entry]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut before: Option<&Entry> = None;
    for (entry, lux) in entries.iter().filter_map(|it| Some((it, it.light?))) {
        let apart = |before: &Entry| {
            let day = before.span.max(entry.span) == Span::Day;
            entry.at.since(before.at) > if day { 48 * HOUR } else { AWAKE }
        };
        if before.is_none_or(apart) {
            pieces.push(Vec::new());
        }
        before = Some(entry);
        if let Some(piece) = pieces.last_mut() {
            piece.push((entry.at, lux.0));
        }
    }
    pieces
}

/// The gaps in the recording within a period.
pub fn gaps(entries: &[Entry], period: Period) -> Vec<Period> {
    let Some((first, last)) = entries.first().zip(entries.last()) else {
        return vec![period];
    };
    let between = entries
        .iter()
        .zip(entries.iter().skip(1))
        .filter(|(before, entry)| is_gap(before, entry))
        .map(|(before, entry)| (before.at, entry.at));
    let lead = first.at.since(period.since) > AWAKE;
    let lead = lead.then_some((period.since, first.at));
    let tail = Entry {
        at: period.until,
        ..*last
    };
    let tail = is_gap(last, &tail).then_some((last.at, period.until));
    let all = lead.into_iter().chain(between).chain(tail);
    all.map(|(since, until)| Period { since, until }).collect()
}

/// The nights at a device: between two dark measurements, or asleep before or after one. A lamp
/// that is on for an hour does not end a night.
pub fn nights(entries: &[Entry]) -> Vec<Period> {
    let lights = entries.iter().filter(|entry| entry.span != Span::Day);
    let lights: Vec<(Timestamp, u16)> =
        lights.filter_map(|it| Some((it.at, it.light?.0))).collect();
    let mut nights: Vec<Period> = Vec::new();
    for (&(since, lux), &(until, next)) in lights.iter().zip(lights.iter().skip(1)) {
        let length = until.since(since);
        let is_dark = if length <= AWAKE {
            lux.max(next) < DARK
        } else {
            length <= LONGEST_NIGHT && lux.min(next) < DARK
        };
        if !is_dark {
            continue;
        }
        match nights.last_mut() {
            Some(night) if since.since(night.until) <= HOUR => night.until = until,
            _ => nights.push(Period { since, until }),
        }
    }
    nights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::ChargeState;
    use hidpp_proto::units::{Lux, Percent};

    fn at(hour: u32) -> Timestamp {
        Timestamp::START + HOUR * hour
    }

    fn entry(hour: u32, percent: u8, lux: Option<u16>) -> Entry {
        Entry {
            at: at(hour),
            span: Span::Moment,
            charge: Percent::new(percent),
            voltage: None,
            light: lux.map(Lux),
            state: ChargeState::Discharging,
            online: true,
        }
    }

    fn period(since: u32, until: u32) -> Period {
        Period {
            since: at(since),
            until: at(until),
        }
    }

    #[test]
    fn missing_entries_are_a_gap() {
        let entries = [entry(0, 57, None), entry(1, 56, None), entry(9, 55, None)];
        let pieces = vec![vec![(at(0), 57), (at(1), 56)], vec![(at(9), 55)]];
        assert_eq!(charges(&entries), pieces);
        let all = gaps(&entries, period(0, 20));
        assert_eq!(all, [period(1, 9), period(9, 20)]);
        assert_eq!(gaps(&entries[..2], period(0, 3)), []);
        assert_eq!(gaps(&[], period(0, 3)), [period(0, 3)]);
    }

    #[test]
    fn a_night_asleep_is_not_a_gap() {
        let asleep = Entry {
            online: false,
            ..entry(1, 56, None)
        };
        let entries = [entry(0, 57, None), asleep, entry(9, 55, None)];
        assert_eq!(charges(&entries).len(), 1);
        assert_eq!(charges(&[asleep, entry(30, 55, None)]).len(), 2, "too long");
    }

    #[test]
    fn light_is_known_while_it_is_measured() {
        let entries = [
            entry(0, 57, Some(80)),
            entry(1, 57, None),
            entry(2, 57, Some(60)),
            entry(9, 57, Some(70)),
        ];
        let pieces = vec![vec![(at(0), 80), (at(2), 60)], vec![(at(9), 70)]];
        assert_eq!(lights(&entries), pieces);
    }

    #[test]
    fn it_is_night_where_it_is_dark() {
        let entries = [
            entry(0, 57, Some(2)),
            entry(1, 57, Some(0)),
            entry(2, 57, Some(30)),
            entry(3, 57, Some(90)),
            // Asleep, and woken before dawn.
            entry(11, 57, Some(3)),
            entry(12, 57, Some(100)),
            // Asleep during the day.
            entry(15, 57, Some(100)),
        ];
        assert_eq!(nights(&entries), [period(0, 1), period(3, 11)]);
    }
}
