//! Headsets that speak Centurion.

use crate::Plugged;
use crate::centurion::CenturionNode;

/// A PRO X 2 behind its dongle, and a G522 with its dongle and its cable.
pub fn headsets() -> Vec<Plugged> {
    const G522: &str = "2513LZ0B7E31";
    let mut pro = CenturionNode::pro_x_2("2413LZ0ABCD8");
    // As in a frame of one (HeadsetControl).
    (pro.headset.percent, pro.headset.second) = (60, 60);
    let nodes = [
        pro,
        CenturionNode::g522_dongle(G522),
        CenturionNode::g522_cable(G522),
    ];
    nodes.map(Plugged::Centurion).into()
}
