//! How to draw for people: colour, characters, width.

use std::io::StdoutLock;

use anstyle::Style as Ansi;

use super::color::ColorWhen;

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) color: bool,
    pub(super) unicode: bool,
    /// How many columns there are; `None`: as many as it takes.
    pub(super) width: Option<usize>,
}

impl Style {
    /// As wide as the terminal, if it is one, and in colour where that is wanted.
    pub(super) fn of_terminal(color: ColorWhen, out: &StdoutLock<'_>) -> Self {
        let width = rustix::termios::tcgetwinsize(out).ok();
        let width = width.map(|size| usize::from(size.ws_col));
        Self::of_environment(
            super::color::color(color, out),
            width.filter(|columns| *columns > 0),
        )
    }

    /// Unicode where the locale has it.
    pub(super) fn of_environment(color: bool, width: Option<usize>) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        // Without any locale a pipe or a service is at the other end: most take UTF-8.
        let unicode = locale.is_none_or(|name| {
            let name = name.to_uppercase();
            name.contains("UTF-8") || name.contains("UTF8")
        });
        Self {
            color,
            unicode,
            width,
        }
    }

    /// Whether a line of this width fits.
    pub(super) fn fits(self, width: usize) -> bool {
        self.width.is_none_or(|columns| width <= columns)
    }

    /// This text style, where there is colour.
    pub(super) const fn ansi(self, ansi: Ansi) -> Ansi {
        if self.color { ansi } else { Ansi::new() }
    }

    /// What stands for a value that is not known.
    pub(super) const fn unknown(self) -> &'static str {
        if self.unicode { "–" } else { "-" }
    }

    pub(super) const fn about(self) -> &'static str {
        if self.unicode { "≈" } else { "~" }
    }

    /// What stands for the rest of a text.
    pub(super) const fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "~" }
    }
}
