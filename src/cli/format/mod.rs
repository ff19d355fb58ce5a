//! `--format`: charge and light in the words of bars, monitoring and home automation.
//!
//! Each profile is a file that names the consumer's documentation. All start from `entry.rs`, where
//! devices stand with the lowest battery first, and from text that is clean of what cannot be
//! drawn; what else a consumer would take for its own is escaped for it (`escape.rs`). Ages are
//! never told, so that what did not change reads the same.

pub(super) mod args;
mod entry;
mod escape;
mod field;
mod hass;
mod i3blocks;
mod i3status_rust;
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
use self::template::Template;
pub use self::template::TemplateError;
use super::style::Style;
use crate::device::Device;

pub(super) use self::output::print;
pub(super) use self::stream::watch;

/// Whose words.
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
    /// Prometheus, by the textfile collector of `node_exporter`
    Prometheus,
    /// Home Assistant over MQTT: topic and payload a line
    Hass,
}

/// How to tell of devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Profile(Profile),
    Template(Template),
}

/// What a format leaves open.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Whether to use the consumer's colours.
    pub color: bool,
    /// Whether more than ASCII may be written, names apart.
    pub unicode: bool,
    /// What stands between devices that share a line.
    pub separator: &'a str,
}

/// Why a format is none.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// It is no profile, and a template that tells nothing.
    #[error(
        "there is no profile of this name; there are {}. A template names values in braces: \
         '{{name}} {{charge}}'",
        profiles()
    )]
    NoProfile,
    /// It is a template with a mistake.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

fn profiles() -> String {
    let all = Profile::value_variants().iter();
    let all = all.filter_map(ValueEnum::to_possible_value);
    let all: Vec<String> = all.map(|it| it.get_name().to_owned()).collect();
    all.join(", ")
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        if let Ok(profile) = Profile::from_str(text, false) {
            return Ok(Self(Kind::Profile(profile)));
        }
        let template = Template::parse(text)?;
        if !template.has_value() {
            return Err(FormatError::NoProfile);
        }
        Ok(Self(Kind::Template(template)))
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
    /// All that is to be told of these devices, without the end of its last line.
    pub fn render(&self, devices: &[Device], look: Look<'_>) -> serde_json::Result<String> {
        let entries = || entry::entries(devices, look.style());
        let lines = match &self.0 {
            Kind::Template(template) => template.render(devices, look),
            Kind::Profile(Profile::Waybar) => waybar::render(&entries())?,
            Kind::Profile(Profile::I3blocks) => i3blocks::render(&entries(), look)?,
            Kind::Profile(Profile::I3statusRust) => i3status_rust::render(&entries(), look)?,
            Kind::Profile(Profile::Polybar) => polybar::render(&entries(), look),
            Kind::Profile(Profile::Tmux) => tmux::render(&entries(), look),
            Kind::Profile(Profile::Prometheus) => prometheus::render(devices),
            Kind::Profile(Profile::Hass) => Topics::default().news(devices)?,
        };
        Ok(lines)
    }
}
