//! Characters and colours of the terminal, and the time, for everything that draws.

use std::cell::Cell;
use std::time::Duration;

use anstyle::{AnsiColor, Style as Ansi};
use ratatui_core::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::cli::style::Style;
use crate::cli::value_text;
use crate::text;
use hidpp_proto::units::Timestamp;

/// Draws at a certain time, and collects when the drawn text changes.
pub(super) struct Pen {
    pub(super) style: Style,
    pub(super) now: Timestamp,
    changes: Cell<Option<Timestamp>>,
}

/// The age up to which ages are shown in seconds.
const YOUNG: Duration = Duration::from_secs(120);

/// How late an age in minutes may be updated, so that those of many devices are coalesced.
const LATE: Duration = Duration::from_secs(15);

/// The width from which lines have labels, and values have words.
pub(super) const WIDE: usize = 60;

/// The width of labels.
pub(super) const LABEL: usize = 10;

/// Characters of a chart, from the lowest to the highest.
const LEVELS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const PLAIN_LEVELS: [&str; 8] = ["_", ".", ":", "-", "=", "+", "*", "#"];

impl Pen {
    pub(super) const fn new(style: Style, now: Timestamp) -> Self {
        let changes = Cell::new(None);
        Self {
            style,
            now,
            changes,
        }
    }

    /// When the drawn screen changes without an event.
    pub(super) const fn changes(&self) -> Option<Timestamp> {
        self.changes.get()
    }

    /// Notes that something drawn changes at this time.
    pub(super) fn until(&self, at: Timestamp) {
        let earlier = self.changes.get().is_none_or(|before| at < before);
        if earlier && at > self.now {
            self.changes.set(Some(at));
        }
    }

    /// Formats how long ago something was.
    pub(super) fn age(&self, at: Timestamp) -> String {
        let changes = value_text::age_changes(self.now, at);
        let together = if changes.since(at) <= YOUNG {
            Duration::from_secs(1)
        } else {
            LATE
        };
        self.until(changes.rounded_up(together));
        value_text::age(self.now, at)
    }

    /// Returns one of two texts, depending on whether the terminal shows Unicode.
    pub(super) const fn glyph(&self, unicode: &'static str, plain: &'static str) -> &'static str {
        if self.style.unicode { unicode } else { plain }
    }

    /// Returns the character for a value in one row of a chart, counted from below. Known values
    /// are always visible, also zero.
    pub(super) fn level(&self, value: u16, most: u16, row: usize, rows: usize) -> &'static str {
        let levels = if self.style.unicode {
            LEVELS
        } else {
            PLAIN_LEVELS
        };
        let (value, most) = (usize::from(value), usize::from(most.max(1)));
        let highest = levels.len() * rows.max(1);
        let height = 1 + value.min(most) * (highest - 1) / most;
        let above = height.saturating_sub(row * levels.len());
        let level = above.min(levels.len()).checked_sub(1);
        level
            .and_then(|level| levels.get(level))
            .copied()
            .unwrap_or(" ")
    }

    /// Shortens a text to this width.
    pub(super) fn shortened(&self, text: &str, width: usize) -> String {
        text::shortened(text, width, self.style.ellipsis())
    }
}

/// A text in a style.
pub(super) fn span(text: impl Into<String>, ansi: Ansi) -> Span<'static> {
    Span::styled(text.into(), ansi)
}

pub(super) fn plain(text: impl Into<String>) -> Span<'static> {
    Span::raw(text.into())
}

/// A number of blanks.
pub(super) fn gap(width: usize) -> Span<'static> {
    Span::raw(" ".repeat(width))
}

/// A text at the left and one at the right, if both fit.
pub(super) fn at_both_ends(
    left: Line<'static>,
    right: Line<'static>,
    width: usize,
) -> Line<'static> {
    let (before, after) = (left.width(), right.width());
    let Some(between) = width
        .checked_sub(before + after)
        .filter(|it| *it > 0 || after == 0)
    else {
        return left;
    };
    let spans = left.spans.into_iter().chain([gap(between)]);
    spans.chain(right.spans).collect()
}

/// The width of labels on a screen or in a part of this width.
pub(super) const fn label_width(width: usize) -> usize {
    if width >= WIDE { LABEL } else { 1 }
}

/// A label in the width for a screen or a part of this width: blank, if that is too narrow.
pub(super) fn label(text: &str, width: usize) -> Span<'static> {
    let text = if width >= WIDE { text } else { "" };
    let room = label_width(width).saturating_sub(1);
    span(format!(" {text:<room$}"), DIM)
}

/// Wraps a text between words at this width; a word that is wider gets a line of its own.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

pub(super) const DIM: Ansi = Ansi::new().dimmed();
pub(super) const BOLD: Ansi = Ansi::new().bold();
/// For what must be noticed.
pub(super) const LOUD: Ansi = AnsiColor::Yellow.on_default().bold();
