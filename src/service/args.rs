use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::bus::{self, Bus};
use crate::nodes::Desk;

const EXAMPLES: &str = "\
Examples:
  solar-statusd                              as the system's service
  solar-statusd --bus session --simulate     without any hardware, for a look
  busctl --user tree org.solarstatus.Monitor1
  busctl --user introspect org.solarstatus.Monitor1 \\
      /org/solarstatus/Monitor1/devices/hidpp_4002_392A0750

Exit status: 0 ended by a signal, 1 something failed (no bus, the bus went
away, the name is taken), 2 wrong arguments.

It tells systemd that it is ready through NOTIFY_SOCKET, and keeps what it
learns in STATE_DIRECTORY.

RUST_LOG=info says more on standard error, RUST_LOG=debug much more.";

/// Charge and light of Logitech wireless devices, on D-Bus.
///
/// Follows the devices beside the kernel driver and serves them as UPower does, with their light.
#[derive(Clone, Debug, Parser)]
#[command(name = "solar-statusd", version, after_long_help = EXAMPLES)]
pub struct Args {
    /// The bus to serve on: `system`, `session`, or an address
    #[arg(long, value_name = "BUS", default_value = "system")]
    pub(super) bus: Bus,

    /// The name to take on the bus; with `org.freedesktop.UPower` it stands in for upowerd
    #[arg(long, value_name = "NAME", default_value = bus::NAME, value_parser = parse_name)]
    pub(super) bus_name: String,

    /// Measure light every so many seconds while a solar keyboard is awake; 0: only when asked
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = parse_every)]
    pub(super) light_every: Every,

    /// Keep what is learnt in this directory
    #[arg(long, value_name = "DIRECTORY", env = "STATE_DIRECTORY")]
    pub(super) state: Option<PathBuf>,

    /// Use simulated devices instead
    #[arg(
        long,
        value_enum,
        value_name = "DESK",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "small"
    )]
    pub(super) simulate: Option<Desk>,

    /// Use a recorded trace in the place of the receivers
    #[arg(long, value_name = "FILE", conflicts_with = "simulate")]
    pub(super) replay: Option<PathBuf>,

    /// Of a trace, once it is read: what can be asked of it.
    #[arg(skip)]
    pub(super) recorded: Option<Recorded>,
}

/// What was asked when a trace was recorded. What stays unanswered makes a device look absent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recorded {
    /// The devices were followed.
    pub(super) followed: bool,
    /// They were asked for their full names and firmware.
    pub(super) described: bool,
}

/// How often to do something by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Every(pub(super) Option<Duration>);

/// A year: longer than any keyboard is awake.
const LONGEST: u32 = 366 * 24 * 60 * 60;

fn parse_every(text: &str) -> Result<Every, String> {
    match text.parse() {
        Ok(0) => Ok(Every(None)),
        Ok(seconds @ 1..=LONGEST) => Ok(Every(Some(Duration::from_secs(seconds.into())))),
        _ => Err(format!("it must be a whole number from 0 to {LONGEST}")),
    }
}

fn parse_name(text: &str) -> Result<String, String> {
    zbus::names::WellKnownName::try_from(text)
        .map(|name| name.to_string())
        .map_err(|_| "it is no name a program can have on a bus: org.example.Name".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_period_is_a_number_of_seconds_and_0_is_never() {
        assert_eq!(parse_every("0"), Ok(Every(None)));
        assert_eq!(
            parse_every("600"),
            Ok(Every(Some(Duration::from_secs(600))))
        );
        for wrong in ["-1", "1.5", "ten", "99999999", ""] {
            assert!(parse_every(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_on_the_bus_has_two_parts_at_least() {
        assert!(parse_name("org.freedesktop.UPower").is_ok());
        for wrong in ["", "upower", ":1.5", "org..x", "org.ex ample"] {
            assert!(parse_name(wrong).is_err(), "{wrong}");
        }
    }
}
