//! The arguments of `solar-status watch`.

use std::time::Duration;

use clap::Args;

use crate::cli::monitor::MonitorArgs;
use crate::cli::options::{CommonArgs, parse_duration};

const EXAMPLES: &str = "\
Keys:
  q          leave, as Ctrl-C does
  Up Down    choose a device (k j, Page Up, Page Down, Home, End)
  Enter Tab  one device closely, or all again
  l          measure light now
  s          the emptiest first, or by receiver and slot
  ?          what the keys and signs mean

Examples:
  solar-status watch                        all devices
  solar-status watch --device K750          one of them
  solar-status watch --light-every 0        light only as it comes by itself
  solar-status watch --simulate             without any hardware
  solar-status watch | tee changes.txt      a line for each change, as monitor

Where solar-statusd runs, on the system bus or else on the session bus, it is
followed, and waited for when it or its bus is lost (a session bus: for five
minutes); else the devices are, as with --direct, until it comes; with --bus it
is waited for.

Exit status: 0 left with q or after --duration, 1 something failed, 2 wrong
arguments, 130 ended by Ctrl-C or a signal. Where the output is no terminal,
those of monitor.";

/// Show charge and light as they change, until q is pressed.
///
/// A meter for the whole screen: all devices with their charge, and one of them closely, with its
/// light on a scale and over the last minutes. Solar keyboards that are awake are made to measure
/// light meanwhile. Where the output is no terminal, a line tells each change.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct WatchArgs {
    /// Measure light every so many seconds while a solar keyboard is awake; 0: only as it comes
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = parse_every)]
    pub(super) light_every: Every,

    /// End after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = parse_duration)]
    pub(super) duration: Option<Duration>,

    #[command(flatten)]
    pub(super) common: CommonArgs,
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
