//! How long a node may be left unread at which only input arrives.
//!
//! A mouse in motion sends a thousand reports a second, and each would wake this program. The
//! kernel keeps the last 64 for each reader (Linux `hidraw.h`, `HIDRAW_BUFFER_SIZE`), so they can
//! wait and be dropped together; what else arrives meanwhile waits a moment with them.

use std::time::Duration;

/// At the start of a motion, before it is known how fast it comes.
const FIRST: Duration = Duration::from_millis(1);

/// Nobody notices so short a wait.
const LONGEST: Duration = Duration::from_millis(20);

/// With so many at once the wait may not grow, with twice as many it has to shrink.
const MANY: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Pace {
    pause: Duration,
}

impl Pace {
    /// How long to leave the node unread after so many input reports at once; `None`: it was still.
    pub(super) fn after(&mut self, reports: usize) -> Option<Duration> {
        self.pause = match reports {
            0 => Duration::ZERO,
            _ if reports <= MANY => (self.pause * 2).clamp(FIRST, LONGEST),
            _ if reports > 2 * MANY => (self.pause / 2).max(FIRST),
            _ => self.pause.max(FIRST),
        };
        (reports > 0).then_some(self.pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The most reports that wait at once and how often they are read in a second, of a mouse that
    /// sends so many a second.
    fn moved(rate: u32) -> (u32, u32) {
        let mut pace = Pace::default();
        let (mut most, mut reads) = (1, 0);
        let (mut time, mut waiting) = (Duration::ZERO, 1);
        while time < Duration::from_secs(1) {
            let pause = pace.after(usize::try_from(waiting).unwrap()).unwrap();
            time += pause;
            waiting = u32::try_from(pause.as_micros()).unwrap() * rate / 1_000_000;
            most = most.max(waiting);
            reads += 1;
        }
        (most, reads)
    }

    #[test]
    fn a_mouse_in_motion_is_read_in_heaps_that_the_kernel_keeps() {
        let (most, reads) = moved(1000);
        assert!(most <= 20 && reads <= 70, "{most} at once, {reads} times");
        // The fastest there are.
        let (most, reads) = moved(8000);
        assert!(most < 64 && reads <= 500, "{most} at once, {reads} times");
    }

    #[test]
    fn a_new_motion_may_be_faster_than_the_last() {
        let mut pace = Pace::default();
        for _ in 0..10 {
            pace.after(1);
        }
        assert_eq!(pace.after(1), Some(LONGEST));
        assert_eq!(pace.after(0), None);
        assert_eq!(pace.after(1), Some(FIRST));
    }
}
