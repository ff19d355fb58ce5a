//! The timeouts of each device behind a receiver, adapted to its answers.
//!
//! The receiver holds the first message to an idle device until the device polls for it; those that
//! follow are answered soon. So a first message has a long timeout, and the timeout of the next
//! ones depends on what the device needed so far.

use std::collections::BTreeMap;
use std::time::Duration;

use super::timing;
use crate::units::Timestamp;
use crate::wire::DeviceIndex;

#[derive(Debug, Default)]
pub(super) struct Tempo {
    devices: BTreeMap<DeviceIndex, Seen>,
    /// The receiver held a message for an idle device.
    held: bool,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    /// When it answered last.
    answered: Timestamp,
    /// The time it needed for messages after the first; decays towards shorter times.
    needed: Duration,
}

impl Tempo {
    /// Whether a device answered just before this time.
    pub(super) fn is_attentive(&self, at: Timestamp, device: DeviceIndex) -> bool {
        let seen = self.devices.get(&device);
        seen.is_some_and(|seen| at.since(seen.answered) < timing::ATTENTIVE)
    }

    /// Whether a device should be sent its message before others: it is attentive, and would be
    /// idle again after their messages, which the receiver may hold.
    pub(super) fn is_urgent(&self, now: Timestamp, device: DeviceIndex) -> bool {
        self.held && self.is_attentive(now, device)
    }

    /// The timeout of a message that is sent at this time and may be retried.
    pub(super) fn answer_time(&self, at: Timestamp, device: DeviceIndex) -> Duration {
        match self.devices.get(&device) {
            Some(seen) if self.is_attentive(at, device) => {
                (seen.needed * 2).clamp(timing::NEXT_ANSWER, timing::FIRST_ANSWER)
            }
            _ => timing::FIRST_ANSWER,
        }
    }

    /// Records that a device answered a message that was sent at `asked`.
    pub(super) fn note_answer(&mut self, now: Timestamp, device: DeviceIndex, asked: Timestamp) {
        let took = now.since(asked);
        self.held |= took >= timing::NEXT_ANSWER;
        let needed = match self.devices.get(&device) {
            Some(seen) if self.is_attentive(asked, device) => took.max(seen.needed * 7 / 8),
            Some(seen) => seen.needed,
            None => Duration::ZERO,
        };
        let seen = Seen {
            answered: now,
            needed,
        };
        self.devices.insert(device, seen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUSE: DeviceIndex = DeviceIndex(2);

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_millis(millis))
    }

    fn allowed(tempo: &Tempo, millis: u64) -> u128 {
        tempo.answer_time(at(millis), MOUSE).as_millis()
    }

    #[test]
    fn a_first_message_has_a_timeout_of_three_seconds_and_the_next_ones_of_one() {
        // 1937 ms, then 28 to 113 ms: a recording of a Performance MX.
        let mut tempo = Tempo::default();
        assert_eq!(allowed(&tempo, 0), 3000);
        tempo.note_answer(at(1937), MOUSE, at(0));
        for millis in [1937, 2050, 2163] {
            assert_eq!(allowed(&tempo, millis), 1000);
            tempo.note_answer(at(millis + 113), MOUSE, at(millis));
        }
        assert_eq!(allowed(&tempo, 60_000), 3000, "it may be idle again");
        assert_eq!(tempo.answer_time(at(2163), DeviceIndex(1)).as_secs(), 3);
    }

    #[test]
    fn an_attentive_device_is_urgent_where_messages_are_held() {
        let mut tempo = Tempo::default();
        tempo.note_answer(at(12), DeviceIndex(1), at(0));
        assert!(!tempo.is_urgent(at(12), DeviceIndex(1)));
        tempo.note_answer(at(1131), MOUSE, at(0));
        assert!(tempo.is_urgent(at(1131), MOUSE) && !tempo.is_urgent(at(2131), MOUSE));
    }

    #[test]
    fn a_slow_device_gets_a_longer_timeout_and_one_late_answer_decays() {
        let mut tempo = Tempo::default();
        tempo.note_answer(at(0), MOUSE, at(0));
        tempo.note_answer(at(900), MOUSE, at(0));
        assert_eq!(allowed(&tempo, 900), 1800);
        for millis in 1..=20 {
            tempo.note_answer(at(900 + 20 * millis), MOUSE, at(880 + 20 * millis));
        }
        assert_eq!(allowed(&tempo, 1300), 1000);
    }
}
