//! Processes what a device answers, and what it sends unsolicited.

use log::debug;

use super::device_state::{Answerer, DeviceState, Verdict};
use super::identity::model_on;
use super::{Node, Phase};
use crate::device::{Battery, Change, Presence, headset_id, is_odd};
use crate::manager::facts::{take_fact, take_light};
use crate::manager::memory::Memory;
use crate::manager::rivals::Sign;
use crate::manager::snapshot::Failure;
use hidpp_proto::feature::Reading;
use hidpp_proto::session::{DeviceFact, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::DeviceIndex;

impl Node<'_> {
    pub(super) fn on_fact(
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
                self.on_reading(now, index, reading);
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
            DeviceFact::Stale(reason) => {
                debug!("{id}: {reason}: cached data is discarded and all is requested again");
                memory.forget(&id, model);
                self.read_firmware_again(now, index);
            }
            DeviceFact::Name(_) => state.unread.on_name(),
            DeviceFact::Firmware(_) => state.unread.on_firmware(),
            DeviceFact::NoBattery => debug!("{id}: no readable battery source"),
            DeviceFact::Identity(information) => self.identify(now, index, information, memory),
            DeviceFact::Serial(serial) => {
                self.identify_as(now, index, Some(headset_id(serial)), memory);
            }
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
                | DeviceFact::Serial(_)
        );
        if answered {
            self.on_answer(now, index);
        }
        self.change(index, |device| {
            take_fact(device, fact);
            device.name = device.best_name();
        });
        if matches!(fact, DeviceFact::Name(_)) {
            self.ask_as_named(now, index, false);
        }
    }

    pub(super) fn on_answer(&mut self, now: Timestamp, index: DeviceIndex) {
        if let Some(state) = self.devices.get_mut(&index) {
            match state.contact.on_answer() {
                Answerer::Dongle => return,
                Answerer::Device => self.signs.push((now, index, Sign::Answer)),
            }
        }
        self.change(index, |device| {
            device.presence = Presence::Online;
            device.seen = Some(now);
        });
    }

    pub(super) fn on_reading(&mut self, now: Timestamp, index: DeviceIndex, reading: &Reading) {
        if let Some(state) = self.devices.get_mut(&index) {
            state.contact.on_reading();
        }
        self.on_answer(now, index);
        let Some(DeviceState { device, poll, .. }) = self.devices.get_mut(&index) else {
            return;
        };
        let before = device.battery.as_ref();
        let product = self.session.known(index).and_then(|known| known.model);
        let Some(battery) = Battery::of(reading, product, before, now) else {
            return;
        };
        let odd = battery.trusted && is_odd(before, &battery);
        let (before, polled) = (device.battery, poll.is_running());
        if poll.on_reading(odd) == Verdict::Recheck {
            debug!(
                "{}: implausible reading, re-reading: {} after {}",
                device.id,
                brief(&battery),
                before.as_ref().map(brief).unwrap_or_default()
            );
            self.session.look_again(index);
            return;
        }
        self.on_battery(now, before.as_ref(), &battery, polled);
        self.change(index, |device| {
            take_light(device, reading, now);
            device.battery = Some(battery.after(device.battery.as_ref()));
            device.has_battery = Some(true);
        });
    }

    pub(super) fn on_probed(&mut self, now: Timestamp, index: DeviceIndex, memory: &mut Memory) {
        // An implausible reading may have started another probe in the meantime.
        if self.session.is_probing(index) {
            return;
        }
        let Some(state) = self.devices.get_mut(&index) else {
            return;
        };
        state.on_poll_finished();
        if state.announcement.on_polled() {
            self.announce(index);
        }
        self.remember_device(now, index, memory);
    }

    /// The light key was pressed: the user requests the light, but the key's event does not contain
    /// it, so it is measured.
    pub(super) fn on_light_key(&mut self, index: DeviceIndex) {
        let state = self.devices.get(&index);
        if let Some(state) = state.filter(|it| it.announcement.is_made()) {
            self.changes
                .push_back(Change::LightKey(state.device.clone()));
        }
        if self.query.follow
            && self.phase != Phase::Closing
            && self.query.wanted.contains(Wanted::BATTERY)
            && self.is_wanted(index)
        {
            self.session.measure_light(index);
        }
    }
}

/// Charge and state of a reading for the log: `15 %, discharging`. What is not known is left out.
fn brief(battery: &Battery) -> String {
    let percent = battery.percent.map(|percent| percent.to_string());
    let level = battery.level.map(|level| level.name().to_owned());
    let state = battery.state.name().map(str::to_owned);
    let parts: Vec<String> = percent.or(level).into_iter().chain(state).collect();
    parts.join(", ")
}
