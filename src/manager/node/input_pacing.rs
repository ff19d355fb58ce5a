//! How long a node may be left unread at which only input arrives.
//!
//! A mouse in motion sends a thousand reports a second, and each would wake this program. The
//! kernel keeps the last 64 for each reader (Linux `hidraw.h`, `HIDRAW_BUFFER_SIZE`), so they can
//! wait and be dropped together; what else arrives meanwhile waits a moment with them.

use std::time::Duration;

use hidpp_proto::units::Timestamp;

/// The first wait, at the start of a motion, before it is known how fast it comes.
const FIRST: Duration = Duration::from_millis(1);

/// The longest wait, too short to be noticed.
const LONGEST: Duration = Duration::from_millis(20);

/// With more reports than this at once the wait does not grow, with twice as many it shrinks.
const MANY: usize = 16;

/// Whether a node is left unread, and until when.
#[derive(Debug, Default)]
pub(super) struct InputPacing {
    /// The last wait; zero after a node was still.
    pause: Duration,
    /// When to read again; `None`: as soon as something arrives.
    until: Option<Timestamp>,
}

impl InputPacing {
    /// Only input arrived, and this number of reports of it: leaves the node unread for a while if there
    /// was any.
    pub(super) fn on_input(&mut self, now: Timestamp, reports: usize) {
        self.pause = match reports {
            0 => Duration::ZERO,
            _ if reports <= MANY => (self.pause * 2).clamp(FIRST, LONGEST),
            _ if reports > 2 * MANY => (self.pause / 2).max(FIRST),
            _ => self.pause.max(FIRST),
        };
        self.until = (reports > 0).then(|| now + self.pause);
    }

    /// The node is read again.
    pub(super) const fn resume(&mut self) {
        self.until = None;
    }

    /// When to read again; `None`: the node is not left unread.
    pub(super) const fn until(&self) -> Option<Timestamp> {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long the node is left unread after this number of reports.
    fn pause(pacing: &mut InputPacing, reports: usize) -> Option<Duration> {
        pacing.resume();
        pacing.on_input(Timestamp::START, reports);
        let until = pacing.until()?;
        Some(until.since(Timestamp::START))
    }

    /// The most reports that wait at once and how often they are read in a second, of a mouse that
    /// sends so many a second.
    fn moved(rate: u32) -> (u32, u32) {
        let mut pacing = InputPacing::default();
        let (mut most, mut reads) = (1, 0);
        let (mut time, mut waiting) = (Duration::ZERO, 1);
        while time < Duration::from_secs(1) {
            let pause = pause(&mut pacing, usize::try_from(waiting).unwrap()).unwrap();
            time += pause;
            waiting = u32::try_from(pause.as_micros()).unwrap() * rate / 1_000_000;
            most = most.max(waiting);
            reads += 1;
        }
        (most, reads)
    }

    #[test]
    fn a_mouse_in_motion_is_read_in_batches_that_the_kernel_keeps() {
        let (most, reads) = moved(1000);
        assert!(most <= 20 && reads <= 70, "{most} at once, {reads} times");
        // The fastest there are.
        let (most, reads) = moved(8000);
        assert!(most < 64 && reads <= 500, "{most} at once, {reads} times");
    }

    #[test]
    fn a_new_motion_may_be_faster_than_the_last() {
        let mut pacing = InputPacing::default();
        for _ in 0..10 {
            pacing.on_input(Timestamp::START, 1);
        }
        assert_eq!(pause(&mut pacing, 1), Some(LONGEST));
        assert_eq!(pause(&mut pacing, 0), None);
        assert_eq!(pause(&mut pacing, 1), Some(FIRST));
    }

    #[test]
    fn a_node_that_is_read_early_keeps_its_pace() {
        let mut pacing = InputPacing::default();
        pacing.on_input(Timestamp::START, 1);
        pacing.on_input(Timestamp::START, 1);
        pacing.resume();
        assert_eq!(pacing.until(), None);
        assert_eq!(pause(&mut pacing, 1), Some(FIRST * 4));
    }
}
