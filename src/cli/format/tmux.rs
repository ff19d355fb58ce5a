//! tmux, `#(command)` in `status-left` or `status-right`: one line of text with styles.
//!
//! Source: tmux(1), STYLES and FORMATS: `#[fg=red]` sets the colour of the following text,
//! `#[default]` resets it, `##` is a `#`. tmux shows the last line of a command that keeps running.

use super::Look;
use super::entry::{Entry, Tone, line};
use super::escape::tmux;

pub(super) fn render(entries: &[Entry<'_>], look: Look<'_>) -> String {
    line(entries, look.separator, |entry| {
        let text = tmux(&entry.short());
        match color(entry.tone()).filter(|_| look.color) {
            Some(color) => format!("#[fg={color}]{text}#[default]"),
            None => text,
        }
    })
}

/// A colour of the terminal's own palette.
const fn color(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Plain => None,
        Tone::Low => Some("yellow"),
        Tone::Critical => Some("red"),
        Tone::Dim => Some("brightblack"),
    }
}
