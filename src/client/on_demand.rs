//! Calls to solar-statusd now and then, from a program that need not follow it.
//!
//! They are rare, so each has a connection of its own. A failure is logged, and the next bus is tried.

use std::time::Duration;

use log::debug;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;

use super::calls::{Object, Peer, Point};
use super::deadline::{self, Limits};
use crate::bus::{Bus, Layout, NAME};

/// How long a bus may take for a whole call, from the connection to the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Longer than any history is read, in seconds.
const TIMESPAN: u32 = 16 * 24 * 60 * 60;

/// More than there can be: points are not averaged.
const RESOLUTION: u32 = 100_000;

/// The daemon on the first of these buses that answers.
#[derive(Clone, Debug)]
pub struct OnDemand(pub Vec<Bus>);

impl OnDemand {
    /// Has the battery of the device with this id read again. What comes of it is reported to those
    /// that follow the daemon.
    pub fn refresh(&self, id: &str) {
        _ = self.call("refresh", id, &async |device| device.refresh().await);
    }

    /// What was recorded of a device in the last 16 days: of kind `charge`, `luminosity`, … Empty where
    /// that is not known.
    pub fn history(&self, id: &str, kind: &str) -> Vec<Point> {
        let points = self.call(kind, id, &async |device| {
            device.history(kind, TIMESPAN, RESOLUTION).await
        });
        points.unwrap_or_default()
    }

    fn call<T>(
        &self,
        what: &str,
        id: &str,
        call: &impl AsyncFn(Object<'_>) -> zbus::Result<T>,
    ) -> Option<T> {
        let path = Layout::of(NAME).device(id);
        self.0.iter().find_map(|bus| {
            let failed =
                |error: &dyn std::fmt::Display| debug!("{what} of {path} on {bus}: {error}");
            match deadline::run(Limits::timeout(PATIENCE), ask(bus, &path, call)) {
                Ok(answer) => answer.inspect_err(|error| failed(error)).ok(),
                Err(stopped) => {
                    failed(&stopped);
                    None
                }
            }
        })
    }
}

/// Asks the daemon on a bus, without starting one.
async fn ask<T>(
    bus: &Bus,
    path: &str,
    call: &impl AsyncFn(Object<'_>) -> zbus::Result<T>,
) -> zbus::Result<T> {
    let connection = bus.builder()?.build().await?;
    let proxy = DBusProxy::new(&connection).await?;
    let owner = proxy.get_name_owner(BusName::try_from(NAME)?).await?;
    let daemon = Peer {
        connection: &connection,
        owner: owner.as_str(),
    };
    call(Object { daemon, path }).await
}
