//! The devices as last reported, and their recent values.

use std::time::Duration;

use super::track::Track;
use crate::client::naming::Naming;
use crate::device::{BatteryLevel, Change, Device, Link, Presence, Receiver};
use hidpp_proto::units::{Percent, Timestamp};
use hidpp_proto::wire::Slot;

/// A period for which values are shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    length: Duration,
    /// Its length, and half of it, in words.
    pub(super) name: &'static str,
    pub(super) half: &'static str,
}

/// The period for which light and voltage are shown.
pub(super) const MINUTES: Period = Period {
    length: Duration::from_secs(10 * 60),
    name: "10 min",
    half: "5 min",
};

/// The period for which the charge, which changes slowly, is shown.
pub(super) const HOURS: Period = Period {
    length: Duration::from_secs(6 * 60 * 60),
    name: "6 hours",
    half: "3 hours",
};

/// The period over which the trend of a charge is determined.
const TREND: Duration = Duration::from_secs(60 * 60);

/// The least change of a voltage that is a trend and not noise, in millivolts: the last digit
/// shown.
const FLICKER: i32 = 10;

/// The id of a device.
pub(super) type Key = String;

/// The trend of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trend {
    Rising,
    Falling,
}

/// How complete the known state is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FollowState {
    /// Not all present devices were reported yet.
    Starting,
    /// All present devices were reported.
    Settled,
    /// The connection is lost; all values are stale.
    Lost,
}

/// A message for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remark {
    pub(super) text: String,
    /// `None`: until the next one.
    pub(super) until: Option<Timestamp>,
}

/// A device and its recent values.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) device: Device,
    /// Lux.
    pub(super) light: Track,
    /// Percent.
    pub(super) charge: Track,
    /// Millivolts.
    pub(super) voltage: Track,
    /// When the light key was pressed last.
    pub(super) key_pressed: Option<Timestamp>,
    /// When it last woke up or connected.
    pub(super) back: Option<Timestamp>,
    /// It was not reported since the connection was lost.
    stale: bool,
}

/// All devices and receivers.
#[derive(Clone, Debug)]
pub(super) struct Model {
    naming: Naming,
    pub(super) follow_state: FollowState,
    pub(super) receivers: Vec<Receiver>,
    /// Sorted by receiver, position in the configuration and slot, those without a receiver last.
    pub(super) entries: Vec<Entry>,
    /// The last message for the user.
    pub(super) remark: Option<Remark>,
}

impl Entry {
    const fn new(device: Device) -> Self {
        Self {
            device,
            light: Track::of(MINUTES.length),
            charge: Track::of(HOURS.length),
            voltage: Track::of(MINUTES.length),
            key_pressed: None,
            back: None,
            stale: false,
        }
    }

    /// Stores the new state; `back`: the device woke up or connected.
    fn update(&mut self, device: Device, at: Timestamp, back: bool) {
        if back {
            self.back = Some(at);
        }
        if let Some(battery) = device.battery.filter(|it| it.trusted) {
            let percent = battery.percent.map(|it| u16::from(it.get()));
            self.charge.note(battery.charge_at, percent);
            self.voltage
                .note(battery.at, battery.voltage.map(|it| it.0));
        }
        if let Some(light) = device.light.filter(|it| it.trusted) {
            self.light.note(light.at, Some(light.lux.0));
        }
        if device.presence == Presence::Offline {
            self.end_measuring(at);
        }
        self.device = device;
        self.stale = false;
    }

    /// The values measured continuously are unknown from now on.
    fn end_measuring(&mut self, at: Timestamp) {
        self.light.note(at, None);
        self.voltage.note(at, None);
    }

    pub(super) fn key(&self) -> Key {
        self.device.id.clone()
    }

    /// Returns whether it is this device.
    pub(super) fn is(&self, key: &str) -> bool {
        self.device.id == key
    }

    /// Returns whether it has a light meter.
    pub(super) fn measures_light(&self) -> bool {
        self.device.is_solar()
    }

    /// Returns whether its values may be stale.
    pub(super) fn is_old(&self) -> bool {
        self.device.presence == Presence::Offline || self.stale
    }

    /// When it was last known to be reachable.
    pub(super) fn seen(&self) -> Option<Timestamp> {
        self.device.last_sign()
    }

    /// The trend of its charge; `None`: steady or unknown.
    pub(super) fn trend(&self, now: Timestamp) -> Option<Trend> {
        let voltage = self.voltage.rise(now, MINUTES.length);
        let voltage = voltage.filter(|rise| rise.abs() >= FLICKER);
        let rise = voltage.or_else(|| self.charge.rise(now, TREND))?;
        match rise {
            1.. => Some(Trend::Rising),
            0 => None,
            ..0 => Some(Trend::Falling),
        }
    }

    /// The key for sorting the emptiest first; unknown charges come last.
    pub(super) fn fullness(&self) -> (u8, u8) {
        let battery = self.device.battery;
        let percent = battery.and_then(|it| it.percent).map(Percent::get);
        let level = battery.and_then(|it| it.level).map(|level| match level {
            BatteryLevel::Critical => 5,
            BatteryLevel::Low => 20,
            BatteryLevel::Good => 55,
            BatteryLevel::Full => 90,
        });
        match percent.or(level) {
            Some(fullness) => (0, fullness),
            None => (1, 0),
        }
    }
}

impl Model {
    /// An empty model.
    pub(super) const fn new(naming: Naming) -> Self {
        Self {
            naming,
            follow_state: FollowState::Starting,
            receivers: Vec::new(),
            entries: Vec::new(),
            remark: None,
        }
    }

    /// Processes a change.
    pub(super) fn on_change(&mut self, at: Timestamp, mut change: Change) {
        let back = change.back().is_some();
        if let Some(device) = change.device_mut() {
            self.naming.apply(device);
        }
        match change {
            Change::ReceiverAdded(receiver) => {
                match self.receivers.iter_mut().find(|it| it.id == receiver.id) {
                    Some(known) => *known = receiver,
                    None => self.receivers.push(receiver),
                }
            }
            Change::ReceiverRemoved(receiver) => {
                self.receivers.retain(|it| it.id != receiver.id);
            }
            Change::DeviceRemoved(device) => {
                self.entries.retain(|it| !it.is(&device.id));
            }
            Change::DeviceAdded(device) => {
                let known = self.entries.iter().position(|it| it.is(&device.id));
                let mut entry = match known {
                    Some(place) => self.entries.remove(place),
                    None => Entry::new(device.clone()),
                };
                entry.update(device, at, back);
                let rank = self.rank(&entry.device);
                let others = &self.entries;
                let place = others.partition_point(|it| self.rank(&it.device) <= rank);
                self.entries.insert(place, entry);
            }
            Change::DeviceChanged(device, _) | Change::DeviceRead(device) => {
                if let Some(entry) = self.find(&device) {
                    entry.update(device, at, back);
                }
            }
            Change::Identified { .. } => {}
            Change::LightKey(device) => {
                if let Some(entry) = self.find(&device) {
                    entry.key_pressed = Some(at);
                }
            }
        }
    }

    /// All present devices are about to be reported, also those that were before.
    pub(super) fn begin(&mut self, at: Timestamp) {
        if self.follow_state != FollowState::Starting {
            self.lose(at);
        }
    }

    /// All present devices were reported.
    pub(super) fn settle(&mut self) {
        if self.follow_state == FollowState::Lost {
            // Remove the message that the connection was lost.
            self.remark = None;
        }
        self.follow_state = FollowState::Settled;
        self.entries.retain(|it| !it.stale);
    }

    /// The connection was lost.
    pub(super) fn lose(&mut self, at: Timestamp) {
        self.follow_state = FollowState::Lost;
        self.receivers.clear();
        for entry in &mut self.entries {
            entry.stale = true;
            entry.end_measuring(at);
        }
    }

    /// Returns the receiver of a link.
    pub(super) fn receiver_of(&self, link: &Link) -> Option<&Receiver> {
        let id = link.receiver()?;
        self.receivers.iter().find(|it| it.id == id)
    }

    fn find(&mut self, device: &Device) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|it| it.is(&device.id))
    }

    fn rank(&self, device: &Device) -> (usize, u32, Option<u8>) {
        let receiver = device.receiver();
        let place = self
            .receivers
            .iter()
            .position(|it| Some(&*it.id) == receiver);
        let slot = device.slot().map(Slot::get);
        let place = place.unwrap_or(usize::MAX);
        (place, device.preferences.position(), slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::watch::tests::at;
    use crate::device::{Battery, Changed, ReceiverModel};
    use hidpp_proto::feature::solar_dashboard::read_event;
    use hidpp_proto::units::Millivolts;
    use test_support::report;

    fn receiver(id: &str) -> Receiver {
        Receiver {
            id: id.to_owned(),
            model: ReceiverModel::of(0x046D, 0xC52B).unwrap(),
            vendor: 0x046D,
            product: 0xC52B,
            node: "/dev/hidraw0".to_owned(),
            serial: None,
            firmware: None,
            slots: Some(6),
            paired: Some(1),
        }
    }

    fn device(receiver: &str, slot: u8) -> Device {
        let link = Link::Paired {
            receiver: receiver.to_owned(),
            slot: Slot::new(slot).unwrap(),
        };
        let mut device = Device::new(format!("{receiver} {slot}"), link);
        device.presence = Presence::Online;
        device
    }

    #[test]
    fn devices_are_sorted_by_receiver_and_slot() {
        let mut model = Model::new(Naming::Short);
        for id in ["B", "A"] {
            model.on_change(at(0), Change::ReceiverAdded(receiver(id)));
        }
        for (id, slot) in [("A", 2), ("B", 3), ("elsewhere", 1), ("A", 1), ("B", 1)] {
            model.on_change(at(1), Change::DeviceAdded(device(id, slot)));
        }
        let ids = model.entries.iter().map(|it| it.device.id.as_str());
        let ids: Vec<&str> = ids.collect();
        assert_eq!(ids, ["B 1", "B 3", "A 1", "A 2", "elsewhere 1"]);
    }

    /// Reports a solar keyboard with this voltage.
    fn read(model: &mut Model, millivolts: u16, seconds: u64) {
        let event = read_event(1, &report("11 01 09 10 39 00 0C 06 1D 47 4F 4F 44 …"));
        let battery = Battery::from_solar(&event, None, at(seconds));
        let voltage = Some(Millivolts(millivolts));
        let device = Device {
            battery: Some(Battery { voltage, ..battery }),
            ..device("A", 1)
        };
        let change = Change::DeviceChanged(device, vec![Changed::Battery]);
        model.on_change(at(seconds), change);
    }

    #[test]
    fn voltage_noise_is_not_a_trend() {
        let mut model = Model::new(Naming::Short);
        model.on_change(at(0), Change::DeviceAdded(device("A", 1)));
        for (millivolts, seconds, trend) in [
            (2540, 10, None),
            (2548, 20, None),
            (2551, 30, Some(Trend::Rising)),
            (2531, 40, None),
            (2529, 50, Some(Trend::Falling)),
        ] {
            read(&mut model, millivolts, seconds);
            let found = model.entries.first().unwrap().trend(at(seconds));
            assert_eq!(found, trend, "{millivolts} mV");
        }
        let later = model.entries.first().unwrap().trend(at(3600));
        assert_eq!(later, None, "the voltage is steady");
    }
}
