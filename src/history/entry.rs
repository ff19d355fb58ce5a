use std::time::Duration;

use crate::device::{ChargeState, Device, Light, Presence, named};
use hidpp_proto::units::{Lux, Millivolts, Percent, Timestamp};

/// The interval after which an unchanged value is written again, at the next call.
pub const HEARTBEAT: Duration = Duration::from_secs(60 * 60);

/// The tolerated delay of such an entry, in seconds.
const LATE: u64 = 60;

/// The values of a device to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The last known charge.
    pub charge: Option<Percent>,
    /// The last known voltage of the cell.
    pub voltage: Option<Millivolts>,
    /// The last light measurement; each measurement is recorded once.
    pub light: Option<Light>,
    /// The charge state.
    pub state: ChargeState,
    /// Whether the device is online.
    pub online: bool,
}

impl Sample {
    /// The trusted values of a device; `None`: there are none.
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

/// The recorded values at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The time, in whole seconds.
    pub at: Timestamp,
    /// The length of time it summarizes.
    pub span: Span,
    /// The charge; for an offline device, the last known one.
    pub charge: Option<Percent>,
    /// The voltage of the cell; for an offline device, the last known one.
    pub voltage: Option<Millivolts>,
    /// The light, if it was measured since the previous entry.
    pub light: Option<Lux>,
    /// The charge state.
    pub state: ChargeState,
    /// Whether the device was online.
    pub online: bool,
}

named! {
    /// The length of time that an entry summarizes.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Span {
        /// None: the values of one moment.
        Moment => "moment",
        /// An hour: its last values, and its mean light.
        Hour => "hour",
        /// A day (of UTC), likewise.
        Day => "day",
    }
}

impl Span {
    /// The maximum distance of two such entries while the device was being recorded: the entry of
    /// one hour or day may have the time of its first second, and the next that of its last.
    const fn apart(self) -> Duration {
        match self {
            Self::Moment | Self::Hour => Duration::from_secs(2 * HEARTBEAT.as_secs() + LATE),
            Self::Day => Duration::from_secs(2 * 24 * 60 * 60 + LATE),
        }
    }
}

impl Entry {
    /// Whether the device was recorded between an earlier entry and this one, so that the earlier
    /// values applied until this one. Otherwise there is a gap: the computer was suspended, or the
    /// daemon was not running.
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
    fn a_device_without_values_has_no_sample() {
        assert_eq!(Sample::of(&keyboard()), None);
    }

    #[test]
    fn a_sample_has_only_trusted_values() {
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
    fn entries_further_apart_than_the_heartbeat_have_a_gap() {
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
