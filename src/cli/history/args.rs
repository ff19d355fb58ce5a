//! The arguments of `solar-status history`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::moment::Moment;
use crate::bus::Bus;
use crate::chart::{Size, Theme};
use crate::cli::color::ColorWhen;
use crate::cli::options::{ConfigArgs, DEVICE_HELP, DEVICE_LONG_HELP, heading};
use crate::device::Selector;

const EXAMPLES: &str = "\
Examples:
  solar-status history                      the last 30 days, as text and charts
  solar-status history --since 8w --device K750
  solar-status history --since 2025-10-01 --until 2025-10-31
  solar-status history --png month.png --svg month.svg --theme dark
  solar-status history --csv > history.csv
  solar-status history --simulate --since 60d
                                            two months, simulated

If solar-statusd runs on the system bus, or else on the session bus, the history
comes from it. Otherwise, or with --state, its files are read.

A chart covers the whole period, also the part in which nothing was recorded.

A time is a length (12h, 30d, 8w, 2y): for --since before --until, for --until
before now. Or it is a day (2025-10-01): for --since its beginning, for --until
its end.

A forecast is based on 60 days. Its range is intended to contain the actual value
in nine of ten cases if the coming days are like those. The light that a solar
keyboard needs is given in lux hours: 300 lux for two hours are 600.

Exit status: 0 there is a history, 1 something failed, 2 wrong arguments, 3 no
such device, or nothing is recorded for it, 4 no permission to read the files.";

/// Show past charge and light, and a forecast.
///
/// solar-statusd records charge, voltage and light over months. The command shows them in a
/// terminal, as a picture, or for a spreadsheet, with a forecast of how long the charge lasts, and
/// how much light a solar keyboard needs to keep its charge.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
pub struct HistoryArgs {
    /// Start of the period: how long before --until (8w), or a day (2025-10-01)
    #[arg(
        long,
        value_name = "TIME",
        default_value = "30d",
        value_parser = Moment::parse,
        help_heading = heading::PERIOD
    )]
    pub(super) since: Moment,

    /// End of the period: how long ago (2w), or a day (2025-10-31) [default: now]
    #[arg(
        long,
        value_name = "TIME",
        value_parser = Moment::parse,
        help_heading = heading::PERIOD
    )]
    pub(super) until: Option<Moment>,

    #[arg(
        short,
        long,
        value_name = "DEVICE",
        help = DEVICE_HELP,
        long_help = DEVICE_LONG_HELP,
        help_heading = heading::DEVICES
    )]
    pub(in crate::cli) device: Vec<Selector>,

    #[command(flatten)]
    pub(in crate::cli) config: ConfigArgs,

    /// Write an SVG picture to FILE, `-` for standard output
    #[arg(long, value_name = "FILE", help_heading = heading::PICTURE)]
    pub(super) svg: Option<PathBuf>,

    /// Write a PNG picture to FILE, `-` for standard output
    #[arg(long, value_name = "FILE", help_heading = heading::PICTURE)]
    pub(super) png: Option<PathBuf>,

    /// With --svg or --png: size of the picture in pixels, up to 16384x16384 [default: 1200x600,
    /// higher for many devices]
    #[arg(
        long,
        value_name = "WIDTHxHEIGHT",
        value_parser = parse_size,
        help_heading = heading::PICTURE
    )]
    pub(super) size: Option<Size>,

    /// With --svg or --png: colours for a light or a dark page
    #[arg(
        long,
        value_enum,
        default_value_t = ThemeName::Light,
        help_heading = heading::PICTURE
    )]
    pub(super) theme: ThemeName,

    /// Print all entries as comma-separated values
    #[arg(long, conflicts_with = "json", help_heading = heading::OUTPUT)]
    pub(in crate::cli) csv: bool,

    /// Print a JSON document: summary, forecast and entries
    #[arg(short, long, help_heading = heading::OUTPUT)]
    pub(in crate::cli) json: bool,

    /// Write the text to FILE instead of standard output, replacing it atomically
    #[arg(short, long, value_name = "FILE", help_heading = heading::OUTPUT)]
    pub(super) output: Option<PathBuf>,

    /// Read the files in this state directory of solar-statusd instead of asking it
    #[arg(
        long,
        value_name = "DIRECTORY",
        conflicts_with_all = ["simulate", "bus"],
        help_heading = heading::ORIGIN
    )]
    pub(super) state: Option<PathBuf>,

    /// Use the simulated history of two months instead of a recorded one
    #[arg(long, conflicts_with = "bus", help_heading = heading::ORIGIN)]
    pub(super) simulate: bool,

    /// Use only the solar-statusd on this bus: `system`, `session`, or an address
    #[arg(long, value_name = "BUS", help_heading = heading::ORIGIN)]
    pub(super) bus: Option<Bus>,

    /// Report on standard error where the entries come from
    #[arg(short, long, help_heading = heading::ORIGIN)]
    pub(super) verbose: bool,

    /// When to use colour
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t = ColorWhen::Auto,
        help_heading = heading::OUTPUT
    )]
    pub(in crate::cli) color: ColorWhen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ThemeName {
    /// A light page
    Light,
    /// A dark page
    Dark,
}

impl From<ThemeName> for Theme {
    fn from(name: ThemeName) -> Self {
        match name {
            ThemeName::Light => Self::Light,
            ThemeName::Dark => Self::Dark,
        }
    }
}

fn parse_size(text: &str) -> Result<Size, &'static str> {
    /// The longest side in pixels: longer than those of screens and printers.
    const MOST: u16 = 16_384;
    let side = |text: &str| text.parse().ok().filter(|side| (1..=MOST).contains(side));
    let (width, height) = text
        .split_once('x')
        .ok_or("expected WIDTHxHEIGHT, as in 1200x600")?;
    match (side(width), side(height)) {
        (Some(width), Some(height)) => Ok(Size { width, height }),
        _ => Err("width and height must be whole numbers from 1 to 16384"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_two_numbers() {
        let size = Size {
            width: 1200,
            height: 600,
        };
        assert_eq!(parse_size("1200x600"), Ok(size));
        for wrong in ["", "1200", "1200x", "0x600", "1200x99999", "-1x5"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }
}
