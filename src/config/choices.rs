//! Choices that are made in the configuration and on the command line.

use clap::ValueEnum;
use serde::Deserialize;

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColorWhen {
    /// On a terminal, unless the environment disables it
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A field to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// The short name, from the receiver
    Name,
    /// Charge, state and, for solar keyboards, light
    Battery,
    /// The full name, from the device (about 4 requests)
    FullName,
    /// Firmware versions (2 requests or more)
    Firmware,
}

/// The name of a choice, as in the configuration and on the command line.
pub(super) fn name(choice: &impl ValueEnum) -> String {
    let value = choice.to_possible_value();
    value.map_or_else(String::new, |it| it.get_name().to_owned())
}
