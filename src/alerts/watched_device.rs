use std::collections::BTreeMap;
use std::time::Duration;

use super::alert::Kind;
use crate::device::{Battery, Device};
use hidpp_proto::units::Timestamp;

/// Debounce time: a reason counts as confirmed if no reading contradicts it for this long. A solar
/// keyboard sends a reading every 90 seconds, and after an implausible reading a device is polled
/// again at once.
const CONFIRMS: Duration = Duration::from_secs(3 * 60);

/// A followed device with its queued notifications.
#[derive(Debug)]
pub(super) struct WatchedDevice {
    /// The last state of the device, with the latest trusted battery reading.
    pub(super) device: Device,
    pub(super) waiting: BTreeMap<Kind, Waiting>,
}

/// A queued notification.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    since: Timestamp,
    /// The time of the reading that first gave the reason.
    reading: Timestamp,
    is_confirmed: bool,
}

impl WatchedDevice {
    /// A new device before the first evaluation of its battery.
    pub(super) fn new(device: &Device) -> Self {
        Self {
            device: Device {
                battery: None,
                ..device.clone()
            },
            waiting: BTreeMap::new(),
        }
    }

    /// Stores the current state of the device. Returns the battery reading, if it is new and
    /// trusted.
    pub(super) fn take(&mut self, device: &Device, now: Timestamp) -> Option<Battery> {
        let before = self.device.battery;
        // A reading from the future was taken before the clock was set back.
        let is_newer = |it: &Battery, before: Battery| it.at >= before.at || before.at > now;
        let is_new =
            |it: &Battery| before.is_none_or(|before| *it != before && is_newer(it, before));
        let fresh = device.battery.filter(|it| it.trusted && is_new(it));
        self.device = Device {
            battery: fresh.or(before),
            ..device.clone()
        };
        fresh
    }

    /// Processes a reading that gives this reason: queues a notification, or confirms the queued
    /// one. Returns whether the notification is new in the queue.
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

    /// After the clock was set back, queued notifications must not wait for the old time to recur.
    pub(super) fn note_time(&mut self, now: Timestamp) {
        for waiting in self.waiting.values_mut() {
            waiting.since = waiting.since.min(now);
        }
    }
}

impl Waiting {
    /// When the queued notification counts as confirmed.
    pub(super) fn confirmed_at(&self) -> Timestamp {
        if self.is_confirmed {
            self.since
        } else {
            self.since + CONFIRMS
        }
    }
}
