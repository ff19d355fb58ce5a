use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::Format;
use crate::cli::options::parse_duration;

/// The text below the options in the help.
pub(in crate::cli) const HELP: &str = "\
Formats:
  waybar         Waybar, custom module with \"return-type\": \"json\"
  i3blocks       i3blocks, with format=json
  i3status-rust  i3status-rust, custom block with json = true
  polybar        polybar, custom/script
  tmux           tmux, #(…) in its status line
  prometheus     the textfile collector of node_exporter, with --output
  hass           Home Assistant over MQTT: topic and payload a line, to be retained
  TEMPLATE       a line for each device, with values in braces: name, id, kind, serial,
                 receiver, slot, charge, age, percent, level, bar, state, urgency (critical,
                 low, good, unknown), voltage, lux, light, presence, left, to_full (time
                 until the battery is empty or full)

The lowest battery comes first, those that are offline last, with the age of their
charge. A day after its last sign of life an offline device is no longer in a bar;
a template for one device is a bar, too. In a template, {percent:3} is three columns wide,
[, {lux} lux] is left out where the light is not known, a bracket that is written
twice is that character, and there are \\n, \\t and \\\\.

With --watch, a daemon or bus that is lost is waited for: after five seconds the
devices are shown as offline, and once it is back as they are. A session bus is
given up after five minutes, with exit status 1.";

/// How to print devices for another program.
#[derive(Args, Debug)]
pub(in crate::cli) struct FormatArgs {
    /// Print it for a bar or another program: a name or a template, see Formats
    #[arg(long, value_name = "FORMAT", conflicts_with = "json")]
    pub(in crate::cli) format: Option<Format>,

    /// Go on, and print it anew when it reads otherwise (for JSON there is `monitor --json`)
    #[arg(long, requires = "format", conflicts_with_all = ["json", "transport", "replay"])]
    pub(in crate::cli) watch: bool,

    /// End after so many seconds; simulated ones pass at once
    #[arg(long, value_name = "SECONDS", requires = "watch", value_parser = parse_duration)]
    pub(in crate::cli) duration: Option<Duration>,

    /// What stands between devices [default: two blanks; after a template without --watch, a new
    /// line]
    #[arg(
        long,
        value_name = "TEXT",
        requires = "format",
        conflicts_with = "json"
    )]
    pub(in crate::cli) separator: Option<String>,

    /// Write it to this file, which is replaced as a whole
    #[arg(
        long,
        value_name = "FILE",
        requires = "format",
        conflicts_with = "json"
    )]
    pub(in crate::cli) output: Option<PathBuf>,
}
