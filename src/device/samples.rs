//! A device and its battery, for tests.

use super::{Battery, BatterySource, ChargeState, Device, Link, ValueKind};
use hidpp_proto::feature::BatteryFeature;
use hidpp_proto::units::{Percent, Timestamp};

/// A mouse on a cable with a known battery and nothing else.
pub(crate) fn mouse(id: &str, battery: Battery) -> Device {
    let link = Link::Direct {
        node: "/dev/hidraw0".to_owned(),
        bus: "usb".to_owned(),
        product: 0xC087,
    };
    let mut device = Device::new(id.to_owned(), link);
    device.battery = Some(battery);
    device
}

/// A battery of feature 1004 that was read at the start of time.
pub(crate) fn battery(percent: u8, state: ChargeState) -> Battery {
    let (source, kind) = (
        BatterySource::Feature(BatteryFeature::Unified),
        ValueKind::Percent,
    );
    Battery {
        percent: Percent::new(percent),
        ..Battery::state_only(source, kind, state, Timestamp::START)
    }
}
