use std::fmt::{self, Write as _};

use serde::Deserialize;

use super::alert::{Kind, Urgency};
use super::quiet::QuietHours;
use crate::device::{Device, Selector, named};

/// What is to be told, of whom, and when not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Of all devices.
    pub limits: Limits,
    /// When nothing disturbs.
    pub quiet_hours: Option<QuietHours>,
    /// But for this.
    pub lets_through: LetsThrough,
    /// Of some devices, those that come first first.
    pub devices: Vec<(Selector, Limits)>,
}

/// What is to be told of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The charge in percent at which it is low; 0: it is never told so.
    pub low: u8,
    /// The charge in percent at which it is almost empty; 0: it is never told so.
    pub critical: u8,
    /// Whether it is told that it is full.
    pub charged: bool,
    /// Whether to alert when charging fails, or when its rechargeable battery has a fault.
    pub charging_error: bool,
    /// Whether it is told that a solar keyboard gets too little light.
    pub light: bool,
    /// For how many days it does so before it is told.
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
    /// Whether this is to be told at all.
    pub const fn tells(&self, kind: Kind) -> bool {
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
    /// What disturbs in quiet hours too, as it is named in the configuration.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
    pub enum LetsThrough {
        /// That a battery is almost empty.
        #[default]
        Critical => "critical",
        /// Nothing.
        Nothing => "nothing",
    }
}

impl Settings {
    /// What holds for a device.
    pub fn of(&self, device: &Device) -> Limits {
        let own = self.devices.iter().find(|(who, _)| who.selects(device));
        own.map_or(self.limits, |(_, limits)| *limits)
    }

    /// Whether this may disturb in quiet hours.
    pub(super) fn lets_through(&self, kind: Kind) -> bool {
        self.lets_through == LetsThrough::Critical && kind.urgency() == Urgency::Critical
    }
}

impl fmt::Display for Settings {
    /// As the file that says the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quiet = self.quiet_hours.map(|it| it.to_string());
        writeln!(f, "[notify]\n{}", self.limits)?;
        writeln!(f, "quiet_hours = \"{}\"", quiet.unwrap_or_default())?;
        writeln!(f, "quiet_lets_through = \"{}\"", self.lets_through.name())?;
        for (who, limits) in &self.devices {
            let who = quoted(&who.to_string());
            writeln!(f, "\n[[notify.device]]\nmatch = {who}\n{limits}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Limits {
    /// A key a line, without the last line's end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "low = {}\ncritical = {}", self.low, self.critical)?;
        writeln!(f, "charged = {}", self.charged)?;
        writeln!(f, "charging_error = {}", self.charging_error)?;
        writeln!(f, "light = {}", self.light)?;
        write!(f, "light_days = {}", self.light_days)
    }
}

/// A basic string of TOML.
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
