//! The meaning of the keys and signs.

use ratatui_core::text::Line;
use unicode_width::UnicodeWidthStr;

use super::pen::{BOLD, Pen, gap, plain, span};

/// The width of a key or sign.
const SIGNS: usize = 10;

/// The keys first, then the signs, as many as fit.
pub(super) fn lines(pen: &Pen, height: usize) -> Vec<Line<'static>> {
    let arrows = pen.glyph("↑ ↓  j k", "j k");
    let trend = pen.glyph("↑ ↓", "+ -");
    let meanings = [
        ("q", "quit"),
        (arrows, "choose a device"),
        ("Enter Tab", "one device in detail, or all"),
        ("l", "measure light now"),
        ("s", "emptiest first, or by slot"),
        ("?", "this help"),
        (trend, "voltage or charge is rising, falling"),
        (pen.glyph("▼", "V"), "the light"),
        (pen.glyph("▲", "^"), "200 lux: it charges above"),
        (pen.style.about(), "known in steps only, or estimated"),
        ("was", "the charge before charging"),
        ("64 %?", "flagged as unreliable"),
        (pen.glyph("●", "*"), "the light key was pressed"),
        ("dim", "offline: last known values"),
    ];
    let line = |(sign, meaning): (&'static str, &'static str)| {
        let blank = gap(SIGNS.saturating_sub(sign.width()));
        Line::from_iter([gap(1), span(sign, BOLD), blank, plain(meaning)])
    };
    meanings.into_iter().map(line).take(height).collect()
}
