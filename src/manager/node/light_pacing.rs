//! How often a solar keyboard is sent requests for light.

use std::time::Duration;

use hidpp_proto::feature::solar_dashboard::LightMeasure;
use hidpp_proto::units::Timestamp;

/// How long a wanted series waits after the last message, and then the latest is sent: however many
/// programs request light, the keyboard receives a message a second at most.
const PACE: Duration = Duration::from_secs(1);

/// What is to be sent to a solar keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LightRequest {
    /// To measure in this series.
    Start(LightMeasure),
    /// To end its series.
    Cancel,
}

impl LightRequest {
    /// `None` and a series that cancels are the same.
    pub(super) fn new(series: Option<LightMeasure>) -> Self {
        let series = series.filter(|series| !series.is_cancel());
        series.map_or(Self::Cancel, Self::Start)
    }
}

/// What was sent to one keyboard and is to be sent.
#[derive(Debug, Default)]
pub(super) struct LightPacing {
    /// What was requested last and not sent yet.
    pending: Option<LightRequest>,
    /// When it was last sent something.
    sent: Option<Timestamp>,
}

impl LightPacing {
    /// Replaces what was requested before.
    pub(super) const fn request(&mut self, request: LightRequest) {
        self.pending = Some(request);
    }

    /// Drops what was not sent yet.
    pub(super) const fn drop_pending(&mut self) {
        self.pending = None;
    }

    /// A request was sent.
    pub(super) const fn on_sent(&mut self, now: Timestamp) {
        self.sent = Some(now);
    }

    /// What was requested, and when it may be sent.
    pub(super) fn pending(&self) -> Option<(Timestamp, LightRequest)> {
        let request = self.pending?;
        let due = self.sent.map_or(Timestamp::START, |sent| sent + PACE);
        Some((due, request))
    }

    /// When light is to be measured again, so that it gets no older than `every`; it was measured and
    /// the battery polled, which measures it too, at these times.
    pub(super) fn renewal(
        &self,
        every: Duration,
        measured: Option<Timestamp>,
        polled: Option<Timestamp>,
    ) -> Timestamp {
        let last = measured.max(self.sent).max(polled);
        last.map_or(Timestamp::START, |last| last + every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(seconds))
    }

    #[test]
    fn the_latest_request_is_sent_a_second_after_the_last_message() {
        let mut pacing = LightPacing::default();
        assert_eq!(pacing.pending(), None);
        let once = LightRequest::Start(LightMeasure::ONCE);
        pacing.request(once);
        assert_eq!(pacing.pending(), Some((Timestamp::START, once)));
        pacing.drop_pending();
        pacing.on_sent(at(5));
        assert_eq!(pacing.pending(), None);
        pacing.request(once);
        pacing.request(LightRequest::Cancel);
        assert_eq!(pacing.pending(), Some((at(6), LightRequest::Cancel)));
    }

    #[test]
    fn a_series_that_cancels_is_a_cancellation() {
        for series in [None, Some(LightMeasure::CANCEL)] {
            assert_eq!(LightRequest::new(series), LightRequest::Cancel);
        }
        let once = LightRequest::new(Some(LightMeasure::ONCE));
        assert_eq!(once, LightRequest::Start(LightMeasure::ONCE));
    }

    #[test]
    fn light_is_renewed_after_the_last_of_what_measures_it() {
        let every = Duration::from_secs(60);
        let mut pacing = LightPacing::default();
        assert_eq!(pacing.renewal(every, None, None), Timestamp::START);
        assert_eq!(pacing.renewal(every, Some(at(7)), Some(at(9))), at(69));
        pacing.on_sent(at(10));
        assert_eq!(pacing.renewal(every, Some(at(7)), None), at(70));
        assert_eq!(pacing.renewal(every, Some(at(11)), None), at(71));
    }
}
