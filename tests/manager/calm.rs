//! The kernel is left alone while it sets up the devices of a receiver.

use std::time::Duration;

use solar_status::transport::NodeEvent;

use crate::desk::Shared;
use crate::follow_harness::{FollowHarness, words};
use crate::kernel::child;

/// The kernel has made a node for the device in this slot.
fn new_child(slot: u8) -> NodeEvent {
    NodeEvent::Appeared(child(slot, 0x4004))
}

#[test]
fn a_receiver_is_left_alone_while_the_kernel_sets_up_its_devices() {
    let desk = Shared::receiver(&["M525", "K520"]);
    let mut harness = FollowHarness::new();
    harness.port.fresh = true;
    // The second device takes the kernel longer than we would have waited.
    let (port, hand) = (harness.port.clone(), desk.clone());
    harness.at(10, move |_| port.plug(&hand));
    let port = harness.port.clone();
    harness.at_time(Duration::from_millis(10_400), move |_| {
        port.tell(new_child(1));
    });
    let (port, hand) = (harness.port.clone(), desk.clone());
    harness.at_time(Duration::from_millis(11_900), move |_| {
        assert_eq!(hand.take_requests(), [""; 0], "it was asked too early");
        port.tell(new_child(2));
    });
    let hand = desk.clone();
    harness.at_time(Duration::from_millis(13_800), move |_| {
        assert_eq!(hand.take_requests(), [""; 0], "it was asked too early");
    });
    assert_eq!(
        words(&harness.follow(20)),
        ["13 + receiver", "13 + M525", "13 + K520"]
    );
}

#[test]
fn a_receiver_that_was_plugged_in_long_ago_is_asked_at_once() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["M525"]);
    harness.port.plug(&desk);
    harness.port.tell(new_child(1));
    assert_eq!(words(&harness.follow(5))[..], ["0 + receiver", "0 + M525"]);
}
