use crate::device::{Device, Receiver};

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
        let battery = |device: &Device| {
            let battery = device.battery.as_ref()?;
            Some((
                battery.percent,
                battery.margin,
                battery.level,
                battery.state,
                battery.voltage,
                battery.external_power,
                battery.trusted,
            ))
        };
        let description = |device: &Device| {
            (
                device.name.clone(),
                device.full_name.clone(),
                device.kind,
                device.firmware,
                device.has_battery,
            )
        };
        let links = |device: &Device| (device.link.clone(), device.other_links.clone());
        // Without the time from which on it counts.
        let left = |device: &Device| {
            let left = device.forecast?;
            Some((left.until, left.basis, left.best, left.low, left.high))
        };
        let all = [
            (before.presence != after.presence, Self::Presence),
            (battery(before) != battery(after), Self::Battery),
            (before.light != after.light, Self::Light),
            (description(before) != description(after), Self::Description),
            (links(before) != links(after), Self::Links),
            (left(before) != left(after), Self::TimeLeft),
        ];
        let different = all.into_iter().filter(|(different, _)| *different);
        different.map(|(_, what)| what).collect()
    }
}
