//! A simulated device with scheduled events.

use std::time::Duration;

use crate::Firmware;
use hidpp_proto::units::Timestamp;

/// The time of an event in seconds from the start of each round (by default a minute), and the
/// function that applies it. The function returns whether the event had an effect, like the actions
/// of a receiver.
pub type Act<F> = (u64, fn(&mut F, Timestamp) -> bool);

/// The default time after which the events repeat.
const MINUTE: Duration = Duration::from_secs(60);

/// A simulated device with scheduled events. Its time starts with the first call.
///
/// The caller can therefore also pass real time, which counts from 1970.
#[derive(Clone, Debug)]
pub struct Staged<F: 'static> {
    firmware: F,
    /// The time after which the events repeat.
    round: Duration,
    /// The events, sorted by time.
    acts: &'static [Act<F>],
    done: usize,
    start: Option<Timestamp>,
}

impl<F> Staged<F> {
    /// This device with these events in each minute, sorted by time.
    pub const fn new(firmware: F, acts: &'static [Act<F>]) -> Self {
        Self::repeating(firmware, MINUTE, acts)
    }

    /// This device with these events in each `round`, sorted by time.
    pub const fn repeating(firmware: F, round: Duration, acts: &'static [Act<F>]) -> Self {
        Self {
            firmware,
            round,
            acts,
            done: 0,
            start: None,
        }
    }

    /// The device.
    pub const fn firmware(&self) -> &F {
        &self.firmware
    }

    /// The next event, and when it is due in the device's own time.
    fn next_act(&self) -> Option<(Timestamp, Act<F>)> {
        let round = u32::try_from(self.done.checked_div(self.acts.len())?).ok()?;
        let act = *self.acts.get(self.done.checked_rem(self.acts.len())?)?;
        let due = self.round * round + Duration::from_secs(act.0);
        Some((Timestamp::from_start(due), act))
    }

    /// Applies all events that are due; returns the device's own time.
    fn advance(&mut self, now: Timestamp) -> Timestamp {
        let start = *self.start.get_or_insert(now);
        let now = Timestamp::from_start(now.since(start));
        while let Some((due, (_, act))) = self.next_act().filter(|(due, _)| *due <= now) {
            let _nothing_to_act_on = !act(&mut self.firmware, due);
            self.done += 1;
        }
        now
    }
}

impl<F: Firmware> Firmware for Staged<F> {
    fn output_report(&mut self, now: Timestamp, report: &[u8]) {
        let now = self.advance(now);
        self.firmware.output_report(now, report);
    }

    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        let now = self.advance(now);
        self.firmware.input_report(now)
    }

    fn next_due(&self) -> Option<Timestamp> {
        let start = self.start?;
        let act = self.next_act().map(|(due, _)| due);
        let due = self.firmware.next_due().into_iter().chain(act).min()?;
        Some(start + due.since_start())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{K800, day_at_the_desk, desk};
    use crate::testing::{ask, frames, seconds};

    #[test]
    fn its_time_starts_with_the_first_call() {
        let late = 1_700_000_000;
        let mut desk = Staged::new(desk(), &[]);
        assert_eq!(desk.next_due(), None);
        assert_eq!(desk.input_report(seconds(late)), None);
        assert_eq!(
            desk.next_due(),
            Some(seconds(late + 90)),
            "the first broadcast"
        );
        let reply = ask(&mut desk, seconds(late), "10 01 00 1B 00 00 B4");
        assert_eq!(reply, frames(&["11 01 00 1B 02 00 B4 …"]));
    }

    #[test]
    fn events_repeat_each_minute() {
        let mut desk = day_at_the_desk();
        assert_eq!(desk.input_report(seconds(100)), None);
        for (second, online) in [(3, false), (4, true), (39, true), (40, false), (64, true)] {
            desk.advance(seconds(100 + second));
            let k800 = desk.firmware.device(K800).unwrap();
            assert_eq!(k800.online(), online, "{second}");
        }
        assert_eq!(desk.done, 8);
    }
}
