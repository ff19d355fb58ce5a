//! Reads the history that solar-statusd recorded.

use log::warn;

use super::calls::DeviceObject;
use super::daemon::{Daemon, in_order};
use super::deadline::{Limits, Stopped, run};
use crate::bus::entries::entry;
use crate::bus::{self, Bus, DEVICE_INTERFACE};
use crate::device::Device;
use crate::history::Entry;
use hidpp_proto::units::Timestamp;

/// The limit on entries of a device from a daemon. A real history has a tenth of it; every entry
/// becomes a point of a chart.
const MOST_ENTRIES: usize = 100_000;

/// Why the history of a daemon cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryRefused {
    /// The daemon, or the bus for it, rejects the query.
    #[error("solar-statusd on {bus} refuses to return its history: {source}")]
    Refused {
        /// The daemon's bus.
        bus: Bus,
        /// Why.
        source: zbus::Error,
    },
    /// The deadline passed.
    #[error("solar-statusd on {0} did not return its history in time; try again")]
    Slow(Bus),
    /// The query was interrupted.
    #[error("the query to {0} was interrupted")]
    Interrupted(Bus),
    /// Waiting for the answer failed.
    #[error("cannot wait for the bus: {0}")]
    Wait(std::io::Error),
}

impl Daemon {
    /// All its devices, in the order of their nodes and slots, with their entries since this time.
    /// All calls must be answered within these limits.
    pub fn histories(
        self,
        since: Timestamp,
        limits: Limits<'_>,
    ) -> Result<Vec<(Device, Vec<Entry>)>, HistoryRefused> {
        let (found, objects) = self.into_parts();
        let daemon = found.destination();
        let ask = async {
            let mut histories = Vec::new();
            for (path, interfaces) in in_order(objects) {
                let Some(device) = interfaces.get(DEVICE_INTERFACE).and_then(bus::device) else {
                    continue;
                };
                let path = path.as_str();
                histories.push((device, entries(DeviceObject { daemon, path }, since).await?));
            }
            Ok(histories)
        };
        let bus = found.bus.clone();
        match run(limits, ask) {
            Ok(Ok(histories)) => Ok(histories),
            Ok(Err(source)) => Err(HistoryRefused::Refused { bus, source }),
            Err(Stopped::Late) => Err(HistoryRefused::Slow(bus)),
            Err(Stopped::Interrupted) => Err(HistoryRefused::Interrupted(bus)),
            Err(Stopped::Io(error)) => Err(HistoryRefused::Wait(error)),
        }
    }
}

/// The entries of all pages of a device.
async fn entries(device: DeviceObject<'_>, since: Timestamp) -> zbus::Result<Vec<Entry>> {
    let mut all = Vec::new();
    let mut since = since.since_start().as_secs();
    loop {
        let rows = device.entries(since).await?;
        let room = MOST_ENTRIES - all.len();
        all.extend(rows.iter().take(room).map(entry));
        match rows.last() {
            Some(_) if all.len() == MOST_ENTRIES => {
                let path = device.path;
                warn!("{path}: more than {MOST_ENTRIES} entries, the later ones are left out");
                return Ok(all);
            }
            Some(last) if last.0 >= since => since = last.0.saturating_add(1),
            _ => return Ok(all),
        }
    }
}
