use super::named::named;
use super::{Battery, Device, Receiver, TimeLeft};

/// A change of a receiver or device.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A receiver was found, or more of its properties were read.
    ReceiverAdded(Receiver),
    /// A receiver was removed. The removal of its devices is reported before.
    ReceiverRemoved(Receiver),
    /// A device was found, and read as far as possible.
    DeviceAdded(Device),
    /// A device is no longer connected or paired.
    DeviceRemoved(Device),
    /// Properties of a device changed.
    DeviceChanged(Device, Vec<Changed>),
    /// The battery of a device was read again; only the time of the reading changed.
    DeviceRead(Device),
    /// The light key of a device was pressed.
    LightKey(Device),
    /// A device that was known by a link-based id was identified as the device of another id. Data
    /// stored under the first id belongs to the second.
    Identified {
        /// The id before.
        from: String,
        /// The id from now on.
        to: String,
    },
}

impl Change {
    /// The change between two states of a device; `None`: nothing, or only [`Device::seen`],
    /// changed.
    pub fn between(before: &Device, after: &Device) -> Option<Self> {
        let read_at = |device: &Device| device.battery.map(|it| (it.at, it.charge_at));
        let what = Changed::between(before, after);
        if !what.is_empty() {
            Some(Self::DeviceChanged(after.clone(), what))
        } else if read_at(before) != read_at(after) {
            Some(Self::DeviceRead(after.clone()))
        } else {
            None
        }
    }

    /// The device, if this change brings it online: found, reconnected, or connected by another
    /// link.
    pub fn back(&self) -> Option<&Device> {
        match self {
            Self::DeviceAdded(device) => Some(device),
            Self::DeviceChanged(device, what)
                if what.contains(&Changed::Presence) || what.contains(&Changed::Links) =>
            {
                Some(device)
            }
            _ => None,
        }
        .filter(|device| device.is_online())
    }

    /// The device that changed.
    pub const fn device_mut(&mut self) -> Option<&mut Device> {
        match self {
            Self::DeviceAdded(device)
            | Self::DeviceRemoved(device)
            | Self::DeviceChanged(device, _)
            | Self::DeviceRead(device)
            | Self::LightKey(device) => Some(device),
            Self::ReceiverAdded(_) | Self::ReceiverRemoved(_) | Self::Identified { .. } => None,
        }
    }
}

named! {
    /// A group of device properties that changed, with its name in JSON.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Changed {
        /// Whether the device is online.
        Presence => "presence",
        /// Charge, state or voltage.
        Battery => "battery",
        /// The light; a new measurement of the same value counts as a change, too.
        Light => "light",
        /// Name, kind, firmware.
        Description => "description",
        /// The links by which it is, or can be, connected.
        Links => "links",
        /// The forecast of how long the battery lasts, or takes until it is full.
        TimeLeft => "time-left",
    }
}

impl Changed {
    /// The differences between two states of a device. Reading the same value again is not a
    /// difference, except for light: each measurement counts.
    pub fn between(before: &Device, after: &Device) -> Vec<Self> {
        // All fields are listed, so that adding one forces a decision here.
        let Device {
            presence,
            battery,
            light,
            name,
            full_name,
            kind,
            firmware,
            has_battery,
            link,
            other_links,
            forecast,
            // Set where devices are shown, from a file that is read once.
            preferences: _,
            // Constant for one device, or implied by the fields above.
            id: _,
            stored_name: _,
            wpid: _,
            serial: _,
            protocol: _,
            power_switch: _,
            // Being seen again is not a change.
            seen: _,
        } = before;
        let description = (name, full_name, kind, firmware, has_battery);
        let new_description = (
            &after.name,
            &after.full_name,
            &after.kind,
            &after.firmware,
            &after.has_battery,
        );
        let links = (link, other_links) != (&after.link, &after.other_links);
        let all = [
            (*presence != after.presence, Self::Presence),
            (
                battery.map(readable) != after.battery.map(readable),
                Self::Battery,
            ),
            (*light != after.light, Self::Light),
            (description != new_description, Self::Description),
            (links, Self::Links),
            (
                forecast.map(range) != after.forecast.map(range),
                Self::TimeLeft,
            ),
        ];
        let different = all.into_iter().filter(|(different, _)| *different);
        different.map(|(_, what)| what).collect()
    }
}

/// The fields of a battery that count as a change if they differ.
fn readable(battery: Battery) -> impl PartialEq {
    let Battery {
        percent,
        margin,
        level,
        state,
        voltage,
        external_power,
        trusted,
        // These change only together with one of the others.
        next: _,
        value_kind: _,
        rechargeable: _,
        source: _,
        // Reading the same value again is not a change.
        at: _,
        charge_at: _,
    } = battery;
    (
        percent,
        margin,
        level,
        state,
        voltage,
        external_power,
        trusted,
    )
}

/// The fields of a forecast that count as a change if they differ: all but its start time.
fn range(left: TimeLeft) -> impl PartialEq {
    let TimeLeft {
        until,
        basis,
        best,
        low,
        high,
        at: _,
    } = left;
    (until, basis, best, low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::samples::{battery, mouse};
    use std::time::Duration;

    use hidpp_proto::units::{Lux, Timestamp};

    use crate::device::{ChargeState, Light, OtherLink, Presence};

    #[test]
    fn each_kind_of_change_is_named_and_a_sign_of_life_is_not_one() {
        let before = mouse("C087-1", battery(50, ChargeState::Discharging));
        let changed = |change: &dyn Fn(&mut Device)| {
            let mut after = before.clone();
            change(&mut after);
            Changed::between(&before, &after)
        };
        let link = OtherLink {
            link: before.link.clone(),
            presence: Presence::Offline,
        };
        assert_eq!(
            changed(&|it| it.other_links.push(link.clone())),
            [Changed::Links]
        );
        assert_eq!(
            changed(&|it| it.full_name = Some("Mouse".to_owned())),
            [Changed::Description]
        );
        assert_eq!(
            changed(&|it| it.battery = Some(battery(49, ChargeState::Discharging))),
            [Changed::Battery]
        );
        assert_eq!(
            changed(&|it| it.presence = Presence::Offline),
            [Changed::Presence]
        );
        let light = |lux| Light {
            lux: Lux(lux),
            trusted: true,
            at: Timestamp::START,
        };
        assert_eq!(changed(&|it| it.light = Some(light(12))), [Changed::Light]);
        assert_eq!(changed(&|it| it.seen = Some(Timestamp::START)), []);
        // The same value read again is a reading, not a change.
        let mut after = before.clone();
        if let Some(battery) = &mut after.battery {
            battery.at += Duration::from_secs(1);
        }
        assert_eq!(Changed::between(&before, &after), []);
        assert!(matches!(
            Change::between(&before, &after),
            Some(Change::DeviceRead(_))
        ));
    }
}
