//! Helpers that create lines and texts.

use super::scene::{Anchor, Area, Color, Dash, Point, Shape};

/// The distance between the lines of a hatching.
const HATCH: f32 = 7.0;

pub(super) fn line(points: &[(f32, f32)], color: Color, width: f32) -> Shape {
    Shape::Line {
        points: points.iter().map(|&(x, y)| Point { x, y }).collect(),
        color,
        width,
        dash: Dash::Solid,
    }
}

pub(super) fn border(area: Area, color: Color) -> Shape {
    let Area {
        left,
        top,
        right,
        bottom,
    } = area;
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
    let around: Vec<(f32, f32)> = corners.into_iter().chain([(left, top)]).collect();
    line(&around, color, 1.0)
}

pub(super) fn dashed(left: f32, right: f32, y: f32, color: Color) -> Shape {
    Shape::Line {
        points: vec![Point { x: left, y }, Point { x: right, y }],
        color,
        width: 1.0,
        dash: Dash::Dashed,
    }
}

/// Draws slanted lines within a rectangle.
pub(super) fn hatch(area: Area, color: Color, out: &mut Vec<Shape>) {
    let (width, height) = (area.width(), area.height());
    let mut from = HATCH / 2.0;
    while from < width + height {
        // From the left or bottom edge up to the top or right one.
        let start = (
            area.left + (from - height).max(0.0),
            area.top + from.min(height),
        );
        let end = (
            area.left + from.min(width),
            area.top + (from - width).max(0.0),
        );
        out.push(line(&[start, end], color, 1.0));
        from += HATCH;
    }
}

pub(super) fn text(x: f32, y: f32, anchor: Anchor, size: f32, color: Color, text: String) -> Shape {
    Shape::Text {
        at: Point { x, y },
        anchor,
        size,
        color,
        text,
    }
}
