//! The arguments of `solar-status doctor`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::color::ColorWhen;

/// The longest time to listen, in seconds.
const LONGEST: f64 = 3600.0;

/// Tell why a device is missing or wrong, and what to do about it.
///
/// Looks at USB, hidraw nodes and their permissions, the kernel's drivers and batteries,
/// solar-statusd, UPower, other programs that speak HID++, the devices, and installed files. It
/// changes nothing, takes nothing from the kernel, and works without any permission: then it says
/// what it could not look at.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  solar-status doctor                   what there is, and what is wrong
  sudo solar-status doctor              the same, and who holds which node
  solar-status doctor --direct          ask the devices, not solar-statusd
  solar-status doctor --report bug.txt  a file for a bug report
  solar-status doctor --json | jq '.findings[] | select(.verdict == \"problem\")'

Verdicts: ok; note: worth knowing; unseen: it could not be looked at and is
not needed; denied: you may not do what it takes to see the devices; absent:
there is no receiver or device; problem. Below it stands what to do.

A report has the findings, descriptors, and what was asked and answered. Serial
numbers, addresses, names of people and machines, and keys are not in it.

Exit status: 0 nothing is wrong, 1 there is a problem, 2 wrong arguments, 3 no
receiver or device, 4 no permission, where that is all that is wrong.")]
pub struct DoctorArgs {
    /// Print a JSON document instead of text
    #[arg(long)]
    pub json: bool,

    /// Write a report to this file, `-` for standard output, without what tells whose machine it is
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// Ask the devices themselves, also where solar-statusd runs
    #[arg(long)]
    pub direct: bool,

    /// Listen for other programs for so many seconds, where a node may be opened; by default 2 where
    /// the devices are asked themselves, else 0
    #[arg(long, value_name = "SECONDS", value_parser = span)]
    pub listen: Option<Duration>,

    /// When to use colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorWhen::Auto)]
    pub(in crate::cli) color: ColorWhen,

    /// Look at the tree in this directory instead of this machine: `DIR/sys`, `DIR/dev`, …
    #[arg(long, value_name = "DIR", hide = true)]
    pub root: Option<PathBuf>,
}

fn span(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "it is no number of seconds".to_owned())?;
    if !(0.0..=LONGEST).contains(&seconds) {
        return Err(format!("it must be from 0 to {LONGEST}"));
    }
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
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
    }
}
