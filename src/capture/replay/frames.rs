//! Compact storage of reports and times, for traces of millions of lines.

use std::time::Duration;

use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::Report;

/// Concatenated reports, each preceded by its length.
#[derive(Debug, Default)]
pub(super) struct Frames(Vec<u8>);

/// Where a report begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u32);

impl Frames {
    /// Adds a report.
    pub(super) fn push(&mut self, report: &Report) -> Place {
        // A trace is far shorter than 4 GiB, and a report than 255 bytes.
        let place = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        let bytes = report.as_bytes();
        self.0.push(u8::try_from(bytes.len()).unwrap_or_default());
        self.0.extend_from_slice(bytes);
        Place(place)
    }

    /// The bytes of the report there.
    pub(super) fn bytes(&self, Place(place): Place) -> &[u8] {
        let rest = usize::try_from(place).ok().and_then(|at| self.0.get(at..));
        let Some([len, rest @ ..]) = rest else {
            return &[];
        };
        rest.get(..usize::from(*len)).unwrap_or_default()
    }

    /// The report there.
    pub(super) fn report(&self, place: Place) -> Option<Report> {
        Report::parse(self.bytes(place)).ok()
    }
}

/// A time of a trace in nanoseconds, saturating at 584 years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Nanos(u64);

impl From<Timestamp> for Nanos {
    fn from(at: Timestamp) -> Self {
        Self(u64::try_from(at.since_start().as_nanos()).unwrap_or(u64::MAX))
    }
}

impl From<Nanos> for Timestamp {
    fn from(Nanos(nanos): Nanos) -> Self {
        Self::from_start(Duration::from_nanos(nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_support::report;

    #[test]
    fn reports_and_times_are_stored_unchanged() {
        let mut frames = Frames::default();
        let reports = [
            report("10 01 09 0E 01 01 00"),
            report("11 01 09 10 39 00 0c 06 1d 47 4f 4f 44 …"),
            Report::parse(&[0x12; 64]).unwrap(),
        ];
        let places = reports.each_ref().map(|report| frames.push(report));
        assert_eq!(places.map(|it| frames.report(it).unwrap()), reports);
        assert_eq!(frames.report(Place(u32::MAX)), None);
        let at = Timestamp::from_start(Duration::new(86_400 * 365, 1_000));
        assert_eq!(Timestamp::from(Nanos::from(at)), at);
    }
}
