//! Any number of devices, for benchmarks.

use crate::Plugged;
use crate::catalogue::{self, Entry};
use crate::family::Family;
use crate::patience::Patience;
use crate::receiver::{Latency, Receiver};

/// One device with each type of battery: 1000, 0D, 07, 1001, 1004, 4301.
pub const EACH_BATTERY: [&str; 6] = ["M525", "M705 (M-R0009)", "K800", "G703", "PRO X", "K750"];

/// Devices on Unifying receivers, distributed in turn; all are awake. The models, given by their
/// short names, alternate from slot to slot, so that full receivers have the same devices. Devices
/// beyond six per receiver are left out.
pub fn crowd(
    devices: usize,
    receivers: usize,
    models: &[&str],
    latency: Latency,
    patience: Patience,
) -> Vec<Plugged> {
    let models: Vec<Entry> = models.iter().copied().filter_map(catalogue::find).collect();
    let mut all: Vec<Receiver> = (0..receivers)
        .map(|number| {
            let mut receiver = Receiver::of(Family::UNIFYING, serial(0xC0, number));
            receiver.latency = latency;
            receiver.patience = patience;
            receiver
        })
        .collect();
    for number in 0..devices {
        let place = number.checked_rem(receivers).unwrap_or(0);
        let round = number.checked_div(receivers).unwrap_or(0);
        if let Some(receiver) = all.get_mut(place)
            && let Ok(slot) = u8::try_from(round + 1)
            && let Some(entry) = models.iter().cycle().nth(round)
            && let Some(device) = entry.paired(serial(0xD0, number))
        {
            receiver.put(slot, device);
        }
    }
    all.into_iter().map(Plugged::Receiver).collect()
}

/// A serial number that is unique among those with the same first byte.
fn serial(first: u8, number: usize) -> [u8; 4] {
    let [_, b, c, d] = u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes();
    [first, b, c, d]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn a_crowd(devices: usize, receivers: usize) -> Vec<Plugged> {
        crowd(
            devices,
            receivers,
            &EACH_BATTERY,
            Latency::default(),
            Patience::STRICT,
        )
    }

    #[test]
    fn six_devices_to_a_receiver_each_with_another_battery() {
        for (devices, receivers) in [(1, 1), (6, 1), (60, 10), (600, 100)] {
            let crowd = a_crowd(devices, receivers);
            assert_eq!(crowd.len(), receivers);
            let mut serials = BTreeSet::new();
            for receiver in crowd.iter().filter_map(|plugged| plugged.receiver()) {
                assert_eq!(receiver.patience, Patience::STRICT);
                for slot in receiver.slots() {
                    let device = receiver.device(slot).unwrap();
                    assert!(device.online());
                    serials.insert(device.identity.serial);
                }
            }
            assert_eq!(serials.len(), devices);
        }
        let names = |plugged: &Plugged| -> Vec<&'static str> {
            let receiver = plugged.receiver().unwrap();
            let devices = receiver.slots().filter_map(|slot| receiver.device(slot));
            devices.map(|device| device.identity.codename).collect()
        };
        assert_eq!(names(&a_crowd(6, 1)[0]), EACH_BATTERY);
        for receiver in a_crowd(60, 10) {
            assert_eq!(names(&receiver), EACH_BATTERY);
        }
    }

    #[test]
    fn devices_without_a_slot_are_left_out() {
        let crowd = a_crowd(7, 1);
        assert_eq!(crowd[0].receiver().unwrap().slots().count(), 6);
        assert_eq!(a_crowd(5, 0).len(), 0);
    }
}
