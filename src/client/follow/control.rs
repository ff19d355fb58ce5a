//! Requests to devices while they are followed, through the daemon or the fallback.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use zbus::Connection;

use crate::client::calls::DeviceObject;
use crate::client::deadline::{self, Limits, Stopped};
use hidpp_proto::feature::solar_dashboard::LightMeasure;

/// The timeout for sending: a bus that accepts no bytes for this long is disconnected.
const SENDING: Duration = Duration::from_secs(1);

/// Reaches the daemon, or the devices through a [`Fallback`](super::Fallback), while they are
/// followed; clones have the same target and can be used from any thread.
///
/// It cannot request a new battery reading: a user should see whether that worked, so
/// [`OnDemand::refresh`](crate::client::on_demand::OnDemand::refresh) waits for the answer.
#[derive(Clone, Debug, Default)]
pub struct Control(Arc<Mutex<Reach>>);

/// Sends requests to devices that a [`Fallback`](super::Fallback) follows. It must not block.
pub trait ReachDevices: fmt::Debug + Send {
    /// Requests this series of light measurements from a device; it replaces any series before.
    fn measure_light(
        &self,
        device: &str,
        series: LightMeasure,
    ) -> Result<(), Box<dyn Error + Send + Sync>>;
}

/// Why a request was not sent.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Neither the daemon nor the devices are followed at the moment.
    #[error("no device can be reached at the moment")]
    Unreached,
    /// No device with this id is followed.
    #[error("no device {0} is followed")]
    NoDevice(String),
    /// The bus did not accept the request in time ([`Stopped::Late`]), or waiting for that failed
    /// ([`Stopped::Io`]); the connection is closed.
    #[error("the request cannot be sent: {0}")]
    Stopped(#[from] Stopped),
    /// The bus does not accept the request.
    #[error("the request cannot be sent: {0}")]
    Bus(#[from] zbus::Error),
    /// The fallback does not accept the request.
    #[error("the request cannot be sent: {0}")]
    Fallback(#[source] Box<dyn Error + Send + Sync>),
}

#[derive(Debug, Default)]
enum Reach {
    #[default]
    Nothing,
    Devices(Box<dyn ReachDevices>),
    Daemon {
        connection: Connection,
        /// Its unique name.
        owner: String,
        /// By device id.
        paths: BTreeMap<String, String>,
    },
}

impl Control {
    /// Requests this series of light measurements from the device with this id; it replaces any
    /// series before. Does not wait for the answer: measurements and a refusal arrive with
    /// everything else.
    ///
    /// # Errors
    ///
    /// The request was not sent.
    pub fn measure_light(&self, device: &str, series: LightMeasure) -> Result<(), ControlError> {
        match &*self.reach() {
            Reach::Nothing => Err(ControlError::Unreached),
            Reach::Devices(devices) => devices
                .measure_light(device, series)
                .map_err(ControlError::Fallback),
            Reach::Daemon {
                connection,
                owner,
                paths,
            } => match paths.get(device) {
                Some(path) => call(connection, owner, path, series),
                None => Err(ControlError::NoDevice(device.to_owned())),
            },
        }
    }

    /// Sets the target for the devices: for a [`Fallback`](super::Fallback).
    pub fn reach_devices(&self, devices: Box<dyn ReachDevices>) {
        *self.reach() = Reach::Devices(devices);
    }

    /// Sets the daemon on this connection as the target.
    pub(super) fn take_daemon(&self, connection: Connection, owner: String) {
        let paths = BTreeMap::new();
        *self.reach() = Reach::Daemon {
            connection,
            owner,
            paths,
        };
    }

    /// Stores the object path of a device.
    pub(super) fn learn(&self, device: String, path: String) {
        if let Reach::Daemon { paths, .. } = &mut *self.reach() {
            paths.insert(device, path);
        }
    }

    /// Removes the target: neither the daemon nor devices are followed any more.
    pub(super) fn let_go(&self) {
        *self.reach() = Reach::Nothing;
    }

    fn reach(&self) -> MutexGuard<'_, Reach> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn call(
    connection: &Connection,
    owner: &str,
    path: &str,
    series: LightMeasure,
) -> Result<(), ControlError> {
    let call = DeviceObject::measure_light_call(owner, path, series)?;
    let sent = deadline::run(Limits::timeout(SENDING), connection.send(&call));
    let sent = sent.inspect_err(|_| {
        // A part of the message may have been sent, so nothing else can be sent on this connection.
        _ = deadline::run(Limits::timeout(SENDING), connection.clone().close());
    })?;
    Ok(sent?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Accepts or rejects requests.
    #[derive(Debug)]
    struct Devices {
        takes: bool,
    }

    impl ReachDevices for Devices {
        fn measure_light(
            &self,
            _device: &str,
            _series: LightMeasure,
        ) -> Result<(), Box<dyn Error + Send + Sync>> {
            if self.takes {
                Ok(())
            } else {
                Err("it is full".into())
            }
        }
    }

    #[test]
    fn a_request_that_is_not_sent_has_its_reason() {
        let control = Control::default();
        let request = || control.measure_light("4002-392A0750", LightMeasure::ONCE);
        let unsent = request().unwrap_err();
        assert!(matches!(unsent, ControlError::Unreached), "{unsent}");
        control.reach_devices(Box::new(Devices { takes: true }));
        assert!(request().is_ok());
        control.reach_devices(Box::new(Devices { takes: false }));
        let unsent = request().unwrap_err();
        assert_eq!(unsent.to_string(), "the request cannot be sent: it is full");
        control.let_go();
        let unsent = request().unwrap_err();
        assert!(matches!(unsent, ControlError::Unreached), "{unsent}");
    }
}
