//! Charts of the history of devices: charge and light over time, as SVG and PNG.
//!
//! A [`Chart`] is laid out as a [`Scene`] of lines, areas and texts (`layout.rs`), which is written
//! to a file (`svg.rs`, `png.rs`): so both formats show the same, and a test can check that texts
//! do not overlap. Nights are derived from the measured light, see [`series::nights`], not from a
//! location.
//!
//! # Why not plotters
//!
//! Its bitmaps have ragged lines (its issues 350 and 366) and need the `image` crate, its SVG has
//! neither title nor description, and it does not prevent texts from overlapping. The remaining
//! part, marks on axes, supports neither local days nor gaps. tiny-skia draws smoothly, ttf-parser
//! reads the font, and apart from these only a PNG encoder is needed.

pub mod axis;
pub mod calendar;
mod font;
mod layout;
mod legend;
mod measures;
mod panel;
mod png;
mod scene;
pub mod series;
mod strokes;
mod svg;
#[cfg(test)]
mod tests;
mod theme;
mod time;

pub use layout::TooSmall;
pub use png::TooLarge;
pub use scene::Scene;
pub use theme::Theme;
pub use time::Period;

use jiff::tz::TimeZone;

use crate::history::Entry;

/// A chart to be drawn.
#[derive(Clone, Debug)]
pub struct Chart<'a> {
    /// The devices, one below the other.
    pub tracks: Vec<Track<'a>>,
    /// The common period of all of them.
    pub period: Period,
    /// The time zone of days and hours.
    pub zone: TimeZone,
    /// The colours.
    pub theme: Theme,
}

/// The history of a device.
#[derive(Clone, Debug)]
pub struct Track<'a> {
    /// The name of the device.
    pub name: String,
    /// A note, such as the forecast.
    pub note: String,
    /// The entries, sorted by time.
    pub entries: &'a [Entry],
}

/// The size of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The width.
    pub width: u16,
    /// The height.
    pub height: u16,
}
