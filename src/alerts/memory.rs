use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::alert::Kind;
use super::light::{Days, Trend};
use hidpp_proto::units::Timestamp;

const HOUR: Duration = Duration::from_secs(60 * 60);

const DAY: Duration = Duration::from_secs(24 * HOUR.as_secs());

/// The same reason is not told again within this time.
const AGAIN: Duration = DAY;
/// Nor within this time if the device was charged meanwhile.
const CHARGED_AGAIN: Duration = Duration::from_secs(6 * HOUR.as_secs());
/// Nor that of light within this time: it changes with the seasons.
const LIGHT_AGAIN: Duration = Duration::from_secs(7 * DAY.as_secs());

/// More devices than this nobody has; the longest unheard are forgotten.
const MOST_DEVICES: usize = 200;

/// What was told, from one start of the program to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Memory {
    devices: BTreeMap<String, OfDevice>,
}

/// What was told of a device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct OfDevice {
    /// On which day: that it was heard again is not worth writing each time.
    heard: Timestamp,
    told: BTreeMap<Kind, Told>,
    /// Of a solar keyboard.
    #[serde(default)]
    pub(super) days: Days,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
struct Told {
    at: Timestamp,
    /// Whether its reason has gone since.
    over: bool,
    /// Whether the device was charged since.
    charged: bool,
}

impl Memory {
    /// What was told of a device, which was heard of now.
    pub(super) fn of(&mut self, key: &str, now: Timestamp) -> &mut OfDevice {
        if !self.devices.contains_key(key) && self.devices.len() >= MOST_DEVICES {
            let unheard = self.devices.iter().min_by_key(|(_, it)| it.heard);
            if let Some(key) = unheard.map(|(key, _)| key.clone()) {
                self.devices.remove(&key);
            }
        }
        let device = self.devices.entry(key.to_owned()).or_default();
        device.heard = day(now);
        for told in device.told.values_mut() {
            // A clock that was wrong does not silence for years.
            told.at = told.at.min(now);
        }
        device
    }

    /// When this may be told of a device; `None`: not while its reason lasts.
    pub(super) fn allowed(&self, key: &str, kind: Kind) -> Option<Timestamp> {
        let told = self.devices.get(key).and_then(|it| it.told.get(&kind));
        told.map_or(Some(Timestamp::START), |told| told.allowed(kind))
    }

    /// What became of a solar keyboard's charge over so many days.
    pub(super) fn trend(&self, key: &str, days: u8) -> Trend {
        let device = self.devices.get(key);
        device.map_or(Trend::Unknown, |device| device.days.trend(days))
    }

    /// This is told of a device now.
    pub(super) fn tell(&mut self, key: &str, kind: Kind, now: Timestamp) {
        let told = Told {
            at: now,
            over: false,
            charged: false,
        };
        self.of(key, now).told.insert(kind, told);
    }
}

/// The beginning of that day (of UTC).
fn day(at: Timestamp) -> Timestamp {
    let seconds = at.since_start().as_secs();
    Timestamp::from_start(Duration::from_secs(seconds - seconds % DAY.as_secs()))
}

impl OfDevice {
    /// Whether this was ever told.
    pub(super) fn was_told(&self, kind: Kind) -> bool {
        self.told.contains_key(&kind)
    }

    /// The reason has gone.
    pub(super) fn end(&mut self, kind: Kind) {
        if let Some(told) = self.told.get_mut(&kind) {
            told.over = true;
        }
    }

    /// The device is being charged.
    pub(super) fn charge(&mut self) {
        for told in self.told.values_mut() {
            told.charged = true;
        }
    }
}

impl Told {
    fn allowed(self, kind: Kind) -> Option<Timestamp> {
        let pause = match kind {
            Kind::Light => LIGHT_AGAIN,
            _ if self.charged => CHARGED_AGAIN,
            _ => AGAIN,
        };
        self.over.then(|| self.at + pause)
    }
}
