//! Writes a scene as SVG.

use std::fmt::{self, Write};

use super::font::FAMILIES;
use super::scene::{Anchor, Color, Dash, Point, Scene, Shape};

impl Scene {
    /// Writes the scene as an SVG document with title and description. Fonts are only named, not
    /// embedded.
    pub fn svg(&self) -> String {
        let mut svg = String::new();
        // Writing to a string does not fail.
        _ = self.write_svg(&mut svg);
        svg
    }

    fn write_svg(&self, out: &mut String) -> fmt::Result {
        let (width, height) = (self.width, self.height);
        writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\" \
             font-family=\"{FAMILIES}\">"
        )?;
        writeln!(out, "<title id=\"title\">{}</title>", Escaped(&self.title))?;
        writeln!(
            out,
            "<desc id=\"desc\">{}</desc>",
            Escaped(&self.description)
        )?;
        let background = Paint("fill", self.background);
        writeln!(
            out,
            "<rect width=\"{width}\" height=\"{height}\"{background}/>"
        )?;
        for shape in &self.shapes {
            write_shape(out, shape)?;
        }
        writeln!(out, "</svg>")
    }
}

fn write_shape(out: &mut String, shape: &Shape) -> fmt::Result {
    match shape {
        Shape::Rectangle { area, fill } => writeln!(
            out,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"{}/>",
            area.left,
            area.top,
            area.width(),
            area.height(),
            Paint("fill", *fill)
        ),
        Shape::Polygon { points, fill } => {
            let fill = Paint("fill", *fill);
            writeln!(out, "<polygon points=\"{}\"{fill}/>", Points(points))
        }
        Shape::Line {
            points,
            color,
            width,
            dash,
        } => {
            let dash = match dash {
                Dash::Solid => "",
                Dash::Dashed => " stroke-dasharray=\"5 4\"",
            };
            writeln!(
                out,
                "<polyline points=\"{}\" fill=\"none\"{} stroke-width=\"{width}\" \
                 stroke-linejoin=\"round\"{dash}/>",
                Points(points),
                Paint("stroke", *color)
            )
        }
        Shape::Text {
            at,
            anchor,
            size,
            color,
            text,
        } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\"{}>{}</text>",
                at.x,
                at.y,
                Paint("fill", *color),
                Escaped(text)
            )
        }
    }
}

/// An attribute that is a colour.
struct Paint(&'static str, Color);

impl fmt::Display for Paint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(
            name,
            Color {
                rgb: [red, green, blue],
                alpha,
            },
        ) = self;
        write!(f, " {name}=\"#{red:02x}{green:02x}{blue:02x}\"")?;
        if *alpha < u8::MAX {
            let opacity = f32::from(*alpha) / f32::from(u8::MAX);
            write!(f, " {name}-opacity=\"{opacity:.2}\"")?;
        }
        Ok(())
    }
}

struct Points<'a>(&'a [Point]);

impl fmt::Display for Points<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, point) in self.0.iter().enumerate() {
            let space = if place == 0 { "" } else { " " };
            write!(f, "{space}{:.1},{:.1}", point.x, point.y)?;
        }
        Ok(())
    }
}

/// A text with XML's special characters escaped, and without characters that XML forbids.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_the_document() {
        let name = Escaped("<K750> & \"friends\"\u{1b}[0m\u{FFFF}").to_string();
        assert_eq!(name, "&lt;K750&gt; &amp; &quot;friends&quot;[0m");
    }
}
