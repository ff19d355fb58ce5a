//! The meaning of the keys and signs.

use ratatui_core::text::Line;
use unicode_width::UnicodeWidthStr;

use super::pen::{BOLD, Pen, gap, plain, span, wrapped};

/// The width of a key or sign.
const SIGNS: usize = 10;

/// All lines at this width: the keys first, then the signs.
pub(super) fn lines(pen: &Pen, width: usize) -> Vec<Line<'static>> {
    let arrows = pen.glyph("↑ ↓  j k", "j k");
    let trend = pen.glyph("↑ ↓", "+ -");
    let meanings = [
        ("q", "quit"),
        (arrows, "choose a device"),
        ("PgUp PgDn", "choose or scroll by a page"),
        ("Home End", "the first, the last (g G)"),
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
    let room = width.saturating_sub(SIGNS + 1);
    let lines = meanings.into_iter().flat_map(|(sign, meaning)| {
        let blank = SIGNS.saturating_sub(sign.width());
        let first = [gap(1), span(sign, BOLD), gap(blank)];
        let meaning = wrapped(meaning, room).into_iter().enumerate();
        meaning.map(move |(place, text)| {
            let begin = match place {
                0 => first.to_vec(),
                _ => vec![gap(SIGNS + 1)],
            };
            begin.into_iter().chain([plain(text)]).collect()
        })
    });
    lines.collect()
}
