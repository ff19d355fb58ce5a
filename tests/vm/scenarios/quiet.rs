//! In standby, with the receiver's node closed, no change known to the kernel is missed, nor the
//! light key.

use std::thread;
use std::time::Duration;

use hidpp_proto::units::{Lux, Percent};
use hidpp_sim::battery::State;
use hidpp_sim::scenario::{self, K750, K800, M705};
use test_support::wait::eventually;

use crate::descriptors::UNIFYING;
use crate::devices::paired;
use crate::follower::{Follower, open_nodes};
use crate::kernel::PATIENCE;
use crate::program::Program;
use crate::scenarios::{Desk, wait_for_batteries, wait_for_quiet};
use crate::usbip::UsbDevice;

/// The slot of a mouse that reports its charge in steps, and later of another mouse.
const MOUSE: u8 = 4;

/// Keys typed while the node is closed, and how long that takes.
const KEYS: [u8; 100] = [4; 100];
const TYPING: Duration = Duration::from_secs(5);

pub(crate) fn prove(_: &Program) {
    let receiver = scenario::desk().with(
        MOUSE,
        paired("MX Master", [0x4D, 0x58, 0x40, 0x41], State::Discharging),
    );
    // As on a desktop, the receiver is plugged in while nodes are already followed.
    let follower = Follower::start();
    let desk = UsbDevice::plug_in(&UNIFYING, receiver);
    follower.expect(&[
        "+ receiver",
        "+ K750: 57 %, 12 lux",
        "+ M705: 65 %",
        "+ K800: away",
        "+ MX Master: 50 %, good",
    ]);
    wait_for_batteries(desk.seen());
    wait_for_quiet(&desk);
    expect_closed(&desk);

    assert!(desk.with(|receiver, now| receiver.wake(now, K800)));
    follower.expect(&["K800: full"]);
    expect_closed(&desk);
    let wakes = follower.wakes();
    assert!(desk.with(|receiver, now| receiver.type_keys(now, K800, &KEYS)));
    thread::sleep(TYPING);
    assert_eq!(follower.wakes(), wakes, "keys cause no wake-up");

    let charge = |percent| Percent::new(percent).expect("at most 100");
    // The step before announces it.
    assert!(desk.with(|receiver, now| receiver.set_charge(now, MOUSE, charge(20))));
    follower.expect(&["MX Master: 20 %, low"]);
    // The kernel receives the report, but does not store the charge.
    assert!(desk.with(|receiver, now| receiver.set_charge(now, M705, charge(50))));
    follower.expect(&["M705: 50 %"]);
    expect_closed(&desk);

    assert!(desk.with(|receiver, now| receiver.switch_off(now, K750)));
    follower.expect(&["K750: away"]);
    assert!(desk.with(|receiver, now| {
        receiver.set_sun(now, K750, Lux(80)) && receiver.switch_on(now, K750)
    }));
    follower.expect(&["K750: 57 %, 80 lux"]);
    expect_closed(&desk);

    assert!(desk.with(|receiver, now| {
        receiver.set_sun(now, K750, Lux(400)) && receiver.press_light_key(now, K750)
    }));
    follower.expect(&["K750 light key", "K750: 57 %, 400 lux"]);
    expect_closed(&desk);

    assert!(desk.with(|receiver, now| receiver.unpair(now, MOUSE)));
    follower.expect(&["- MX Master"]);
    expect_closed(&desk);
    let mouse = paired("G903 LS", [0x47, 0x90, 0x40, 0x87], State::Discharging);
    assert!(desk.with(|receiver, now| receiver.pair(now, MOUSE, mouse)));
    follower.expect(&["+ G903 LS: 91 %"]);
    expect_closed(&desk);

    drop(desk);
    follower.expect(&["- K750", "- M705", "- K800", "- G903 LS", "- receiver"]);
}

/// Waits until only the K750's own node is open.
fn expect_closed(desk: &Desk) {
    let beside = || desk.seen().node_of(K750).into_iter().collect::<Vec<_>>();
    eventually("a closed node", PATIENCE, || {
        (open_nodes() == beside()).then_some(())
    });
}
