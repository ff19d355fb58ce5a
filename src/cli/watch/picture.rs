//! Draws a screen as an SVG picture, so that the README shows what the program draws.
//!
//! Blocks and lines are drawn as shapes, since fonts leave gaps between them. The colours follow
//! the reader's theme, light or dark.

use std::fmt::Write;

use ratatui_core::buffer::{Buffer, Cell};
use ratatui_core::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use super::draw::draw;
use super::tests::{UNICODE, assert_snapshot, at, watched};
use super::view::View;
use crate::nodes::Desk;

/// The size of a cell, in pixels.
const WIDTH: f64 = 8.0;
const HEIGHT: f64 = 17.0;
/// The margin around the cells.
const MARGIN: f64 = 12.0;

const STYLE: &str = "\
rect:not(.paper){shape-rendering:crispEdges}
text{font:13px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}
.paper{fill:#fff;stroke:#d0d7de}.ink{fill:#1f2328}
.green{fill:#1a7f37}.yellow{fill:#9a6700}.red{fill:#cf222e}
.dim{opacity:.55}.bold{font-weight:bold}
@media(prefers-color-scheme:dark){.paper{fill:#0d1117;stroke:#30363d}.ink{fill:#e6edf3}
.green{fill:#3fb950}.yellow{fill:#d29922}.red{fill:#f85149}}
";

/// The picture of a screen.
fn svg(buffer: &Buffer, title: &str) -> String {
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let width = f64::from(columns) * WIDTH + 2.0 * MARGIN;
    let height = f64::from(rows) * HEIGHT + 2.0 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" \
         width=\"{width:.1}\" height=\"{height:.1}\" role=\"img\" aria-label=\"{title}\">\n\
         <style>\n{STYLE}</style>\n\
         <rect class=\"paper\" x=\"0.5\" y=\"0.5\" width=\"{:.1}\" height=\"{:.1}\" rx=\"6\"/>\n",
        width - 1.0,
        height - 1.0
    );
    for y in 0..rows {
        let mut x = 0;
        while x < columns {
            let class = class(&buffer[(x, y)]);
            let (left, top) = place(x, y);
            if let Some(shapes) = shapes(buffer[(x, y)].symbol()) {
                for [right, down, wide, high] in shapes {
                    _ = writeln!(
                        out,
                        "<rect class=\"{class}\" x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" \
                         height=\"{:.2}\"/>",
                        left + right * WIDTH,
                        top + down * HEIGHT,
                        wide * WIDTH,
                        high * HEIGHT
                    );
                }
                x += 1;
                continue;
            }
            let mut text = String::new();
            while x < columns
                && self::class(&buffer[(x, y)]) == class
                && shapes(buffer[(x, y)].symbol()).is_none()
            {
                text.push_str(buffer[(x, y)].symbol());
                x += 1;
            }
            for (skipped, word) in words(&text) {
                _ = writeln!(
                    out,
                    "<text class=\"{class}\" x=\"{:.2}\" y=\"{:.2}\" textLength=\"{:.2}\">{}</text>",
                    left + columns_of(skipped) * WIDTH,
                    top + 0.75 * HEIGHT,
                    columns_of(word) * WIDTH,
                    word.replace('&', "&amp;").replace('<', "&lt;")
                );
            }
        }
    }
    out + "</svg>\n"
}

/// Splits a text at wide gaps; each part has the text before it.
fn words(text: &str) -> Vec<(&str, &str)> {
    let mut words = Vec::new();
    let mut start = 0;
    for word in text.split_inclusive("  ") {
        let trimmed = word.trim();
        let before = start + (word.len() - word.trim_start().len());
        if !trimmed.is_empty() {
            words.push((&text[..before], trimmed));
        }
        start += word.len();
    }
    words
}

fn columns_of(text: &str) -> f64 {
    f64::from(u16::try_from(text.width()).unwrap())
}

fn place(x: u16, y: u16) -> (f64, f64) {
    let left = MARGIN + f64::from(x) * WIDTH;
    (left, MARGIN + f64::from(y) * HEIGHT)
}

fn class(cell: &Cell) -> String {
    let mut class = match cell.fg {
        Color::Green => "green",
        Color::Yellow => "yellow",
        Color::Red => "red",
        _ => "ink",
    }
    .to_owned();
    if cell.modifier.contains(Modifier::DIM) {
        class.push_str(" dim");
    }
    if cell.modifier.contains(Modifier::BOLD) {
        class.push_str(" bold");
    }
    class
}

/// Returns the rectangles of a block or line character: left, top, width and height as fractions of
/// a cell.
fn shapes(symbol: &str) -> Option<Vec<[f64; 4]>> {
    let part = |all: &str| all.chars().position(|it| symbol == it.to_string());
    let eighths = |part: usize| f64::from(u8::try_from(part + 1).unwrap()) / 8.0;
    if let Some(part) = part("▁▂▃▄▅▆▇█") {
        let high = eighths(part);
        // They overlap slightly, so that no seam is visible between the rows.
        return Some(vec![[0.0, 1.0 - high, 1.01, high + 0.005]]);
    }
    if let Some(part) = part("▏▎▍▌▋▊▉") {
        return Some(vec![[0.0, 0.0, eighths(part), 1.0]]);
    }
    let line = |from, wide, thick: f64| [from, 0.5 - thick / 2.0, wide, thick];
    let upright = [0.44, 0.2, 0.12, 0.6];
    Some(match symbol {
        "─" => vec![line(0.0, 1.01, 0.06)],
        "━" => vec![line(0.0, 1.01, 0.16)],
        "┼" => vec![line(0.0, 1.01, 0.06), upright],
        "├" => vec![line(0.5, 0.51, 0.06), upright],
        "┤" => vec![line(0.0, 0.5, 0.06), upright],
        _ => return None,
    })
}

#[test]
fn the_picture_in_the_readme_is_what_is_drawn() {
    // Nine minutes of varying sun, and the light key was just pressed.
    let seconds = 9 * 60 + 12;
    let (model, _) = watched(Desk::Small, seconds);
    let drawn = draw(&model, &View::default(), (80, 23), UNICODE, at(seconds));
    let title = "solar-status watch: three devices, and a K750 in detail";
    assert_snapshot("docs/pictures/watch.svg", &svg(&drawn.buffer, title));
}
