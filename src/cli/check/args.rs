//! The arguments of `solar-status check`.

use std::time::Duration;

use clap::Args;

use crate::cli::color::ColorWhen;
use crate::cli::format::FormatArgs;
use crate::cli::options::{
    CommonArgs, ConfigArgs, DEVICE_HELP, DEVICE_LONG_HELP, Field, SourceArgs, heading,
    parse_timeout,
};
use crate::cli::status::StatusArgs;
use crate::device::{ChargeLimits, Selector};

const EXAMPLES: &str = "\
Examples:
  solar-status check                        all devices
  solar-status check --device M705 --below 15
  solar-status check -d M705 -w 15 -c 5     the same, as for Nagios or Icinga
  solar-status check --simulate             without any hardware
  solar-status check || [ $? -eq 3 ] || beep   beeps if a battery is low (1, 2)

The output is one line, as the guidelines of the monitoring plugins
(monitoring-plugins.org) define it: the state, the reason, and after a bar the
charges as performance data, with the limits as ranges. @0:20 means that a
charge from 0 to 20 is a warning. An estimated charge has a margin, and no
limits there: it counts as low once all of its margin is. A device that reports
words instead of percentages is low or critical when it reports so.

A device that is offline counts with its last known charge. Without --device it
does so for a day, and devices without a known charge do not count while they
are offline.

Exit status: 0 OK: all charges are above the limits, 1 WARNING: a battery is
low, 2 CRITICAL: a battery is almost empty, or charging fails, 3 UNKNOWN: a
device or charge is not known, or something failed, or the arguments are wrong;
also after --help. The worst applies: CRITICAL, WARNING, UNKNOWN, OK.";

/// Check that no battery is low, for scripts and monitoring.
///
/// Prints one line with the reason. The exit status follows the convention of the monitoring
/// plugins, as Nagios, Icinga, Zabbix and others use them: 0 OK, 1 warning, 2 critical, 3 unknown.
/// The default limits are those of bars and notifications.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct CheckArgs {
    /// Warn at this charge in percent or below; 0: never [default: 20]
    #[arg(
        short = 'w',
        long,
        visible_alias = "warning",
        value_name = "PERCENT",
        value_parser = parse_limit,
        help_heading = LIMITS
    )]
    below: Option<u8>,

    /// Critical at this charge in percent or below; 0: never [default: 10, but at most half of --below]
    #[arg(short, long, value_name = "PERCENT", value_parser = parse_limit, help_heading = LIMITS)]
    critical: Option<u8>,

    #[arg(
        short,
        long,
        value_name = "DEVICE",
        help = DEVICE_HELP,
        long_help = DEVICE_LONG_HELP,
        help_heading = heading::DEVICES
    )]
    pub(in crate::cli) device: Vec<Selector>,

    /// Give up after this many seconds
    #[arg(
        short,
        long,
        value_name = "SECONDS",
        default_value = "10",
        value_parser = parse_timeout,
        help_heading = heading::ORIGIN
    )]
    timeout: Duration,

    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    pub(in crate::cli) config: ConfigArgs,
}

const LIMITS: &str = "Limits";

impl CheckArgs {
    /// Returns the arguments with which devices are read.
    pub(super) fn status(&self) -> StatusArgs {
        StatusArgs {
            json: false,
            check_config: false,
            format: FormatArgs::default(),
            common: CommonArgs {
                device: self.device.clone(),
                fields: vec![Field::Name, Field::Battery],
                color: ColorWhen::Never,
                source: self.source.clone(),
                config: self.config.clone(),
            },
            timeout: self.timeout,
            transport: None,
            replay: None,
        }
    }

    /// Returns why the limits of the options exclude each other.
    pub(super) fn mistake(&self) -> Option<String> {
        let (low, critical) = self.below.zip(self.critical)?;
        (low > 0 && critical >= low)
            .then(|| format!("--critical ({critical}) must be below --below ({low})"))
    }

    /// Returns the limits of a device: those of the options, or else its own from the configuration.
    pub(super) fn limits(&self, own: ChargeLimits) -> ChargeLimits {
        own.with(self.below, self.critical)
    }
}

/// Parses a limit; a percent sign may follow, as with other monitoring plugins.
fn parse_limit(text: &str) -> Result<u8, &'static str> {
    let number = text.strip_suffix('%').unwrap_or(text).parse().ok();
    number
        .filter(|percent| *percent <= 100)
        .ok_or("it must be a whole number from 0 to 100")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: CheckArgs,
    }

    fn args(arguments: &[&str]) -> CheckArgs {
        let line = Line::try_parse_from([&["check"], arguments].concat());
        line.unwrap().args
    }

    #[test]
    fn the_limit_that_is_not_given_gives_way() {
        let own = ChargeLimits::DEFAULT;
        for (arguments, expected) in [
            (&[][..], (20, 10)),
            (&["--below", "50"], (50, 10)),
            (&["--below", "8"], (8, 4)),
            (&["-w", "0"], (0, 10)),
            (&["--warning=30%", "-c", "0"], (30, 0)),
            (&["-c", "25"], (26, 25)),
            (&["-c", "100"], (100, 100)),
        ] {
            let args = args(arguments);
            assert_eq!(args.mistake(), None, "{arguments:?}");
            let ChargeLimits { low, critical } = args.limits(own);
            assert_eq!((low, critical), expected, "{arguments:?}");
        }
        assert!(args(&["-w", "10", "-c", "10"]).mistake().is_some());
        assert_eq!(args(&["-w", "0", "-c", "10"]).mistake(), None);
    }

    #[test]
    fn a_limit_is_a_percentage() {
        assert_eq!(parse_limit("15%"), Ok(15));
        for wrong in ["", "%", "101", "-1", "1.5", "20:", "ten", "300"] {
            assert!(parse_limit(wrong).is_err(), "{wrong}");
        }
    }
}
