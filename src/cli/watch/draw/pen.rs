//! What is drawn with: characters and colours of the terminal, and the time.

use std::cell::Cell;
use std::time::Duration;

use anstyle::{AnsiColor, Style as Ansi};
use ratatui_core::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::cli::style::Style;
use crate::cli::words;
use hidpp_proto::units::Timestamp;

/// Draws at a time, and keeps in mind when what it drew will look different.
pub(super) struct Pen {
    pub(super) style: Style,
    pub(super) now: Timestamp,
    changes: Cell<Option<Timestamp>>,
}

/// Ages are told in seconds up to here.
const YOUNG: Duration = Duration::from_secs(120);

/// Ages in minutes may be told so much too late: those of many devices change together then.
const LATE: Duration = Duration::from_secs(15);

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

    /// When what was drawn looks different without any news.
    pub(super) const fn changes(&self) -> Option<Timestamp> {
        self.changes.get()
    }

    /// Something drawn looks different from then on.
    pub(super) fn until(&self, at: Timestamp) {
        let earlier = self.changes.get().is_none_or(|before| at < before);
        if earlier && at > self.now {
            self.changes.set(Some(at));
        }
    }

    /// How long ago something was, in words.
    pub(super) fn age(&self, at: Timestamp) -> String {
        let changes = words::age_changes(self.now, at);
        let together = if changes.since(at) <= YOUNG {
            Duration::from_secs(1)
        } else {
            LATE
        };
        self.until(changes.rounded_up(together));
        words::age(self.now, at)
    }

    /// One of two texts, by what the terminal shows.
    pub(super) const fn glyph(&self, unicode: &'static str, plain: &'static str) -> &'static str {
        if self.style.unicode { unicode } else { plain }
    }

    /// What of a column of a chart stands in this of its rows, counted from below. Whatever is known
    /// is to be seen, also a nought.
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

    /// A text that is no wider than this.
    pub(super) fn fitted(&self, text: &str, width: usize) -> String {
        if text.width() <= width {
            return text.to_owned();
        }
        let mut shorter = text.to_owned();
        while shorter.width() + 1 > width && shorter.pop().is_some() {}
        if width == 0 {
            return shorter;
        }
        shorter + self.style.ellipsis()
    }
}

/// A text in a style.
pub(super) fn span(text: impl Into<String>, ansi: Ansi) -> Span<'static> {
    Span::styled(text.into(), ansi)
}

pub(super) fn plain(text: impl Into<String>) -> Span<'static> {
    Span::raw(text.into())
}

/// So many blanks.
pub(super) fn gap(width: usize) -> Span<'static> {
    Span::raw(" ".repeat(width))
}

/// A text at the left and one at the right, if there is room for both.
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

pub(super) const DIM: Ansi = Ansi::new().dimmed();
pub(super) const BOLD: Ansi = Ansi::new().bold();
/// What is to be seen at once.
pub(super) const LOUD: Ansi = AnsiColor::Yellow.on_default().bold();
