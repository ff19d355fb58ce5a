//! The receiver's third interface is bound to the kernel driver, which reports the devices'
//! batteries.

use std::time::Duration;

use hidpp_sim::scenario::{K750, K800, M705};
use test_support::wait::throughout;

use crate::descriptors::UNIFYING;
use crate::program::Program;
use crate::scenarios::{DJ_DRIVER, K750_PERCENT, M705_PERCENT, plug_in};

pub(crate) fn prove(_: &Program) {
    let desk = plug_in();
    let seen = desk.seen();
    assert_eq!(
        seen.hid_driver(UNIFYING.hidpp_interface).as_deref(),
        Some(DJ_DRIVER),
        "the driver of the HID++ interface"
    );
    for boot in 0..UNIFYING.hidpp_interface {
        assert_eq!(
            seen.hid_driver(boot),
            None,
            "the driver of interface {boot}"
        );
    }
    println!(
        "        receiver: {}",
        seen.node().expect("the receiver's node").display()
    );
    for slot in [K750, M705, K800] {
        let node = seen.node_of(slot).expect("a node for each device");
        let battery = seen.battery_of(slot);
        println!(
            "        slot {slot}: {}, {}",
            node.display(),
            battery.map_or("no battery".into(), |b| b.to_string())
        );
    }
    let reports = |slot, percent| {
        seen.battery_of(slot)
            .is_some_and(|battery| battery.capacity == Some(percent))
    };
    throughout("the kernel's batteries", Duration::from_secs(3), || {
        reports(K750, K750_PERCENT) && reports(M705, M705_PERCENT)
    });
    let reports = desk.with(|receiver, _| receiver.requests().len());
    println!("        the kernel sent {reports} reports");
}
