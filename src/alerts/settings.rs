use serde::Deserialize;

use super::alert::{Kind, Urgency};
use super::quiet::QuietHours;
use crate::device::{AlertLimits, named};

/// The settings of notifications about all devices; those about one device are its
/// [`Preferences`](crate::device::Preferences).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The hours without notifications.
    pub quiet_hours: Option<QuietHours>,
    /// The exception from quiet hours.
    pub lets_through: LetsThrough,
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
    /// Whether a notification with this reason is shown in quiet hours.
    pub(super) fn lets_through(self, kind: Kind) -> bool {
        self.lets_through == LetsThrough::Critical && kind.urgency() == Urgency::Critical
    }
}

/// Whether notifications with this reason are enabled.
pub(super) const fn is_enabled(limits: AlertLimits, kind: Kind) -> bool {
    match kind {
        Kind::Low => limits.charge.low > 0,
        Kind::Critical => limits.charge.critical > 0,
        Kind::Charged => limits.charged,
        Kind::ChargingError => limits.charging_error,
        Kind::Light => limits.light,
    }
}
