//! The arguments of `solar-status monitor`.

use std::time::Duration;

use clap::Args;

use crate::cli::options::{CommonArgs, parse_duration};

const MONITOR_EXAMPLES: &str = "\
Examples:
  solar-status monitor                      changes, as text
  solar-status monitor --json | jq          for a program, one object per line
  solar-status monitor --duration 3600      for an hour
  solar-status monitor --simulate           without any hardware
  solar-status monitor --simulate --duration 60
                                            the same, at once

If solar-statusd runs on the system bus, or else on the session bus, it is
followed. Otherwise the devices are followed directly, as with --direct, until
it starts. With --bus, the command waits for solar-statusd.

A lost daemon or bus is reported on standard error and waited for. Once it is
back, all receivers and devices are found again, and those no longer present are
gone. Without its session bus, the command ends after five minutes.

If nothing is plugged in, the command waits. A failure is reported on standard
error, and the rest is still followed.

Exit status: 130 interrupted by Ctrl-C or a signal; after --duration 0 nothing
failed, 1 something failed or solar-statusd was away, 4 no permission for a
node; 1 the bus was never there, or the session bus did not come back; 2 wrong
arguments. If the reader closes the pipe, the status is 0.";

/// Print one line per change until interrupted.
///
/// It starts with one line for each receiver and device that is present. Then it listens: devices
/// report their charge on their own, and when they connect or disconnect, and are read when they wake
/// up. A solar keyboard measures light when it wakes up and when its light key is pressed.
#[derive(Args, Debug)]
#[command(after_long_help = MONITOR_EXAMPLES)]
pub struct MonitorArgs {
    /// Print each change as a JSON object on one line
    #[arg(long)]
    pub(in crate::cli) json: bool,

    /// End after this many seconds; simulated time passes at once
    #[arg(long, value_name = "SECONDS", value_parser = parse_duration)]
    pub(in crate::cli) duration: Option<Duration>,

    #[command(flatten)]
    pub(in crate::cli) common: CommonArgs,
}
