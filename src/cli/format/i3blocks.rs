//! i3blocks with `format=json`: one object per line, with keys of the i3bar protocol.
//!
//! Source: i3blocks(1) and <https://i3wm.org/docs/i3bar-protocol.html>, blocks in detail. A block
//! without `full_text` is left out; `color` is `#RRGGBB`.

use serde::Serialize;

use super::Look;
use super::entry::{Entry, Tone, line};
use super::escape::i3blocks;
use crate::cli::json;

#[derive(Serialize)]
struct Block {
    full_text: String,
    /// The text on a narrow screen: the lowest battery.
    short_text: String,
    /// The colour of the most urgent device.
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    urgent: Option<&'static str>,
    /// `none`: names are not markup.
    markup: &'static str,
}

pub(super) fn render(entries: &[Entry<'_>], look: Look<'_>) -> serde_json::Result<String> {
    let short = |entry: &Entry<'_>| i3blocks(&entry.short());
    let tone = Tone::of_all(entries);
    let shortest = |entry: &Entry<'_>| i3blocks(&entry.shortest());
    json::to_string(&Block {
        full_text: line(entries, look.separator, short),
        short_text: entries.first().map(shortest).unwrap_or_default(),
        color: tone.hex().filter(|_| look.color),
        // i3blocks 1.4 drops a bare `true`, and passes the string on as one.
        urgent: (tone == Tone::Critical).then_some("true"),
        markup: "none",
    })
}
