//! Converts cells to the bytes that draw them: only changes, in the sixteen colours of the
//! terminal.

use std::fmt::Write;

use anstyle::{AnsiColor, Effects, Style as Ansi};
use ratatui_core::buffer::{Buffer, Cell};
use ratatui_core::style::Modifier;
use unicode_width::UnicodeWidthStr;

/// Returns the bytes that turn `before` on a terminal into `after`; `None`: its content is unknown.
pub(super) fn paint(before: Option<&Buffer>, after: &Buffer, color: bool) -> String {
    let mut out = String::new();
    let nothing = Buffer::empty(after.area);
    let before = before.filter(|it| it.area == after.area);
    if before.is_none() {
        out.push_str("\x1b[0m\x1b[H\x1b[2J");
    }
    let before = before.unwrap_or(&nothing);
    let (mut ansi, mut next) = (Ansi::new(), None);
    for (x, y, cell) in before.diff(after) {
        if next != Some((x, y)) {
            _ = write!(out, "\x1b[{};{}H", y + 1, x + 1);
        }
        let wanted = if color { ansi_of(cell) } else { Ansi::new() };
        if wanted != ansi {
            // Without a style to reset, nothing is written.
            _ = write!(out, "{ansi:#}{wanted}");
            ansi = wanted;
        }
        out.push_str(cell.symbol());
        // Terminals differ in the width of other characters.
        next = (cell.symbol().width() == 1).then_some((x + 1, y));
    }
    _ = write!(out, "{ansi:#}");
    out
}

fn ansi_of(cell: &Cell) -> Ansi {
    let color = AnsiColor::try_from(cell.fg).ok();
    let effects = [
        (Modifier::BOLD, Effects::BOLD),
        (Modifier::DIM, Effects::DIMMED),
    ];
    let effects = effects
        .into_iter()
        .filter(|it| cell.modifier.contains(it.0));
    let effects = effects.fold(Effects::new(), |all, it| all | it.1);
    Ansi::new().fg_color(color.map(Into::into)).effects(effects)
}

#[cfg(test)]
mod tests {
    use ratatui_core::text::{Line, Span};

    use super::*;

    fn screen(lines: &[Line<'_>]) -> Buffer {
        Buffer::with_lines(lines.to_vec())
    }

    #[test]
    fn the_first_screen_is_drawn_completely() {
        let now = screen(&["ab".into(), "  c".into()]);
        let painted = paint(None, &now, true);
        assert_eq!(painted, "\x1b[0m\x1b[H\x1b[2J\x1b[1;1Hab\x1b[2;3Hc");
        assert_eq!(paint(Some(&now), &now, true), "");
    }

    #[test]
    fn later_only_changes_are_drawn() {
        let before = screen(&["57 %  dark".into()]);
        let after = screen(&["58 %  okay".into()]);
        assert_eq!(
            paint(Some(&before), &after, true),
            "\x1b[1;2H8\x1b[1;7Hokay"
        );
    }

    #[test]
    fn a_new_size_redraws_the_screen() {
        let before = screen(&["12345".into()]);
        let after = screen(&["1234".into()]);
        assert!(paint(Some(&before), &after, true).contains("\x1b[2J"));
    }

    #[test]
    fn colours_are_the_sixteen_of_the_terminal_or_none() {
        let green = AnsiColor::Green.on_default().bold();
        let line = Line::from_iter([Span::styled("57", green), Span::raw(" %")]);
        let blank = screen(&["    ".into()]);
        let now = screen(&[line]);
        let colored = "\x1b[1;1H\x1b[1m\x1b[32m57\x1b[1;4H\x1b[0m%";
        assert_eq!(paint(Some(&blank), &now, true), colored);
        assert_eq!(paint(Some(&blank), &now, false), "\x1b[1;1H57\x1b[1;4H%");
    }

    #[test]
    fn the_position_is_set_again_after_a_wide_character() {
        let blank = screen(&["      ".into()]);
        let now = screen(&["键盘 K".into()]);
        let painted = paint(Some(&blank), &now, true);
        assert_eq!(painted, "\x1b[1;1H键\x1b[1;3H盘\x1b[1;6HK");
    }
}
