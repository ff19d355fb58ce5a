//! Writes a scene as PNG.
//!
//! It is drawn in bands from top to bottom, and each is compressed before the next one is drawn,
//! because a whole picture of 10000x10000 pixels would need 400 MB of memory.

use std::io::Write;

use png::{BitDepth, ColorType, Encoder};
use tiny_skia::{
    FillRule, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform,
};

use super::font::{self, Pen};
use super::scene::{Color, Dash, Point, Scene, Shape, start};

/// The maximum size of a band in bytes, if it has more than one line of pixels.
const BAND: usize = 4 << 20;

/// The number of additional lines drawn above and below each band, which are discarded: tiny-skia
/// smooths edges differently where a shape exceeds its bitmap.
const MARGIN: u16 = 4;

/// The picture is empty, or there is not enough memory for it.
#[derive(Debug, thiserror::Error)]
#[error("a picture of {width}x{height} pixels cannot be drawn: use a smaller size")]
pub struct TooLarge {
    width: u16,
    height: u16,
}

impl Scene {
    /// Writes the scene as a PNG file.
    pub fn png(&self) -> Result<Vec<u8>, TooLarge> {
        let lines = BAND / (4 * usize::from(self.width)).max(1);
        self.png_in_bands(u16::try_from(lines).unwrap_or(u16::MAX).max(1))
    }

    /// The same with this number of pixel lines per band.
    pub(super) fn png_in_bands(&self, lines: u16) -> Result<Vec<u8>, TooLarge> {
        let too_large = || TooLarge {
            width: self.width,
            height: self.height,
        };
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, self.width.into(), self.height.into());
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(|_| too_large())?;
        let mut stream = writer.stream_writer().map_err(|_| too_large())?;
        let mut bytes = Vec::new();
        let mut top = 0;
        while top < self.height {
            let height = lines.min(self.height - top);
            let drawn = u32::from(height) + 2 * u32::from(MARGIN);
            let mut pixels = Pixmap::new(self.width.into(), drawn).ok_or_else(too_large)?;
            pixels.fill(paint_color(self.background));
            let around = f32::from(MARGIN);
            let band = (
                f32::from(top) - around,
                f32::from(top) + f32::from(height) + around,
            );
            for shape in &self.shapes {
                let (first, last) = reach(shape);
                if first <= band.1 && last >= band.0 {
                    draw(&mut pixels, shape, Transform::from_translate(0.0, -band.0));
                }
            }
            bytes.clear();
            let width = usize::from(self.width);
            let within = pixels.pixels().chunks(width).skip(MARGIN.into());
            for pixel in within.take(height.into()).flatten() {
                let color = pixel.demultiply();
                bytes.extend([color.red(), color.green(), color.blue(), color.alpha()]);
            }
            stream.write_all(&bytes).map_err(|_| too_large())?;
            top += height;
        }
        stream.finish().map_err(|_| too_large())?;
        drop(writer);
        Ok(file)
    }
}

/// The first and the last line of pixels that a shape can touch.
fn reach(shape: &Shape) -> (f32, f32) {
    let of_points = |points: &[Point], around: f32| {
        let lines = points.iter().map(|point| point.y);
        lines.fold((f32::INFINITY, f32::NEG_INFINITY), |(first, last), y| {
            (first.min(y - around), last.max(y + around))
        })
    };
    match shape {
        Shape::Rectangle { area, .. } => (area.top - 1.0, area.bottom + 1.0),
        Shape::Polygon { points, .. } => of_points(points, 1.0),
        Shape::Line { points, width, .. } => of_points(points, width + 1.0),
        // Characters extend less than twice their size.
        Shape::Text { at, size, .. } => (at.y - 2.0 * size, at.y + 2.0 * size),
    }
}

fn paint_color(color: Color) -> tiny_skia::Color {
    let [red, green, blue] = color.rgb;
    tiny_skia::Color::from_rgba8(red, green, blue, color.alpha)
}

fn paint(color: Color) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(paint_color(color));
    paint
}

fn draw(pixels: &mut Pixmap, shape: &Shape, place: Transform) {
    match shape {
        Shape::Rectangle { area, fill } => {
            if let Some(area) = Rect::from_ltrb(area.left, area.top, area.right, area.bottom) {
                pixels.fill_rect(area, &paint(*fill), place, None);
            }
        }
        Shape::Polygon { points, fill } => {
            if let Some(path) = path(points, true) {
                self::fill(pixels, &path, *fill, place);
            }
        }
        Shape::Line {
            points,
            color,
            width,
            dash,
        } => {
            let stroke = Stroke {
                width: *width,
                line_join: LineJoin::Round,
                dash: match dash {
                    Dash::Solid => None,
                    Dash::Dashed => StrokeDash::new(vec![5.0, 4.0], 0.0),
                },
                ..Stroke::default()
            };
            if let Some(path) = path(points, false) {
                pixels.stroke_path(&path, &paint(*color), &stroke, place, None);
            }
        }
        Shape::Text {
            at,
            anchor,
            size,
            color,
            text,
        } => {
            let mut ink = Ink(PathBuilder::new());
            font::outline(
                text,
                *size,
                start(*at, *anchor, *size, text),
                at.y,
                &mut ink,
            );
            if let Some(path) = ink.0.finish() {
                fill(pixels, &path, *color, place);
            }
        }
    }
}

fn fill(pixels: &mut Pixmap, path: &Path, color: Color, place: Transform) {
    pixels.fill_path(path, &paint(color), FillRule::Winding, place, None);
}

fn path(points: &[Point], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (place, point) in points.iter().enumerate() {
        if place == 0 {
            path.move_to(point.x, point.y);
        } else {
            path.line_to(point.x, point.y);
        }
    }
    if closed {
        path.close();
    }
    path.finish()
}

/// Draws characters.
struct Ink(PathBuilder);

impl Pen for Ink {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}
