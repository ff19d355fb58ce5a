//! The arguments of `solar-status watch`.

use std::time::Duration;

use clap::Args;

use crate::cli::monitor::MonitorArgs;
use crate::cli::options::{CommonArgs, heading, parse_duration};

const EXAMPLES: &str = "\
Keys:
  q          quit
  Up Down    choose a device (k j, Page Up, Page Down, Home, End)
  Enter Tab  one device in detail, or all again
  PgDn PgUp  scroll details and help that do not fit
  l          measure light now
  s          sort: emptiest first, or by receiver and slot
  ?          the meaning of keys and signs; any key closes it

Examples:
  solar-status watch                        all devices
  solar-status watch --device K750          one of them
  solar-status watch --light-every 0        request no light measurements
  solar-status watch --simulate             without any hardware
  solar-status watch | tee changes.txt      one line per change, as by monitor

If solar-statusd runs on the system bus, or else on the session bus, it is
followed. If it or its bus is lost, the command waits for it (for a session bus
at most five minutes). If it does not run at the start, the devices are followed
directly, as with --direct, until it starts. With --bus, the command waits for
solar-statusd.

Exit status: 0 quit with q or after --duration, 1 something failed, 2 wrong
arguments, 130 interrupted by Ctrl-C or a signal. If the output is not a
terminal, it is that of monitor.";

/// Show charge and light live until q is pressed.
///
/// Fills the terminal with all devices and their charge, and one of them in detail, with its light
/// on a scale, and its light and charge over the last minutes and hours. Meanwhile, solar keyboards
/// that are awake are requested to measure light. If the output is not a terminal, it prints one
/// line per change.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct WatchArgs {
    /// Measure light at this interval while a solar keyboard is awake; 0: request no measurements
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "2",
        value_parser = parse_every,
        help_heading = heading::OUTPUT
    )]
    pub(super) light_every: Every,

    /// End after this many seconds
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = parse_duration,
        help_heading = heading::OUTPUT
    )]
    pub(super) duration: Option<Duration>,

    #[command(flatten)]
    pub(in crate::cli) common: CommonArgs,
}

impl WatchArgs {
    /// Returns the same arguments for `monitor`, if there is no screen.
    pub(super) fn into_monitor(self) -> MonitorArgs {
        MonitorArgs {
            json: false,
            duration: self.duration,
            common: self.common,
        }
    }
}

/// Seconds between measurements; `None`: no measurements are requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Every(pub(super) Option<u8>);

fn parse_every(text: &str) -> Result<Every, String> {
    match text.parse() {
        Ok(0) => Ok(Every(None)),
        Ok(seconds) => Ok(Every(Some(seconds))),
        Err(_) => Err(format!("it must be a whole number from 0 to {}", u8::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_is_measured_in_whole_seconds_or_never() {
        assert_eq!(parse_every("0"), Ok(Every(None)));
        assert_eq!(parse_every("255"), Ok(Every(Some(255))));
        for wrong in ["256", "-1", "1.5", "", "often"] {
            assert!(parse_every(wrong).is_err(), "{wrong}");
        }
    }
}
