//! Connected Logitech hardware that this program cannot read.

use std::collections::BTreeSet;
use std::fmt;

use super::role;
use crate::device::Model;
use crate::transport::{Bus, NodeInfo, NodeRole};

/// A receiver or device that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Identifies the piece of hardware ([`NodeInfo::unit`]).
    pub unit: String,
    /// The name that it reports, or else the name of its model.
    pub name: Option<String>,
    /// The bus it is connected to.
    pub bus: Bus,
    /// USB vendor id, or Bluetooth's.
    pub vendor: u16,
    /// USB product id, or Bluetooth's.
    pub product: u16,
    /// One of its nodes.
    pub node: String,
    /// Why it cannot be read.
    pub obstacle: Obstacle,
}

/// Why something cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// None of its nodes has reports of HID++ or Centurion, or its product is known not to answer them.
    NoHidpp,
}

impl Obstacle {
    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoHidpp => "no-hidpp",
        }
    }
}

impl fmt::Display for Obstacle {
    /// For example `it does not speak HID++`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoHidpp => "it does not speak HID++",
        })
    }
}

impl fmt::Display for Unreadable {
    /// For example `G435 Wireless Gaming Headset (046D:0ACB) is plugged in and cannot be read: …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or("a device");
        let (vendor, product) = (self.vendor, self.product);
        let there = match self.bus {
            Bus::Bluetooth => "is connected",
            Bus::Usb | Bus::Other(_) => "is plugged in",
        };
        let obstacle = self.obstacle;
        write!(
            f,
            "{name} ({vendor:04X}:{product:04X}) {there} and cannot be read: {obstacle}"
        )
    }
}

/// The unreadable hardware among these nodes, each piece once.
///
/// A receiver or device has several nodes, one of which has HID++ reports; the others are ignored.
pub fn unreadable<'n>(nodes: impl IntoIterator<Item = &'n NodeInfo> + Clone) -> Vec<Unreadable> {
    let readable: BTreeSet<&str> = nodes
        .clone()
        .into_iter()
        .filter(|node| matches!(role(node), NodeRole::Receiver | NodeRole::Direct))
        .map(NodeInfo::unit)
        .collect();
    let mut found: Vec<Unreadable> = Vec::new();
    for node in nodes {
        let obstacle = match role(node) {
            NodeRole::Plain => Obstacle::NoHidpp,
            NodeRole::Receiver | NodeRole::Direct | NodeRole::Child | NodeRole::Foreign => continue,
        };
        let unit = node.unit();
        if readable.contains(unit) {
            continue;
        }
        if found.iter().all(|known| known.unit != unit) {
            found.push(of(node, obstacle));
        }
    }
    found
}

fn of(node: &NodeInfo, obstacle: Obstacle) -> Unreadable {
    let model = || Model::of(node.product).map(|model| model.name.to_owned());
    Unreadable {
        unit: node.unit().to_owned(),
        name: node.name.clone().or_else(model),
        bus: node.bus,
        vendor: node.vendor,
        product: node.product,
        node: node.path.clone(),
        obstacle,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hidpp_proto::wire::ReportId;
    use hidpp_proto::wire::descriptor::Capabilities;

    const HIDPP: Capabilities = Capabilities::NONE.with_short().with_long();

    /// Interface `number` of a device at a port.
    fn node(port: u8, number: u8, product: u16, capabilities: Capabilities) -> NodeInfo {
        let path = format!("/dev/hidraw{port}{number}");
        NodeInfo {
            phys: Some(format!("usb-0000:00:14.0-{port}/input{number}")),
            ..NodeInfo::new(&path, 0x046D, product, capabilities)
        }
    }

    fn found(nodes: &[NodeInfo]) -> Vec<(u16, Obstacle)> {
        let found = unreadable(nodes).into_iter();
        found.map(|it| (it.product, it.obstacle)).collect()
    }

    #[test]
    fn hardware_without_a_hidpp_node_is_reported_once() {
        // A G710+ (Solaar issue 2628): one node for the keyboard, one for its extra keys.
        let nodes = [
            node(1, 0, 0xC24D, Capabilities::NONE),
            node(1, 1, 0xC24D, Capabilities::NONE),
        ];
        assert_eq!(found(&nodes), [(0xC24D, Obstacle::NoHidpp)]);
        let name = unreadable(&nodes).remove(0);
        assert_eq!(
            name.to_string(),
            "G710+ Mechanical Gaming Keyboard (046D:C24D) is plugged in and cannot be read: \
             it does not speak HID++"
        );
    }

    #[test]
    fn the_other_interfaces_of_hidpp_hardware_are_not_reported() {
        let nodes = [
            node(1, 0, 0xC52B, Capabilities::NONE),
            node(1, 1, 0xC52B, Capabilities::NONE),
            node(1, 2, 0xC52B, HIDPP),
        ];
        assert_eq!(found(&nodes), []);
        // Two pieces of the same product.
        let other = [nodes.to_vec(), vec![node(2, 0, 0xC52B, Capabilities::NONE)]].concat();
        assert_eq!(found(&other), [(0xC52B, Obstacle::NoHidpp)]);
    }

    #[test]
    fn a_receiver_that_is_known_not_to_answer_is_reported() {
        // Solaar issues 1350 and 1835.
        for capabilities in [Capabilities::NONE, HIDPP] {
            let nodes = [
                node(1, 0, 0xC542, Capabilities::NONE),
                node(1, 1, 0xC542, capabilities),
            ];
            assert_eq!(found(&nodes), [(0xC542, Obstacle::NoHidpp)]);
        }
    }

    #[test]
    fn a_headset_that_speaks_centurion_is_readable() {
        let centurion = Capabilities::NONE.with_centurion(ReportId::Centurion);
        let nodes = [
            node(1, 3, 0x0AF7, Capabilities::NONE),
            node(1, 4, 0x0AF7, centurion),
        ];
        assert_eq!(found(&nodes), []);
    }

    #[test]
    fn hardware_of_other_vendors_is_not_reported() {
        let mut keyboard = node(1, 0, 0x0226, Capabilities::NONE);
        keyboard.vendor = 0x1532;
        assert_eq!(found(&[keyboard]), []);
    }

    #[test]
    fn a_bluetooth_device_without_hidpp_is_connected() {
        let mut keyboard = node(1, 0, 0xB305, Capabilities::NONE);
        keyboard.bus = Bus::Bluetooth;
        keyboard.name = Some("Logitech MX5000".to_owned());
        assert_eq!(
            unreadable(&[keyboard]).remove(0).to_string(),
            "Logitech MX5000 (046D:B305) is connected and cannot be read: it does not speak HID++"
        );
    }
}
