//! The kernel is left alone while it sets up the devices of a receiver.

use std::time::Duration;

use solar_status::transport::NodeEvent;

use crate::desk::Shared;
use crate::kernel::child;
use crate::stage::{Stage, words};

/// The kernel has made a node for the device in this slot.
fn new_child(slot: u8) -> NodeEvent {
    NodeEvent::Appeared(child(slot, 0x4004))
}

#[test]
fn a_receiver_is_left_alone_while_the_kernel_sets_up_its_devices() {
    let desk = Shared::receiver(&["M525", "K520"]);
    let mut stage = Stage::new();
    stage.port.fresh = true;
    // The second device takes the kernel longer than we would have waited.
    let (port, hand) = (stage.port.clone(), desk.clone());
    stage.at(10, move |_| port.plug(&hand));
    let port = stage.port.clone();
    stage.at_time(Duration::from_millis(10_400), move |_| {
        port.tell(new_child(1));
    });
    let (port, hand) = (stage.port.clone(), desk.clone());
    stage.at_time(Duration::from_millis(11_900), move |_| {
        assert_eq!(hand.take_requests(), [""; 0], "it was asked too early");
        port.tell(new_child(2));
    });
    let hand = desk.clone();
    stage.at_time(Duration::from_millis(13_800), move |_| {
        assert_eq!(hand.take_requests(), [""; 0], "it was asked too early");
    });
    assert_eq!(
        words(&stage.follow(20)),
        ["13 + receiver", "13 + M525", "13 + K520"]
    );
}

#[test]
fn a_receiver_that_was_plugged_in_long_ago_is_asked_at_once() {
    let mut stage = Stage::new();
    let desk = Shared::receiver(&["M525"]);
    stage.port.plug(&desk);
    stage.port.tell(new_child(1));
    assert_eq!(words(&stage.follow(5))[..], ["0 + receiver", "0 + M525"]);
}
