//! How output for people looks: colour, characters, width.

use std::io::IsTerminal;
use std::os::fd::AsFd;

use anstyle::Style as Ansi;

use super::color::ColorWhen;

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) color: bool,
    pub(super) unicode: bool,
    /// The number of columns; `None`: unlimited.
    pub(super) width: Option<usize>,
}

impl Style {
    /// The width of the terminal, if it is one, and colour if enabled.
    pub(super) fn of_terminal(color: ColorWhen, out: &(impl AsFd + IsTerminal)) -> Self {
        let width = rustix::termios::tcgetwinsize(out).ok();
        let width = width.map(|size| usize::from(size.ws_col));
        Self::of_environment(
            super::color::color(color, out),
            width.filter(|columns| *columns > 0),
        )
    }

    /// Unicode if the locale supports it.
    pub(super) fn of_environment(color: bool, width: Option<usize>) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        // Without any locale the output goes to a pipe or a service; most of these expect UTF-8.
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

    /// Returns whether a line of this width fits.
    pub(super) fn fits(self, width: usize) -> bool {
        self.width.is_none_or(|columns| width <= columns)
    }

    /// Returns this text style, or none if colour is disabled.
    pub(super) const fn ansi(self, ansi: Ansi) -> Ansi {
        if self.color { ansi } else { Ansi::new() }
    }

    /// The sign for an unknown value.
    pub(super) const fn unknown(self) -> &'static str {
        if self.unicode { "–" } else { "-" }
    }

    pub(super) const fn about(self) -> &'static str {
        if self.unicode { "≈" } else { "~" }
    }

    /// The sign for the cut-off rest of a text.
    pub(super) const fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "~" }
    }
}
