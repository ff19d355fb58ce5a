use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::Format;
use super::template::{columns, unescaped};
use crate::cli::options::{heading, parse_duration};
use crate::config::WIDEST_NAME;

/// The text below the options in the help.
pub(in crate::cli) const HELP: &str = "\
Formats:
  waybar         Waybar, custom module with \"return-type\": \"json\"
  i3blocks       i3blocks, with format=json
  i3status-rust  i3status-rust, custom block with json = true
  polybar        polybar, custom/script
  tmux           tmux, #(…) in its status line
  prometheus     the textfile collector of node_exporter, with --output
  hass           Home Assistant over MQTT: one topic and payload per line, to be
                 retained
  TEMPLATE       one line per device, with values in braces: name, id, kind,
                 serial, receiver, slot, charge, age, percent, level, bar,
                 state, urgency (critical, low, good, unknown), voltage, lux,
                 light, presence, left, to_full (time until the battery is empty
                 or full)

Low batteries come first, then by order and charge, offline devices last, with
the age of their charge. A bar drops an offline device a day after it was last known to be
reachable; a template with a single device counts as a bar.

In a template, {percent:3} is at least three columns wide, {name:.12} at most
twelve. An unknown value is printed as – (- in ASCII). Text in brackets is left
out if one of its values is unknown: [, {lux} lux]; so [{percent}] is a number or
empty. Double a bracket or brace to print it. \\n, \\t and \\\\ are new line, tab,
backslash.

With --watch, the program waits if solar-statusd or its bus is lost: after five
seconds it shows the devices as offline, and their current values once
solar-statusd is back. If a session bus is lost for five minutes, it ends with
exit status 1.";

/// How to print devices for another program.
#[derive(Args, Debug, Default)]
pub(in crate::cli) struct FormatArgs {
    /// Print in the format of a bar or another program: a name or a template, see Formats
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        conflicts_with = "json",
        help_heading = heading::BARS
    )]
    pub(in crate::cli) format: Option<Format>,

    /// With --format: keep running and print again whenever the text changes
    #[arg(
        long,
        requires = "format",
        conflicts_with_all = ["json", "transport", "replay"],
        help_heading = heading::BARS
    )]
    pub(in crate::cli) watch: bool,

    /// With --format and --watch: end after this many seconds; with --simulate, the simulated time
    /// passes without waiting
    #[arg(
        long,
        value_name = "SECONDS",
        requires = "watch",
        value_parser = parse_duration,
        help_heading = heading::BARS
    )]
    pub(in crate::cli) duration: Option<Duration>,

    /// With --format: the text between devices [default: two spaces; for a template without
    /// --watch, a new line]; \n, \t and \\ are new line, tab, backslash. Without effect for waybar,
    /// prometheus and hass
    #[arg(
        long,
        value_name = "TEXT",
        requires = "format",
        conflicts_with = "json",
        value_parser = unescaped,
        help_heading = heading::BARS
    )]
    pub(in crate::cli) separator: Option<String>,

    /// With --format: shorten names to this many columns, in bars and templates [default: 20 in
    /// bars]. Without effect for prometheus and hass
    #[arg(
        long,
        value_name = "COLUMNS",
        requires = "format",
        conflicts_with = "json",
        value_parser = parse_columns,
        help_heading = heading::BARS
    )]
    pub(in crate::cli) max_name: Option<usize>,

    /// Write to FILE instead of standard output, replacing it atomically
    #[arg(
        short,
        long,
        value_name = "FILE",
        help_heading = heading::OUTPUT
    )]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// Parses the width of a name.
fn parse_columns(text: &str) -> Result<usize, String> {
    columns(text).ok_or_else(|| format!("it must be a number of columns from 1 to {WIDEST_NAME}"))
}
