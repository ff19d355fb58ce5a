//! Repeated readings of a battery whose events may not report every change.
//!
//! Whether a headset that speaks Centurion reports each step of its charge is not known: an event was
//! seen when its cable was plugged in (`LGSTrayEx`). So its battery is polled again now and then while
//! it is on. This ends as soon as an event reports another charge than the reading before it: then
//! events suffice.

use std::time::Duration;

use super::Node;
use crate::device::Battery;
use hidpp_proto::session::Wanted;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::DeviceIndex;

/// How old a reading is when it is repeated. It takes a headset hours to lose a tenth of its charge,
/// and each request may keep it from switching off by itself.
const REPEAT: Duration = Duration::from_secs(600);

/// When to repeat the reading of a node's headset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum RepeatedReading {
    /// Other devices report changes, or the battery was not read yet.
    #[default]
    Never,
    /// At this time, if the headset is on.
    At(Timestamp),
    /// Its events report changes of the charge.
    EventsSuffice,
}

impl RepeatedReading {
    /// A reading arrived, by an event or as an answer (`polled`).
    fn on_reading(&mut self, now: Timestamp, polled: bool, is_another: bool) {
        *self = match self {
            Self::EventsSuffice => Self::EventsSuffice,
            _ if !polled && is_another => Self::EventsSuffice,
            _ => Self::At(now + REPEAT),
        };
    }
}

impl Node<'_> {
    /// The battery of the device on a node of its own was read.
    pub(super) fn on_battery(
        &mut self,
        now: Timestamp,
        before: Option<&Battery>,
        after: &Battery,
        polled: bool,
    ) {
        if self.is_centurion() && self.query.follow {
            let charge = before.and_then(|it| it.percent);
            let is_another = charge.is_some() && charge != after.percent;
            self.repeated_reading.on_reading(now, polled, is_another);
        }
    }

    /// Polls the battery again if that is due.
    pub(super) fn repeat_reading(&mut self, now: Timestamp) {
        if self.repeat_due().is_some_and(|due| due <= now)
            && self.query.wanted.contains(Wanted::BATTERY)
        {
            self.repeated_reading = RepeatedReading::At(now + REPEAT);
            self.read_battery_again(now, DeviceIndex::DIRECT);
        }
    }

    /// When the battery is to be polled again; `None`: not, as long as the device is off.
    pub(super) fn repeat_due(&self) -> Option<Timestamp> {
        let is_on = self.device(DeviceIndex::DIRECT)?.is_online();
        match self.repeated_reading {
            RepeatedReading::At(due) if is_on => Some(due),
            _ => None,
        }
    }
}
