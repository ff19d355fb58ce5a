use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::alert::Kind;
use super::light::{Days, Trend};
use hidpp_proto::units::Timestamp;

const HOUR: Duration = Duration::from_secs(60 * 60);

const DAY: Duration = Duration::from_secs(24 * HOUR.as_secs());

/// Rate limit: the minimum time between two notifications with the same reason for one device.
const AGAIN: Duration = DAY;
/// Rate limit, as above, if the device was charged between the two notifications.
const CHARGED_AGAIN: Duration = Duration::from_secs(6 * HOUR.as_secs());
/// Rate limit, as above, for notifications about light, which changes with the seasons.
const LIGHT_AGAIN: Duration = Duration::from_secs(7 * DAY.as_secs());

/// The number of devices stored, more than any desk has; those not seen for longest are dropped.
const MOST_DEVICES: usize = 200;

/// The notifications shown so far, kept from one start of the program to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Memory {
    devices: BTreeMap<String, OfDevice>,
}

/// The notifications about one device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct OfDevice {
    /// The day on which it was last seen; with the exact time, the file would change too often.
    #[serde(rename = "heard")]
    seen: Timestamp,
    #[serde(rename = "told")]
    shown: BTreeMap<Kind, Shown>,
    /// The recorded days of a solar keyboard.
    #[serde(default)]
    pub(super) days: Days,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
struct Shown {
    at: Timestamp,
    /// Whether the reason has ended since the notification.
    over: bool,
    /// Whether the device was charged since the notification.
    charged: bool,
}

impl Memory {
    /// The notifications about a device, which is marked as seen now.
    pub(super) fn of(&mut self, key: &str, now: Timestamp) -> &mut OfDevice {
        if !self.devices.contains_key(key) && self.devices.len() >= MOST_DEVICES {
            let oldest = self.devices.iter().min_by_key(|(_, it)| it.seen);
            if let Some(key) = oldest.map(|(key, _)| key.clone()) {
                self.devices.remove(&key);
            }
        }
        let device = self.devices.entry(key.to_owned()).or_default();
        device.seen = day(now);
        for shown in device.shown.values_mut() {
            // A time in the future, recorded with a wrong clock, must not suppress notifications.
            shown.at = shown.at.min(now);
        }
        device
    }

    /// When a notification with this reason is allowed for a device; `None` while the reason of the
    /// previous notification lasts.
    pub(super) fn allowed(&self, key: &str, kind: Kind) -> Option<Timestamp> {
        let shown = self.devices.get(key).and_then(|it| it.shown.get(&kind));
        shown.map_or(Some(Timestamp::START), |shown| shown.allowed(kind))
    }

    /// The trend of a solar keyboard's charge over this number of days.
    pub(super) fn trend(&self, key: &str, days: u8) -> Trend {
        let device = self.devices.get(key);
        device.map_or(Trend::Unknown, |device| device.days.trend(days))
    }

    /// Records a notification about a device.
    pub(super) fn on_shown(&mut self, key: &str, kind: Kind, now: Timestamp) {
        let shown = Shown {
            at: now,
            over: false,
            charged: false,
        };
        self.of(key, now).shown.insert(kind, shown);
    }
}

/// The beginning of the day (of UTC).
fn day(at: Timestamp) -> Timestamp {
    let seconds = at.since_start().as_secs();
    Timestamp::from_start(Duration::from_secs(seconds - seconds % DAY.as_secs()))
}

impl OfDevice {
    /// Whether a notification with this reason was shown.
    pub(super) fn was_shown(&self, kind: Kind) -> bool {
        self.shown.contains_key(&kind)
    }

    /// Records that the reason has ended.
    pub(super) fn end(&mut self, kind: Kind) {
        if let Some(shown) = self.shown.get_mut(&kind) {
            shown.over = true;
        }
    }

    /// Records that the device is being charged.
    pub(super) fn charge(&mut self) {
        for shown in self.shown.values_mut() {
            shown.charged = true;
        }
    }
}

impl Shown {
    fn allowed(self, kind: Kind) -> Option<Timestamp> {
        let pause = match kind {
            Kind::Light => LIGHT_AGAIN,
            _ if self.charged => CHARGED_AGAIN,
            _ => AGAIN,
        };
        self.over.then(|| self.at + pause)
    }
}
