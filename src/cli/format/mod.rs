//! `--format`: charge and light in the formats of bars, monitoring and home automation.
//!
//! Each profile is a file that names the consumer's documentation. All start from `entry.rs`, which
//! sorts devices with the lowest battery first, and from displayable text; `escape.rs` escapes what
//! a consumer would interpret. Values of devices that are not online have their age, and absent
//! devices are removed from a bar after a day: the time is passed in, and a rendering returns when
//! it becomes stale (`moment.rs`).

mod args;
mod entry;
mod escape;
mod field;
mod hass;
mod i3blocks;
mod i3status_rust;
mod moment;
mod output;
mod polybar;
mod prometheus;
mod stream;
mod template;
mod tmux;
mod waybar;

use std::str::FromStr;

use clap::ValueEnum;

use self::hass::Topics;
use self::moment::Moment;
use self::template::Template;
pub use self::template::TemplateError;
use super::style::Style;
use crate::device::Device;
use hidpp_proto::units::Timestamp;

pub(super) use self::args::{FormatArgs, HELP};
pub(super) use self::output::print;
pub(super) use self::stream::watch;

/// A format for a certain program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Waybar, `custom` module with `return-type: json`
    Waybar,
    /// i3blocks, with `format=json`
    I3blocks,
    /// i3status-rust, `custom` block with `json = true`
    #[value(name = "i3status-rust")]
    I3statusRust,
    /// polybar, `custom/script`
    Polybar,
    /// tmux, `#(…)` in its status line
    Tmux,
    /// Prometheus, through the textfile collector of `node_exporter`
    Prometheus,
    /// Home Assistant over MQTT: one topic and payload per line
    Hass,
}

/// How to print devices: in a profile or by a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format(FormatKind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum FormatKind {
    Profile(Profile),
    Template(Template),
}

/// The choices that a format leaves open.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Whether to use the consumer's colours.
    pub color: bool,
    /// Whether more than ASCII may be written; names always may.
    pub unicode: bool,
    /// The text between devices that share a line.
    pub separator: &'a str,
    /// The maximum width of a name in bars and templates, in columns; `None`: unlimited.
    pub max_name: Option<usize>,
}

/// The devices as printed at a certain time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The text, without its last line end.
    pub text: String,
    /// When the text of unchanged devices changes because of their ages; `None`: never.
    pub changes: Option<Timestamp>,
}

/// Why a format is not valid.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Neither a profile nor a template with a value.
    #[error(
        "there is no format of this name; the formats are {}. A template has values in braces: \
         '{{name}} {{charge}}'. For JSON, use --json",
        profiles().join(", ")
    )]
    NoProfile,
    /// A template with a mistake.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

/// Returns the names of all profiles.
pub fn profiles() -> Vec<String> {
    names(|_| true)
}

/// Returns the names of the bar profiles: they show present devices, and an absent one for a day.
pub fn bars() -> Vec<String> {
    names(Profile::is_bar)
}

fn names(is_wanted: fn(Profile) -> bool) -> Vec<String> {
    let wanted = Profile::value_variants()
        .iter()
        .filter(|it| is_wanted(**it));
    let wanted = wanted.filter_map(ValueEnum::to_possible_value);
    wanted.map(|it| it.get_name().to_owned()).collect()
}

impl Profile {
    const fn is_bar(self) -> bool {
        match self {
            Self::Waybar | Self::I3blocks | Self::I3statusRust | Self::Polybar | Self::Tmux => true,
            Self::Prometheus | Self::Hass => false,
        }
    }
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        if let Ok(profile) = Profile::from_str(text, false) {
            return Ok(Self(FormatKind::Profile(profile)));
        }
        let template = Template::parse(text)?;
        if !template.has_value() {
            return Err(FormatError::NoProfile);
        }
        Ok(Self(FormatKind::Template(template)))
    }
}

impl Look<'_> {
    const fn style(self) -> Style {
        Style {
            color: false,
            unicode: self.unicode,
            width: None,
        }
    }
}

impl Format {
    /// Returns whether templates have a value of this name.
    pub(super) fn has_value(name: &str) -> bool {
        field::Field::from_name(name).is_some()
    }

    /// Renders these devices in their state at this time.
    pub fn render(
        &self,
        devices: &[Device],
        now: Timestamp,
        look: Look<'_>,
    ) -> serde_json::Result<Rendered> {
        let moment = Moment::new(now);
        let entries = || entry::entries(devices, look, &moment);
        let in_bar = || entry::in_bar(devices, look, &moment);
        let text = match &self.0 {
            FormatKind::Template(template) => template.render(devices, look, &moment),
            FormatKind::Profile(Profile::Waybar) => waybar::render(&entries())?,
            FormatKind::Profile(Profile::I3blocks) => i3blocks::render(&in_bar(), look)?,
            FormatKind::Profile(Profile::I3statusRust) => i3status_rust::render(&in_bar(), look)?,
            FormatKind::Profile(Profile::Polybar) => polybar::render(&in_bar(), look),
            FormatKind::Profile(Profile::Tmux) => tmux::render(&in_bar(), look),
            FormatKind::Profile(Profile::Prometheus) => prometheus::render(devices),
            FormatKind::Profile(Profile::Hass) => Topics::default().lines(devices, now)?,
        };
        let changes = moment.changes();
        Ok(Rendered { text, changes })
    }
}
