//! The arguments of `solar-status doctor`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::color::ColorWhen;
use crate::cli::options::{Least, heading, parse_seconds};

/// The longest time to listen.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// Find out why a device is missing or wrong, and how to fix it.
///
/// Checks USB, hidraw nodes and their permissions, the kernel's drivers and batteries,
/// solar-statusd, UPower, other programs that speak HID++, the devices, and installed files. It
/// changes nothing, detaches no kernel driver, and works without any permission: it reports what it
/// could not check.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  solar-status doctor                   what was found, and what is wrong
  sudo solar-status doctor              also which process uses which node
  solar-status doctor --direct          read the devices, not solar-statusd
  solar-status doctor --report bug.txt  write a file for a bug report
  solar-status doctor --json | jq '.findings[] | select(.verdict == \"problem\")'

Verdicts: ok: as it should be; note: nothing is wrong, but worth knowing;
unseen: it could not be checked and is not needed; denied: a permission needed
to read the devices is missing; absent: no receiver or device was found;
problem: something is wrong. The line below a finding has the remedy.

A report contains the findings, descriptors, and requests with their replies.
Serial numbers, addresses, names of people and machines, everything typed, and
the configuration are left out.

Exit status: 0 nothing is wrong, 1 there is a problem, 2 wrong arguments, 3 no
receiver or device, 4 no permission. The worst finding decides.")]
pub struct DoctorArgs {
    /// Print a JSON document instead of text
    #[arg(short, long, help_heading = heading::OUTPUT)]
    pub json: bool,

    /// Write the findings to FILE instead of standard output, replacing it atomically
    #[arg(short, long, value_name = "FILE", help_heading = heading::OUTPUT)]
    pub(in crate::cli) output: Option<PathBuf>,

    /// Write a report without identifying information to FILE, `-` for standard output
    #[arg(long, value_name = "FILE", help_heading = heading::BUGS)]
    pub report: Option<PathBuf>,

    /// Read the devices directly, even if solar-statusd runs
    #[arg(long, help_heading = heading::ORIGIN)]
    pub direct: bool,

    /// Listen for this many seconds for other programs that send HID++ requests, if a node can be
    /// opened; by default 2 if the devices are read directly, otherwise 0
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = span,
        help_heading = heading::ORIGIN
    )]
    pub listen: Option<Duration>,

    /// When to use colour
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t = ColorWhen::Auto,
        help_heading = heading::OUTPUT
    )]
    pub(in crate::cli) color: ColorWhen,

    /// Read this configuration file, and no other
    #[arg(long, value_name = "FILE", help_heading = heading::CONFIGURATION)]
    pub(in crate::cli) config: Option<PathBuf>,

    /// Check the tree in this directory instead of this machine: `DIR/sys`, `DIR/dev`, …
    #[arg(long, value_name = "DIR", hide = true)]
    pub root: Option<PathBuf>,
}

fn span(text: &str) -> Result<Duration, String> {
    parse_seconds(text, Least::Zero, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_listen_may_be_zero() {
        assert_eq!(span("0"), Ok(Duration::ZERO));
        assert_eq!(span("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["-1", "nan", "inf", "3601", "ten"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
        assert_eq!(span("3601"), Err("it must be from 0 to 3600".to_owned()));
    }
}
