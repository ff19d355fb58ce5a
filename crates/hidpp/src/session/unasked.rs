//! Unsolicited reports: connections and disconnections, charge and light that devices and receivers
//! send without a request.

use log::debug;

use super::event::{DeviceFact, Event};
use super::light::Action;
use super::probe::Probe;
use super::{Purpose, Session};
use crate::feature::device_connection::{self, Arrival, DeviceConnection};
use crate::feature::solar_dashboard::{self, EventKind, SolarEvent};
use crate::feature::{BatteryFeature, BatteryRegister, Origin, Reading, wireless_status};
use crate::units::Timestamp;
use crate::wire::{DeviceIndex, FeatureId, FeatureIndex, Function, Report};

impl Session {
    /// Processes a notification of HID++ 1.0 from or about a device.
    pub(super) fn handle_notification(&mut self, device: DeviceIndex, sub_id: u8, report: &Report) {
        if let Some(register) = BatteryRegister::of_notification(sub_id) {
            let reading = register.read_notification(report);
            self.publish(device, vec![DeviceFact::of_reading(reading)]);
            self.take_first_notice(device, register);
            self.note_life(device);
        }
        let Some(connection) = device_connection::read(report) else {
            return;
        };
        if let DeviceConnection::Arrival(arrival) = &connection {
            self.learn_arrival(device, arrival);
        }
        self.events.push_back(Event::Connection(device, connection));
        match connection {
            DeviceConnection::Arrival(Arrival { online: true, .. })
            | DeviceConnection::PoweredOn
            | DeviceConnection::Link { up: true } => self.note_wake(device),
            DeviceConnection::Unpaired => self.forget(device),
            DeviceConnection::Arrival(_) | DeviceConnection::Link { up: false } => {
                self.end_measuring(device);
            }
        }
    }

    fn learn_arrival(&mut self, device: DeviceIndex, arrival: &Arrival) {
        let (Some(slot), Some(discovery)) = (device.slot(), &mut self.discovery) else {
            return;
        };
        if discovery.is_following() && !discovery.holds(slot, Some(arrival.wpid)) {
            // Another device was paired with this slot, and no report announced that the old one is gone.
            let gone = Event::Connection(device, DeviceConnection::Unpaired);
            self.events.push_back(gone);
            self.forget(device);
            self.look_at(slot);
        }
        if let Some(discovery) = &mut self.discovery {
            discovery.learn_arrival(slot, arrival, &mut self.events);
            self.continue_discovery();
        }
    }

    /// Drops everything about a device that was unpaired; the slot's next device is a different
    /// one.
    pub(super) fn forget(&mut self, device: DeviceIndex) {
        self.known.remove(&device);
        self.light_series.remove(&device);
        self.noticing.retain(|noticing| *noticing != device);
        self.first_notices.remove(&device);
        self.exchange.withdraw(|purpose| {
            matches!(purpose, Purpose::Probe(at, _) | Purpose::Light(at, _) if *at == device)
        });
        if let (Some(discovery), Some(slot)) = (&mut self.discovery, device.slot()) {
            discovery.forget(slot);
        }
        if self
            .probes
            .remove(&device)
            .is_some_and(|mut probe| probe.complete())
        {
            self.events.push_back(Event::Probed(device));
        }
    }

    /// Processes an event of HID++ 2.0.
    pub(super) fn handle_event(
        &mut self,
        now: Timestamp,
        device: DeviceIndex,
        feature: FeatureIndex,
        event: Function,
        report: &Report,
    ) {
        let known = self.known.entry(device).or_default();
        let id = known.feature_at(feature);
        // The marker alone identifies a solar event, which saves looking up the index.
        let marked = event.get() <= 2 && solar_dashboard::has_marker(report);
        let solar = BatteryFeature::SolarDashboard.id();
        if id.is_none() && known.feature(solar).is_none() && marked {
            known.learn(solar, Some(feature));
            let fact = DeviceFact::Feature(solar, Some(feature));
            self.publish(device, vec![fact]);
        }
        let battery = if self.solar_index(device) == Some(feature) {
            Some(BatteryFeature::SolarDashboard)
        } else {
            id.and_then(BatteryFeature::from_id)
        };
        if let Some(battery) = battery {
            self.handle_battery_event(now, device, battery, event, report);
        } else if id == Some(FeatureId::WIRELESS_STATUS)
            && event.get() == wireless_status::STATUS_EVENT
        {
            self.note_wake(device);
        }
        self.note_life(device);
    }

    /// Processes an event of a battery feature, which carries a reading.
    fn handle_battery_event(
        &mut self,
        now: Timestamp,
        device: DeviceIndex,
        feature: BatteryFeature,
        event: Function,
        report: &Report,
    ) {
        let Some(known) = self.known.get(&device) else {
            return;
        };
        let is_reading = feature.is_reading(event);
        let (id, number) = (feature.id(), event.get());
        if is_reading && known.remembered && !feature.can_be_reading(report) {
            // The remembered index is stale, or the feature reports something new.
            debug!("device {device}: event {number} cannot be one of feature {id}: reading again");
            self.look_again(device);
            return;
        }
        match feature.origin(known.capability, report) {
            Origin::Event => {}
            // The values may be the arguments of another program's request.
            Origin::Reply => {
                let what = if is_reading {
                    "a reply to another program"
                } else {
                    "not one that is known"
                };
                debug!("device {device}: event {number} of feature {id} dropped: {what}");
                return;
            }
            Origin::Unclear => {
                debug!(
                    "device {device}: event {number} of feature {id} dropped: it may be a reply to \
                     another program"
                );
                self.publish(device, vec![DeviceFact::Unclear]);
                return;
            }
        }
        let reading = feature.read(known.capability, report);
        if let Reading::Solar(solar) = &reading
            && solar.kind == EventKind::LightKey
        {
            self.events.push_back(Event::LightKey(device));
        }
        self.publish(device, vec![DeviceFact::of_reading(reading)]);
        if let Reading::Solar(solar) = reading {
            self.note_measurement(now, device, &solar);
        }
    }

    /// Counts a light measurement towards the running series.
    fn note_measurement(&mut self, now: Timestamp, device: DeviceIndex, solar: &SolarEvent) {
        if solar.kind != EventKind::LightMeasure {
            return;
        }
        if let Some(series) = self.light_series.get_mut(&device) {
            if !solar.good || solar.charge.is_none() {
                debug!(
                    "device {device}: measurement without its marker or with an impossible charge: \
                     still waiting for one"
                );
                return;
            }
            let action = series.handle_measurement(now);
            if action == Action::Done {
                // The event answers the request, even if the reply got lost.
                self.withdraw_measuring(device);
            }
            self.act_on_light(device, action);
        }
    }

    /// The device woke up and has lost its settings.
    pub(super) fn note_wake(&mut self, device: DeviceIndex) {
        self.events.push_back(Event::Awake(device));
        let is_probe =
            |purpose: &Purpose| matches!(purpose, Purpose::Probe(at, _) if *at == device);
        if self.exchange.is_in_flight(is_probe)
            && let Some(probe) = self.probes.get_mut(&device)
        {
            probe.handle_reconnection();
        }
        self.note_life(device);
    }

    /// The device is present: its unanswered step is retried.
    pub(super) fn note_life(&mut self, device: DeviceIndex) {
        if let (Some(discovery), Some(slot)) = (&mut self.discovery, device.slot()) {
            discovery.meet(slot);
            self.continue_discovery();
        }
        if self.probes.get_mut(&device).is_some_and(Probe::handle_life) {
            self.continue_probe(device);
        }
    }
}
