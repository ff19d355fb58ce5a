use super::{Battery, Device, Receiver, TimeLeft};

/// Something became different.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A receiver was found, or said more about itself.
    ReceiverAdded(Receiver),
    /// A receiver is gone, and its devices before it.
    ReceiverRemoved(Receiver),
    /// A device was found and read, as far as it could be.
    DeviceAdded(Device),
    /// A device is not connected or paired any more.
    DeviceRemoved(Device),
    /// Something about a device is different.
    DeviceChanged(Device, Vec<Changed>),
    /// The battery of a device was read again, and nothing is different but the time.
    DeviceRead(Device),
    /// The light key of a device was pressed.
    LightKey(Device),
    /// A device that had an id of its link alone turned out to be the one of another id. What was
    /// kept under the first belongs to the second.
    Identified {
        /// The id before.
        from: String,
        /// The id from now on.
        to: String,
    },
}

impl Change {
    /// What became of a device between two states; `None`: nothing, or it was only seen.
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

    /// The device that is there again, for the first time, or by another link, and awake.
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

    /// The device it is about.
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

/// What is different about a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Whether it can be talked to.
    Presence,
    /// Charge, state or voltage.
    Battery,
    /// The light, or it was measured again.
    Light,
    /// Name, kind, firmware.
    Description,
    /// How it is connected, or can be.
    Links,
    /// How long the battery lasts, or takes until it is full.
    TimeLeft,
}

impl Changed {
    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Presence => "presence",
            Self::Battery => "battery",
            Self::Light => "light",
            Self::Description => "description",
            Self::Links => "links",
            Self::TimeLeft => "time-left",
        }
    }

    /// What is different between two states of a device. That a value was merely read again is no
    /// difference, but for the light: each measurement is one.
    pub fn between(before: &Device, after: &Device) -> Vec<Self> {
        // All fields are named: a new one is decided on here.
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
            // The same as long as it is this device, or described by what changes with it.
            id: _,
            stored_name: _,
            wpid: _,
            serial: _,
            protocol: _,
            power_switch: _,
            // A sign of life alone is no change.
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

/// What of a battery makes a change.
fn readable(battery: Battery) -> impl PartialEq {
    let Battery {
        percent,
        margin,
        level,
        state,
        voltage,
        external_power,
        trusted,
        // They come with one of the others.
        next: _,
        value_kind: _,
        rechargeable: _,
        source: _,
        // It was merely read again.
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

/// What of a time left makes a change: not from when on it counts.
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
    use crate::device::{ChargeState, OtherLink, Presence};

    #[test]
    fn each_kind_of_change_is_named_and_a_sign_of_life_is_none() {
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
        assert_eq!(changed(&|it| it.seen = None), []);
    }
}
