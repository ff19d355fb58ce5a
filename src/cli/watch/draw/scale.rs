//! Light as a needle on a scale, as in Logitech's Solar App.

use anstyle::{AnsiColor, Style as Ansi};
use ratatui_core::text::Line;
use unicode_width::UnicodeWidthStr;

use super::pen::{BOLD, DIM, Pen, gap, span};
use crate::cli::value_text;
use crate::device::{CHARGING_ABOVE, Light, LightLevel};
use hidpp_proto::units::Lux;

/// The end of the scale; more light is shown there.
const END: Lux = Lux(650);

/// The levels with their bounds on the scale. Each has the same width, since the eye, too, perceives
/// light by ratios.
fn levels() -> impl Iterator<Item = (LightLevel, Lux, Lux)> {
    let ends = LightLevel::ALL.iter().skip(1).map(|level| level.least());
    let levels = LightLevel::ALL.iter().zip(ends.chain([END]));
    levels.map(|(level, to)| (*level, level.least(), to))
}

/// The light above which a solar keyboard charges.
pub(super) const CHARGES: Lux = CHARGING_ABOVE;

/// Returns the column of this light on a scale of that width.
fn column(lux: Lux, width: usize) -> usize {
    let last = width.saturating_sub(1);
    for (place, (_, from, to)) in levels().enumerate() {
        if lux < to {
            let whole = usize::from(to.0 - from.0);
            let parts = whole * LightLevel::ALL.len();
            let part = place * whole + usize::from(lux.0.saturating_sub(from.0));
            return (last * part + parts / 2) / parts;
        }
    }
    last
}

/// Draws the needle with its value next to it.
pub(super) fn needle(pen: &Pen, light: &Light, style: Ansi, width: usize) -> Line<'static> {
    let text = format!("{}, {}", value_text::lux(light), light.level().name());
    let place = column(light.lux, width);
    let needle = pen.glyph("▼", "V");
    if place + 2 + text.width() <= width {
        return Line::from_iter([gap(place), span(needle, style), gap(1), span(text, style)]);
    }
    let before = place.saturating_sub(text.width() + 1);
    Line::from_iter([gap(before), span(text, style), gap(1), span(needle, style)])
}

/// Draws the scale, with a heavy line up to the needle.
pub(super) fn line(pen: &Pen, light: Option<&Light>, old: bool, width: usize) -> Line<'static> {
    let needle = light.map(|light| column(light.lux, width));
    let ticks: Vec<(LightLevel, usize)> = levels()
        .map(|(level, from, _)| (level, column(from, width)))
        .collect();
    let end = column(END, width);
    let spans = (0..width).map(|place| {
        let reached = needle.is_some_and(|needle| place <= needle);
        let zone = ticks.iter().rev().find(|(_, from)| *from <= place);
        let is_tick = place == end || ticks.iter().any(|(_, from)| *from == place);
        let glyph = match (is_tick, reached) {
            (true, _) if place == 0 => pen.glyph("├", "|"),
            (true, _) if place + 1 == width => pen.glyph("┤", "|"),
            (true, _) => pen.glyph("┼", "+"),
            (false, true) => pen.glyph("━", "="),
            (false, false) => pen.glyph("─", "-"),
        };
        let level = zone.map_or(LightLevel::Dark, |(level, _)| *level);
        let ansi = if old || !reached { DIM } else { color(level) };
        span(glyph, ansi)
    });
    spans.collect()
}

/// Draws the names of the levels, and the mark above which a keyboard charges.
pub(super) fn words(pen: &Pen, now: Option<LightLevel>, width: usize) -> Line<'static> {
    let mark = column(CHARGES, width);
    let mut line = Line::default();
    let mut used = 0;
    let mut put = |place: usize, text: &str, ansi: Ansi| {
        if let Some(between) = place.checked_sub(used)
            && place + text.width() <= width
        {
            line.spans.extend([gap(between), span(text, ansi)]);
            used = place + text.width();
        }
    };
    for (level, from, to) in levels() {
        let (from, to) = (column(from, width), column(to, width));
        if (from..to).contains(&mark) {
            put(mark, pen.glyph("▲", "^"), DIM);
        }
        let name = level.name();
        let room = (to - from).saturating_sub(1);
        if let Some(spare) = room.checked_sub(name.width()) {
            let ansi = if now == Some(level) { BOLD } else { DIM };
            let start = from + 1 + spare / 2;
            // The name would overlap the mark.
            let start = if (from..start).contains(&mark) {
                start.max(mark + 2)
            } else {
                start
            };
            put(start, name, ansi);
        }
    }
    line
}

/// Green is enough light to charge.
pub(super) fn color(level: LightLevel) -> Ansi {
    match level {
        LightLevel::Dark => Ansi::new(),
        LightLevel::Poor => AnsiColor::Yellow.on_default(),
        LightLevel::Okay | LightLevel::Good | LightLevel::Excellent => {
            AnsiColor::Green.on_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::style::Style;
    use hidpp_proto::units::Timestamp;

    fn pen() -> Pen {
        let style = Style {
            color: false,
            unicode: true,
            width: None,
        };
        Pen::new(style, Timestamp::START)
    }

    fn light(lux: u16) -> Light {
        Light {
            lux: Lux(lux),
            trusted: true,
            at: Timestamp::START,
        }
    }

    /// The three lines of the scale.
    fn scale(lux: u16, width: usize) -> [String; 3] {
        let light = light(lux);
        [
            needle(&pen(), &light, Ansi::new(), width).to_string(),
            line(&pen(), Some(&light), false, width).to_string(),
            words(&pen(), Some(light.level()), width).to_string(),
        ]
    }

    #[test]
    fn the_needle_is_above_its_level() {
        let [needle, line, words] = scale(12, 51);
        assert_eq!(needle, "      ▼ 12 lux, dark");
        assert_eq!(line, "├━━━━━━───┼─────────┼─────────┼─────────┼─────────┤");
        assert_eq!(words, "   dark      poor    ▲ okay      good    excellent");
    }

    #[test]
    fn the_text_moves_to_the_other_side_without_room() {
        let [needle, ..] = scale(538, 36);
        assert_eq!(needle, "            538 lux, excellent ▼");
        let [needle, line, _] = scale(u16::MAX, 36);
        assert!(needle.ends_with("65535 lux, excellent ▼"), "{needle}");
        assert!(line.ends_with("━┤"), "{line}");
    }

    #[test]
    fn a_keyboard_charges_to_the_right_of_the_mark() {
        for width in [20, 36, 51, 100, 250] {
            let mark = column(CHARGES, width);
            assert!(column(Lux(190), width) <= mark && mark <= column(Lux(310), width));
            assert!(column(Lux(320), width) > mark, "{width}");
            assert!(column(Lux(12), width) < mark, "{width}");
        }
    }

    #[test]
    fn more_light_is_never_further_left() {
        for width in 0..120 {
            let places: Vec<usize> = (0..700).map(|lux| column(Lux(lux), width)).collect();
            assert!(places.is_sorted(), "{width}");
            assert!(places.iter().all(|place| *place < width.max(1)), "{width}");
        }
    }
}
