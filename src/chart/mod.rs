//! Charts of what became of devices: charge and light over time, as SVG and PNG.
//!
//! A [`Chart`] becomes a [`Scene`] of lines, areas and texts (`layout.rs`), and that a file
//! (`svg.rs`, `png.rs`): so both show the same, and a test sees whether texts overlap. Night and day
//! are those the light shows, see [`series::nights`]; nothing is reckoned from a place on earth.
//!
//! # Why not plotters
//!
//! Its bitmaps have ragged lines (its issues 350 and 366) and need the `image` crate, its SVG has
//! neither title nor description, and it does not keep texts apart. What remains of it, marks on
//! axes, knows neither local days nor gaps. tiny-skia draws smoothly, ttf-parser reads the font, and
//! the two ask for nothing but a PNG encoder.

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

/// What is to be drawn.
#[derive(Clone, Debug)]
pub struct Chart<'a> {
    /// The devices, one below the other.
    pub tracks: Vec<Track<'a>>,
    /// The time that all of them share.
    pub period: Period,
    /// Whose days and hours there are.
    pub zone: TimeZone,
    /// The colours.
    pub theme: Theme,
}

/// What became of a device.
#[derive(Clone, Debug)]
pub struct Track<'a> {
    /// What it is called.
    pub name: String,
    /// What there is to say of it, such as its forecast.
    pub note: String,
    /// Sorted by time.
    pub entries: &'a [Entry],
}

/// How large a picture is, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// From left to right.
    pub width: u16,
    /// From top to bottom.
    pub height: u16,
}
