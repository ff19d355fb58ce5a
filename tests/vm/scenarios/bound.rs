//! The receiver's third interface belongs to the kernel's driver, which shows what the devices say.

use std::time::Duration;

use solar_status::sim::scenario::{K750, K800, M705};

use crate::descriptors::HIDPP_INTERFACE;
use crate::kernel::{self, throughout};
use crate::program::Program;
use crate::scenarios::{DJ_DRIVER, K750_PERCENT, M705_PERCENT, plug_in};

pub(crate) fn prove(_: &Program) {
    let desk = plug_in();
    assert_eq!(
        kernel::hid_driver(HIDPP_INTERFACE).as_deref(),
        Some(DJ_DRIVER),
        "the driver of the HID++ interface"
    );
    for boot in 0..HIDPP_INTERFACE {
        assert_eq!(
            kernel::hid_driver(boot),
            None,
            "the driver of interface {boot}"
        );
    }
    println!(
        "        receiver: {}",
        kernel::receiver_node()
            .expect("the receiver's node")
            .display()
    );
    for slot in [K750, M705, K800] {
        let node = kernel::device_node(slot).expect("a node for each device");
        let battery = kernel::battery(slot);
        println!(
            "        slot {slot}: {}, {}",
            node.display(),
            battery.map_or("no battery".into(), |b| b.to_string())
        );
    }
    let says = |slot, percent: u8| {
        kernel::battery(slot).is_some_and(|battery| battery.capacity == percent.to_string())
    };
    throughout("the kernel's batteries", Duration::from_secs(3), || {
        says(K750, K750_PERCENT) && says(M705, M705_PERCENT)
    });
    let reports = desk.with(|receiver, _| receiver.requests().len());
    println!("        the kernel sent {reports} reports");
}
