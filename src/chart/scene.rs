//! A scene: shapes in drawing order, independent of the file format.

use super::font;

/// A colour: red, green, blue, and opacity.
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

/// A position, in pixels from the top left.
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

    /// Whether two areas overlap.
    #[cfg(test)]
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// Which point of a text's baseline is at its position.
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

/// A shape.
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

/// A scene.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// The size in pixels.
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) background: Color,
    /// Title and description for accessibility.
    pub(super) title: String,
    pub(super) description: String,
    pub(super) shapes: Vec<Shape>,
}

#[cfg(test)]
impl Shape {
    /// The area of a text; `None` for other shapes.
    pub(super) fn text_area(&self) -> Option<Area> {
        /// The extent of characters above and below their baseline, relative to the size.
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

/// The `x` at which a text begins.
pub(super) fn start(at: Point, anchor: Anchor, size: f32, text: &str) -> f32 {
    let before = match anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => 0.5,
        Anchor::End => 1.0,
    };
    at.x - before * font::width(text, size)
}
