//! Prints what would be shown, one line each.

use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::texts::{self, Text};
use crate::alerts::{Bubble, Order, Urgency};
use crate::cli::io_errors::unwritable;
use crate::cli::style::Style;
use hidpp_proto::units::Timestamp;

/// Standard output instead of a desktop.
pub(super) struct Lines {
    pub(super) style: Style,
    /// The user's time zone; `None`: time is virtual and starts at zero.
    pub(super) zone: Option<TimeZone>,
}

impl Lines {
    /// Prints an order.
    pub(super) fn execute(&self, at: Timestamp, order: &Order) -> io::Result<()> {
        let (word, place, text) = match order {
            Order::Show(bubble, alert) => {
                let text = texts::of(alert, at, self.style);
                (urgency(alert.kind.urgency()), bubble, text)
            }
            Order::Sum(alerts) => {
                let text = texts::sum(alerts, at, self.style);
                (urgency(Urgency::Normal), &Bubble::Summary, text)
            }
            Order::Withdraw(bubble) => {
                let text = Text {
                    summary: String::new(),
                    body: String::new(),
                };
                ("withdrawn", bubble, text)
            }
            Order::ReadAgain(_) => return Ok(()),
        };
        let Text { summary, body } = text;
        let parts = [place_name(place), summary, body.replace('\n', " / ")];
        let parts = parts.into_iter().filter(|it| !it.is_empty());
        let text = parts.collect::<Vec<_>>().join("  ");
        let mut out = io::stdout().lock();
        let written = writeln!(out, "{}  {word:<9}  {text}", self.time(at));
        written.and_then(|()| out.flush()).map_err(unwritable)
    }

    /// Formats the date and time, or for virtual time the number of the day from 0 and the time.
    fn time(&self, at: Timestamp) -> String {
        let Some(zone) = &self.zone else {
            let seconds = at.since_start().as_secs();
            let (day, hour) = (seconds / 86_400, seconds / 3600 % 24);
            let (minute, second) = (seconds / 60 % 60, seconds % 60);
            return format!("day {day} {hour:02}:{minute:02}:{second:02}");
        };
        let seconds = i64::try_from(at.since_start().as_secs());
        let time = seconds
            .ok()
            .and_then(|it| jiff::Timestamp::from_second(it).ok());
        let time = zone.to_datetime(time.unwrap_or_default());
        let (date, time) = (time.date(), time.time());
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        format!("{date} {hour:02}:{minute:02}:{second:02}")
    }
}

const fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Low => "low",
        Urgency::Normal => "normal",
        Urgency::Critical => "critical",
    }
}

/// Names a notification: a later one with the same name replaces it.
fn place_name(bubble: &Bubble) -> String {
    match bubble {
        Bubble::Charge(key) => format!("charge {key}"),
        Bubble::Light(key) => format!("light {key}"),
        Bubble::Summary => "summary".to_owned(),
    }
}
