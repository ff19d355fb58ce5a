//! What devices and receivers say by themselves: that they come and go, their charge, the light.

use super::event::{DeviceFact, Event, Reading};
use super::light::{Action, LightLease};
use super::probe::Probe;
use super::{Purpose, Session};
use crate::feature::device_connection::{self, DeviceConnection};
use crate::feature::solar_dashboard::{self, EventKind};
use crate::feature::{battery_mileage, battery_status};
use crate::units::Timestamp;
use crate::wire::{FeatureId, FeatureIndex, Function, Report, Slot};

impl Session {
    /// Takes a notification of HID++ 1.0 from or about the device in a slot.
    pub(super) fn handle_notification(&mut self, slot: Slot, sub_id: u8, report: &Report) {
        let reading = match sub_id {
            0x07 => Some(Reading::Status(battery_status::read_notification(report))),
            0x0D => Some(Reading::Mileage(battery_mileage::read_notification(report))),
            _ => None,
        };
        if let Some(reading) = reading {
            self.publish(slot, vec![DeviceFact::Battery(reading)]);
            self.note_life(slot);
        }
        let Some(connection) = device_connection::read(report) else {
            return;
        };
        self.events.push_back(Event::Connection(slot, connection));
        match connection {
            DeviceConnection::Arrival(arrival) => {
                if let Some(discovery) = &mut self.discovery {
                    discovery.learn_arrival(slot, &arrival, &mut self.events);
                    self.continue_discovery();
                }
                if arrival.online {
                    self.note_wake(slot);
                }
            }
            DeviceConnection::PoweredOn | DeviceConnection::Link { up: true } => {
                self.note_wake(slot);
            }
            DeviceConnection::Unpaired => self.forget(slot),
            DeviceConnection::Link { up: false } => {}
        }
    }

    /// The device is gone for good; what comes to its slot next is another.
    fn forget(&mut self, slot: Slot) {
        self.known.remove(&slot);
        self.leases.remove(&slot);
        self.exchange.withdraw(|purpose| {
            matches!(purpose, Purpose::Probe(at, _) | Purpose::Light(at, _) if *at == slot)
        });
        if self
            .probes
            .remove(&slot)
            .is_some_and(|mut probe| probe.complete())
        {
            self.events.push_back(Event::Probed(slot));
        }
    }

    /// Takes an event of HID++ 2.0 of the device in a slot.
    pub(super) fn handle_event(
        &mut self,
        now: Timestamp,
        slot: Slot,
        feature: FeatureIndex,
        event: Function,
        report: &Report,
    ) {
        let known = self.known.entry(slot).or_default();
        let unknown_index = known.feature_at(feature).is_none();
        let solar = known.feature(FeatureId::SOLAR_DASHBOARD);
        // The marker tells a solar event by itself, which saves asking for the index.
        if unknown_index
            && solar.is_none()
            && event.get() <= 2
            && solar_dashboard::has_marker(report)
        {
            let fact = DeviceFact::Feature(FeatureId::SOLAR_DASHBOARD, Some(feature));
            self.publish(slot, vec![fact]);
        }
        if self.solar_index(slot) == Some(feature) {
            self.handle_solar_event(now, slot, event, report);
        }
        self.note_life(slot);
    }

    fn handle_solar_event(&mut self, now: Timestamp, slot: Slot, event: Function, report: &Report) {
        let solar = solar_dashboard::read_event(event.get(), report);
        // Without the marker a broadcast may be the answer to a program that asks under software
        // id 0 (old kernels, upower): its charge would be their report count.
        if matches!(solar.kind, EventKind::Unknown(_))
            || (solar.kind != EventKind::LightMeasure && !solar.good)
        {
            return;
        }
        if solar.kind == EventKind::LightKey {
            self.events.push_back(Event::LightKey(slot));
        }
        self.publish(slot, vec![DeviceFact::Battery(Reading::Solar(solar))]);
        // A frame without its marker, or with an impossible charge, does not end the wait.
        if solar.kind == EventKind::LightMeasure
            && solar.good
            && solar.charge.is_some()
            && let Some(lease) = self.leases.get_mut(&slot)
        {
            let action = lease.handle_measurement(now);
            if action == Action::Done {
                // The event is the answer, also where the reply got lost.
                self.withdraw_measuring(slot);
            }
            self.act_on_light(slot, action);
        }
    }

    /// The device woke and forgot what it was told: measuring starts anew.
    fn note_wake(&mut self, slot: Slot) {
        if self.is_held(slot) {
            let action = self
                .leases
                .get_mut(&slot)
                .map_or(Action::Wait, LightLease::handle_wake);
            self.act_on_light(slot, action);
        }
        self.note_life(slot);
    }

    /// The device is there: what it did not answer is asked again.
    fn note_life(&mut self, slot: Slot) {
        let action = self
            .leases
            .get_mut(&slot)
            .map_or(Action::Wait, LightLease::handle_life);
        self.act_on_light(slot, action);
        if self.probes.get_mut(&slot).is_some_and(Probe::handle_life) {
            self.continue_probe(slot);
        }
    }
}
