//! The arguments of `solar-status monitor`.

use std::time::Duration;

use clap::Args;

use crate::cli::options::{CommonArgs, parse_duration};

const MONITOR_EXAMPLES: &str = "\
Examples:
  solar-status monitor                      what changes, in words
  solar-status monitor --json | jq          for a program, an object a line
  solar-status monitor --duration 3600      for an hour
  solar-status monitor --simulate           without any hardware
  solar-status monitor --simulate --duration 60
                                            the same, at once

Where solar-statusd runs, on the system bus or else on the session bus, it is
followed; else the devices are, as with --direct, until it comes. With --bus it
is waited for.

A daemon or bus that is lost is reported on standard error and waited for. Once
it is back, all receivers and devices are found again, and those that are no
longer there are gone. A session bus is given up after five minutes.

Nothing plugged in is no error: it waits. A failure is said on standard error,
and the rest goes on.

Exit status: 130 ended by Ctrl-C or a signal; after --duration 0 nothing
failed, 1 something did or solar-statusd was away, 4 a node may not be opened;
1 the bus was never there, or the session bus did not come back; 2 wrong
arguments. A pipe that is closed ends it with 0.";

/// Tell what changes, a line each, until Ctrl-C.
///
/// It starts with a line for each receiver and device that is there. Then it listens: devices say
/// by themselves that they come and go and how full they are, and are asked when they wake. A solar
/// keyboard measures light when it wakes and when its light key is pressed.
#[derive(Args, Debug)]
#[command(after_long_help = MONITOR_EXAMPLES)]
pub struct MonitorArgs {
    /// Print each change as a JSON object, one a line
    #[arg(long)]
    pub(in crate::cli) json: bool,

    /// End after so many seconds; simulated ones pass at once
    #[arg(long, value_name = "SECONDS", value_parser = parse_duration)]
    pub(in crate::cli) duration: Option<Duration>,

    #[command(flatten)]
    pub(in crate::cli) common: CommonArgs,
}
