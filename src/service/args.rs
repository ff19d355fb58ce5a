use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::bus::{self, Bus};
use crate::nodes::Desk;

const EXAMPLES: &str = "\
Examples:
  solar-statusd                              as a system service
  solar-statusd --bus session --simulate     try it without hardware
  busctl --user tree org.solarstatus.Monitor1
  busctl --user introspect org.solarstatus.Monitor1 \\
      /org/solarstatus/Monitor1/devices/hidpp_4002_392A0750

Exit status: 0 terminated by a signal, 1 failure (bus unreachable or lost,
name already owned), 2 invalid arguments.

Readiness is reported to systemd through NOTIFY_SOCKET. The device cache and
the history are stored in STATE_DIRECTORY.

RUST_LOG=info logs more to standard error, RUST_LOG=debug much more.";

/// Charge and light of Logitech wireless devices, on D-Bus.
///
/// Follows the devices alongside the kernel driver, and serves their batteries and light through
/// UPower's interface, and what that lacks through interfaces of its own.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "solar-statusd",
    version,
    after_long_help = EXAMPLES,
    max_term_width = 80
)]
pub struct Args {
    /// The bus to serve on: `system`, `session`, or an address
    #[arg(long, value_name = "BUS", default_value = "system")]
    pub(super) bus: Bus,

    /// The bus name to own; `org.freedesktop.UPower`: serve in place of upowerd, which must not be
    /// running
    #[arg(long, value_name = "NAME", default_value = bus::NAME, value_parser = parse_name)]
    pub(super) bus_name: String,

    /// Interval of light measurements while a solar keyboard is awake; 0: none at an interval, only
    /// when it connects or wakes, when its light key is pressed, and on request
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = parse_every)]
    pub(super) light_every: Every,

    /// Store the device cache and the history in this directory
    #[arg(long, value_name = "DIRECTORY", env = "STATE_DIRECTORY")]
    pub(super) state: Option<PathBuf>,

    /// Use simulated devices instead of real ones: a desk is a set of receivers and devices. The
    /// default desk is small
    #[arg(
        long,
        value_parser = desks(),
        value_name = "DESK",
        num_args = 0..=1,
        default_missing_value = "small"
    )]
    pub(super) simulate: Option<Desk>,

    /// Replay a recorded trace instead of using receivers
    #[arg(long, value_name = "FILE", conflicts_with = "simulate")]
    pub(super) replay: Option<PathBuf>,

    /// What a replayed trace can answer; set once it is read.
    #[arg(skip)]
    pub(super) recorded: Option<Recorded>,
}

/// Which requests a trace contains answers to. Other requests must not be sent: an unanswered
/// request makes a device look absent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recorded {
    /// The devices were followed.
    pub(super) followed: bool,
    /// Their full names and firmware versions were read.
    pub(super) described: bool,
}

/// An interval; `None`: never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Every(pub(super) Option<Duration>);

/// The longest interval in seconds: a year, longer than any keyboard is awake.
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
        .map_err(|_| "not a valid well-known bus name, such as org.example.Name".to_owned())
}

/// The simulated desks, by their names.
fn desks() -> impl TypedValueParser<Value = Desk> {
    let names = Desk::ALL.map(|(name, holds, _)| PossibleValue::new(name).help(holds));
    PossibleValuesParser::new(names).try_map(|it| Desk::named(&it).ok_or("not a desk"))
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
    fn an_interval_is_a_number_of_seconds_and_0_is_never() {
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
    fn a_bus_name_has_at_least_two_elements() {
        assert!(parse_name("org.freedesktop.UPower").is_ok());
        for wrong in ["", "upower", ":1.5", "org..x", "org.ex ample"] {
            assert!(parse_name(wrong).is_err(), "{wrong}");
        }
    }
}
