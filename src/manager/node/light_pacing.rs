//! Rate limit of the light requests to a solar keyboard.

use std::time::Duration;

use hidpp_proto::feature::solar_dashboard::LightMeasure;
use hidpp_proto::units::Timestamp;

/// The minimum time between two light requests to a keyboard. Requests in between are coalesced and
/// only the latest is sent, so that the keyboard receives at most one message per second however
/// many programs request light.
const PACE: Duration = Duration::from_secs(1);

/// A light request to a solar keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LightRequest {
    /// Start a series of measurements.
    Start(LightMeasure),
    /// Cancel the current series.
    Cancel,
}

impl LightRequest {
    /// Both `None` and a series without reports cancel.
    pub(super) fn new(series: Option<LightMeasure>) -> Self {
        let series = series.filter(|series| !series.is_cancel());
        series.map_or(Self::Cancel, Self::Start)
    }
}

/// The pending light request of one keyboard, and when the last one was sent.
#[derive(Debug, Default)]
pub(super) struct LightPacing {
    /// The latest request not sent yet.
    pending: Option<LightRequest>,
    /// When the last request was sent.
    sent: Option<Timestamp>,
}

impl LightPacing {
    /// Queues a request, replacing the one before.
    pub(super) const fn request(&mut self, request: LightRequest) {
        self.pending = Some(request);
    }

    /// Drops the request not sent yet.
    pub(super) const fn drop_pending(&mut self) {
        self.pending = None;
    }

    /// A request was sent.
    pub(super) const fn on_sent(&mut self, now: Timestamp) {
        self.sent = Some(now);
    }

    /// The pending request, and when it may be sent.
    pub(super) fn pending(&self) -> Option<(Timestamp, LightRequest)> {
        let request = self.pending?;
        let due = self.sent.map_or(Timestamp::START, |sent| sent + PACE);
        Some((due, request))
    }

    /// When to measure light again, so that the measurement gets no older than `every`. `measured`
    /// is when light was last measured, `polled` when the battery was polled, which also measures
    /// light.
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
    fn a_series_without_reports_is_a_cancellation() {
        for series in [None, Some(LightMeasure::CANCEL)] {
            assert_eq!(LightRequest::new(series), LightRequest::Cancel);
        }
        let once = LightRequest::new(Some(LightMeasure::ONCE));
        assert_eq!(once, LightRequest::Start(LightMeasure::ONCE));
    }

    #[test]
    fn the_age_of_light_counts_from_the_last_measurement_request_or_poll() {
        let every = Duration::from_secs(60);
        let mut pacing = LightPacing::default();
        assert_eq!(pacing.renewal(every, None, None), Timestamp::START);
        assert_eq!(pacing.renewal(every, Some(at(7)), Some(at(9))), at(69));
        pacing.on_sent(at(10));
        assert_eq!(pacing.renewal(every, Some(at(7)), None), at(70));
        assert_eq!(pacing.renewal(every, Some(at(11)), None), at(71));
    }
}
