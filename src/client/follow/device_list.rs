//! The devices and receivers that are present, their previous state for each change, and which
//! devices to show.

use super::event::{FollowEvent, SessionEvent};
use crate::client::naming::Naming;
use crate::device::{Change, Changed, Device, Presence, Receiver};
use hidpp_proto::units::Timestamp;

/// A change, with the state before it.
#[derive(Debug)]
pub enum DeviceEvent {
    /// A receiver was found.
    ReceiverAdded(Receiver),
    /// More is known about a receiver.
    ReceiverChanged(Receiver),
    /// A receiver was removed.
    ReceiverRemoved(Receiver),
    /// A device was found.
    DeviceAdded(Device),
    /// A device changed.
    DeviceChanged {
        /// The state before.
        before: Box<Device>,
        /// The state now.
        now: Device,
        /// What changed.
        what: Vec<Changed>,
    },
    /// A device was removed.
    DeviceRemoved(Device),
    /// The light key of a device was pressed.
    LightKey(Device),
}

/// All present receivers and devices, as last reported.
///
/// A front end that shows devices passes it every event ([`Self::on_event`]) and shows
/// [`Self::shown`]. One that reports changes passes those ([`Self::begin`], [`Self::take`],
/// [`Self::settle`]).
#[derive(Debug)]
pub struct DeviceList {
    naming: Naming,
    receivers: Vec<Receiver>,
    devices: Vec<Device>,
    /// Listed before the last [`DeviceList::begin`], and not reported again since.
    unconfirmed: Unconfirmed,
    /// The devices shown until everything present was reported; `None`: it was.
    shown_before: Option<Vec<Device>>,
}

#[derive(Debug, Default)]
struct Unconfirmed {
    receivers: Vec<Receiver>,
    devices: Vec<Device>,
}

impl DeviceList {
    /// An empty list, for devices with these names.
    pub fn new(naming: Naming) -> Self {
        Self {
            naming,
            receivers: Vec::new(),
            devices: Vec::new(),
            unconfirmed: Unconfirmed::default(),
            shown_before: Some(Vec::new()),
        }
    }

    /// Processes any event of following. Returns whether the displayed text may have changed.
    pub fn on_event(&mut self, at: Timestamp, event: SessionEvent) -> bool {
        match event {
            SessionEvent::Begun(_) => {
                self.begin();
                false
            }
            SessionEvent::Follow(FollowEvent::Change(change)) => {
                self.take(*change).is_some() && self.is_complete()
            }
            SessionEvent::Follow(FollowEvent::Settled { .. }) => {
                self.settle();
                true
            }
            SessionEvent::Away => {
                self.shown_before = Some(unreachable(self.shown(), at));
                true
            }
            SessionEvent::Follow(FollowEvent::Alarm | FollowEvent::Remark(_))
            | SessionEvent::Lost => false,
        }
    }

    /// The devices to show. They remain as they were until everything present was reported, which
    /// takes seconds at the start and after each loss. Once the daemon counts as away, the devices
    /// are shown as offline.
    pub fn shown(&self) -> &[Device] {
        self.shown_before.as_deref().unwrap_or(&self.devices)
    }

    /// Whether everything present was reported since the last `begin` or `Away`.
    const fn is_complete(&self) -> bool {
        self.shown_before.is_none()
    }

    /// Everything present is about to be reported again, until [`DeviceList::settle`].
    pub fn begin(&mut self) {
        if self.is_complete() {
            self.shown_before = Some(self.devices.clone());
        }
        let before = &mut self.unconfirmed;
        before.receivers.append(&mut self.receivers);
        before.devices.append(&mut self.devices);
    }

    /// Ends the list of everything present: returns the unconfirmed devices and receivers as
    /// removed.
    pub fn settle(&mut self) -> Vec<DeviceEvent> {
        self.shown_before = None;
        let Unconfirmed { receivers, devices } = std::mem::take(&mut self.unconfirmed);
        let devices = devices.into_iter().map(DeviceEvent::DeviceRemoved);
        let receivers = receivers.into_iter().map(DeviceEvent::ReceiverRemoved);
        devices.chain(receivers).collect()
    }

    /// Processes a change. Returns the event to report; `None` for a value that was merely read
    /// again, or the removal of a device that was not listed.
    pub fn take(&mut self, mut change: Change) -> Option<DeviceEvent> {
        if let Some(device) = change.device_mut() {
            self.naming.apply(device);
        }
        match change {
            Change::ReceiverAdded(receiver) => self.add_receiver(receiver),
            Change::ReceiverRemoved(receiver) => {
                let place = self.receivers.iter().position(|it| it.id == receiver.id)?;
                self.receivers.swap_remove(place);
                Some(DeviceEvent::ReceiverRemoved(receiver))
            }
            Change::DeviceAdded(device) => {
                if let Some(place) = self.place(&device) {
                    self.devices.swap_remove(place);
                }
                let others = |it: &Device| it.id != device.id;
                self.unconfirmed.devices.retain(others);
                self.devices.push(device.clone());
                Some(DeviceEvent::DeviceAdded(device))
            }
            Change::DeviceChanged(now, what) => {
                let place = self.place(&now)?;
                let before = std::mem::replace(self.devices.get_mut(place)?, now.clone());
                let before = Box::new(before);
                Some(DeviceEvent::DeviceChanged { before, now, what })
            }
            Change::DeviceRemoved(device) => {
                let place = self.place(&device)?;
                self.devices.swap_remove(place);
                Some(DeviceEvent::DeviceRemoved(device))
            }
            // Not visible, except in the age of its values once it is offline.
            Change::DeviceRead(device) => {
                let place = self.place(&device)?;
                *self.devices.get_mut(place)? = device;
                None
            }
            Change::Identified { .. } => None,
            Change::LightKey(device) => {
                self.place(&device)?;
                Some(DeviceEvent::LightKey(device))
            }
        }
    }

    fn add_receiver(&mut self, receiver: Receiver) -> Option<DeviceEvent> {
        self.unconfirmed.receivers.retain(|it| it.id != receiver.id);
        let Some(known) = self.receivers.iter_mut().find(|it| it.id == receiver.id) else {
            self.receivers.push(receiver.clone());
            return Some(DeviceEvent::ReceiverAdded(receiver));
        };
        let before = std::mem::replace(known, receiver.clone());
        (before != receiver).then_some(DeviceEvent::ReceiverChanged(receiver))
    }

    /// All present devices.
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    fn place(&self, device: &Device) -> Option<usize> {
        self.devices.iter().position(|it| it.id == device.id)
    }

    /// Whether another device has this name too.
    pub fn is_ambiguous(&self, name: &str) -> bool {
        let named = self.devices.iter();
        named.filter(|it| it.shown_name() == Some(name)).count() > 1
    }
}

impl Default for DeviceList {
    fn default() -> Self {
        Self::new(Naming::default())
    }
}

/// These devices as unreachable from this time on.
fn unreachable(devices: &[Device], at: Timestamp) -> Vec<Device> {
    let offline = |device: &Device| {
        let mut after = Device {
            presence: Presence::Offline,
            ..device.clone()
        };
        if device.is_online() {
            // It was online until then, so its charge was current unless an older one was kept.
            // (Readings without a change are not reported.)
            after.seen = Some(at);
            if let Some(battery) = &mut after.battery
                && battery.charge_at == battery.at
            {
                (battery.at, battery.charge_at) = (at, at);
            }
        }
        after
    };
    devices.iter().map(offline).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::client::follow::Origin;
    use crate::device::samples::{battery, mouse};
    use crate::device::{Battery, ChargeState, Link, ReceiverModel};
    use hidpp_proto::wire::Slot;

    fn k750(id: &str) -> Device {
        let link = Link::Paired {
            receiver: "AF4F95EA".into(),
            slot: Slot::new(1).unwrap(),
        };
        Device {
            name: Some("K750".into()),
            ..Device::new(id.into(), link)
        }
    }

    #[test]
    fn a_change_is_reported_with_the_state_before_it() {
        let mut devices = DeviceList::default();
        devices.take(Change::DeviceAdded(k750("A")));
        let offline = Device {
            presence: Presence::Offline,
            ..k750("A")
        };
        let change = Change::DeviceChanged(offline, vec![Changed::Presence]);
        let Some(DeviceEvent::DeviceChanged { before, now, .. }) = devices.take(change) else {
            unreachable!("it was reported")
        };
        assert_eq!(
            (before.presence, now.presence),
            (Presence::Unknown, Presence::Offline)
        );
    }

    #[test]
    fn a_receiver_is_added_once_and_then_reported_when_it_changes() {
        let receiver = |paired| Receiver {
            id: "AF4F95EA".into(),
            model: ReceiverModel::of(0x046D, 0xC52B).unwrap(),
            vendor: 0x046D,
            product: 0xC52B,
            node: "/dev/hidraw0".into(),
            serial: Some("AF4F95EA".into()),
            firmware: None,
            slots: Some(6),
            paired: Some(paired),
        };
        let mut devices = DeviceList::default();
        let mut on_receiver = |paired| devices.take(Change::ReceiverAdded(receiver(paired)));
        assert!(matches!(
            on_receiver(3),
            Some(DeviceEvent::ReceiverAdded(_))
        ));
        assert!(on_receiver(3).is_none());
        assert!(matches!(
            on_receiver(4),
            Some(DeviceEvent::ReceiverChanged(_))
        ));
    }

    #[test]
    fn a_battery_that_was_read_again_is_stored_without_a_visible_change() {
        let mut devices = DeviceList::default();
        devices.take(Change::DeviceAdded(k750("A")));
        let read = Device {
            seen: Some(Timestamp::START),
            ..k750("A")
        };
        assert!(devices.take(Change::DeviceRead(read.clone())).is_none());
        assert_eq!(devices.devices(), [read]);
    }

    #[test]
    fn a_device_that_was_never_reported_is_not_removed() {
        let mut devices = DeviceList::default();
        assert!(devices.take(Change::DeviceRemoved(k750("A"))).is_none());
        assert!(devices.take(Change::LightKey(k750("A"))).is_none());
    }

    #[test]
    fn one_of_two_devices_with_the_same_name_leaves() {
        let mut devices = DeviceList::default();
        devices.take(Change::DeviceAdded(k750("A")));
        devices.take(Change::DeviceAdded(k750("B")));
        assert!(devices.is_ambiguous("K750"));
        assert!(devices.take(Change::DeviceRemoved(k750("A"))).is_some());
        assert!(!devices.is_ambiguous("K750"));
        assert!(devices.take(Change::LightKey(k750("B"))).is_some());
    }

    #[test]
    fn a_device_that_is_not_reported_again_is_removed() {
        let mut devices = DeviceList::default();
        devices.take(Change::DeviceAdded(k750("A")));
        devices.take(Change::DeviceAdded(k750("B")));
        devices.begin();
        let event = devices.take(Change::DeviceAdded(k750("B")));
        assert!(
            matches!(event, Some(DeviceEvent::DeviceAdded(_))),
            "it is reported again"
        );
        // The connection is lost again before everything was reported.
        devices.begin();
        devices.take(Change::DeviceAdded(k750("B")));
        let gone = devices.settle();
        let [DeviceEvent::DeviceRemoved(device)] = gone.as_slice() else {
            unreachable!("one is gone: {gone:?}")
        };
        assert_eq!(device.id, "A");
        assert!(devices.settle().is_empty());
    }

    fn at(hours: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(3600 * hours))
    }

    #[test]
    fn the_display_stays_until_everything_was_reported() {
        let mut devices = DeviceList::default();
        let begun = || SessionEvent::Begun(Origin::Fallback(Vec::new()));
        let settled = || {
            SessionEvent::Follow(FollowEvent::Settled {
                is_empty: false,
                unselected: Vec::new(),
            })
        };
        let added = |id| {
            let change = Change::DeviceAdded(k750(id));
            SessionEvent::Follow(FollowEvent::Change(Box::new(change)))
        };
        let ids = |devices: &DeviceList| -> Vec<String> {
            let shown = devices.shown().iter();
            shown.map(|it| it.id.clone()).collect()
        };
        assert!(!devices.on_event(at(0), begun()));
        assert!(!devices.on_event(at(0), added("A")), "at the start");
        assert!(!devices.is_complete() && devices.shown().is_empty());
        assert!(devices.on_event(at(0), settled()));
        assert!(devices.on_event(at(0), added("B")), "it was found later");
        assert_eq!(ids(&devices), ["A", "B"]);
        assert!(!devices.on_event(at(1), SessionEvent::Lost));
        assert!(!devices.on_event(at(1), begun()));
        assert!(!devices.on_event(at(1), added("C")));
        assert_eq!(ids(&devices), ["A", "B"], "until then");
        assert!(devices.on_event(at(1), settled()));
        assert_eq!(ids(&devices), ["C"]);
    }

    #[test]
    fn unreachable_devices_are_shown_offline_until_everything_was_reported_again() {
        let mut devices = DeviceList::default();
        let online = Device {
            presence: Presence::Online,
            ..k750("A")
        };
        devices.take(Change::DeviceAdded(online));
        devices.settle();
        assert!(devices.on_event(at(9), SessionEvent::Away));
        devices.begin();
        let shown = |devices: &DeviceList| {
            let shown = devices.shown().iter();
            shown.map(|it| it.presence).collect::<Vec<_>>()
        };
        assert_eq!(shown(&devices), [Presence::Offline]);
        assert!(devices.on_event(at(9), SessionEvent::Away), "once more");
        assert_eq!(shown(&devices), [Presence::Offline]);
        assert!(!devices.is_complete());
        devices.settle();
        assert!(devices.is_complete() && devices.shown().is_empty());
    }

    #[test]
    fn a_device_that_was_online_was_current_until_the_daemon_was_lost() {
        let mut device = mouse("C087-1", battery(97, ChargeState::Discharging));
        device.presence = Presence::Online;
        device.battery = device.battery.map(|it| Battery {
            at: at(1),
            charge_at: at(1),
            ..it
        });
        let times = |device: &Device| {
            let [after] = &unreachable(std::slice::from_ref(device), at(9))[..] else {
                panic!()
            };
            let battery = after.battery.unwrap();
            (after.seen, battery.at, battery.charge_at)
        };
        assert_eq!(times(&device), (Some(at(9)), at(9), at(9)));
        // The charge was read before charging began.
        let mut charged = device.clone();
        charged.battery.as_mut().unwrap().charge_at = at(0);
        assert_eq!(times(&charged), (Some(at(9)), at(1), at(0)));
        device.presence = Presence::Offline;
        assert_eq!(times(&device), (None, at(1), at(1)));
    }
}
