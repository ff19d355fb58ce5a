//! The font of pictures: a subset of `DejaVu` Sans, see `font/LICENSE`.
//!
//! It is embedded in the program, so that a picture looks the same everywhere and no font has to be
//! installed. SVG contains its texts as texts, and names the same font, with fallbacks that are not
//! wider than the widths calculated here.

use ttf_parser::{Face, GlyphId, OutlineBuilder};

const FONT: &[u8] = include_bytes!("font/DejaVuSans-subset.ttf");

/// The families for SVG, the widest first.
pub(super) const FAMILIES: &str = "DejaVu Sans, Verdana, sans-serif";

/// The width of a character that the font lacks, relative to its size.
const UNKNOWN: f32 = 0.6;

fn face() -> Option<Face<'static>> {
    Face::parse(FONT, 0).ok()
}

/// The width of a text.
pub(super) fn width(text: &str, size: f32) -> f32 {
    let face = face();
    let advance = |c| {
        let face = face.as_ref()?;
        let glyph = face.glyph_index(c)?;
        Some(f32::from(face.glyph_hor_advance(glyph)?) / f32::from(face.units_per_em()))
    };
    let widths = text.chars().map(|c| advance(c).unwrap_or(UNKNOWN));
    size * widths.sum::<f32>()
}

/// The text, truncated with an ellipsis if it does not fit.
pub(super) fn fit(text: &str, size: f32, room: f32) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut short = text.to_owned();
    while short.pop().is_some() {
        let shown = format!("{}…", short.trim_end());
        if width(&shown, size) <= room {
            return shown;
        }
    }
    String::new()
}

/// Draws a text that begins at `x`, with its baseline at `y`.
pub(super) fn outline(text: &str, size: f32, x: f32, y: f32, pen: &mut dyn Pen) {
    let Some(face) = face() else { return };
    let scale = size / f32::from(face.units_per_em());
    let mut left = x;
    for c in text.chars() {
        // A character that the font lacks is drawn as a box.
        let glyph = face.glyph_index(c).unwrap_or(GlyphId(0));
        let mut outline = Outline {
            pen,
            scale,
            left,
            line: y,
        };
        face.outline_glyph(glyph, &mut outline);
        left += width(c.encode_utf8(&mut [0; 4]), size);
    }
}

/// Draws lines and curves.
pub(super) trait Pen {
    fn move_to(&mut self, x: f32, y: f32);
    fn line_to(&mut self, x: f32, y: f32);
    fn curve_to(&mut self, x1: f32, y1: f32, x: f32, y: f32);
    fn close(&mut self);
}

/// Draws a character at its position. In fonts, `y` grows upwards.
struct Outline<'a> {
    pen: &'a mut dyn Pen,
    scale: f32,
    left: f32,
    line: f32,
}

impl Outline<'_> {
    fn x(&self, x: f32) -> f32 {
        self.left + x * self.scale
    }

    fn y(&self, y: f32) -> f32 {
        self.line - y * self.scale
    }
}

impl OutlineBuilder for Outline<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.pen.move_to(self.x(x), self.y(y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.pen.line_to(self.x(x), self.y(y));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.pen
            .curve_to(self.x(x1), self.y(y1), self.x(x), self.y(y));
    }

    fn curve_to(&mut self, _: f32, _: f32, x2: f32, y2: f32, x: f32, y: f32) {
        // TrueType fonts have no cubic curves.
        self.quad_to(x2, y2, x, y);
    }

    fn close(&mut self) {
        self.pen.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_the_characters_of_our_texts() {
        let face = face().unwrap();
        for c in "abc XYZ 0123456789 % – — … ≈ − · é ß Ł ’ “ ”".chars() {
            assert!(face.glyph_index(c).is_some(), "{c}");
        }
    }

    #[test]
    fn a_text_that_does_not_fit_ends_with_an_ellipsis() {
        assert_eq!(fit("K750", 12.0, 100.0), "K750");
        let short = fit("Wireless Solar Keyboard K750", 12.0, 100.0);
        assert_eq!(short, "Wireless Solar…");
        assert!(width(&short, 12.0) <= 100.0);
        assert_eq!(fit("K750", 12.0, 1.0), "");
    }
}
