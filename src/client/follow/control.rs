//! Requests to devices while they are followed, through the daemon or the fallback.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use log::debug;
use zbus::Connection;

use crate::client::calls::Object;
use crate::client::deadline::{self, Limits};
use crate::manager::{Command, CommandSender};
use hidpp_proto::feature::solar_dashboard::LightMeasure;

/// How long a bus may take no bytes before the connection is given up.
const SENDING: Duration = Duration::from_secs(1);

/// Reaches the devices, or the daemon, while they are followed; each thread can have its own.
#[derive(Clone, Debug, Default)]
pub struct Control(Arc<Mutex<Reach>>);

#[derive(Debug, Default)]
enum Reach {
    #[default]
    Nobody,
    Devices(CommandSender),
    Daemon {
        connection: Connection,
        /// Its unique name.
        owner: String,
        /// By device id.
        paths: BTreeMap<String, String>,
    },
}

impl Control {
    /// Has a device measure light in this series, instead of any before. It does not wait for the
    /// answer: measurements and a refusal arrive with everything else.
    pub fn measure_light(&self, device: &str, series: LightMeasure) {
        let asked = match &*self.reach() {
            Reach::Nobody => Ok(()),
            Reach::Devices(commands) => {
                let device = device.to_owned();
                let series = Some(series);
                let command = Command::MeasureLight { device, series };
                commands.send(command).map_err(|error| error.to_string())
            }
            Reach::Daemon {
                connection,
                owner,
                paths,
            } => paths
                .get(device)
                .map_or(Ok(()), |path| call(connection, owner, path, series)),
        };
        if let Err(error) = asked {
            debug!("light is not measured: {error}");
        }
    }

    /// Devices are reached by commands from now on: for a [`super::Fallback`].
    pub fn take_commands(&self, commands: CommandSender) {
        *self.reach() = Reach::Devices(commands);
    }

    /// The daemon is reached on this connection from now on.
    pub(super) fn take_daemon(&self, connection: Connection, owner: String) {
        let paths = BTreeMap::new();
        *self.reach() = Reach::Daemon {
            connection,
            owner,
            paths,
        };
    }

    /// Where the daemon has a device.
    pub(super) fn learn(&self, device: String, path: String) {
        if let Reach::Daemon { paths, .. } = &mut *self.reach() {
            paths.insert(device, path);
        }
    }

    /// Nobody is reached any more.
    pub(super) fn let_go(&self) {
        *self.reach() = Reach::Nobody;
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
) -> Result<(), String> {
    let call = Object::measure_light_call(owner, path, series);
    let call = call.map_err(|error| error.to_string())?;
    let sent = deadline::run(Limits::timeout(SENDING), connection.send(&call));
    sent.map_err(|stopped| {
        // A part of it may have been sent, and nothing can follow that.
        _ = deadline::run(Limits::timeout(SENDING), connection.clone().close());
        stopped.to_string()
    })?
    .map_err(|error| error.to_string())
}
