use std::collections::BTreeMap;
use std::io;

use jiff::tz::TimeZone;
use zbus::Connection;

use super::desktop::Desktop;
use super::lines::Lines;
use super::past::{or_nothing, past};
use super::store::Store;
use crate::alerts::{Alerts, Order, Settings};
use crate::bus::Bus;
use crate::client::naming::Naming;
use crate::client::on_demand::OnDemand;
use crate::device::{Change, Device};
use hidpp_proto::units::Timestamp;

/// Where alerts are shown.
pub(super) enum Screen {
    Lines(Lines),
    Desktop(Desktop),
}

/// Turns changes of devices into notifications.
pub(super) struct AlertPresenter {
    naming: Naming,
    alerts: Alerts,
    screen: Screen,
    store: Store,
    /// `None`: the devices are followed directly.
    daemon: Option<OnDemand>,
    /// The devices reported since following began.
    present: Devices,
    /// Devices known from before following began again, and not reported since.
    unconfirmed: Devices,
}

/// Devices by their ids.
type Devices = BTreeMap<String, Device>;

impl AlertPresenter {
    pub(super) fn new(
        settings: Settings,
        zone: TimeZone,
        naming: Naming,
        screen: Screen,
        store: Store,
    ) -> Self {
        Self {
            naming,
            alerts: Alerts::new(settings, zone, store.memory()),
            screen,
            store,
            daemon: None,
            present: Devices::new(),
            unconfirmed: Devices::new(),
        }
    }

    /// Returns where alerts are shown.
    pub(super) const fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Sets the buses on which the daemon is queried in addition to being followed.
    pub(super) fn ask(&mut self, buses: Vec<Bus>) {
        self.daemon = Some(OnDemand::new(buses));
    }

    /// All present devices are about to be reported.
    pub(super) fn begin(&mut self) {
        self.unconfirmed.append(&mut self.present);
    }

    /// All present devices were reported: the others left while the connection was lost.
    pub(super) fn settle(&mut self, at: Timestamp) -> io::Result<()> {
        for device in std::mem::take(&mut self.unconfirmed).into_values() {
            let orders = self.alerts.remove(&device, at);
            self.execute(at, &orders)?;
        }
        Ok(())
    }

    /// Processes a change.
    pub(super) fn on_change(&mut self, at: Timestamp, mut change: Change) -> io::Result<()> {
        if let Some(device) = change.device_mut() {
            self.naming.apply(device);
        }
        if let Change::DeviceAdded(device) = &change {
            self.recall(at, device);
        }
        let orders = match change {
            Change::DeviceAdded(device)
            | Change::DeviceChanged(device, _)
            | Change::DeviceRead(device) => {
                let orders = self.alerts.take(&device, at);
                self.unconfirmed.remove(&device.id);
                self.present.insert(device.id.clone(), device);
                orders
            }
            Change::DeviceRemoved(device) => {
                let orders = self.alerts.remove(&device, at);
                self.present.remove(&device.id);
                orders
            }
            Change::ReceiverAdded(_)
            | Change::ReceiverRemoved(_)
            | Change::LightKey(_)
            | Change::Identified { .. } => return Ok(()),
        };
        self.execute(at, &orders)
    }

    /// Processes what is due at this time.
    pub(super) fn advance(&mut self, at: Timestamp) -> io::Result<()> {
        let orders = self.alerts.advance(at);
        if let Screen::Desktop(desktop) = &mut self.screen
            && desktop.due().is_some_and(|due| due <= at)
        {
            desktop.give(at);
        }
        self.execute(at, &orders)
    }

    /// When [`Self::advance`] must be called.
    pub(super) fn due(&self, now: Timestamp) -> Option<Timestamp> {
        let retry = match &self.screen {
            Screen::Lines(_) => None,
            Screen::Desktop(desktop) => desktop.due(),
        };
        self.alerts.due(now).into_iter().chain(retry).min()
    }

    /// Another notification server appeared.
    pub(super) fn server_appeared(&mut self, at: Timestamp) {
        if let Screen::Desktop(desktop) = &mut self.screen {
            desktop.give(at);
            self.keep();
        }
    }

    /// Replaces a lost connection to the session bus.
    pub(super) fn reconnect(&mut self, at: Timestamp, connection: Connection) {
        if let Screen::Desktop(desktop) = &mut self.screen {
            desktop.reconnect(at, connection);
            self.keep();
        }
    }

    /// Loads the history of a solar keyboard from before this program started.
    fn recall(&mut self, at: Timestamp, device: &Device) {
        if let Some(daemon) = self.daemon.as_ref().filter(|_| device.is_solar()) {
            self.alerts.recall(device, &past(daemon, device), at);
        }
    }

    fn execute(&mut self, at: Timestamp, orders: &[Order]) -> io::Result<()> {
        for order in orders {
            if let (Order::ReadAgain(device), Some(daemon)) = (order, &self.daemon) {
                or_nothing("refresh", &device.id, daemon.refresh(&device.id));
            }
            match &mut self.screen {
                Screen::Lines(lines) => lines.execute(at, order)?,
                Screen::Desktop(desktop) => desktop.execute(at, order),
            }
        }
        self.keep();
        Ok(())
    }

    /// Stores shown alerts, once all of them reached the screen.
    fn keep(&mut self) {
        let was_seen = match &self.screen {
            Screen::Lines(_) => true,
            Screen::Desktop(desktop) => desktop.is_done(),
        };
        if was_seen {
            self.store.save(self.alerts.memory());
        }
    }
}
