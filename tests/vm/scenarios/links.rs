//! A mouse with two channels on a Bolt receiver and a cable is one device on the bus, whatever its
//! connection; the kernel knows only the cable.

use std::time::Duration;

use hidpp_sim::battery::State;
use hidpp_sim::direct::DirectDevice;
use hidpp_sim::family::Family;
use hidpp_sim::receiver::Receiver;
use test_support::wait::{eventually, throughout};

use crate::bus::{OURS, Values};
use crate::daemon::System;
use crate::descriptors::{BOLT, CORDED_MOUSE};
use crate::devices;
use crate::kernel::PATIENCE;
use crate::program::Program;
use crate::scenarios::plug_in_receiver;
use crate::usbip::UsbDevice;

const MOUSE: &str = "G903 LS";
const SERIAL: [u8; 4] = [0x47, 0x90, 0x40, 0x87];
/// The object of the mouse, with its model id on the receiver and its serial number.
const PATH: &str = "/org/solarstatus/Monitor1/devices/hidpp_4087_47904087";

pub(crate) fn prove(program: &Program) {
    let system = System::install();
    let mouse = || devices::paired(MOUSE, SERIAL, State::Discharging);
    let receiver = Receiver::of(Family::BOLT, [0xB0, 0x17, 0xC5, 0x48])
        .with(1, mouse())
        .with(2, mouse().asleep());
    let desk = plug_in_receiver(&BOLT, receiver);
    let daemon = system.start(program, &[]);
    let only = |what: &str, is: &dyn Fn(&Values) -> bool| {
        eventually(what, PATIENCE, || {
            let all = system.client.batteries(OURS);
            let [device] = all.as_slice() else {
                return None;
            };
            (device.path == PATH && is(&device.ours)).then_some(())
        });
        println!("        {what}: {}", kernels_view());
    };
    let at = |connection: &'static str, slot: &'static str| {
        move |values: &Values| {
            values["Online"] == "true"
                && values["Connection"] == connection
                && values["Slot"] == slot
        }
    };
    only("on its first channel", &at("receiver", "0x01"));

    // The cable is plugged in, and the radio is switched off.
    let wired = devices::paired(MOUSE, SERIAL, State::Charging).protocol;
    let cable = UsbDevice::plug_in(&CORDED_MOUSE, DirectDevice::usb(0xC091, wired));
    desk.with(|receiver, now| receiver.sleep(now, 1));
    only("on its cable", &at("usb", "0x00"));
    assert!(cable.seen().battery().is_some(), "the kernel's own battery");
    throughout("one device", Duration::from_secs(2), || {
        system.client.devices(OURS) == [PATH]
    });

    drop(cable);
    desk.with(|receiver, now| receiver.wake(now, 1));
    only("without the cable", &at("receiver", "0x01"));

    // Its channel button: the new link comes up before the old one goes down.
    desk.with(|receiver, now| receiver.wake(now, 2));
    desk.with(|receiver, now| receiver.sleep(now, 1));
    only("on its second channel", &at("receiver", "0x02"));

    let signals = system.client.take_signals();
    let coming_and_going = signals
        .iter()
        .filter(|it| ["DeviceAdded", "DeviceRemoved"].contains(&it.member.as_str()));
    let matching: Vec<&str> = coming_and_going.map(|it| it.member.as_str()).collect();
    assert_eq!(matching, ["DeviceAdded"], "{signals:#?}");
    daemon.stop();
}

/// The batteries of the kernel.
fn kernels_view() -> String {
    let names = std::fs::read_dir("/sys/class/power_supply")
        .into_iter()
        .flatten();
    let names = names
        .flatten()
        .map(|it| it.file_name().to_string_lossy().into_owned());
    let names: Vec<String> = names.filter(|it| it.starts_with("hidpp")).collect();
    if names.is_empty() {
        "the kernel has no battery".to_owned()
    } else {
        format!("the kernel has {}", names.join(", "))
    }
}
