//! The optional udev rule opens only the receiver's own node to the user of the seat.

use hidpp_sim::scenario::{K750, M705};

use crate::program::Program;
use crate::scenarios::plug_in;
use crate::udev::{self, Installed};

pub(crate) fn prove(_: &Program) {
    let _rule = Installed::new("70-solar-status-uaccess.rules");
    let desk = plug_in();
    udev::settle();
    let receiver = desk.seen().node().expect("the receiver's node");
    assert!(
        udev::has_tag(&receiver, "uaccess"),
        "the receiver's node has no uaccess tag"
    );
    for slot in [K750, M705] {
        let node = desk.seen().node_of(slot).expect("the device's node");
        let opened = udev::has_tag(&node, "uaccess");
        assert!(!opened, "{} must stay closed", node.display());
    }
}
