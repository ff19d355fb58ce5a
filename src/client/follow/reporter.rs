use std::io;

use super::event::{FollowEvent, SessionEvent};
use hidpp_proto::units::Timestamp;

/// Called for each event, with its time. Returns when [`FollowEvent::Alarm`] is due if there is no
/// other event before, such as when a displayed age changes; `None`: never. An error ends
/// following.
pub type OnEvent<'a> = dyn FnMut(Timestamp, SessionEvent) -> io::Result<Option<Timestamp>> + 'a;

/// Passes events to a front end, and stores the alarm that it returns.
pub struct Reporter<'a> {
    on_event: &'a mut OnEvent<'a>,
    alarm: Option<Timestamp>,
}

impl<'a> Reporter<'a> {
    /// Passes events to this front end.
    pub fn new(on_event: &'a mut OnEvent<'a>) -> Self {
        let alarm = None;
        Self { on_event, alarm }
    }

    /// Reports an event of what is followed.
    pub fn report(&mut self, at: Timestamp, event: FollowEvent) -> io::Result<()> {
        self.report_session(at, SessionEvent::Follow(event))
    }

    pub(super) fn report_session(&mut self, at: Timestamp, event: SessionEvent) -> io::Result<()> {
        self.alarm = (self.on_event)(at, event)?;
        Ok(())
    }

    /// When [`Self::advance`] reports the alarm.
    pub const fn alarm(&self) -> Option<Timestamp> {
        self.alarm
    }

    /// Reports the alarm if it is due. The front end sets the next one with it, or none.
    pub fn advance(&mut self, now: Timestamp) -> io::Result<()> {
        if self.alarm.is_some_and(|at| at <= now) {
            self.report(now, FollowEvent::Alarm)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(seconds))
    }

    #[test]
    fn an_alarm_is_reported_once_when_it_is_due_unless_another_event_replaces_it() {
        let mut alarms = [Some(at(5)), Some(at(7)), None].into_iter();
        let mut seen = Vec::new();
        let mut on_event = |at, event| {
            let is_alarm = matches!(event, SessionEvent::Follow(FollowEvent::Alarm));
            seen.push((at, is_alarm));
            Ok(alarms.next().flatten())
        };
        let mut reporter = Reporter::new(&mut on_event);
        reporter.advance(at(1)).unwrap();
        for seconds in [2, 3] {
            reporter
                .report_session(at(seconds), SessionEvent::Lost)
                .unwrap();
        }
        assert_eq!(reporter.alarm(), Some(at(7)));
        for seconds in [6, 7, 8] {
            reporter.advance(at(seconds)).unwrap();
        }
        assert_eq!(reporter.alarm(), None);
        let expected = [(at(2), false), (at(3), false), (at(7), true)];
        assert_eq!(seen, expected);
    }
}
