use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::decode::DecodeArgs;

const EXAMPLES: &str = "\
Examples:
  solar-status                        all devices, as a table
  solar-status --json --device K750   one device, for a script
  solar-status --fields battery       no names: the fewest requests
  solar-status --record bug.trace --anonymize
                                      a trace for a bug report
  solar-status --simulate             without any hardware

Exit status: 0 all was read (a sleeping device counts as read), 1 something
failed, 2 wrong arguments, 3 no such device, 4 no permission, 130 interrupted.

Light in words: dark (below 20 lux), poor (below 190), okay (below 310), good
(below 450), excellent. A solar keyboard charges above 200 lux.

A trace is text, one report a line: seconds, node, direction (> to the device,
< from it), bytes. Key presses are never in it.

RUST_LOG=debug says more on standard error, RUST_LOG=trace also each report.";

/// Charge and light of Logitech wireless devices.
///
/// Asks the receivers through their hidraw nodes, beside the kernel driver: no key press is lost.
#[derive(Debug, Parser)]
#[command(name = "solar-status", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
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
    Decode(DecodeArgs),
}

#[derive(Args, Debug)]
pub(super) struct StatusArgs {
    /// Print a JSON document instead of a table
    #[arg(long)]
    pub(super) json: bool,

    /// Only these devices: id, serial number, wpid, kind, slot number or part of the short name
    #[arg(long, value_name = "DEVICE", value_parser = NonEmptyStringValueParser::new())]
    pub(super) device: Vec<String>,

    /// What to ask for; each costs the device or its receiver requests
    #[arg(
        long,
        value_name = "FIELD,…",
        value_delimiter = ',',
        default_values = ["name", "battery"]
    )]
    pub(super) fields: Vec<Field>,

    /// Give up after so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = parse_seconds)]
    pub(super) timeout: Duration,

    /// The way to the receiver
    #[arg(long, value_enum, default_value_t = TransportKind::Hidraw)]
    pub(super) transport: TransportKind,

    /// Use simulated devices instead
    #[arg(
        long,
        value_enum,
        value_name = "DESK",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "small",
        conflicts_with_all = ["replay", "transport"]
    )]
    pub(super) simulate: Option<Desk>,

    /// Use a recorded trace in the place of the receiver
    #[arg(long, value_name = "FILE", conflicts_with = "transport")]
    pub(super) replay: Option<PathBuf>,

    /// Write what passes to and from the receiver to a trace
    #[arg(long, value_name = "FILE")]
    pub(super) record: Option<PathBuf>,

    /// Leave serial numbers out of the trace
    #[arg(long, requires = "record")]
    pub(super) anonymize: bool,

    /// Ask everything anew, and remember nothing
    #[arg(long)]
    pub(super) no_cache: bool,

    /// When to use colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorWhen::Auto)]
    pub(super) color: ColorWhen,
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

/// A simulated desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Desk {
    /// One receiver with a K750, an M705 and a sleeping K800
    Small,
    /// 73 real models on receivers of all families, on cables and on Bluetooth
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TransportKind {
    /// The hidraw node, beside the kernel driver
    Hidraw,
    /// The USB device: takes it from the kernel driver, which loses what is typed meanwhile
    Usb,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorWhen {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "it is no number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(timeout) if !timeout.is_zero() && timeout.as_secs() <= 3600 => Ok(timeout),
        _ => Err("it must be more than 0 and at most 3600".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_timeout_is_a_positive_number_of_seconds() {
        assert_eq!(parse_seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["0", "-1", "nan", "inf", "1e9", "ten"] {
            assert!(parse_seconds(wrong).is_err(), "{wrong}");
        }
    }
}
