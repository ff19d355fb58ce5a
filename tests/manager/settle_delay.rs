//! The settle delay: a receiver gets no request while the kernel sets up its devices.

use std::time::Duration;

use solar_status::transport::NodeEvent;

use crate::desk::Shared;
use crate::follow_harness::{FollowHarness, words};
use crate::kernel::child;

/// The event of a new node for the device in this slot.
fn new_child(slot: u8) -> NodeEvent {
    NodeEvent::Appeared(child(slot, 0x4004))
}

#[test]
fn a_new_receiver_gets_no_request_while_the_kernel_sets_up_its_devices() {
    let desk = Shared::receiver(&["M525", "K520"]);
    let mut harness = FollowHarness::new();
    harness.port.fresh = true;
    // The second device takes the kernel longer than one settle delay.
    let (port, handle) = (harness.port.clone(), desk.clone());
    harness.at(10, move |_| port.plug(&handle));
    let port = harness.port.clone();
    harness.at_time(Duration::from_millis(10_400), move |_| {
        port.push_event(new_child(1));
    });
    let (port, handle) = (harness.port.clone(), desk.clone());
    harness.at_time(Duration::from_millis(11_900), move |_| {
        assert_eq!(
            handle.take_requests(),
            [""; 0],
            "a request was sent too early"
        );
        port.push_event(new_child(2));
    });
    let handle = desk.clone();
    harness.at_time(Duration::from_millis(13_800), move |_| {
        assert_eq!(
            handle.take_requests(),
            [""; 0],
            "a request was sent too early"
        );
    });
    assert_eq!(
        words(&harness.follow(20)),
        ["13 + receiver", "13 + M525", "13 + K520"]
    );
}

#[test]
fn a_receiver_plugged_in_long_ago_gets_requests_without_a_delay() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["M525"]);
    harness.port.plug(&desk);
    harness.port.push_event(new_child(1));
    assert_eq!(words(&harness.follow(5))[..], ["0 + receiver", "0 + M525"]);
}
