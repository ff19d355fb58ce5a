//! The time for which devices are rendered, and when the text of unchanged devices changes.

use std::cell::Cell;
use std::time::Duration;

use crate::cli::value_text;
use crate::device::{Battery, Device, Presence, STALE, TimeBasis, TimeLeft};
use hidpp_proto::units::Timestamp;

/// Texts change because of ages at whole minutes only: those of several devices change together,
/// and a stream wakes up at most once a minute.
const STEP: Duration = Duration::from_secs(60);

/// The time of one rendering. It collects when the text becomes stale.
pub(super) struct Moment {
    now: Timestamp,
    changes: Cell<Option<Timestamp>>,
}

impl Moment {
    pub(super) const fn new(now: Timestamp) -> Self {
        let changes = Cell::new(None);
        Self { now, changes }
    }

    /// When the rendered text changes without an event; `None`: never.
    pub(super) const fn changes(&self) -> Option<Timestamp> {
        self.changes.get()
    }

    /// Returns whether a device belongs in a bar: it is present, or was until a day ago. A device
    /// whose last contact is unknown stays.
    pub(super) fn is_in_bar(&self, device: &Device) -> bool {
        let sign = device.last_sign();
        let Some(sign) = sign.filter(|_| device.presence == Presence::Offline) else {
            return true;
        };
        let is_in = self.now.since(sign) < STALE;
        if is_in {
            self.until(sign + STALE);
        }
        is_in
    }

    /// The age of the charge of a device that is not online, from one minute on.
    pub(super) fn age(&self, device: &Device) -> Option<String> {
        let battery = device.battery.filter(Battery::reports_charge);
        let read = battery.filter(|_| !device.is_online())?.charge_at;
        self.until(value_text::coarse_age_changes(self.now, read));
        value_text::coarse_age(self.now, read)
    }

    /// How long the battery lasts, or how long until it is full.
    pub(super) fn time_left(&self, device: &Device) -> Option<TimeLeft> {
        let left = device.time_left(self.now)?.rounded();
        if left.basis == TimeBasis::Calendar {
            self.until(self.now + left.step());
        }
        Some(left)
    }

    /// Notes that the rendered text changes at this time.
    fn until(&self, at: Timestamp) {
        let at = at.rounded_up(STEP);
        self.changes
            .set(self.changes.get().into_iter().chain([at]).min());
    }
}
