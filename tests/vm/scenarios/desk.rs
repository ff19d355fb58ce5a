//! The desk of most scenarios: a receiver with a K750, an M705 and a sleeping K800, plugged in.

use std::time::Duration;

use hidpp_sim::device::Protocol;
use hidpp_sim::receiver::Receiver;
use hidpp_sim::scenario::{self, K750, K800, M705};
use test_support::wait::eventually;

use crate::descriptors::{Hardware, UNIFYING};
use crate::kernel::{PATIENCE, Seen};
use crate::usbip::UsbDevice;

/// The kernel's driver for the receiver.
pub(super) const DJ_DRIVER: &str = "logitech-djreceiver";

/// The K750's serial number, on every desk.
pub(super) const K750_SERIAL: [u8; 4] = [0x39, 0x2A, 0x07, 0x50];

/// The values that the devices on the desk report; the third, a K800, sleeps.
pub(super) const K750_PERCENT: u8 = 57;
pub(super) const K750_LUX: u16 = 12;
pub(super) const M705_PERCENT: u8 = 65;

/// A plugged-in receiver with its devices.
pub(super) type Desk = UsbDevice<Receiver>;

impl Desk {
    /// The notification flags of the receiver, and of HID++ 1.0 devices.
    pub(super) fn flags<const N: usize>(&self, slots: [u8; N]) -> ([u8; 3], [[u8; 3]; N]) {
        self.with(|receiver, _| {
            let of_device = |slot| match receiver.device(slot).map(|device| &device.protocol) {
                Some(Protocol::Registers(registers)) => registers.flags(),
                other => panic!("slot {slot} has no registers: {other:?}"),
            };
            (receiver.flags(), slots.map(of_device))
        })
    }
}

/// Plugs in the desk and waits until the kernel has sent all its requests.
pub(super) fn plug_in() -> Desk {
    let desk = UsbDevice::plug_in(&UNIFYING, scenario::desk());
    let seen = desk.seen();
    wait_for_batteries(seen);
    eventually("the K800's node", PATIENCE, || seen.node_of(K800));
    wait_for_quiet(&desk);
    desk
}

/// Plugs in a receiver and waits until the kernel has sent all its requests.
pub(super) fn plug_in_receiver(hardware: &'static Hardware, receiver: Receiver) -> Desk {
    let desk = UsbDevice::plug_in(hardware, receiver);
    eventually("the receiver's node", PATIENCE, || desk.seen().node());
    // On a busy machine the node appears long before the driver's first request. The generic
    // driver, which this kernel uses for Bolt receivers, sends none.
    if desk.seen().hid_driver(hardware.hidpp_interface).as_deref() == Some(DJ_DRIVER) {
        eventually("the kernel's first request", PATIENCE, || {
            desk.with(|receiver, _| receiver.requests().next().map(drop))
        });
    }
    wait_for_quiet(&desk);
    desk
}

/// Waits until the receiver gets no more requests.
pub(super) fn wait_for_quiet(desk: &Desk) {
    eventually("the end of the kernel's requests", PATIENCE, || {
        let last = |receiver: &Receiver| receiver.requests().last().map(|sent| sent.at);
        let quiet = desk.with(|receiver, now| now.since(last(receiver).unwrap_or_default()));
        (quiet > Duration::from_millis(500)).then_some(())
    });
}

/// Waits until the kernel has the charge of the devices that are awake.
pub(super) fn wait_for_batteries(seen: Seen) {
    let measured = || {
        seen.battery_of(K750)
            .filter(|battery| battery.capacity != Some(0))
    };
    eventually("the K750's first measurement", PATIENCE, measured);
    eventually("the M705's battery", PATIENCE, || seen.battery_of(M705));
}
