//! The kernel driver in the harness: the nodes and power supplies that it creates for paired
//! devices.

use hidpp_proto::units::Percent;
use hidpp_proto::wire::Slot;
use solar_status::transport::{NodeEvent, NodeId, NodeInfo, Place, Supply, SupplyId};

use crate::desk::Shared;
use crate::follow_harness::{FollowHarness, Port};

pub(crate) const RECEIVER: &str = "/dev/hidraw0";

/// A harness in which nodes are closed where possible (standby).
pub(crate) fn harness() -> FollowHarness {
    let mut harness = FollowHarness::new();
    harness.query.quiet = true;
    harness
}

pub(crate) fn place(slot: u8) -> Place {
    Place {
        hid: RECEIVER.to_owned(),
        slot: Slot::new(slot),
    }
}

/// The node that the kernel created for the device in a slot.
pub(crate) fn child(slot: u8, product: u16) -> NodeInfo {
    NodeInfo {
        id: NodeId::new(format!("{RECEIVER}/{product:04X}/hidraw/hidraw{slot}")),
        product,
        phys: Some(format!("usb-2/input2:{slot}")),
        child: true,
        ..NodeInfo::unifying(&format!("/dev/hidraw{slot}"))
    }
}

/// A power supply of the kernel driver; `lost`: it reports the device as gone.
pub(crate) fn supply(slot: u8, charge: u8, lost: bool) -> Supply {
    Supply {
        id: SupplyId::new(format!(
            "{RECEIVER}/{slot}/power_supply/hidpp_battery_{slot}"
        )),
        place: place(slot),
        charge: Percent::new(charge),
        lost,
    }
}

pub(crate) fn product(desk: &Shared, slot: u8) -> u16 {
    desk.act(|receiver| receiver.device(slot).unwrap().identity.wpid)
}

/// Plugs in a receiver with devices that the kernel driver covers; those that are awake have a
/// power supply.
pub(crate) fn plug_driven(port: &Port, desk: &Shared) {
    port.plug(desk);
    let slots: Vec<u8> = desk.act(|receiver| receiver.slots().collect());
    for slot in slots {
        port.push_event(NodeEvent::Appeared(child(slot, product(desk, slot))));
        if desk.act(|receiver| receiver.device(slot).unwrap().online()) {
            port.push_event(NodeEvent::Supply(supply(slot, 57, false)));
        }
    }
}

/// Expects this many open nodes at this second.
pub(crate) fn expect_in_use(harness: &mut FollowHarness, second: u64, expected: usize) {
    let in_use = harness.port.in_use.clone();
    harness.at(second, move |_| {
        assert_eq!(*in_use.borrow(), expected, "open at {second} s");
    });
}
