use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::decode::DecodeArgs;
use super::doctor::DoctorArgs;
use super::format::args::{self as format, FormatArgs};
use super::history::HistoryArgs;
use super::notify::NotifyArgs;
use super::watch::WatchArgs;
use crate::bus::Bus;
use crate::manager::Selector;
use crate::nodes::Desk;

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

A trace is text, one report a line: seconds, node, direction (> to the device,
< from it), bytes. Key presses are never in it.

RUST_LOG=debug says more on standard error, RUST_LOG=trace also each report.";

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

/// What reading once and following have in common.
#[derive(Args, Debug)]
pub(super) struct CommonArgs {
    /// Only devices of this id, serial number, wpid, kind, slot number or part of a name; may be
    /// given several times
    #[arg(long, value_name = "DEVICE", value_parser = parse_device)]
    pub(super) device: Vec<Selector>,

    /// What to ask for, separated by commas; each costs the device or its receiver requests
    #[arg(
        long,
        value_name = "FIELD,…",
        value_delimiter = ',',
        default_value = "name,battery"
    )]
    pub(super) fields: Vec<Field>,

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

    /// Write what passes to and from the receivers to a trace
    #[arg(long, value_name = "FILE")]
    pub(super) record: Option<PathBuf>,

    /// Leave serial numbers out of the trace
    #[arg(long, requires = "record")]
    pub(super) anonymize: bool,

    /// Ask everything anew, and remember nothing
    #[arg(long)]
    pub(super) no_cache: bool,

    #[command(flatten)]
    pub(super) way: WayArgs,

    /// When to use colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorWhen::Auto)]
    pub(super) color: ColorWhen,
}

/// Who is asked.
#[derive(Args, Debug)]
pub(super) struct WayArgs {
    /// Ask the devices themselves, also where solar-statusd runs
    #[arg(long)]
    pub(super) direct: bool,

    /// Ask solar-statusd on this bus and nobody else: `system`, `session`, or an address
    #[arg(
        long,
        value_name = "BUS",
        conflicts_with_all = ["direct", "simulate", "record", "no_cache"]
    )]
    pub(super) bus: Option<Bus>,

    /// Say on standard error who was asked
    #[arg(long)]
    pub(super) verbose: bool,
}

#[derive(Args, Debug)]
pub(super) struct StatusArgs {
    /// Print a JSON document instead of a table
    #[arg(long)]
    pub(super) json: bool,

    #[command(flatten)]
    pub(super) format: FormatArgs,

    #[command(flatten)]
    pub(super) common: CommonArgs,

    /// Give up after so many seconds
    ///
    /// Devices that answer, or that their receiver reports as asleep, take about two seconds. One that
    /// does neither takes three, and three more alone where others were asked meanwhile: 21 seconds
    /// for six of them. A device that was not finished by then is not reported as offline.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = parse_timeout)]
    pub(super) timeout: Duration,

    /// The way to the receiver, which is asked directly then
    #[arg(long, value_enum, conflicts_with_all = ["simulate", "bus"])]
    pub(super) transport: Option<TransportKind>,

    /// Use a recorded trace in the place of the receiver
    #[arg(long, value_name = "FILE", conflicts_with_all = ["simulate", "transport", "bus"])]
    pub(super) replay: Option<PathBuf>,
}

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
    pub(super) json: bool,

    /// End after so many seconds; simulated ones pass at once
    #[arg(long, value_name = "SECONDS", value_parser = parse_duration)]
    pub(super) duration: Option<Duration>,

    #[command(flatten)]
    pub(super) common: CommonArgs,
}

/// Something to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Field {
    /// The short name, from the receiver
    Name,
    /// Charge, state and, of solar keyboards, light
    Battery,
    /// The full name, from the device (about 4 requests)
    FullName,
    /// Firmware versions (2 requests or more)
    Firmware,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TransportKind {
    /// The hidraw node, beside the kernel driver: the default
    Hidraw,
    /// The USB device: takes it from the kernel driver, which loses what is typed meanwhile
    Usb,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorWhen {
    /// On a terminal, unless the environment says otherwise
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Longer than anybody waits for an answer.
const LONGEST_TIMEOUT: u32 = 60 * 60;
/// A year. Who wants to follow for longer need not say how long.
const LONGEST_DURATION: u32 = 366 * 24 * 60 * 60;

pub(super) fn parse_device(text: &str) -> Result<Selector, &'static str> {
    if text.trim().is_empty() {
        return Err("it names no device");
    }
    Ok(Selector::new(text))
}

fn parse_timeout(text: &str) -> Result<Duration, String> {
    parse_seconds(text, LONGEST_TIMEOUT)
}

pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    parse_seconds(text, LONGEST_DURATION)
}

fn parse_seconds(text: &str, most: u32) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "it is no number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(span) if !span.is_zero() && span <= Duration::from_secs(most.into()) => Ok(span),
        _ => Err(format!("it must be more than 0 and at most {most}")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::session::LONGEST_STATUS;

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

    #[test]
    fn a_timeout_is_a_positive_number_of_seconds() {
        assert_eq!(parse_timeout("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["0", "-1", "nan", "inf", "1e9", "3600.5", "ten"] {
            assert!(parse_timeout(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_day_is_a_duration_and_an_age_is_none() {
        assert_eq!(parse_duration("86400"), Ok(Duration::from_secs(24 * 3600)));
        assert!(parse_duration("1e9").is_err());
    }
}
