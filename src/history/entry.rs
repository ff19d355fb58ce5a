use std::time::Duration;

use crate::device::{ChargeState, Device, Light, Presence, named};
use hidpp_proto::units::{Lux, Millivolts, Percent, Timestamp};

/// What stays the same is written again after this time, if it is told again.
pub const HEARTBEAT: Duration = Duration::from_secs(60 * 60);

/// How many seconds late it may be written.
const LATE: u64 = 60;

/// What is to be recorded of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The charge, as last known.
    pub charge: Option<Percent>,
    /// The cell's voltage, as last known.
    pub voltage: Option<Millivolts>,
    /// The light with the time it was measured: it is recorded once.
    pub light: Option<Light>,
    /// What the battery is doing.
    pub state: ChargeState,
    /// Whether the device can be talked to.
    pub online: bool,
}

impl Sample {
    /// What is known of a device and vouched for by it; `None`: nothing.
    pub fn of(device: &Device) -> Option<Self> {
        let battery = device.battery.filter(|it| it.trusted);
        let light = device.light.filter(|it| it.trusted);
        if battery.is_none() && light.is_none() {
            return None;
        }
        Some(Self {
            charge: battery.and_then(|it| it.percent),
            voltage: battery.and_then(|it| it.voltage),
            light,
            state: battery.map_or(ChargeState::Unknown, |it| it.state),
            online: device.presence == Presence::Online,
        })
    }
}

/// What was known at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When, in whole seconds.
    pub at: Timestamp,
    /// How much time it stands for.
    pub span: Span,
    /// The charge; of a device that is not online, the one of before.
    pub charge: Option<Percent>,
    /// The cell's voltage; of a device that is not online, the one of before.
    pub voltage: Option<Millivolts>,
    /// The light, where it was measured since the entry before.
    pub light: Option<Lux>,
    /// What the battery was doing.
    pub state: ChargeState,
    /// Whether the device could be talked to.
    pub online: bool,
}

named! {
    /// How much time an entry stands for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Span {
        /// It was written when it was so.
        Moment => "moment",
        /// It is what remains of an hour: its last values, its mean light.
        Hour => "hour",
        /// It is what remains of a day (of UTC), likewise.
        Day => "day",
    }
}

impl Span {
    /// How far apart two of a kind are, at the most, while somebody watches: an hour or day may be
    /// told by its first and the next by its last second.
    const fn apart(self) -> Duration {
        match self {
            Self::Moment | Self::Hour => Duration::from_secs(2 * HEARTBEAT.as_secs() + LATE),
            Self::Day => Duration::from_secs(2 * 24 * 60 * 60 + LATE),
        }
    }
}

impl Entry {
    /// Whether somebody watched between an earlier entry and this one, so that what stood in the
    /// earlier one stayed so. Otherwise there is a gap: the computer slept, or no daemon ran.
    pub fn follows(&self, earlier: &Self) -> bool {
        self.at.since(earlier.at) <= self.span.apart().max(earlier.span.apart())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Battery, BatterySource, Link, ValueKind};

    fn keyboard() -> Device {
        let link = Link::Direct {
            node: "/dev/hidraw0".to_owned(),
            bus: "usb".to_owned(),
            product: 0x4002,
        };
        Device::new("4002-5692B2EC".to_owned(), link)
    }

    fn battery() -> Battery {
        let (source, kind) = (BatterySource::SOLAR, ValueKind::Percent);
        Battery {
            percent: Percent::new(57),
            voltage: Some(Millivolts(3850)),
            ..Battery::state_only(source, kind, ChargeState::Charging, Timestamp::START)
        }
    }

    #[test]
    fn of_a_device_of_which_nothing_is_known_there_is_no_sample() {
        assert_eq!(Sample::of(&keyboard()), None);
    }

    #[test]
    fn a_sample_has_what_the_device_vouches_for() {
        let light = Light {
            lux: Lux(312),
            trusted: false,
            at: Timestamp::START,
        };
        let device = Device {
            presence: Presence::Online,
            battery: Some(battery()),
            light: Some(light),
            ..keyboard()
        };
        let sample = Sample {
            charge: Percent::new(57),
            voltage: Some(Millivolts(3850)),
            light: None,
            state: ChargeState::Charging,
            online: true,
        };
        assert_eq!(Sample::of(&device), Some(sample));
        let light = Light {
            trusted: true,
            ..light
        };
        let untrusted = Device {
            battery: Some(Battery {
                trusted: false,
                ..battery()
            }),
            light: Some(light),
            ..device
        };
        let sample = Sample {
            charge: None,
            voltage: None,
            light: Some(light),
            state: ChargeState::Unknown,
            online: true,
        };
        assert_eq!(Sample::of(&untrusted), Some(sample));
    }

    #[test]
    fn entries_further_apart_than_what_is_written_have_a_gap() {
        let entry = |hours: u64, span| Entry {
            at: Timestamp::from_start(Duration::from_secs(hours * 60 * 60)),
            span,
            charge: None,
            voltage: None,
            light: None,
            state: ChargeState::Unknown,
            online: false,
        };
        let first = entry(0, Span::Moment);
        assert!(entry(2, Span::Moment).follows(&first));
        assert!(!entry(3, Span::Moment).follows(&first));
        assert!(entry(48, Span::Day).follows(&first));
        assert!(!entry(49, Span::Day).follows(&first));
        assert!(entry(48, Span::Moment).follows(&entry(0, Span::Day)));
    }
}
