//! polybar, `custom/script`: one line of text with formatting tags.
//!
//! Source: <https://github.com/polybar/polybar/wiki/Formatting>, format tags: `%{F#RRGGBB}` sets
//! the colour of the following text, `%{F-}` resets it.

use super::Look;
use super::entry::{Entry, line};
use super::escape::polybar;

pub(super) fn render(entries: &[Entry<'_>], look: Look<'_>) -> String {
    line(entries, look.separator, |entry| {
        let text = polybar(&entry.short());
        match entry.tone().hex().filter(|_| look.color) {
            // The blank keeps a percent sign away from the tag.
            Some(color) => format!("%{{F{color}}}{text} %{{F-}}"),
            None => text,
        }
    })
}
