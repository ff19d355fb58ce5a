//! Devices of the simulator's catalogue in the state that a scenario needs, and one that never
//! answers.

use hidpp_proto::units::{Percent, Timestamp};
use hidpp_sim::Firmware;
use hidpp_sim::battery::{Battery, State};
use hidpp_sim::catalogue;
use hidpp_sim::device::Device;
use hidpp_sim::receiver::Receiver;

use crate::comparison::Row;

/// The features that the simulator implements completely. With others, the catalogue's devices list
/// features that return errors, and `solaar show` ends at the first error.
const ANSWERED: [u16; 8] = [
    0x0001, 0x0003, 0x0005, 0x1D4B, 0x1000, 0x1001, 0x1004, 0x4301,
];

/// A device with the charge of its dump and this state.
pub(crate) fn paired(codename: &str, serial: [u8; 4], state: State) -> Device {
    charged(codename, serial, state, charge_of(codename))
}

/// The charge of a device in its dump.
pub(crate) fn charge_of(codename: &str) -> Percent {
    let entry = catalogue::find(codename).expect("a device of the catalogue");
    let (_, battery) = entry.battery.expect("a device with a battery");
    battery.charge
}

/// A device with this charge and state.
pub(crate) fn charged(codename: &str, serial: [u8; 4], state: State, charge: Percent) -> Device {
    let mut entry = catalogue::find(codename).expect("a device of the catalogue");
    let (_, battery) = entry.battery.as_mut().expect("a device with a battery");
    battery.state = state;
    if battery.charge != charge {
        *battery = Battery::new(charge, state);
    }
    entry.features.retain(|line| ANSWERED.contains(&line.id));
    entry.paired(serial).expect("a device for a receiver")
}

/// Adds the devices of a comparison to the receiver.
pub(crate) fn put(rows: &[Row], receiver: Receiver) -> Receiver {
    rows.iter().fold(receiver, |receiver, row| {
        receiver.with(row.slot, paired(row.codename, row.serial, row.state))
    })
}

/// Firmware that never answers, but records what is sent to it.
#[derive(Default)]
pub(crate) struct Recorder {
    /// The received reports.
    pub(crate) reports: Vec<Vec<u8>>,
}

impl Firmware for Recorder {
    fn output_report(&mut self, _: Timestamp, report: &[u8]) {
        self.reports.push(report.to_vec());
    }

    fn input_report(&mut self, _: Timestamp) -> Option<Vec<u8>> {
        None
    }

    fn next_due(&self) -> Option<Timestamp> {
        None
    }
}
