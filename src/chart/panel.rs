//! A panel: the curve of one device's charge, or of its light.

use super::axis::Mark;
use super::measures::TEXT;
use super::scene::{Anchor, Area, Color, Dash, Point, Shape};
use super::series::{Piece, charges, gaps, lights};
use super::strokes::{border, dashed, hatch, line, text};
use super::theme::Colors;
use super::time::Period;
use crate::device::CHARGING_ABOVE;
use crate::history::Entry;
use hidpp_proto::units::Timestamp;

/// The quantity that a panel shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Charge,
    Light,
}

/// The light in lux above which a solar keyboard charges.
const CHARGES_ABOVE: u16 = CHARGING_ABOVE.0;

/// The size of the dot for a single value.
const DOT: f32 = 3.0;

pub(super) struct Panel<'a> {
    pub(super) area: Area,
    pub(super) period: Period,
    pub(super) colors: Colors,
    pub(super) entries: &'a [Entry],
}

impl Panel<'_> {
    /// Draws the curve on a background of nights and gaps.
    pub(super) fn draw(
        &self,
        place: Place,
        nights: &[Period],
        marks: &[Mark],
        out: &mut Vec<Shape>,
    ) {
        self.rectangle(self.period, self.colors.day, out);
        for night in nights {
            self.rectangle(*night, self.colors.night, out);
        }
        for gap in gaps(self.entries, self.period) {
            self.hatch(gap, out);
        }
        for mark in marks {
            let x = self.x(mark.at);
            out.push(line(
                &[(x, self.area.top), (x, self.area.bottom)],
                self.colors.grid,
                1.0,
            ));
        }
        match place {
            Place::Charge => self.draw_charge(out),
            Place::Light => self.draw_light(out),
        }
        out.push(border(self.area, self.colors.grid));
    }

    fn draw_charge(&self, out: &mut Vec<Shape>) {
        let values: &[u16] = if self.area.height() > 110.0 {
            &[0, 25, 50, 75, 100]
        } else {
            &[0, 50, 100]
        };
        self.scale(values, 100, " %", out);
        for piece in charges(self.entries) {
            let mut points: Vec<Point> = Vec::new();
            for (at, value) in piece {
                let point = self.point(at, value, 100);
                // A value applies until the next.
                let before = points.last().map(|before| before.y);
                points.extend(before.map(|y| Point { y, ..point }));
                points.push(point);
            }
            self.curve(points, out);
        }
    }

    fn draw_light(&self, out: &mut Vec<Shape>) {
        let pieces = lights(self.entries);
        let most = pieces.iter().flatten().map(|(_, lux)| *lux).max();
        let top = nice(
            most.unwrap_or_default()
                .max(CHARGES_ABOVE + CHARGES_ABOVE / 4),
        );
        let values = match self.area.height() {
            70.0.. => vec![0, top / 2, top],
            _ => vec![0, top],
        };
        self.scale(&values, top, " lx", out);
        for piece in pieces {
            let points = self.thin(&piece, top);
            let (Some(first), Some(last)) = (points.first().copied(), points.last().copied())
            else {
                continue;
            };
            let bottom = self.area.bottom;
            // At least one pixel wide, to be visible.
            let right = last.x.max(first.x + 1.0);
            let ends = [(right, last.y), (right, bottom), (first.x, bottom)];
            let ends = ends.into_iter().map(|(x, y)| Point { x, y });
            out.push(Shape::Polygon {
                points: points.iter().copied().chain(ends).collect(),
                fill: self.colors.light,
            });
        }
        let y = self.y(CHARGES_ABOVE, top);
        out.push(dashed(
            self.area.left,
            self.area.right,
            y,
            self.colors.threshold,
        ));
    }

    /// The curve of light with one point, the mean, for each column of pixels.
    fn thin(&self, piece: &Piece, top: u16) -> Vec<Point> {
        let points = piece.iter().map(|(at, lux)| self.point(*at, *lux, top));
        let points: Vec<Point> = points.collect();
        let columns = points.chunk_by(|a, b| (a.x.floor() - b.x.floor()).abs() < 0.5);
        columns
            .filter_map(|column| {
                let count = f32::from(u16::try_from(column.len()).ok()?);
                Some(Point {
                    x: column.first()?.x,
                    y: column.iter().map(|point| point.y).sum::<f32>() / count,
                })
            })
            .collect()
    }

    fn curve(&self, points: Vec<Point>, out: &mut Vec<Shape>) {
        let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else {
            return;
        };
        if last.x - first.x < DOT {
            let around = Area {
                left: first.x - DOT / 2.0,
                right: first.x + DOT / 2.0,
                top: first.y - DOT / 2.0,
                bottom: first.y + DOT / 2.0,
            };
            out.push(Shape::Rectangle {
                area: around,
                fill: self.colors.charge,
            });
            return;
        }
        out.push(Shape::Line {
            points,
            color: self.colors.charge,
            width: 2.0,
            dash: Dash::Solid,
        });
    }

    /// Draws the lines and labels of values.
    fn scale(&self, values: &[u16], top: u16, unit: &str, out: &mut Vec<Shape>) {
        for value in values {
            let y = self.y(*value, top);
            out.push(line(
                &[(self.area.left, y), (self.area.right, y)],
                self.colors.grid,
                1.0,
            ));
            // Clamped so that labels of adjacent panels do not overlap.
            let line = (y + 4.0).clamp(self.area.top + 9.0, self.area.bottom);
            let label = format!("{value}{unit}");
            let x = self.area.left - 7.0;
            out.push(text(x, line, Anchor::End, TEXT, self.colors.faint, label));
        }
    }

    fn rectangle(&self, period: Period, fill: Color, out: &mut Vec<Shape>) {
        let area = self.columns(period);
        if area.width() > 0.0 {
            out.push(Shape::Rectangle { area, fill });
        }
    }

    fn hatch(&self, gap: Period, out: &mut Vec<Shape>) {
        let area = self.columns(gap);
        if area.width() >= 1.0 {
            out.push(Shape::Rectangle {
                area,
                fill: self.colors.background,
            });
            hatch(area, self.colors.gap, out);
        }
    }

    fn columns(&self, period: Period) -> Area {
        Area {
            left: self.x(period.since),
            right: self.x(period.until),
            ..self.area
        }
    }

    fn x(&self, at: Timestamp) -> f32 {
        self.area.left + self.period.place(at) * self.area.width()
    }

    fn y(&self, value: u16, top: u16) -> f32 {
        let part = f32::from(value) / f32::from(top.max(1));
        self.area.bottom - part * self.area.height()
    }

    fn point(&self, at: Timestamp, value: u16, top: u16) -> Point {
        Point {
            x: self.x(at),
            y: self.y(value, top),
        }
    }
}

/// The next larger round number that is easy to halve.
fn nice(most: u16) -> u16 {
    let steps = [250, 400, 500, 600, 800, 1000];
    let step = steps.into_iter().find(|step| most <= *step);
    step.unwrap_or_else(|| most.div_ceil(1000).saturating_mul(1000).max(most))
}
