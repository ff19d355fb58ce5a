//! The arguments of `solar-status monitor`.

use std::time::Duration;

use clap::Args;

use crate::cli::options::{CommonArgs, heading, parse_duration};

const MONITOR_EXAMPLES: &str = "\
Examples:
  solar-status monitor                      changes, as text
  solar-status monitor --json | jq          for a program, one object per line
  solar-status monitor --duration 3600      for an hour
  solar-status monitor --simulate           without any hardware
  solar-status monitor --simulate --duration 60
                                            the same, without waiting

If solar-statusd runs on the system bus, or else on the session bus, it is
followed. Otherwise the devices are followed directly, as with --direct, until
it starts. With --bus, the command waits for solar-statusd.

If solar-statusd or its bus is lost, this is reported on standard error, and the
command waits. Once it is back, all receivers and devices are reported again,
and those no longer present as removed. If a session bus is lost for five
minutes, the command ends.

If nothing is plugged in, the command waits. A failure is reported on standard
error, and the other receivers and devices are still followed.

Exit status: 0 --duration is over and nothing failed, or the reader closed the
pipe; 1 --duration is over and something failed or solar-statusd was away, the
bus of --bus did not exist at the start, or the session bus did not come back; 2
wrong arguments; 4 --duration is over, and there was no permission to open a
device; 130 interrupted by Ctrl-C or a signal.";

/// Print one line per change until interrupted.
///
/// It starts with one line for each receiver and device that is present. Then it prints changes.
/// Devices report on their own when their charge changes and when they connect or disconnect. They
/// are read when they wake up. A solar keyboard measures light when it wakes up and when its light
/// key is pressed.
#[derive(Args, Debug)]
#[command(after_long_help = MONITOR_EXAMPLES)]
pub struct MonitorArgs {
    /// Print each change as a JSON object on one line
    #[arg(short, long, help_heading = heading::OUTPUT)]
    pub(in crate::cli) json: bool,

    /// End after this many seconds; with --simulate, the simulated time passes without waiting
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = parse_duration,
        help_heading = heading::OUTPUT
    )]
    pub(in crate::cli) duration: Option<Duration>,

    #[command(flatten)]
    pub(in crate::cli) common: CommonArgs,
}
