//! A K750 reconnects: the kernel alone does not learn its state, and the daemon's measurement
//! provides it.

use std::thread;
use std::time::{Duration, Instant};

use hidpp_proto::units::{Lux, Timestamp};
use hidpp_sim::Firmware;
use hidpp_sim::receiver::Receiver;
use hidpp_sim::scenario::{self, K750};
use test_support::wait::{eventually, throughout};

use super::{K750_SERIAL, find, in_words};
use crate::bus::{Client, OURS, UPOWER};
use crate::daemon::System;
use crate::descriptors::UNIFYING;
use crate::kernel::PATIENCE;
use crate::program::Program;
use crate::scenarios::wait_for_batteries;
use crate::upowerd::Upowerd;
use crate::usbip::UsbDevice;

/// The kernel's reports about it.
const IN_THE_DARK: &str = "57 %, Discharging, online";
const IN_THE_LIGHT: &str = "57 %, Charging, online";
const LOST: &str = "57 %, Unknown, offline";

/// The interval of light measurements in this scenario, in seconds.
const EVERY: &str = "5";

/// Long enough for all requests of the kernel to a reconnected device, and for the report of a
/// measurement.
const LATER: Duration = Duration::from_secs(3);

/// How long the sleeping keyboard must get no request.
const SLEEP: Duration = Duration::from_secs(20);

pub(crate) fn prove(program: &Program) {
    let system = System::install();
    let desk = Desk::plug_in();
    let _upowerd = Upowerd::start(&system.client);
    desk.expect_kernel(IN_THE_DARK);

    // The charge that it reports on its reconnection is lost, as with a bad radio link.
    desk.switch_off();
    desk.switch_on(Delivery::WithoutBroadcasts);
    throughout("the kernel alone", LATER, || desk.kernel() == LOST);
    desk.switch_off();
    desk.switch_on(Delivery::All);
    desk.expect_kernel(IN_THE_LIGHT);
    thread::sleep(LATER);
    desk.expect_kernel(IN_THE_LIGHT);
    println!("        without us the kernel reports: {LOST}; or, at 12 lux: {IN_THE_LIGHT}");

    let daemon = system.start(program, &["--light-every", EVERY]);
    desk.expect_kernel(IN_THE_DARK);
    for delivery in [Delivery::WithoutBroadcasts, Delivery::All] {
        desk.switch_off();
        desk.switch_on(delivery);
        let started = Instant::now();
        desk.expect_kernel(IN_THE_DARK);
        expect_both(&system.client, "keyboard, 57 %, discharging");
        println!(
            "        with us it reports the true state after {:.1} s",
            started.elapsed().as_secs_f32()
        );
    }

    // Through the schedule alone.
    desk.with(|receiver, now| receiver.set_sun(now, K750, Lux(400)));
    desk.expect_kernel(IN_THE_LIGHT);
    expect_both(&system.client, "keyboard, 57 %, charging");

    desk.switch_off();
    eventually("its sleep to be noticed", PATIENCE, || {
        let keyboard = find(&system.client, OURS, K750_SERIAL);
        (keyboard.ours["Online"] == "false").then_some(())
    });
    thread::sleep(LATER);
    desk.with(|receiver, _| receiver.forget_requests());
    throughout("no request to a sleeping K750", SLEEP, || {
        desk.with(|receiver, _| receiver.requests().all(|sent| sent.report[1] != K750))
    });
    let run = daemon.stop();
    assert_eq!(run.stderr, "", "standard error of the daemon");
}

/// Waits until upowerd and the daemon both publish this about the K750.
fn expect_both(client: &Client, expected: &str) {
    for service in [UPOWER, OURS] {
        eventually(expected, PATIENCE, || {
            let keyboard = find(client, service, K750_SERIAL);
            (in_words(&keyboard.upower) == expected).then_some(())
        });
    }
}

/// Which reports of a K750 arrive.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Delivery {
    All,
    /// Without the charge that it broadcasts.
    WithoutBroadcasts,
}

/// The small desk, on which broadcasts of the K750 can be lost.
struct Desk(UsbDevice<Radio>);

struct Radio {
    receiver: Receiver,
    delivery: Delivery,
}

impl Desk {
    fn plug_in() -> Self {
        let radio = Radio {
            receiver: scenario::desk(),
            delivery: Delivery::All,
        };
        let desk = Self(UsbDevice::plug_in(&UNIFYING, radio));
        wait_for_batteries(desk.0.seen());
        desk
    }

    fn with<R>(&self, act: impl FnOnce(&mut Receiver, Timestamp) -> R) -> R {
        self.0.with(|radio, now| act(&mut radio.receiver, now))
    }

    /// The kernel's report about the K750.
    fn kernel(&self) -> String {
        let battery = self.0.seen().battery_of(K750);
        battery.map_or_else(String::new, |battery| battery.to_string())
    }

    fn expect_kernel(&self, expected: &str) {
        eventually(expected, PATIENCE, || {
            (self.kernel() == expected).then_some(())
        });
    }

    fn switch_off(&self) {
        assert!(self.with(|receiver, now| receiver.switch_off(now, K750)));
        self.expect_kernel(LOST);
    }

    fn switch_on(&self, delivery: Delivery) {
        self.0.with(|radio, now| {
            radio.delivery = delivery;
            assert!(radio.receiver.switch_on(now, K750));
        });
    }
}

impl Firmware for Radio {
    fn output_report(&mut self, now: Timestamp, report: &[u8]) {
        self.receiver.output_report(now, report);
    }

    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        loop {
            let report = self.receiver.input_report(now)?;
            // Event 0 of feature 4301, at index 09.
            let is_broadcast = report.starts_with(&[0x11, K750, 0x09, 0x00]);
            if !is_broadcast || self.delivery == Delivery::All {
                return Some(report);
            }
        }
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.receiver.next_due()
    }
}
