//! The layout of a chart.
//!
//! From top to bottom: title and period, legend, then for each device its name with a note, its
//! charge and, if it measures light, its light; at the bottom the common time axis.

use std::time::Duration;

use super::axis::{Mark, marks};
use super::calendar::local;
use super::font::{fit, width};
use super::legend::{Legend, Swatch};
use super::measures::{LINE, TEXT};
use super::panel::{Panel, Place};
use super::scene::{Anchor, Area, Color, Scene, Shape};
use super::series::{gaps, lights, nights};
use super::strokes::text;
use super::theme::Colors;
use super::{Chart, Size, Track};
use hidpp_proto::units::Timestamp;

/// The size of the title.
const TITLE: f32 = 18.0;

/// The margins around the curves; the left one has the labels of their values.
const LEFT: f32 = 64.0;
const RIGHT: f32 = 24.0;
const TOP: f32 = 38.0;
const BOTTOM: f32 = 34.0;

/// The distance between two panels, and between two devices.
const APART: f32 = 12.0;

/// The minimum height of a panel.
const LEAST_HEIGHT: f32 = 44.0;

/// The minimum width of a picture.
const LEAST_WIDTH: u16 = 400;

/// The height of a light panel relative to a charge panel.
const LIGHT_SHARE: f32 = 0.6;

/// The minimum distance of the labels on the time axis.
const MARKS_APART: f32 = 14.0;

/// The picture is too small for its devices.
#[derive(Debug, thiserror::Error)]
#[error("{count} {} there: use at least {width}x{height} pixels", if *.count == 1 { "device does not fit" } else { "devices do not fit" })]
pub struct TooSmall {
    count: usize,
    pub(super) width: u16,
    pub(super) height: u16,
}

/// A planned panel of a track.
struct Plan<'a> {
    track: &'a Track<'a>,
    place: Place,
    /// Whether it is the first of its device, below the name.
    named: bool,
}

impl Chart<'_> {
    /// The default size for these devices: 1200x600, or higher if necessary.
    pub fn natural_size(&self) -> Size {
        let width = 1200;
        let plans = self.plans();
        let parts: f32 = plans.iter().map(|plan| share(plan.place)).sum();
        let most = f32::from(u16::MAX);
        let height = (self.fixed(width, &plans) + 110.0 * parts).clamp(600.0, most);
        Size {
            width,
            height: whole(height),
        }
    }

    /// Lays out the chart in this size.
    pub fn scene(&self, size: Size) -> Result<Scene, TooSmall> {
        let plans = self.plans();
        let fixed = self.fixed(size.width, &plans);
        let parts: f32 = plans.iter().map(|plan| share(plan.place)).sum();
        let each = (f32::from(size.height) - fixed) / parts.max(1.0);
        if each * LIGHT_SHARE < LEAST_HEIGHT || size.width < LEAST_WIDTH {
            return Err(TooSmall {
                count: self.tracks.len(),
                width: LEAST_WIDTH,
                height: whole(self.fixed(LEAST_WIDTH, &plans) + parts * LEAST_HEIGHT / LIGHT_SHARE),
            });
        }
        let colors = self.theme.colors();
        let mut shapes = Vec::new();
        self.draw_title(size, colors, &mut shapes);
        let legend = self.legend(size.width);
        legend.draw(LEFT, TOP, colors, &mut shapes);
        let nights = self.nights(size.width);
        let mut top = TOP + f32::from(legend.lines) * LINE;
        let room = f32::from(size.width) - LEFT - RIGHT;
        let marks = marks(self.period, &self.zone, |marks| self.fits(marks, room));
        for plan in &plans {
            if plan.named {
                top += LINE;
                draw_name(plan.track, top - 7.0, room, colors, &mut shapes);
            }
            let area = Area {
                left: LEFT,
                top,
                right: LEFT + room,
                bottom: top + each * share(plan.place),
            };
            let panel = Panel {
                area,
                period: self.period,
                colors,
                entries: plan.track.entries,
            };
            panel.draw(plan.place, &nights, &marks, &mut shapes);
            top = area.bottom + APART;
        }
        self.draw_marks(&marks, room, top - APART + 16.0, colors.faint, &mut shapes);
        Ok(Scene {
            width: size.width,
            height: size.height,
            background: colors.background,
            title: self.title(),
            description: self.description(),
            shapes,
        })
    }

    fn plans(&self) -> Vec<Plan<'_>> {
        let plan = |track, place, named| Plan {
            track,
            place,
            named,
        };
        let plans = self.tracks.iter().flat_map(|track| {
            let light = !lights(track.entries).is_empty();
            let light = light.then(|| plan(track, Place::Light, false));
            std::iter::once(plan(track, Place::Charge, true)).chain(light)
        });
        plans.collect()
    }

    /// The height of everything except panels.
    fn fixed(&self, width: u16, plans: &[Plan<'_>]) -> f32 {
        let names = plans.iter().filter(|plan| plan.named).count();
        let lines = u16::try_from(names).unwrap_or(u16::MAX);
        let lines = lines.saturating_add(self.legend(width).lines);
        let panels = u16::try_from(plans.len()).unwrap_or(u16::MAX);
        TOP + f32::from(lines) * LINE + f32::from(panels) * APART - APART + BOTTOM
    }

    /// The nights measured by the first device with light, if days are wide enough to show them.
    fn nights(&self, width: u16) -> Vec<super::Period> {
        /// The minimum width of a day in pixels; narrower ones would be a pattern of stripes.
        const NARROWEST: f32 = 5.0;
        let room = f32::from(width) - LEFT - RIGHT;
        let days = self.period.length().as_secs_f32() / (24.0 * 60.0 * 60.0);
        let mut all = self.tracks.iter().map(|track| nights(track.entries));
        let first = all.find(|nights| !nights.is_empty());
        first
            .filter(|_| room / days >= NARROWEST)
            .unwrap_or_default()
    }

    /// The legend for this width.
    fn legend(&self, width: u16) -> Legend {
        let measured = self.plans().iter().any(|plan| plan.place == Place::Light);
        let gaps = |track: &Track<'_>| !gaps(track.entries, self.period).is_empty();
        let shown = [
            (Swatch::Charge, true),
            (Swatch::Light, measured),
            (Swatch::Threshold, measured),
            (Swatch::Night, !self.nights(width).is_empty()),
            (Swatch::Gap, self.tracks.iter().any(gaps)),
        ];
        let shown = shown.into_iter().filter(|(_, shown)| *shown);
        Legend::of(
            shown.map(|(swatch, _)| swatch),
            f32::from(width) - LEFT - RIGHT,
        )
    }

    fn title(&self) -> String {
        let light = self.plans().len() > self.tracks.len();
        let what = if light { "Charge and light" } else { "Charge" };
        match self.tracks.as_slice() {
            [track] => format!("{what} of {}", track.name),
            tracks => format!("{what} of {} devices", tracks.len()),
        }
    }

    /// `24 Sep – 23 Nov 2025`
    fn dates(&self) -> String {
        let day = |at| local(at, &self.zone).date();
        // The last day of a period until midnight is the day before.
        let end = self.period.until.since_start();
        let end = Timestamp::from_start(end.saturating_sub(Duration::from_secs(1)));
        let (first, last) = (day(self.period.since), day(end.max(self.period.since)));
        let last_text = last.strftime("%-d %b %Y");
        if first == last {
            last_text.to_string()
        } else if first.year() == last.year() {
            format!("{} – {last_text}", first.strftime("%-d %b"))
        } else {
            format!("{} – {last_text}", first.strftime("%-d %b %Y"))
        }
    }

    fn description(&self) -> String {
        let notes = self
            .tracks
            .iter()
            .map(|it| format!("{}: {}.", it.name, it.note));
        let notes: Vec<String> = notes.collect();
        format!("{}, {}. {}", self.title(), self.dates(), notes.join(" "))
    }

    fn draw_title(&self, size: Size, colors: Colors, shapes: &mut Vec<Shape>) {
        let (right, line) = (f32::from(size.width) - RIGHT, 26.0);
        let dates = self.dates();
        let room = right - LEFT - width(&dates, TEXT) - LINE;
        shapes.push(text(
            LEFT,
            line,
            Anchor::Start,
            TITLE,
            colors.text,
            fit(&self.title(), TITLE, room),
        ));
        shapes.push(text(right, line, Anchor::End, TEXT, colors.faint, dates));
    }

    /// Whether the labels of all marks fit.
    fn fits(&self, marks: &[Mark], room: f32) -> bool {
        let ends = marks.iter().map(|mark| {
            let half = width(&mark.label, TEXT) / 2.0;
            let at = self.period.place(mark.at) * room;
            (at - half, at + half)
        });
        let ends: Vec<(f32, f32)> = ends.collect();
        let next = ends.iter().skip(1);
        ends.iter().zip(next).all(|(a, b)| a.1 + MARKS_APART <= b.0)
    }

    fn draw_marks(
        &self,
        marks: &[Mark],
        room: f32,
        line: f32,
        color: Color,
        shapes: &mut Vec<Shape>,
    ) {
        for mark in marks {
            let half = width(&mark.label, TEXT) / 2.0;
            let at = LEFT + self.period.place(mark.at) * room;
            // A label at the end would exceed the picture.
            let at = at.clamp(half + 2.0, LEFT + room + RIGHT - half - 2.0);
            shapes.push(text(
                at,
                line,
                Anchor::Middle,
                TEXT,
                color,
                mark.label.clone(),
            ));
        }
    }
}

const fn share(place: Place) -> f32 {
    match place {
        Place::Charge => 1.0,
        Place::Light => LIGHT_SHARE,
    }
}

/// Draws the name of a device and its note.
fn draw_name(track: &Track<'_>, line: f32, room: f32, colors: Colors, shapes: &mut Vec<Shape>) {
    let name = fit(&track.name, TEXT, room / 2.0);
    let after = LEFT + width(&name, TEXT) + APART;
    let note = fit(&track.note, TEXT, LEFT + room - after);
    shapes.push(text(LEFT, line, Anchor::Start, TEXT, colors.text, name));
    shapes.push(text(after, line, Anchor::Start, TEXT, colors.faint, note));
}

/// Whole pixels, rounded up.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, so out of range it gives the nearest valid number of pixels"
)]
fn whole(pixels: f32) -> u16 {
    pixels.ceil() as u16
}
