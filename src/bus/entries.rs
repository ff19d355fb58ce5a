//! The entries of a history, as returned by `GetEntries`.

use std::time::Duration;

use crate::device::ChargeState;
use crate::history::{Entry, Span};
use hidpp_proto::units::{Lux, Millivolts, Percent, Timestamp};

/// An entry: seconds since 1970, span, percent, millivolts, lux, state, online.
pub type Row = (u64, String, i32, i32, i32, String, bool);

/// The same, as sent.
pub type SentRow = (u64, &'static str, i32, i32, i32, &'static str, bool);

/// The maximum number of entries in an answer, about 60 KB: a longer one would delay other answers.
const PAGE: usize = 1000;

/// The first page of entries since then. Entries of one second are not split between pages, unless
/// they exceed a page: so a client that continues with the next second misses none.
pub fn page(entries: &[Entry], since: u64) -> Vec<SentRow> {
    let second = |entry: &Entry| entry.at.since_start().as_secs();
    let wanted = entries.iter().filter(|entry| second(entry) >= since);
    let mut rows: Vec<SentRow> = wanted.take(PAGE + 1).map(row).collect();
    if rows.len() > PAGE {
        let cut = rows.last().map(|row| row.0);
        let whole = rows.partition_point(|row| Some(row.0) < cut);
        rows.truncate(if whole == 0 { PAGE } else { whole });
    }
    rows
}

fn row(entry: &Entry) -> SentRow {
    (
        entry.at.since_start().as_secs(),
        entry.span.name(),
        entry.charge.map_or(-1, |it| i32::from(it.get())),
        entry.voltage.map_or(-1, |it| i32::from(it.0)),
        entry.light.map_or(-1, |it| i32::from(it.0)),
        entry.state.name().unwrap_or_default(),
        entry.online,
    )
}

/// The entry of a received row; values that only a newer daemon knows are unknown.
pub fn entry(row: &Row) -> Entry {
    let (seconds, span, percent, millivolts, lux, state, online) = row;
    Entry {
        at: Timestamp::from_start(Duration::from_secs(*seconds)),
        span: Span::from_name(span).unwrap_or(Span::Moment),
        charge: u8::try_from(*percent).ok().and_then(Percent::new),
        voltage: u16::try_from(*millivolts).ok().map(Millivolts),
        light: u16::try_from(*lux).ok().map(Lux),
        state: ChargeState::from_name(state).unwrap_or(ChargeState::Unknown),
        online: *online,
    }
}

#[cfg(test)]
mod tests {
    use proptest::option::of;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::bus::any;

    /// A sent row as received by a client.
    fn received((seconds, span, percent, millivolts, lux, state, online): SentRow) -> Row {
        let (span, state) = (span.to_owned(), state.to_owned());
        (seconds, span, percent, millivolts, lux, state, online)
    }

    fn at(seconds: u64) -> Entry {
        Entry {
            at: Timestamp::from_start(Duration::from_secs(seconds)),
            span: Span::Moment,
            charge: None,
            voltage: None,
            light: None,
            state: ChargeState::Unknown,
            online: false,
        }
    }

    #[test]
    fn an_entry_comes_back_as_it_was() {
        let whole = Entry {
            span: Span::Hour,
            charge: Percent::new(57),
            voltage: Some(Millivolts(2540)),
            light: Some(Lux(12)),
            state: ChargeState::NotCharging,
            online: true,
            ..at(1_764_000_000)
        };
        for entry in [
            at(0),
            whole,
            Entry {
                span: Span::Day,
                ..whole
            },
        ] {
            assert_eq!(super::entry(&received(row(&entry))), entry);
        }
    }

    proptest! {
        #[test]
        fn any_entry_comes_back_as_it_was(entry in any_entry()) {
            prop_assert_eq!(super::entry(&received(row(&entry))), entry);
        }
    }

    prop_compose! {
        /// In whole seconds: rows have no fractions.
        fn any_entry()(
            at in any::<u32>(),
            span in select(Span::ALL),
            charge in any::percent(),
            voltage in of(any::<u16>().prop_map(Millivolts)),
            light in of(any::<u16>().prop_map(Lux)),
            state in select(ChargeState::ALL),
            online in any::<bool>(),
        ) -> Entry {
            Entry { span, charge, voltage, light, state, online, ..self::at(at.into()) }
        }
    }

    #[test]
    fn pages_hold_everything_once() {
        // Two entries in each second.
        let all: Vec<Entry> = (0..30_001).map(|it| at(it / 2)).collect();
        let mut parsed = Vec::new();
        let mut since = 0;
        loop {
            let rows = page(&all, since);
            assert!(rows.len() <= PAGE);
            let Some(last) = rows.last() else { break };
            since = last.0 + 1;
            parsed.extend(rows.into_iter().map(|row| entry(&received(row))));
        }
        assert_eq!(parsed, all);
    }

    #[test]
    fn unknown_values_of_a_newer_daemon_become_unknown() {
        let newer = (7, "week".into(), 101, 70_000, -2, "dreaming".into(), true);
        let expected = Entry {
            online: true,
            ..at(7)
        };
        assert_eq!(entry(&newer), expected);
    }
}
