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

    /// Replaces the limits that are given. With `low` alone, `critical` is at most half of it.
    #[must_use]
    pub fn with(self, low: Option<u8>, critical: Option<u8>) -> Self {
        let half = low.filter(|low| *low > 0).map_or(u8::MAX, |low| low / 2);
        Self {
            low: low.unwrap_or(self.low),
            critical: critical.unwrap_or_else(|| self.critical.min(half)),
        }
    }
}

impl Default for ChargeLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
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
    /// The device's own limit for a low battery; `None`: the general one.
    pub low: Option<u8>,
    /// The device's own limit for a battery that is almost empty; `None`: the general one.
    pub critical: Option<u8>,
    /// The limits for what is shown of it.
    pub shown_limits: ChargeLimits,
}

impl Preferences {
    /// The preferences without a configuration.
    pub const NONE: Self = Self {
        alias: None,
        is_hidden: false,
        order: None,
        low: None,
        critical: None,
        shown_limits: ChargeLimits::DEFAULT,
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
