//! A drawing as PNG.

use tiny_skia::{
    FillRule, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform,
};

use super::font::{self, Pen};
use super::scene::{Color, Dash, Point, Scene, Shape, start};

/// The picture is too large for memory, or has no size.
#[derive(Debug, thiserror::Error)]
#[error("a picture of {width}x{height} pixels cannot be drawn: ask for a smaller one")]
pub struct TooLarge {
    width: u16,
    height: u16,
}

impl Scene {
    /// The drawing as a PNG file.
    pub fn png(&self) -> Result<Vec<u8>, TooLarge> {
        let too_large = || TooLarge {
            width: self.width,
            height: self.height,
        };
        let size = (u32::from(self.width), u32::from(self.height));
        let mut pixels = Pixmap::new(size.0, size.1).ok_or_else(too_large)?;
        pixels.fill(paint_color(self.background));
        for shape in &self.shapes {
            draw(&mut pixels, shape);
        }
        pixels.encode_png().map_err(|_| too_large())
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

fn draw(pixels: &mut Pixmap, shape: &Shape) {
    match shape {
        Shape::Rectangle { area, fill } => {
            if let Some(area) = Rect::from_ltrb(area.left, area.top, area.right, area.bottom) {
                pixels.fill_rect(area, &paint(*fill), Transform::identity(), None);
            }
        }
        Shape::Polygon { points, fill } => {
            if let Some(path) = path(points, true) {
                self::fill(pixels, &path, *fill);
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
                pixels.stroke_path(&path, &paint(*color), &stroke, Transform::identity(), None);
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
                fill(pixels, &path, *color);
            }
        }
    }
}

fn fill(pixels: &mut Pixmap, path: &Path, color: Color) {
    pixels.fill_path(
        path,
        &paint(color),
        FillRule::Winding,
        Transform::identity(),
        None,
    );
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
