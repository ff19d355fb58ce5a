//! The USB transport takes the HID++ interface from the kernel driver and returns it, however it
//! ends.

use std::time::Duration;

use hidpp_sim::scenario::K750;
use rustix::process::Signal;
use test_support::wait::eventually;

use crate::descriptors::UNIFYING;
use crate::kernel::{PATIENCE, Seen};
use crate::process::{LIMIT, Running};
use crate::program::Program;
use crate::scenarios::{DJ_DRIVER, plug_in, reading, wait_for_batteries};

const ARGUMENTS: [&str; 3] = ["--transport", "usb", "--json"];
/// The driver bound to the interface while the kernel has it.
const KERNELS: &str = "usbhid";
/// The deadline for a program that was asked to stop.
const PROMPTLY: Duration = Duration::from_secs(3);

pub(crate) fn prove(program: &Program) {
    let desk = plug_in();
    let seen = desk.seen();
    let run = start_and_wait_for_claim(program, seen).finish(LIMIT);
    expect_driver_restored(seen);
    println!("        a reading takes {:.1} s", run.took.as_secs_f32());
    reading::expect_desk(&run.document());
}

pub(crate) fn prove_stopped(program: &Program) {
    let desk = plug_in();
    let seen = desk.seen();
    let interrupted = start_and_wait_for_claim(program, seen);
    interrupted.signal(Signal::INT);
    let run = interrupted.finish(PROMPTLY);
    println!("        after SIGINT: {}", run.status);
    run.expect_no_panic();
    expect_driver_restored(seen);

    let killed = start_and_wait_for_claim(program, seen);
    killed.signal(Signal::KILL);
    let run = killed.finish(PROMPTLY);
    assert_eq!(
        run.signal(),
        Some(Signal::KILL.as_raw()),
        "the end of {run:?}"
    );
    // A killed program cannot return the interface; the next run does.
    let run = program.run(&ARGUMENTS);
    expect_driver_restored(seen);
    reading::expect_desk(&run.document());
}

/// Starts a reading and returns while it runs.
fn start_and_wait_for_claim(program: &Program, seen: Seen) -> Running {
    let reading = program.start(&ARGUMENTS);
    eventually("the program to take the interface", LIMIT, || {
        (seen.usb_driver(UNIFYING.hidpp_interface).as_deref() != Some(KERNELS)).then_some(())
    });
    // The light alone takes a second.
    std::thread::sleep(Duration::from_millis(300));
    reading
}

/// Waits until the kernel driver is bound to the interface again, and everything that depends on it
/// is back.
fn expect_driver_restored(seen: Seen) {
    let usbhid = || {
        seen.usb_driver(UNIFYING.hidpp_interface)
            .filter(|driver| driver == KERNELS)
    };
    eventually("usbhid on the interface", PATIENCE, usbhid);
    let djreceiver = || {
        seen.hid_driver(UNIFYING.hidpp_interface)
            .filter(|driver| driver == DJ_DRIVER)
    };
    eventually("the DJ driver on the interface", PATIENCE, djreceiver);
    eventually("the receiver's node", PATIENCE, || seen.node());
    eventually("the K750's input node", PATIENCE, || seen.keyboard_of(K750));
    wait_for_batteries(seen);
}
