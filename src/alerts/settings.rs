use std::fmt::{self, Write as _};

use serde::Deserialize;

use super::alert::{Kind, Urgency};
use super::quiet::QuietHours;
use crate::device::{Device, Selector, named};

/// The settings of notifications.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The limits for all devices.
    pub limits: Limits,
    /// The hours without notifications.
    pub quiet_hours: Option<QuietHours>,
    /// The exception from quiet hours.
    pub lets_through: LetsThrough,
    /// The limits for single devices; the first match applies.
    pub devices: Vec<(Selector, Limits)>,
}

/// The limits for a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The charge in percent at or below which the battery is low; 0: never notify.
    pub low: u8,
    /// The charge in percent at or below which the battery is almost empty; 0: never notify.
    pub critical: u8,
    /// Whether to notify when the battery is full.
    pub charged: bool,
    /// Whether to notify when charging fails, or when a rechargeable battery has a fault.
    pub charging_error: bool,
    /// Whether to notify when a solar keyboard receives too little light.
    pub light: bool,
    /// The number of days with too little light before the notification.
    pub light_days: u8,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            low: 20,
            critical: 10,
            charged: true,
            charging_error: true,
            light: true,
            light_days: 3,
        }
    }
}

impl Limits {
    /// Whether notifications with this reason are enabled.
    pub const fn is_enabled(&self, kind: Kind) -> bool {
        match kind {
            Kind::Low => self.low > 0,
            Kind::Critical => self.critical > 0,
            Kind::Charged => self.charged,
            Kind::ChargingError => self.charging_error,
            Kind::Light => self.light,
        }
    }
}

named! {
    serde
    /// Which notifications are shown in quiet hours, as named in the configuration.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
    pub enum LetsThrough {
        /// The notifications about a battery that is almost empty.
        #[default]
        Critical => "critical",
        /// No notification.
        Nothing => "nothing",
    }
}

impl Settings {
    /// The limits that apply to a device.
    pub fn of(&self, device: &Device) -> Limits {
        let own = self.devices.iter().find(|(it, _)| it.may_select(device));
        own.map_or(self.limits, |(_, limits)| *limits)
    }

    /// Whether a notification with this reason is shown in quiet hours.
    pub(super) fn lets_through(&self, kind: Kind) -> bool {
        self.lets_through == LetsThrough::Critical && kind.urgency() == Urgency::Critical
    }
}

impl fmt::Display for Settings {
    /// Formats the settings as an equivalent configuration file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quiet = self.quiet_hours.map(|it| it.to_string());
        writeln!(f, "[notify]\n{}", self.limits)?;
        writeln!(f, "quiet_hours = \"{}\"", quiet.unwrap_or_default())?;
        writeln!(f, "quiet_lets_through = \"{}\"", self.lets_through.name())?;
        for (selector, limits) in &self.devices {
            let selector = quoted(&selector.to_string());
            writeln!(f, "\n[[notify.device]]\nmatch = {selector}\n{limits}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Limits {
    /// Formats one key per line, without a newline after the last line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "low = {}\ncritical = {}", self.low, self.critical)?;
        writeln!(f, "charged = {}", self.charged)?;
        writeln!(f, "charging_error = {}", self.charging_error)?;
        writeln!(f, "light = {}", self.light)?;
        write!(f, "light_days = {}", self.light_days)
    }
}

/// Formats a TOML basic string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // Writing to a string does not fail.
            c if c.is_control() => _ = write!(quoted, "\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
