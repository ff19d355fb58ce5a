//! Waybar, `custom` module with `return-type: json`: one object per line.
//!
//! Source: waybar-custom(5), RETURN-TYPE. `text` and `tooltip` are Pango markup unless the module
//! has `escape`; `class` is a string or an array; `percentage` picks one of `format-icons`, and so
//! does `alt`. A module without text is hidden.

use serde::Serialize;

use super::entry::{Entry, NOTHING};
use super::escape::pango;
use crate::cli::json;
use hidpp_proto::units::Percent;

#[derive(Serialize)]
struct Module {
    /// The lowest battery of the devices that belong in the bar.
    text: String,
    /// `none`, `offline`, `charging`, or the urgency.
    alt: &'static str,
    /// All devices, one per line.
    tooltip: String,
    /// `none`, or the urgency, with `charging` and `offline` if they apply.
    class: Vec<&'static str>,
    /// Selects an icon; Waybar takes a missing one for 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    percentage: Option<Percent>,
}

pub(super) fn render(entries: &[Entry<'_>]) -> serde_json::Result<String> {
    let Some(lowest) = entries.iter().find(|it| it.is_in_bar()) else {
        return json::to_string(&Module {
            text: String::new(),
            alt: "none",
            tooltip: NOTHING.to_owned(),
            class: vec!["none"],
            percentage: None,
        });
    };
    let mut class = vec![lowest.urgency.name()];
    class.extend(lowest.is_charging().then_some("charging"));
    class.extend(lowest.is_offline().then_some("offline"));
    let all: Vec<String> = entries.iter().map(|it| pango(&it.long())).collect();
    json::to_string(&Module {
        text: pango(&lowest.short()),
        alt: class.last().copied().unwrap_or_default(),
        tooltip: all.join("\n"),
        class,
        percentage: lowest.least_percent(),
    })
}
