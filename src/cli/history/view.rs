use std::time::Duration;

use super::subject::Subject;
use crate::chart::{Period, series};
use crate::cli::value_text;
use crate::history::forecast::{Forecast, forecast};
use crate::history::{Entry, HEARTBEAT};
use hidpp_proto::units::{Percent, Timestamp};

/// The shown part of a device's history.
pub(super) struct View<'a> {
    pub(super) subject: &'a Subject,
    /// The device's name, with its id if another device has the same name.
    pub(super) name: String,
    /// The entries of the period.
    pub(super) entries: &'a [Entry],
    pub(super) gaps: Vec<Period>,
    pub(super) forecast: Forecast,
}

/// Charges within a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Charges {
    pub(super) lowest: Percent,
    pub(super) highest: Percent,
    pub(super) last: Percent,
}

/// Returns the devices with entries in a period, with the forecast at its end.
pub(super) fn views(subjects: &[Subject], period: Period) -> Vec<View<'_>> {
    let name = |subject: &Subject| value_text::name(&subject.device);
    let view = |subject| {
        let before = subject_before(subject, period);
        let entries = subject.entries.get(before..)?;
        let first = entries.first()?;
        let called = subjects.iter().filter(|it| name(it) == name(subject));
        let name = match called.count() {
            0..2 => name(subject),
            _ => format!("{} {}", name(subject), value_text::id(&subject.device.id)),
        };
        let recorded = Period {
            since: first.at.max(period.since),
            ..period
        };
        Some(View {
            subject,
            name,
            entries,
            gaps: series::gaps(entries, recorded),
            forecast: forecast(&subject.entries, &subject.device, period.until),
        })
    };
    subjects.iter().filter_map(view).collect()
}

fn subject_before(subject: &Subject, period: Period) -> usize {
    subject
        .entries
        .partition_point(|entry| entry.at < period.since)
}

impl View<'_> {
    /// Returns the charges, if the device reports them in percent.
    pub(super) fn charges(&self) -> Option<Charges> {
        let charges = || self.entries.iter().filter_map(|entry| entry.charge);
        Some(Charges {
            lowest: charges().min()?,
            highest: charges().max()?,
            last: charges().next_back()?,
        })
    }

    /// When the last charge was still current, if it no longer is at this time.
    pub(super) fn last_read(&self, now: Timestamp) -> Option<Timestamp> {
        let mut entries = self.entries.iter().rev();
        let read = entries.find(|it| it.online && it.charge.is_some())?.at;
        // An online device has an entry every hour.
        (now.since(read) >= 2 * HEARTBEAT).then_some(read)
    }

    /// The total length of the gaps.
    pub(super) fn unwatched(&self) -> Duration {
        self.gaps.iter().map(|gap| gap.length()).sum()
    }
}
