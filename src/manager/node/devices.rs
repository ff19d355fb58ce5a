//! What became known of each device, what is going on with it, and who is told of it.

use log::debug;

use super::light::Measuring;
use super::{Node, Phase};
use crate::device::{
    Battery, Device, Link, Presence, apart_id, device_id, direct_serial, is_odd, serial_in, unit_id,
};
use crate::feature::DeviceKind;
use crate::feature::device_connection::DeviceConnection;
use crate::feature::device_information::DeviceInformation;
use crate::feature::root::ProtocolVersion;
use crate::manager::change::Change;
use crate::manager::facts::{battery_of, take_fact, take_light};
use crate::manager::memory::Memory;
use crate::manager::rivals::Sign;
use crate::manager::snapshot::Failure;
use crate::session::{DeviceFact, Known, PairingRecord, Reading, RequestError, Wanted};
use crate::units::Timestamp;
use crate::wire::{DeviceIndex, Wpid};

/// The product id of a device on its link: where its features stand may depend on it.
const fn model_on(device: &Device) -> Option<Wpid> {
    match device.link {
        Link::Paired { .. } => device.wpid,
        Link::Direct { product, .. } => Some(Wpid(product)),
    }
}

/// Whether a receiver's pairing record says which device it is.
const fn has_record(device: &Device) -> bool {
    matches!(device.link, Link::Paired { .. }) && device.serial.is_some()
}

/// A device that was identified by its unit id has that as its serial number.
fn complete_serial(device: &mut Device) {
    if device.serial.is_none() && device.receiver().is_none() {
        device.serial = serial_in(&device.id).map(str::to_owned);
    }
}

/// What is going on with a device.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that come in any order"
)]
pub(super) struct Dealings {
    /// What identifies it by this link alone, see [`device_id`] and
    /// [`direct_id`](crate::device::direct_id).
    pub(super) link_id: String,
    /// What is kept under that id is certainly of this device: another one can have been at its port.
    pub(super) owns_link_id: bool,
    /// It is being asked, and not all was answered.
    pub(super) asking: bool,
    /// When it was asked last.
    pub(super) asked: Option<Timestamp>,
    /// What is wanted of it but not known yet: name and firmware, which do not change.
    pub(super) unread: Wanted,
    /// It answered something of that with an error that may pass.
    pub(super) failed: bool,
    /// What it is told about light.
    pub(super) measuring: Measuring,
    /// It was asked because it woke.
    pub(super) woken: Option<Timestamp>,
    /// It said something hard to believe, and is asked again.
    pub(super) doubted: bool,
    /// It answered something.
    pub(super) answered: bool,
    /// After that it did not even give an error.
    pub(super) silent: bool,
    /// It was asked for its identity since it connected: whatever it answered, once is enough.
    pub(super) identity_asked: bool,
    /// What to ask it with, should its name turn out to be the wanted one, or be wanted itself.
    pub(super) unwanted: Option<Known>,
    /// A headset's dongle says that the headset is off, and answers in its place.
    pub(super) switched_off: bool,
    /// Its receiver returned that name, or cannot.
    pub(super) named: bool,
    /// All that was wanted of it was asked at least once.
    pub(super) probed: bool,
    /// Those who follow it were told that it is there.
    pub(super) announced: bool,
}

impl Node<'_> {
    pub(super) fn handle_paired(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        record: &PairingRecord,
        memory: &mut Memory,
    ) {
        let (Some(receiver), Some(slot)) = (&self.receiver, index.slot()) else {
            return;
        };
        let id = device_id(record.wpid, record.serial, &receiver.id, slot);
        if record.serial.is_some() {
            memory.note_paired(&id);
        }
        let link = Link::Paired {
            receiver: receiver.id.clone(),
            slot,
        };
        let protocol = receiver
            .model
            .registers_only
            .then_some(ProtocolVersion::HIDPP_10);
        let device = Device {
            stored_name: record.name.clone(),
            kind: record.kind,
            wpid: record.wpid,
            serial: record.serial.map(|serial| serial.to_string()),
            power_switch: record.power_switch,
            presence: match record.online {
                Some(false) => Presence::Offline,
                _ => Presence::Unknown,
            },
            ..Device::new(id, link)
        };
        self.add(now, index, device, protocol, memory);
        if self.dealings.get(&index).is_some_and(|it| !it.named) {
            self.session.read_name(index);
        }
    }

    /// Takes in a device that was found, with what is remembered of it, and asks it.
    pub(super) fn add(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        mut device: Device,
        protocol: Option<ProtocolVersion>,
        memory: &Memory,
    ) {
        let link_id = device.id.clone();
        // Another device can be plugged into a port.
        let is_lasting = device.receiver().is_some() || self.serial().is_some();
        let last = if has_record(&device) {
            link_id.clone()
        } else {
            memory.resolve(&link_id)
        };
        let is_known = is_lasting || last == link_id;
        if is_known {
            device.id = self.own_id(last.clone(), &device.link, memory);
        }
        complete_serial(&mut device);
        let model = model_on(&device);
        let mut known = if is_known {
            memory.recall(&mut device, model, now)
        } else {
            // The last device at this port had features where this one is likely to have them.
            let mut before = Device::new(last, device.link.clone());
            memory.recall(&mut before, model, now)
        };
        known.protocol = protocol.or(known.protocol);
        known.model = model;
        device.name = device.best_name();
        // A charging pad calls itself a touchpad, and so does its receiver.
        device.kind = match device.model().map(|model| model.kind) {
            Some(DeviceKind::ChargingPad) => Some(DeviceKind::ChargingPad),
            kind => device
                .kind
                .filter(|it| it.is_known())
                .or(kind)
                .or(device.kind),
        };
        // Only a receiver stores the name of another.
        let awaits_name =
            device.stored_name.is_none() && self.query.names && device.receiver().is_some();
        let lacks_name =
            self.query.names && !awaits_name && can_have_name(&known) && device.lacks_own_name();
        // Remembered firmware is believed as long as where the features stand.
        let known_firmware = known.remembered && device.firmware.is_some();
        let unread = Wanted {
            name: lacks_name || (self.query.wanted.name && device.full_name.is_none()),
            firmware: self.query.wanted.firmware && !known_firmware,
            identity: device.receiver().is_none() && !(known.identified && is_lasting),
            ..Wanted::NOTHING
        };
        let dealings = Dealings {
            owns_link_id: is_lasting || !memory.knows(&link_id),
            link_id,
            identity_asked: unread.identity,
            named: !awaits_name,
            unread,
            ..Dealings::default()
        };
        self.devices.insert(index, device);
        self.dealings.insert(index, dealings);
        if self.is_wanted(index) {
            self.ask(now, index, known);
            return;
        }
        if let Some(dealings) = self.dealings.get_mut(&index) {
            dealings.unwanted = Some(known.clone());
        }
        // It may be the wanted one by another link.
        if unread.identity {
            let wanted = Wanted {
                identity: true,
                ..Wanted::NOTHING
            };
            self.probe(now, index, wanted, known);
        } else {
            self.ask_as_named(now, index, lacks_name);
        }
    }

    /// The serial number of a device on a node of its own, as the kernel has it.
    pub(super) fn serial(&self) -> Option<String> {
        self.info.uniq.as_deref().and_then(direct_serial)
    }

    /// The id of the device at a link among those of one id: what was found to be another device
    /// once stays one.
    fn own_id(&self, id: String, link: &Link, memory: &Memory) -> String {
        let apart = self.apart_id(&id, link);
        if memory.is_apart(&apart) { apart } else { id }
    }

    pub(super) fn handle_name(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        name: Option<String>,
        memory: &mut Memory,
    ) {
        self.change(index, |device| {
            device.stored_name = name.or(device.stored_name.take());
            device.name = device.best_name();
        });
        let (Some(device), Some(dealings)) =
            (self.devices.get(&index), self.dealings.get_mut(&index))
        else {
            return;
        };
        dealings.named = true;
        let known = self.session.known(index).or(dealings.unwanted.as_ref());
        let lacks_name =
            self.query.names && known.is_none_or(can_have_name) && device.lacks_own_name();
        dealings.unread.name |= lacks_name;
        self.remember_device(now, index, memory);
        self.ask_as_named(now, index, lacks_name);
        self.announce(index);
    }

    /// Asks a device that turned out to be a wanted one, or for its own name where no better one is
    /// known, or none by which it could be chosen.
    fn ask_as_named(&mut self, now: Timestamp, index: DeviceIndex, lacks_name: bool) {
        let wanted = self.is_wanted(index);
        let is_nameless = self.devices.get(&index).is_some_and(|it| it.name.is_none());
        let Some(dealings) = self.dealings.get_mut(&index) else {
            return;
        };
        if let Some(known) = dealings.unwanted.take_if(|_| wanted) {
            self.ask(now, index, known);
        } else if lacks_name && (wanted || is_nameless) && !self.session.also_name(index) {
            let known = dealings.unwanted.clone().unwrap_or_default();
            dealings.probed = false;
            self.probe(now, index, Wanted::NAME, known);
        }
    }

    /// Whether a device is among those that were asked for. Its name may come a little later.
    pub(super) fn is_wanted(&self, index: DeviceIndex) -> bool {
        let device = self.devices.get(&index);
        device.is_some_and(|device| self.query.selects(device))
    }

    /// A device stated its identity: it may be known by other links.
    fn identify(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        information: &DeviceInformation,
        memory: &mut Memory,
    ) {
        let (Some(device), Some(dealings)) =
            (self.devices.get_mut(&index), self.dealings.get_mut(&index))
        else {
            return;
        };
        dealings.unread.identity = false;
        // What does not state its own product id states nothing that can be believed.
        let states_itself =
            model_on(device).is_some_and(|Wpid(model)| information.model_ids.contains(&model));
        let Some(unit_id) = unit_id(information).filter(|_| states_itself) else {
            return;
        };
        let (from, to) = if has_record(device) {
            // On older devices the unit id differs from the serial number, and other links have it.
            (unit_id, device.id.clone())
        } else if device.id == dealings.link_id {
            (device.id.clone(), memory.resolve(&unit_id))
        } else {
            return;
        };
        let link = Some(device.link.clone()).filter(|_| !has_record(device));
        let owns = has_record(device) || dealings.owns_link_id;
        if !owns {
            // Of the last device at this port.
            device.battery.take_if(|it| it.at < self.begun);
            device.light.take_if(|it| it.at < self.begun);
        }
        let is_new = from != to && memory.identify(&from, &to, owns);
        if let Some(link) = link {
            let id = self.own_id(to.clone(), &link, memory);
            self.rename(now, index, id, memory);
        }
        // After the rename, so that nothing is recorded under the old id any more.
        if is_new {
            self.changes.push_back(Change::Identified { from, to });
        }
        let wanted = self.is_wanted(index);
        let dealings = self.dealings.get_mut(&index);
        let unwanted = dealings.and_then(|it| it.unwanted.take_if(|_| wanted));
        if let Some(known) = unwanted {
            self.ask(now, index, known);
        }
    }

    /// Gives the devices of one id another one: they turned out to be the same.
    pub(in crate::manager) fn adopt(
        &mut self,
        now: Timestamp,
        from: &str,
        to: &str,
        memory: &Memory,
    ) {
        let devices = self.devices.iter();
        let all = devices.filter(|(_, device)| device.id == from && !has_record(device));
        let all: Vec<DeviceIndex> = all.map(|(index, _)| *index).collect();
        for index in all {
            self.rename(now, index, to.to_owned(), memory);
        }
    }

    /// Asks the device at a link for its identity, if that was not done.
    pub(in crate::manager) fn ask_identity(&mut self, now: Timestamp, link: &Link) -> bool {
        let Some(index) = self.find(link) else {
            return false;
        };
        let Some(dealings) = self.dealings.get_mut(&index) else {
            return false;
        };
        let identified = self.session.known(index).is_some_and(|it| it.identified);
        if dealings.asking || identified || std::mem::replace(&mut dealings.identity_asked, true) {
            return false;
        }
        let wanted = Wanted {
            identity: true,
            ..Wanted::NOTHING
        };
        self.probe(now, index, wanted, Known::default());
        self.due = Some(now);
        true
    }

    /// Gives a device another id, and what is remembered under it.
    fn rename(&mut self, now: Timestamp, index: DeviceIndex, id: String, memory: &Memory) {
        let Some(device) = self.devices.get_mut(&index) else {
            return;
        };
        if device.id == id {
            return;
        }
        let before = device.clone();
        let mut remembered = Device::new(id.clone(), device.link.clone());
        memory.recall(&mut remembered, model_on(device), now);
        device.id = id;
        complete_serial(device);
        device.stored_name = device.stored_name.take().or(remembered.stored_name);
        device.full_name = device.full_name.take().or(remembered.full_name);
        device.name = device.best_name();
        device.kind = device.kind.or(remembered.kind);
        device.firmware = device.firmware.or(remembered.firmware);
        device.has_battery = device.has_battery.or(remembered.has_battery);
        let batteries = [remembered.battery, device.battery].into_iter().flatten();
        device.battery = batteries.max_by_key(|it: &Battery| it.at);
        let lights = [remembered.light, device.light].into_iter().flatten();
        device.light = lights.max_by_key(|it| it.at);
        let after = device.clone();
        if self.is_announced(index) {
            self.changes.push_back(Change::DeviceRemoved(before));
            self.changes.push_back(Change::DeviceAdded(after));
        }
        self.due = Some(now);
    }

    /// What identifies the device at a link if another one has its model and serial number, too.
    fn apart_id(&self, id: &str, link: &Link) -> String {
        match link {
            Link::Paired { receiver, slot } => apart_id(id, &format!("{receiver}-{slot}")),
            Link::Direct { .. } => apart_id(id, self.port_or_address()),
        }
    }

    /// The device at a link is another one than that of the same id: it gets its own. `false`: it is
    /// not here.
    pub(in crate::manager) fn set_apart(
        &mut self,
        now: Timestamp,
        link: &Link,
        memory: &mut Memory,
    ) -> bool {
        let index = self.find(link);
        let Some((index, device)) = index.and_then(|it| Some((it, self.devices.get(&it)?))) else {
            return false;
        };
        let id = self.apart_id(&device.id, link);
        debug!(
            "{} and {id} are two devices with one serial number",
            device.id
        );
        memory.set_apart(&id, &device.id, now);
        self.rename(now, index, id, memory);
        true
    }

    pub(super) fn handle_fact(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        fact: &DeviceFact,
        memory: &mut Memory,
    ) {
        let Some(device) = self.devices.get(&index) else {
            return;
        };
        let (id, model) = (device.id.clone(), model_on(device));
        match fact {
            DeviceFact::Battery(reading) => {
                self.handle_reading(now, index, reading);
                return;
            }
            DeviceFact::Unclear => {
                self.read_battery_again(now, index);
                return;
            }
            DeviceFact::Absent(error) => {
                debug!("{}: {id}: {error}", self.info.path);
                let dealings = self.dealings.entry(index).or_default();
                dealings.silent = dealings.answered && *error == RequestError::Silent;
                dealings.switched_off = *error == RequestError::Disconnected;
            }
            DeviceFact::Failed(error) => {
                self.dealings.entry(index).or_default().failed = true;
                self.device_failures.push(Failure::Device {
                    device: id,
                    error: *error,
                });
            }
            DeviceFact::NoLight => {
                self.device_failures
                    .push(Failure::NoMeasurement { device: id });
            }
            DeviceFact::Feature(feature, at) => debug!("{id}: feature {feature} at {at:?}"),
            DeviceFact::Stale => {
                debug!("{id}: what was remembered of it is wrong");
                memory.forget(&id, model);
                self.read_firmware_again(now, index);
            }
            DeviceFact::Name(_) => self.dealings.entry(index).or_default().unread.name = false,
            DeviceFact::Firmware(_) => {
                self.dealings.entry(index).or_default().unread.firmware = false;
            }
            DeviceFact::NoBattery => debug!("{id}: no battery source that can be read"),
            DeviceFact::Identity(information) => self.identify(now, index, information, memory),
            DeviceFact::Protocol(_) | DeviceFact::Kind(_) => {}
        }
        let answered = matches!(
            fact,
            DeviceFact::Protocol(_)
                | DeviceFact::Feature(..)
                | DeviceFact::Name(_)
                | DeviceFact::Kind(_)
                | DeviceFact::Firmware(_)
                | DeviceFact::Identity(_)
        );
        if answered {
            self.note_answer(now, index);
        }
        self.change(index, |device| {
            take_fact(device, fact);
            device.name = device.best_name();
        });
        if matches!(fact, DeviceFact::Name(_)) {
            self.ask_as_named(now, index, false);
        }
    }

    pub(super) fn note_answer(&mut self, now: Timestamp, index: DeviceIndex) {
        if let Some(dealings) = self.dealings.get_mut(&index) {
            dealings.answered = true;
            dealings.silent = false;
            if dealings.switched_off {
                return;
            }
            self.signs.push((now, index, Sign::Answer));
        }
        self.change(index, |device| {
            device.presence = Presence::Online;
            device.seen = Some(now);
        });
    }

    pub(super) fn handle_reading(&mut self, now: Timestamp, index: DeviceIndex, reading: &Reading) {
        if let Some(dealings) = self.dealings.get_mut(&index) {
            dealings.switched_off = false;
        }
        self.note_answer(now, index);
        let (Some(device), Some(dealings)) =
            (self.devices.get(&index), self.dealings.get_mut(&index))
        else {
            return;
        };
        let before = device.battery.as_ref();
        let product = self.session.known(index).and_then(|known| known.model);
        let Some(battery) = battery_of(reading, product, before, now) else {
            return;
        };
        let doubtful = battery.trusted && is_odd(before, &battery);
        if doubtful && !std::mem::replace(&mut dealings.doubted, true) {
            debug!("{}: hard to believe, asked again: {reading:?}", device.id);
            dealings.asking = true;
            self.session.look_again(index);
            return;
        }
        dealings.doubted = false;
        self.change(index, |device| {
            take_light(device, reading, now);
            device.battery = Some(battery.after(device.battery.as_ref()));
            device.has_battery = Some(true);
        });
    }

    pub(super) fn handle_probed(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        memory: &mut Memory,
    ) {
        // An odd reading may have begun another probe meanwhile.
        if self.session.is_probing(index) {
            return;
        }
        let Some(dealings) = self.dealings.get_mut(&index) else {
            return;
        };
        dealings.asking = false;
        dealings.doubted = false;
        dealings.probed = true;
        if !dealings.failed && self.devices.get(&index).is_some_and(Device::is_online) {
            // What it did not tell now it never will.
            dealings.unread = Wanted::NOTHING;
        }
        self.remember_device(now, index, memory);
        self.announce(index);
    }

    /// Has everything remembered that is known of its devices by now.
    pub(in crate::manager) fn remember(&self, now: Timestamp, memory: &mut Memory) {
        for index in self.devices.keys() {
            self.remember_device(now, *index, memory);
        }
    }

    pub(super) fn remember_device(&self, now: Timestamp, index: DeviceIndex, memory: &mut Memory) {
        // What was only remembered may be older than what another link of the device learnt.
        let answered = self.dealings.get(&index).is_some_and(|it| it.answered);
        if let (Some(device), Some(known)) = (self.devices.get(&index), self.session.known(index))
            && answered
        {
            memory.keep_known(&device.id, known, now);
        }
    }

    /// Tells those who follow it that a device is there, once it was asked and named.
    pub(super) fn announce(&mut self, index: DeviceIndex) {
        if let (Some(device), Some(dealings)) =
            (self.devices.get(&index), self.dealings.get_mut(&index))
            && dealings.probed
            && dealings.named
            && !std::mem::replace(&mut dealings.announced, true)
        {
            self.changes.push_back(Change::DeviceAdded(device.clone()));
        }
    }

    pub(super) fn handle_connection(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        connection: DeviceConnection,
    ) {
        let online = match connection {
            DeviceConnection::Arrival(arrival) => arrival.online,
            DeviceConnection::Link { up } => up,
            DeviceConnection::PoweredOn => true,
            DeviceConnection::Unpaired => {
                let announced = self.is_announced(index);
                self.dealings.remove(&index);
                if let Some(device) = self.devices.remove(&index).filter(|_| announced) {
                    self.changes.push_back(Change::DeviceRemoved(device));
                }
                return;
            }
        };
        if online {
            self.signs.push((now, index, Sign::Arrival));
            // It may have been asked after it had left, before its receiver found out.
            if let Some(dealings) = self.dealings.get_mut(&index) {
                dealings.identity_asked = false;
            }
            self.change(index, |device| {
                device.presence = Presence::Online;
                device.seen = Some(now);
            });
        } else {
            self.change(index, |device| {
                if device.is_online() {
                    // Its receiver had a link until now.
                    device.seen = Some(now);
                }
                device.presence = Presence::Offline;
            });
            if let Some(dealings) = self.dealings.get_mut(&index) {
                // When it is back next, that is another wake.
                dealings.woken = None;
            }
        }
    }

    /// Who presses the light key wants to know the light, and the key's event does not tell it.
    pub(super) fn handle_light_key(&mut self, index: DeviceIndex) {
        let announced = self.is_announced(index);
        if let Some(device) = self.devices.get(&index).filter(|_| announced) {
            self.changes.push_back(Change::LightKey(device.clone()));
        }
        if self.query.follow
            && self.phase != Phase::Closing
            && self.query.wanted.battery
            && self.is_wanted(index)
        {
            self.session.measure_light(index);
        }
    }

    /// Changes a device, and tells those who follow it what became different.
    pub(super) fn change(&mut self, index: DeviceIndex, change: impl FnOnce(&mut Device)) {
        let announced = self.is_announced(index);
        let Some(device) = self.devices.get_mut(&index) else {
            return;
        };
        let before = device.clone();
        change(device);
        let told = Change::between(&before, device);
        self.changes.extend(told.filter(|_| announced));
    }

    /// Whether those who follow it were told that a device is there.
    pub(super) fn is_announced(&self, index: DeviceIndex) -> bool {
        self.dealings.get(&index).is_some_and(|it| it.announced)
    }
}

/// Whether a device may have a name of its own: HID++ 1.0 has none.
fn can_have_name(known: &Known) -> bool {
    known.protocol.is_none_or(ProtocolVersion::has_features)
}
