//! The command line: all commands and their help.

use clap::{CommandFactory, Parser, Subcommand};

use super::check::CheckArgs;
use super::decode::DecodeArgs;
use super::doctor::DoctorArgs;
use super::format;
use super::history::HistoryArgs;
use super::monitor::MonitorArgs;
use super::notify::NotifyArgs;
use super::status::StatusArgs;
use super::watch::WatchArgs;
use crate::device::{CHARGING_ABOVE, LightLevel};

/// How the three ways to follow changes differ.
const FOLLOWING: &str = "\
To follow changes: watch for a screen, monitor for one line per change, --format
with --watch for a bar.";

const EXAMPLES: &str = "\
Examples:
  solar-status                        all devices, as a table
  solar-status -j -d K750             one device, as JSON for a script
  solar-status check --below 20       exit status 1: low, 2: almost empty
  solar-status --fields battery       without names: the fewest requests
  solar-status --record bug.trace --anonymize
                                      record a trace for a bug report
  solar-status --simulate             simulated devices, without hardware
  solar-status monitor                one line per change, until Ctrl-C
  solar-status doctor                 why a device is missing, and the remedy
  solar-status watch                  charge and light live on the whole screen
  solar-status --format waybar --watch
                                      for a bar; see Formats
  solar-status --format '{name} {charge}[, {lux} lux]'
                                      one line per device, from a template
  solar-status history                charge and light over weeks, and a forecast

If solar-statusd runs on the system bus, or else on the session bus, its values
are shown: this costs the devices no requests and needs no permission. Otherwise
the devices are read directly. --direct, --simulate, --record, --replay,
--transport and --no-cache always read directly.

Exit status: 0 everything was read (a sleeping device counts as read), 1
something failed, 2 wrong arguments, 3 no such device, 4 no permission, 130
interrupted.

The documentation folder of the package has more on bars, JSON, D-Bus, history,
notifications, permissions, devices and traces, in docs, and an example
configuration in examples.

A trace is a text file with one report per line: seconds, node, direction (> to
the device, < from it), bytes. Key presses are never recorded.

RUST_LOG=debug logs more on standard error, RUST_LOG=trace each report as well.";

/// The words for light, and when it charges.
fn light() -> String {
    let levels = LightLevel::explained();
    format!("Levels of light: {levels}. A solar keyboard charges above {CHARGING_ABOVE}.")
}

/// Charge and light of Logitech wireless devices.
///
/// Reads from solar-statusd if it runs, otherwise from the receivers through their hidraw nodes,
/// alongside the kernel driver: no key press is lost.
#[derive(Debug, Parser)]
#[command(
    name = "solar-status",
    version,
    after_long_help = format!(
        "{FOLLOWING}\n\n{EXAMPLES}\n\n{}\n\n{}",
        light(),
        format::HELP
    ),
    after_help = FOLLOWING,
    max_term_width = 80,
    args_conflicts_with_subcommands = true
)]
pub struct Cli {
    #[command(flatten)]
    pub(super) status: StatusArgs,

    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
#[expect(
    missing_docs,
    reason = "a comment here would replace the help of the arguments"
)]
pub enum Command {
    Check(CheckArgs),
    Monitor(MonitorArgs),
    Watch(WatchArgs),
    Decode(DecodeArgs),
    Doctor(DoctorArgs),
    Notify(NotifyArgs),
    History(HistoryArgs),
    /// The same as without a command
    #[command(hide = true, aliases = ["devices", "ls", "show", "status"])]
    List(StatusArgs),
}

impl Cli {
    /// Returns the command that the arguments of the program name, even if others are wrong.
    pub(super) fn named_command() -> Option<String> {
        let lenient = Self::command()
            .ignore_errors(true)
            .disable_help_flag(true)
            .disable_version_flag(true);
        let matches = lenient.try_get_matches().ok()?;
        matches.subcommand_name().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::options::Field;
    use crate::config::Defaults;
    use hidpp_proto::session::LONGEST_STATUS;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_shows_the_default_fields_as_they_are_typed() {
        let help = Cli::command().render_help().to_string();
        let words: Vec<&str> = help.split_whitespace().collect();
        assert!(
            words.join(" ").contains("[default: name,battery]"),
            "{help}"
        );
        let cli = Cli::try_parse_from(["solar-status"]).unwrap();
        assert_eq!(cli.status.common.fields, [Field::Name, Field::Battery]);
    }

    #[test]
    fn the_default_timeout_allows_the_longest_reading() {
        let cli = Cli::try_parse_from(["solar-status"]).unwrap();
        assert_eq!(cli.status.timeout, LONGEST_STATUS);
        assert_eq!(Defaults::default().timeout, LONGEST_STATUS);
    }
}
