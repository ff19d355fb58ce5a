//! What the user's configuration states about a device.

/// The charges in percent at or below which a battery is low, and almost empty; 0: never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChargeLimits {
    /// The limit for a low battery.
    pub low: u8,
    /// The limit for a battery that is almost empty.
    pub critical: u8,
}

impl ChargeLimits {
    /// The limits without a configuration.
    pub const DEFAULT: Self = Self {
        low: 20,
        critical: 10,
    };

    /// Replaces the limits that are given. With `low` alone, `critical` is at most half of it; with
    /// `critical` alone, `low` is above it, up to 100.
    #[must_use]
    pub fn with(self, low: Option<u8>, critical: Option<u8>) -> Self {
        match (low, critical) {
            (Some(low @ 1..), None) => Self {
                low,
                critical: self.critical.min(low / 2),
            },
            (None, Some(critical)) if self.low > 0 => Self {
                low: self.low.max(critical.saturating_add(1).min(100)),
                critical,
            },
            _ => Self {
                low: low.unwrap_or(self.low),
                critical: critical.unwrap_or(self.critical),
            },
        }
    }
}

impl Default for ChargeLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The reasons for notifications about a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertLimits {
    /// The limits of the charge; 0: no notification.
    pub charge: ChargeLimits,
    /// Whether to notify when the battery is full.
    pub charged: bool,
    /// Whether to notify when charging fails, or when a rechargeable battery has a fault.
    pub charging_error: bool,
    /// Whether to notify when a solar keyboard receives too little light.
    pub light: bool,
    /// The number of days with too little light before the notification.
    pub light_days: u8,
}

impl AlertLimits {
    /// The limits without a configuration.
    pub const DEFAULT: Self = Self {
        charge: ChargeLimits::DEFAULT,
        charged: true,
        charging_error: true,
        light: true,
        light_days: 3,
    };
}

/// The user's settings for a device. The service has none: they are applied where devices are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// The name that the user gave the device; it is shown instead of its own.
    pub alias: Option<String>,
    /// Whether it is left out unless it is named.
    pub is_hidden: bool,
    /// Its position: devices with a lower number come first, those without one last.
    pub order: Option<u16>,
    /// The limits for what is shown of it.
    pub shown_limits: ChargeLimits,
    /// The limits for notifications about it.
    pub alert_limits: AlertLimits,
}

impl Preferences {
    /// The preferences without a configuration.
    pub const NONE: Self = Self {
        alias: None,
        is_hidden: false,
        order: None,
        shown_limits: ChargeLimits::DEFAULT,
        alert_limits: AlertLimits::DEFAULT,
    };

    /// Sorts devices by their positions: those without one come last.
    pub fn position(&self) -> u32 {
        self.order.map_or(u32::MAX, u32::from)
    }
}

impl Default for Preferences {
    fn default() -> Self {
        Self::NONE
    }
}
