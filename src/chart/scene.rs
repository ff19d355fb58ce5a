//! A drawing before it is a file: shapes in the order they are drawn.

use super::font;

/// A colour: red, green, blue, and how opaque it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Color {
    pub(super) rgb: [u8; 3],
    pub(super) alpha: u8,
}

impl Color {
    /// An opaque colour of three bytes, as in `0xFF_FF_FF`.
    pub(super) const fn rgb(hex: u32) -> Self {
        let [_, red, green, blue] = hex.to_be_bytes();
        Self {
            rgb: [red, green, blue],
            alpha: u8::MAX,
        }
    }
}

/// A place, in pixels from the top left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f32,
    pub(super) y: f32,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
}

impl Area {
    pub(super) fn width(self) -> f32 {
        self.right - self.left
    }

    pub(super) fn height(self) -> f32 {
        self.bottom - self.top
    }

    /// Whether two have something in common.
    #[cfg(test)]
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// Which point of a text stands at its place; all stand on their base line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dash {
    Solid,
    Dashed,
}

/// Something to draw.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Rectangle {
        area: Area,
        fill: Color,
    },
    Polygon {
        points: Vec<Point>,
        fill: Color,
    },
    Line {
        points: Vec<Point>,
        color: Color,
        width: f32,
        dash: Dash,
    },
    Text {
        at: Point,
        anchor: Anchor,
        size: f32,
        color: Color,
        text: String,
    },
}

/// A drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// In pixels.
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) background: Color,
    /// What it is, and what can be seen, for those who cannot.
    pub(super) title: String,
    pub(super) description: String,
    pub(super) shapes: Vec<Shape>,
}

#[cfg(test)]
impl Shape {
    /// Where a text is; of other shapes, nothing.
    pub(super) fn text_area(&self) -> Option<Area> {
        /// How far characters reach above and below their line, for each unit of size.
        const ASCENT: f32 = 0.78;
        const DESCENT: f32 = 0.24;
        let Self::Text {
            at,
            anchor,
            size,
            text,
            ..
        } = self
        else {
            return None;
        };
        let left = start(*at, *anchor, *size, text);
        Some(Area {
            left,
            right: left + font::width(text, *size),
            top: at.y - size * ASCENT,
            bottom: at.y + size * DESCENT,
        })
    }
}

/// Where a text begins.
pub(super) fn start(at: Point, anchor: Anchor, size: f32, text: &str) -> f32 {
    let before = match anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => 0.5,
        Anchor::End => 1.0,
    };
    at.x - before * font::width(text, size)
}
