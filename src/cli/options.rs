//! The options shared by several commands, and how their values are parsed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::color::ColorWhen;
use crate::bus::Bus;
use crate::client::filter::{Filter, Shown};
use crate::client::naming::Naming;
pub use crate::config::Field;
use crate::config::{Configuration, LONGEST_TIMEOUT};
use crate::device::Selector;
use crate::nodes::Desk;

/// The headings under which the help lists options, the same in every command.
pub(super) mod heading {
    pub(in crate::cli) const OUTPUT: &str = "Output";
    pub(in crate::cli) const BARS: &str = "For bars and other programs";
    pub(in crate::cli) const DEVICES: &str = "Which devices";
    pub(in crate::cli) const ORIGIN: &str = "Where from";
    pub(in crate::cli) const CONFIGURATION: &str = "Configuration";
    pub(in crate::cli) const PERIOD: &str = "Period";
    pub(in crate::cli) const PICTURE: &str = "Picture";
    pub(in crate::cli) const BUGS: &str = "For bug reports";
}

/// The help of `--device`.
pub(super) const DEVICE_HELP: &str = "Only devices with this name, kind, slot number, id, serial \
    number or wpid (wireless product id); may be given several times";
/// The same in detail.
pub(super) const DEVICE_LONG_HELP: &str = "Only devices with this name, kind, slot number, id, \
    serial number or wpid (wireless product id); may be given several times\n\n\
    If no device matches exactly, a part of a name is enough. Prefixes restrict the comparison: \
    slot:5, kind:mouse, name:…, id:…, serial:…, wpid:…, and receiver:… for the devices of a \
    receiver with this id, serial number, product id, family or name.";

/// The options shared by reading once and following.
#[derive(Args, Clone, Debug)]
pub(super) struct CommonArgs {
    #[arg(
        short,
        long,
        value_name = "DEVICE",
        help = DEVICE_HELP,
        long_help = DEVICE_LONG_HELP,
        help_heading = heading::DEVICES
    )]
    pub(super) device: Vec<Selector>,

    /// What to read, separated by commas; each field needs requests to the device or its receiver
    #[arg(
        long,
        value_name = "FIELD,…",
        value_delimiter = ',',
        default_value = "name,battery",
        help_heading = heading::OUTPUT
    )]
    pub(super) fields: Vec<Field>,

    /// When to use colour
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t = ColorWhen::Auto,
        help_heading = heading::OUTPUT
    )]
    pub(super) color: ColorWhen,

    #[command(flatten)]
    pub(super) source: SourceArgs,

    #[command(flatten)]
    pub(super) config: ConfigArgs,
}

/// The options for which devices are read, and how.
#[derive(Args, Clone, Debug)]
pub(super) struct SourceArgs {
    #[command(flatten)]
    pub(super) origin: OriginArgs,

    /// Use simulated devices instead of real ones: a desk is a set of receivers and devices. The
    /// default desk is small
    #[arg(
        long,
        value_parser = desks(),
        value_name = "DESK",
        num_args = 0..=1,
        default_missing_value = "small",
        help_heading = heading::ORIGIN
    )]
    pub(super) simulate: Option<Desk>,

    /// Read everything from the devices again, and do not use the cache
    #[arg(long, help_heading = heading::ORIGIN)]
    pub(super) no_cache: bool,

    /// Record the reports exchanged with receivers and devices in FILE, a trace
    #[arg(long, value_name = "FILE", help_heading = heading::BUGS)]
    pub(super) record: Option<PathBuf>,

    /// With --record: leave serial numbers out of the trace
    #[arg(long, requires = "record", help_heading = heading::BUGS)]
    pub(super) anonymize: bool,
}

/// The configuration, and what it hides.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct ConfigArgs {
    /// Read this configuration file, and no other
    #[arg(long, value_name = "FILE", help_heading = heading::CONFIGURATION)]
    pub(super) config: Option<PathBuf>,

    /// Show all devices: those that the configuration hides, too
    #[arg(long, conflicts_with = "device", help_heading = heading::DEVICES)]
    pub(super) all: bool,

    /// The content of the file, once it was read.
    #[arg(skip)]
    pub(super) content: Arc<Configuration>,

    /// Whether `--device` was given; a default of the configuration does not count.
    #[arg(skip)]
    pub(super) names_devices: bool,

    /// Whether hidden devices are kept: they were named, or are marked in the output.
    #[arg(skip)]
    pub(super) keeps_hidden: bool,
}

/// The options for where values come from.
#[derive(Args, Clone, Debug)]
pub(super) struct OriginArgs {
    /// Read the devices directly, even if solar-statusd runs
    #[arg(long, help_heading = heading::ORIGIN)]
    pub(super) direct: bool,

    /// Use only the solar-statusd on this bus: `system`, `session`, or an address
    #[arg(
        long,
        value_name = "BUS",
        conflicts_with_all = ["direct", "simulate", "record", "no_cache"],
        help_heading = heading::ORIGIN
    )]
    pub(super) bus: Option<Bus>,

    /// Report on standard error where the values come from
    #[arg(short, long, help_heading = heading::ORIGIN)]
    pub(super) verbose: bool,
}

impl CommonArgs {
    /// Returns whether this field was requested.
    pub(super) fn reads(&self, field: Field) -> bool {
        self.fields.contains(&field)
    }

    /// Returns the selectors of what to read: some devices have a name from the configuration.
    pub(super) fn selectors(&self) -> Vec<Selector> {
        self.config.content.with_aliases(&self.device)
    }

    /// Returns the filter for what solar-statusd reports.
    pub(super) fn filter(&self) -> Filter {
        Filter {
            devices: self.selectors(),
            needs_names: self.config.content.has_sections(),
            values: Shown {
                name: self.reads(Field::Name),
                full_name: self.reads(Field::FullName),
                battery: self.reads(Field::Battery),
                firmware: self.reads(Field::Firmware),
            },
        }
    }

    /// Returns which name devices are shown by.
    pub(super) fn naming(&self) -> Naming {
        if self.reads(Field::FullName) {
            Naming::Full
        } else {
            Naming::Short
        }
    }
}

/// The longest duration, in seconds: a year. To follow for longer, leave the option out.
const LONGEST_DURATION: Duration = Duration::from_secs(366 * 24 * 60 * 60);

pub(super) fn parse_timeout(text: &str) -> Result<Duration, String> {
    parse_seconds(text, Least::MoreThanZero, LONGEST_TIMEOUT)
}

pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    parse_seconds(text, Least::MoreThanZero, LONGEST_DURATION)
}

/// The least number of seconds that an option accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Least {
    Zero,
    MoreThanZero,
}

/// Parses a number of seconds, with this least and greatest span.
pub(super) fn parse_seconds(text: &str, least: Least, most: Duration) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "it is not a number of seconds".to_owned())?;
    let is_enough = |span: Duration| least == Least::Zero || !span.is_zero();
    match Duration::try_from_secs_f64(seconds) {
        Ok(span) if is_enough(span) && span <= most => Ok(span),
        _ => Err(match (least, most.as_secs()) {
            (Least::Zero, most) => format!("it must be from 0 to {most}"),
            (Least::MoreThanZero, most) => format!("it must be more than 0 and at most {most}"),
        }),
    }
}

/// The simulated desks, by their names.
fn desks() -> impl TypedValueParser<Value = Desk> {
    let names = Desk::ALL.map(|(name, holds, _)| PossibleValue::new(name).help(holds));
    PossibleValuesParser::new(names).try_map(|it| Desk::named(&it).ok_or("not a desk"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_a_positive_number_of_seconds() {
        assert_eq!(parse_timeout("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["0", "-1", "nan", "inf", "1e9", "3600.5", "ten"] {
            assert!(parse_timeout(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_day_is_a_duration_and_thirty_years_are_not() {
        assert_eq!(parse_duration("86400"), Ok(Duration::from_secs(24 * 3600)));
        assert!(parse_duration("1e9").is_err());
    }
}
