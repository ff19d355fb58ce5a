//! The command line: all commands and their help.

use clap::{Parser, Subcommand};

use super::decode::DecodeArgs;
use super::doctor::DoctorArgs;
use super::format;
use super::history::HistoryArgs;
use super::monitor::MonitorArgs;
use super::notify::NotifyArgs;
use super::status::StatusArgs;
use super::watch::WatchArgs;

const EXAMPLES: &str = "\
Examples:
  solar-status                        all devices, as a table
  solar-status --json --device K750   one device, for a script
  solar-status --fields battery       no names: the fewest requests
  solar-status --record bug.trace --anonymize
                                      a trace for a bug report
  solar-status --simulate             without any hardware
  solar-status monitor                what changes, until Ctrl-C
  solar-status doctor                 why nothing is shown, and what to do
  solar-status watch                  the same on the whole screen
  solar-status --format waybar --watch
                                      for a bar; see Formats
  solar-status --format '{name} {charge}[, {lux} lux]'
  solar-status history                charge and light over weeks, and what is to come

Where solar-statusd runs, on the system bus or else on the session bus, it is
asked: that costs the devices nothing and needs no permission. Else the devices
are asked directly, as they are with --direct, --simulate, --record, --replay,
--transport and --no-cache.

Exit status: 0 all was read (a sleeping device counts as read), 1 something
failed, 2 wrong arguments, 3 no such device, 4 no permission, 130 interrupted.

Light in words: dark (below 20 lux), poor (below 190), okay (below 310), good
(below 450), excellent. A solar keyboard charges above 200 lux.

/usr/share/doc/solar-status/docs has more on bars, JSON, D-Bus, history,
notifications, permissions, devices and traces.

A trace is text, one report a line: seconds, node, direction (> to the device,
< from it), bytes. Key presses are never in it.

RUST_LOG=debug says more on standard error, RUST_LOG=trace also each report.";

/// Charge and light of Logitech wireless devices.
///
/// Asks solar-statusd where it runs, else the receivers through their hidraw nodes, beside the
/// kernel driver: no key press is lost.
#[derive(Debug, Parser)]
#[command(
    name = "solar-status",
    version,
    after_long_help = format!("{EXAMPLES}\n\n{}", format::HELP),
    args_conflicts_with_subcommands = true
)]
pub struct Cli {
    #[command(flatten)]
    pub(super) status: StatusArgs,

    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// The commands besides the status.
#[derive(Debug, Subcommand)]
#[expect(
    missing_docs,
    reason = "a comment here would replace the help of the arguments"
)]
pub enum Command {
    Monitor(MonitorArgs),
    Watch(WatchArgs),
    Decode(DecodeArgs),
    Doctor(DoctorArgs),
    Notify(NotifyArgs),
    History(HistoryArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::options::Field;
    use hidpp_proto::session::LONGEST_STATUS;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_shows_the_default_fields_as_they_are_typed() {
        let help = Cli::command().render_help().to_string();
        assert!(help.contains("[default: name,battery]"), "{help}");
        let cli = Cli::try_parse_from(["solar-status"]).unwrap();
        assert_eq!(cli.status.common.fields, [Field::Name, Field::Battery]);
    }

    #[test]
    fn the_default_timeout_is_what_reading_may_take() {
        let cli = Cli::try_parse_from(["solar-status"]).unwrap();
        assert_eq!(cli.status.timeout, LONGEST_STATUS);
    }
}
