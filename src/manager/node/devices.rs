//! What became known of each device, and when it is reported.

use log::debug;

use super::device_state::{
    Announcement, Contact, DeviceState, LinkId, Origin, Poll, Unread, Verdict,
};
use super::light_pacing::LightPacing;
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
use crate::session::{DeviceFact, Known, PairingRecord, Reading, Wanted};
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
        let state = self.devices.get(&index);
        if state.is_some_and(|it| it.announcement.awaits_name()) {
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
        let link_id = if is_lasting || !memory.knows(&link_id) {
            LinkId::Own(link_id)
        } else {
            LinkId::Shared(link_id)
        };
        let is_wanted = self.query.selects(&device);
        let state = DeviceState {
            device,
            link_id,
            poll: Poll::default(),
            contact: Contact::None,
            announcement: Announcement::new(awaits_name),
            unread: Unread::new(unread),
            light: LightPacing::default(),
            woken: None,
            identity_asked: unread.identity,
            deferred: (!is_wanted).then(|| known.clone()),
        };
        self.devices.insert(index, state);
        if is_wanted {
            self.ask(now, index, known);
            return;
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
        let Some(state) = self.devices.get_mut(&index) else {
            return;
        };
        let known = self.session.known(index).or(state.deferred.as_ref());
        let lacks_name =
            self.query.names && known.is_none_or(can_have_name) && state.device.lacks_own_name();
        if lacks_name {
            state.unread.want_name();
        }
        self.remember_device(now, index, memory);
        self.ask_as_named(now, index, lacks_name);
        if let Some(state) = self.devices.get_mut(&index)
            && state.announcement.on_named()
        {
            self.changes
                .push_back(Change::DeviceAdded(state.device.clone()));
        }
    }

    /// Asks a device that turned out to be a wanted one, or for its own name where no better one is
    /// known, or none by which it could be chosen.
    fn ask_as_named(&mut self, now: Timestamp, index: DeviceIndex, lacks_name: bool) {
        let Some(state) = self.devices.get_mut(&index) else {
            return;
        };
        let wanted = self.query.selects(&state.device);
        let is_nameless = state.device.name.is_none();
        if let Some(known) = state.deferred.take_if(|_| wanted) {
            self.ask(now, index, known);
        } else if lacks_name && (wanted || is_nameless) && !self.session.also_name(index) {
            let known = state.deferred.clone().unwrap_or_default();
            state.announcement.await_answers();
            self.probe(now, index, Wanted::NAME, known);
        }
    }

    /// Whether a device is among those that were asked for. Its name may come a little later.
    pub(super) fn is_wanted(&self, index: DeviceIndex) -> bool {
        let state = self.devices.get(&index);
        state.is_some_and(|state| self.query.selects(&state.device))
    }

    /// A device stated its identity: it may be known by other links.
    fn identify(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        information: &DeviceInformation,
        memory: &mut Memory,
    ) {
        let Some(state) = self.devices.get_mut(&index) else {
            return;
        };
        state.unread.on_identity();
        let device = &mut state.device;
        // What does not state its own product id states nothing that can be believed.
        let states_itself =
            model_on(device).is_some_and(|Wpid(model)| information.model_ids.contains(&model));
        let Some(unit_id) = unit_id(information).filter(|_| states_itself) else {
            return;
        };
        let (from, to) = if has_record(device) {
            // On older devices the unit id differs from the serial number, and other links have it.
            (unit_id, device.id.clone())
        } else if device.id == state.link_id.as_str() {
            (device.id.clone(), memory.resolve(&unit_id))
        } else {
            return;
        };
        let link = Some(device.link.clone()).filter(|_| !has_record(device));
        let owns = has_record(device) || state.link_id.is_own();
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
        let state = self.devices.get_mut(&index);
        let deferred = state.and_then(|it| it.deferred.take_if(|_| wanted));
        if let Some(known) = deferred {
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
        let devices = self.devices.iter().map(|(index, it)| (index, &it.device));
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
        let Some(state) = self.devices.get_mut(&index) else {
            return false;
        };
        let identified = self.session.known(index).is_some_and(|it| it.identified);
        if identified || !state.take_identity_request() {
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
        let Some(DeviceState {
            device,
            announcement,
            ..
        }) = self.devices.get_mut(&index)
        else {
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
        if announcement.is_made() {
            self.changes.push_back(Change::DeviceRemoved(before));
            self.changes.push_back(Change::DeviceAdded(device.clone()));
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
        let Some((index, device)) = index.and_then(|it| Some((it, self.device(it)?))) else {
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
        let Some(state) = self.devices.get_mut(&index) else {
            return;
        };
        let (id, model) = (state.device.id.clone(), model_on(&state.device));
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
                state.contact.on_absence(*error);
            }
            DeviceFact::Failed(error) => {
                state.unread.on_failure();
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
            DeviceFact::Name(_) => state.unread.on_name(),
            DeviceFact::Firmware(_) => state.unread.on_firmware(),
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
        if let Some(state) = self.devices.get_mut(&index) {
            match state.contact.on_answer() {
                Origin::Dongle => return,
                Origin::Device => self.signs.push((now, index, Sign::Answer)),
            }
        }
        self.change(index, |device| {
            device.presence = Presence::Online;
            device.seen = Some(now);
        });
    }

    pub(super) fn handle_reading(&mut self, now: Timestamp, index: DeviceIndex, reading: &Reading) {
        if let Some(state) = self.devices.get_mut(&index) {
            state.contact.on_reading();
        }
        self.note_answer(now, index);
        let Some(DeviceState { device, poll, .. }) = self.devices.get_mut(&index) else {
            return;
        };
        let before = device.battery.as_ref();
        let product = self.session.known(index).and_then(|known| known.model);
        let Some(battery) = battery_of(reading, product, before, now) else {
            return;
        };
        let odd = battery.trusted && is_odd(before, &battery);
        if poll.on_reading(odd) == Verdict::Recheck {
            debug!("{}: hard to believe, asked again: {reading:?}", device.id);
            self.session.look_again(index);
            return;
        }
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
        let Some(state) = self.devices.get_mut(&index) else {
            return;
        };
        state.on_poll_finished();
        if state.announcement.on_polled() {
            self.changes
                .push_back(Change::DeviceAdded(state.device.clone()));
        }
        self.remember_device(now, index, memory);
    }

    /// Has everything remembered that is known of its devices by now.
    pub(in crate::manager) fn remember(&self, now: Timestamp, memory: &mut Memory) {
        for index in self.devices.keys() {
            self.remember_device(now, *index, memory);
        }
    }

    pub(super) fn remember_device(&self, now: Timestamp, index: DeviceIndex, memory: &mut Memory) {
        // What was only remembered may be older than what another link of the device learnt.
        if let (Some(state), Some(known)) = (self.devices.get(&index), self.session.known(index))
            && state.contact.has_answered()
        {
            memory.keep_known(&state.device.id, known, now);
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
                let state = self.devices.remove(&index);
                if let Some(state) = state.filter(|it| it.announcement.is_made()) {
                    self.changes.push_back(Change::DeviceRemoved(state.device));
                }
                return;
            }
        };
        if online {
            self.signs.push((now, index, Sign::Arrival));
            if let Some(state) = self.devices.get_mut(&index) {
                state.on_link_up();
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
            if let Some(state) = self.devices.get_mut(&index) {
                state.on_link_down();
            }
        }
    }

    /// Who presses the light key wants to know the light, and the key's event does not tell it.
    pub(super) fn handle_light_key(&mut self, index: DeviceIndex) {
        let state = self.devices.get(&index);
        if let Some(state) = state.filter(|it| it.announcement.is_made()) {
            self.changes
                .push_back(Change::LightKey(state.device.clone()));
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
        let Some(DeviceState {
            device,
            announcement,
            ..
        }) = self.devices.get_mut(&index)
        else {
            return;
        };
        let before = device.clone();
        change(device);
        let told = Change::between(&before, device);
        self.changes.extend(told.filter(|_| announcement.is_made()));
    }
}

/// Whether a device may have a name of its own: HID++ 1.0 has none.
fn can_have_name(known: &Known) -> bool {
    known.protocol.is_none_or(ProtocolVersion::has_features)
}
