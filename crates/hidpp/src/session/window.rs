//! Flow control: the window is how many messages to devices a receiver accepts at the same time.
//!
//! Logitech's specification allows one at a time and lets the receiver refuse a second one as
//! "busy"; the Linux kernel allows one for each slot. What receivers do with a second one is not
//! proven: in 141 public recordings of real ones (with Logitech's programs, Linux, libratbag,
//! Solaar) no host ever has two messages to devices under way, or reads a register meanwhile.
//! Proven is that one at a time works, and that a sleeping device is reported within 3 ms. So every
//! behaviour is handled:
//!
//! - A receiver that accepts several messages is sent several: the window starts wide.
//! - If it refuses, the window shrinks to the accepted number, and grows by one after a streak of
//!   answers without refusals. A refusal right after growth doubles the required streak.
//! - If it silently drops a message, the device seems silent while others are under way, and
//!   answers when the message is retried alone. From then on the window is one, also in later runs
//!   ([`Known::one_at_a_time`](super::Known)).

use std::time::Duration;

use super::timing;

/// Wider than any receiver has slots.
const WIDEST: usize = 16;

/// How many answers in a row let the window grow, initially.
const FIRST_STREAK: u32 = 8;

/// The upper limit of that: a strict receiver then refuses one message in this many.
const LONGEST_STREAK: u32 = 512;

#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    /// The receiver silently drops messages beyond its limit.
    drops: bool,
    /// Answers in a row since the last refusal or growth.
    streak: u32,
    /// How many answers in a row are needed for the window to grow.
    needed: u32,
    /// A smoothed round trip to a device.
    round_trip: Duration,
}

impl Window {
    pub(super) const fn new() -> Self {
        Self {
            size: WIDEST,
            drops: false,
            streak: 0,
            needed: FIRST_STREAK,
            round_trip: timing::ROUND_TRIP,
        }
    }

    /// Whether another message may be sent in addition to those in flight.
    pub(super) const fn admits(&self, in_flight: usize) -> bool {
        in_flight < self.size
    }

    /// Whether the receiver accepts one message at a time and drops any other, so that the window
    /// stays at one.
    pub(super) const fn drops(&self) -> bool {
        self.drops
    }

    /// How long a message holds back others from the receiver; `None`: until its answer or its
    /// timeout. If the receiver refuses messages beyond its limit, a silent device does not delay
    /// the others: after twice the usual time the receiver is done with it, or refuses.
    pub(super) fn hold(&self) -> Option<Duration> {
        let hold = (self.round_trip * 2).clamp(timing::HOLD_LEAST, timing::HOLD_MOST);
        (!self.drops).then_some(hold)
    }

    /// Records that a device answered after this time.
    pub(super) fn note_answer(&mut self, took: Duration) {
        self.round_trip = (self.round_trip * 7 + took.min(timing::HOLD_MOST)) / 8;
        self.streak += 1;
        if !self.drops && self.size < WIDEST && self.streak >= self.needed {
            self.size += 1;
            self.streak = 0;
        }
    }

    /// Records that the receiver refused a message while it had accepted `others`.
    pub(super) fn note_refusal(&mut self, others: usize) {
        if self.size <= others + 1 {
            // The window had grown too soon.
            self.needed = (self.needed * 2).min(LONGEST_STREAK);
        }
        self.size = self.size.min(others.max(1));
        self.streak = 0;
    }

    /// Records that the receiver dropped a message while others were under way.
    pub(super) const fn note_drop(&mut self) {
        self.drops = true;
        self.size = 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOK: Duration = Duration::from_millis(10);

    #[test]
    fn a_burst_finds_what_the_receiver_takes() {
        // Six are sent, the first is taken, the others are refused in turn.
        let mut strict = Window::new();
        for others in (1..=5).rev() {
            strict.note_refusal(others);
        }
        assert!(strict.admits(0) && !strict.admits(1));

        let mut takes_three = Window::new();
        for others in (3..=5).rev() {
            takes_three.note_refusal(others);
        }
        assert!(takes_three.admits(2) && !takes_three.admits(3));
    }

    #[test]
    fn it_grows_again_after_longer_streaks_each_time() {
        let mut window = Window::new();
        window.note_refusal(1);
        let mut tries = Vec::new();
        for answer in 1..=1000 {
            window.note_answer(TOOK);
            if window.admits(1) {
                tries.push(answer);
                window.note_refusal(1);
            }
        }
        assert!(tries.len() <= 7, "{tries:?}");
        let gaps: Vec<i32> = tries.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps.is_sorted(), "{gaps:?}");
    }

    #[test]
    fn a_receiver_that_was_busy_once_is_wide_again_after_a_while() {
        let mut window = Window::new();
        window.note_refusal(1);
        for _ in 0..200 {
            window.note_answer(TOOK);
        }
        assert!(window.admits(6));
    }

    #[test]
    fn the_hold_follows_the_round_trip() {
        let mut window = Window::new();
        for _ in 0..50 {
            window.note_answer(TOOK);
        }
        let hold = window.hold().unwrap();
        assert!((20..=25).contains(&hold.as_millis()), "{hold:?}");
    }

    #[test]
    fn a_receiver_that_drops_is_sent_one_at_a_time_for_good() {
        let mut window = Window::new();
        window.note_drop();
        for _ in 0..1000 {
            assert!(window.admits(0) && !window.admits(1));
            assert_eq!(window.hold(), None);
            window.note_answer(TOOK);
        }
    }
}
