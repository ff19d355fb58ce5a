use std::collections::BTreeMap;
use std::time::Duration;

use super::alert::Kind;
use crate::device::{Battery, Device};
use hidpp_proto::units::Timestamp;

/// What nothing contradicts for so long is believed: a solar keyboard speaks every 90 seconds, and a
/// device that leaps is asked again at once.
const CONFIRMS: Duration = Duration::from_secs(3 * 60);

/// A device that is followed.
#[derive(Debug)]
pub(super) struct Watch {
    /// As last told, with its freshest battery.
    pub(super) device: Device,
    pub(super) waiting: BTreeMap<Kind, Waiting>,
}

/// A reason that was not told yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    since: Timestamp,
    /// The reading that gave it first.
    reading: Timestamp,
    is_confirmed: bool,
}

impl Watch {
    /// A device of which only the name is known.
    pub(super) fn new(device: &Device) -> Self {
        Self {
            device: Device {
                battery: None,
                ..device.clone()
            },
            waiting: BTreeMap::new(),
        }
    }

    /// Takes the device as it is now; the reading, if there is a newer one that it vouches for.
    pub(super) fn take(&mut self, device: &Device, now: Timestamp) -> Option<Battery> {
        let before = self.device.battery;
        // One of the future was read by a clock that was set back since.
        let is_newer = |it: &Battery, before: Battery| it.at >= before.at || before.at > now;
        let is_news =
            |it: &Battery| before.is_none_or(|before| *it != before && is_newer(it, before));
        let fresh = device.battery.filter(|it| it.trusted && is_news(it));
        self.device = Device {
            battery: fresh.or(before),
            ..device.clone()
        };
        fresh
    }

    /// A reading gives this reason; whether it is the first to do so.
    pub(super) fn give(&mut self, kind: Kind, reading: Timestamp, now: Timestamp) -> bool {
        let is_new = !self.waiting.contains_key(&kind);
        let waiting = self.waiting.entry(kind).or_insert(Waiting {
            since: now,
            reading,
            is_confirmed: false,
        });
        waiting.is_confirmed |= reading != waiting.reading;
        is_new
    }

    /// Nothing waits for a time that was set back to come again.
    pub(super) fn note_time(&mut self, now: Timestamp) {
        for waiting in self.waiting.values_mut() {
            waiting.since = waiting.since.min(now);
        }
    }
}

impl Waiting {
    /// When it is believed.
    pub(super) fn believed(&self) -> Timestamp {
        if self.is_confirmed {
            self.since
        } else {
            self.since + CONFIRMS
        }
    }
}
