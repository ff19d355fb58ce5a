//! The arguments of a single reading, the command without a name.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::format::FormatArgs;
use crate::cli::options::{CommonArgs, heading, parse_timeout};
use crate::cli::origin;

#[derive(Args, Debug)]
pub struct StatusArgs {
    /// Print a JSON document instead of a table
    #[arg(short, long, help_heading = heading::OUTPUT)]
    pub(in crate::cli) json: bool,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArgs,

    #[command(flatten)]
    pub(in crate::cli) common: CommonArgs,

    /// Print the effective configuration, or what is wrong with it, and exit
    #[arg(long, conflicts_with_all = ["json", "format"], help_heading = heading::CONFIGURATION)]
    pub(in crate::cli) check_config: bool,

    /// Give up after this many seconds
    ///
    /// Devices that answer, or that their receiver reports as asleep, take about two seconds. A
    /// device that does neither takes three seconds, and is then retried alone for three more if
    /// others were read at the same time. These retries add up: six such devices take 21 seconds. A
    /// device that was not finished before the timeout is not reported as offline.
    #[arg(
        short,
        long,
        value_name = "SECONDS",
        default_value = "30",
        value_parser = parse_timeout,
        help_heading = heading::ORIGIN
    )]
    pub(in crate::cli) timeout: Duration,

    /// How to reach the receiver, which is then read directly, even if solar-statusd runs
    #[arg(
        long,
        value_enum,
        conflicts_with_all = ["simulate", "bus"],
        help_heading = heading::ORIGIN
    )]
    pub(in crate::cli) transport: Option<TransportKind>,

    /// Use a recorded trace instead of receivers and devices
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["simulate", "transport", "bus"],
        help_heading = heading::BUGS
    )]
    pub(in crate::cli) replay: Option<PathBuf>,
}

impl StatusArgs {
    /// Returns the option that requires reading the devices directly, if one was given.
    pub(super) fn direct(&self) -> Option<&'static str> {
        let options = [
            ("--replay", self.replay.is_some()),
            ("--transport", self.transport.is_some()),
        ];
        let option = options.into_iter().find(|it| it.1).map(|it| it.0);
        option.or_else(|| origin::direct(&self.common))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TransportKind {
    /// The hidraw node, alongside the kernel driver: the default
    Hidraw,
    /// The USB device: detaches the kernel driver, and what is typed meanwhile is lost
    Usb,
}
