use serde::Deserialize;

use super::alert::{Kind, Urgency};
use super::quiet::QuietHours;
use crate::device::{ChargeLimits, Device, Selector, named};

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
            low: ChargeLimits::DEFAULT.low,
            critical: ChargeLimits::DEFAULT.critical,
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
    /// The limits that apply to a device: those of its section, or else the general ones; its
    /// [`Preferences`](crate::device::Preferences) replace limits of the charge.
    pub fn of(&self, device: &Device) -> Limits {
        let limits = self.section(device).unwrap_or(self.limits);
        let preferences = &device.preferences;
        let general = ChargeLimits {
            low: limits.low,
            critical: limits.critical,
        };
        let ChargeLimits { low, critical } = general.with(preferences.low, preferences.critical);
        Limits {
            low,
            critical,
            ..limits
        }
    }

    /// The limits of the first section that matches a device.
    pub fn section(&self, device: &Device) -> Option<Limits> {
        let own = self.devices.iter().find(|(it, _)| it.may_select(device));
        own.map(|(_, limits)| *limits)
    }

    /// Whether a notification with this reason is shown in quiet hours.
    pub(super) fn lets_through(&self, kind: Kind) -> bool {
        self.lets_through == LetsThrough::Critical && kind.urgency() == Urgency::Critical
    }
}
