//! Coalesces wake-ups: how long a node on which only input arrives may be left unread.
//!
//! A moving mouse sends a thousand reports per second, and each would wake this program. The kernel
//! buffers the last 64 for each reader (Linux `hidraw.h`, `HIDRAW_BUFFER_SIZE`), so they are left
//! to accumulate and dropped together. HID++ reports that arrive in between are delayed with them.

use std::time::Duration;

use hidpp_proto::units::Timestamp;

/// The first pause, at the start of a motion, before the report rate is known.
const FIRST: Duration = Duration::from_millis(1);

/// The longest pause, too short to be noticed.
const LONGEST: Duration = Duration::from_millis(20);

/// With more reports than this per pause, the pause stops growing; with twice as many it shrinks.
const MANY: usize = 16;

/// Whether a node is left unread, and until when.
#[derive(Debug, Default)]
pub(super) struct InputPacing {
    /// The last pause; zero after a read without input.
    pause: Duration,
    /// When to read again; `None`: as soon as something arrives.
    until: Option<Timestamp>,
}

impl InputPacing {
    /// Only input arrived, namely this number of reports: starts a pause if there were any.
    pub(super) fn on_input(&mut self, now: Timestamp, reports: usize) {
        self.pause = match reports {
            0 => Duration::ZERO,
            _ if reports <= MANY => (self.pause * 2).clamp(FIRST, LONGEST),
            _ if reports > 2 * MANY => (self.pause / 2).max(FIRST),
            _ => self.pause.max(FIRST),
        };
        self.until = (reports > 0).then(|| now + self.pause);
    }

    /// Ends the pause.
    pub(super) const fn resume(&mut self) {
        self.until = None;
    }

    /// When the pause ends; `None`: there is none.
    pub(super) const fn until(&self) -> Option<Timestamp> {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pause after this number of reports.
    fn pause(pacing: &mut InputPacing, reports: usize) -> Option<Duration> {
        pacing.resume();
        pacing.on_input(Timestamp::START, reports);
        let until = pacing.until()?;
        Some(until.since(Timestamp::START))
    }

    /// The maximum of buffered reports, and the reads per second, for a mouse that sends `rate`
    /// reports per second.
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
    fn a_moving_mouse_is_read_in_batches_that_fit_the_kernel_buffer() {
        let (most, reads) = moved(1000);
        assert!(most <= 20 && reads <= 70, "{most} at once, {reads} times");
        // The highest report rate of mice.
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
