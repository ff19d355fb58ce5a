//! The description of a node, known before it is opened.

use std::fmt;

use hidpp_proto::wire::Slot;
use hidpp_proto::wire::descriptor::Capabilities;

/// Logitech's vendor id.
const LOGITECH: u16 = 0x046D;

/// The description of a node.
///
/// `uniq` and `phys` can contain addresses and serial numbers, and `name` can be chosen by the
/// user: none of them is written to a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeInfo {
    /// Its path: `/dev/hidraw0`, `usb 1-2 interface 2`, `simulated`.
    pub path: String,
    /// Its unique id.
    pub id: NodeId,
    /// The bus of the hardware.
    pub bus: Bus,
    /// USB vendor id.
    pub vendor: u16,
    /// USB product id; for a child the wireless product id.
    pub product: u16,
    /// The report types it supports.
    pub capabilities: Capabilities,
    /// The name that the kernel reports (`HID_NAME`).
    pub name: Option<String>,
    /// The serial number on USB, the device's address on Bluetooth (`HID_UNIQ`).
    pub uniq: Option<String>,
    /// The port it is plugged into: `usb-0000:00:14.0-2/input2`; on Bluetooth the adapter's
    /// address (`HID_PHYS`).
    pub phys: Option<String>,
    /// Whether a kernel driver created it for a device paired with a receiver. It duplicates
    /// traffic of the receiver's node.
    pub child: bool,
}

/// Identifies a node for as long as it stays plugged in. Unlike the number in `/dev/hidraw3`, it is
/// never reused.
///
/// For a hidraw node it is the path in sysfs, from `/devices` on, as in uevents. It contains the
/// kernel's running count of HID devices: `…/0003:046D:C52B.0007/hidraw/hidraw3` (Linux
/// `hid_add_device`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(String);

impl NodeId {
    /// The id with this text.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The device that a node or a battery in sysfs belongs to: its HID device, and its slot if it is
/// paired.
///
/// Nodes have one through [`NodeInfo::place`], batteries in
/// [`Supply::place`](super::Supply::place), so the two can be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The sysfs path of the HID device, from `/devices` on: the receiver, or the device itself.
    pub hid: String,
    /// The slot on the receiver; `None`: it belongs to the HID device itself.
    pub slot: Option<Slot>,
}

impl Place {
    /// The place of a HID device that the kernel created below its receiver. The driver appends the
    /// slot to `HID_PHYS`: `usb-0000:00:14.0-2/input2:1` (Linux `logi_dj_recv_add_djhid_device`).
    pub(super) fn behind_parent(hid: &str, phys: Option<&str>) -> Self {
        let slot = phys.and_then(|phys| phys.rsplit_once(':'));
        Self {
            hid: hid.rsplit_once('/').unwrap_or_default().0.to_owned(),
            slot: slot.and_then(|(_, slot)| Slot::new(slot.parse().ok()?)),
        }
    }
}

/// The bus of a node (Linux `input.h`, `BUS_…`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bus {
    /// USB, including devices paired with a receiver: code 3.
    Usb,
    /// Bluetooth, classic or low energy: code 5.
    Bluetooth,
    /// Another bus, by its code.
    Other(u16),
}

impl From<u16> for Bus {
    fn from(code: u16) -> Self {
        match code {
            0x03 => Self::Usb,
            0x05 => Self::Bluetooth,
            code => Self::Other(code),
        }
    }
}

impl fmt::Display for Bus {
    /// `usb`, `bluetooth`, or the code: `0018`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usb => f.write_str("usb"),
            Self::Bluetooth => f.write_str("bluetooth"),
            Self::Other(code) => write!(f, "{code:04X}"),
        }
    }
}

/// How a node is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeRole {
    /// A receiver: it and its paired devices are polled.
    Receiver,
    /// A device connected by cable or Bluetooth, or a headset behind its own dongle: it is polled,
    /// with HID++ or Centurion.
    Direct,
    /// Created by the kernel for a paired device: the receiver's node has the same traffic, so this
    /// one is used only while that is closed.
    Child,
    /// A Logitech node without a supported report: another interface of a HID++ device, or a device
    /// without HID++. It is sent nothing.
    Plain,
    /// A node of another vendor: it is sent nothing.
    Foreign,
}

impl NodeInfo {
    /// A USB node with these properties and no others; the path serves as its id.
    pub fn new(path: &str, vendor: u16, product: u16, capabilities: Capabilities) -> Self {
        Self {
            path: path.to_owned(),
            id: NodeId::new(path),
            bus: Bus::Usb,
            vendor,
            product,
            capabilities,
            name: None,
            uniq: None,
            phys: None,
            child: false,
        }
    }

    /// The HID++ node of a Unifying receiver, 046D:C52B.
    pub fn unifying(path: &str) -> Self {
        let capabilities = Capabilities::NONE.with_short().with_long().with_dj();
        Self::new(path, LOGITECH, 0xC52B, capabilities)
    }

    /// The device that the node belongs to.
    pub fn place(&self) -> Place {
        let hid = self.hid();
        if self.child {
            Place::behind_parent(hid, self.phys.as_deref())
        } else {
            let hid = hid.to_owned();
            Place { hid, slot: None }
        }
    }

    /// The role of the node; `is_receiver` recognises the vendor and product ids of receivers.
    ///
    /// Reports of the right size are not sufficient: from other vendors, only known receivers are
    /// used (Lenovo sells one).
    pub fn role(&self, is_receiver: impl FnOnce(u16, u16) -> bool) -> NodeRole {
        let hidpp = self.capabilities.is_hidpp();
        if self.child {
            NodeRole::Child
        } else if hidpp && is_receiver(self.vendor, self.product) {
            NodeRole::Receiver
        } else if self.vendor != LOGITECH {
            NodeRole::Foreign
        } else if hidpp || self.capabilities.centurion.is_some() {
            NodeRole::Direct
        } else {
            NodeRole::Plain
        }
    }

    /// Identifies the piece of hardware that the node belongs to: on USB the port, which all
    /// interfaces of a device share (Linux `usbhid_probe`: `…-2/input0` to `…-2/input2`), otherwise
    /// the HID device.
    pub fn unit(&self) -> &str {
        let port = self.phys.as_deref().and_then(|it| it.rsplit_once("/input"));
        match port {
            Some((port, _)) if self.bus == Bus::Usb => port,
            _ => self.hid(),
        }
    }

    /// The sysfs path of the node's HID device, from `/devices` on.
    fn hid(&self) -> &str {
        let id = self.id.0.as_str();
        id.rsplit_once("/hidraw/").map_or(id, |(hid, _)| hid)
    }

    /// Whether the vendor is Logitech.
    pub const fn is_logitech(&self) -> bool {
        self.vendor == LOGITECH
    }
}

impl fmt::Display for NodeInfo {
    /// `/dev/hidraw0 (046D:C52B)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({:04X}:{:04X})",
            self.path, self.vendor, self.product
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::samples::{BLE, BOLT, CENTURION, FOREIGN};
    use hidpp_proto::wire::descriptor::scan;

    fn role(vendor: u16, product: u16, descriptor: &[u8]) -> NodeRole {
        let node = NodeInfo::new("/dev/hidraw0", vendor, product, scan(descriptor));
        node.role(|vendor, product| {
            matches!(
                (vendor, product),
                (0x046D, 0xC52B | 0xC548) | (0x17EF, 0x6042)
            )
        })
    }

    #[test]
    fn a_receiver_is_recognised_by_its_ids() {
        assert_eq!(role(0x046D, 0xC548, BOLT), NodeRole::Receiver);
        assert_eq!(role(0x17EF, 0x6042, BOLT), NodeRole::Receiver);
    }

    #[test]
    fn a_receiver_s_keyboard_node_is_sent_nothing() {
        assert_eq!(role(0x046D, 0xC52B, FOREIGN), NodeRole::Plain);
    }

    #[test]
    fn interfaces_of_one_usb_device_are_one_unit() {
        let unit = |bus, phys: Option<&str>| {
            let node = NodeInfo {
                bus,
                phys: phys.map(str::to_owned),
                ..NodeInfo::unifying("/dev/hidraw3")
            };
            node.unit().to_owned()
        };
        for interface in ["usb-0000:00:14.0-2/input0", "usb-0000:00:14.0-2/input2"] {
            assert_eq!(unit(Bus::Usb, Some(interface)), "usb-0000:00:14.0-2");
        }
        // The adapter's address does not identify the device.
        let adapter = Some("00:1a:7d:da:71:01");
        assert_eq!(unit(Bus::Bluetooth, adapter), "/dev/hidraw3");
        assert_eq!(unit(Bus::Usb, None), "/dev/hidraw3");
    }

    #[test]
    fn other_logitech_nodes_with_hidpp_are_direct_devices() {
        assert_eq!(role(0x046D, 0xB034, BLE), NodeRole::Direct);
        assert_eq!(role(0x046D, 0xC099, BOLT), NodeRole::Direct);
    }

    #[test]
    fn other_vendors_are_sent_nothing_whatever_they_declare() {
        for descriptor in [BLE, BOLT, CENTURION] {
            assert_eq!(role(0x17EF, 0x60E1, descriptor), NodeRole::Foreign);
            assert_eq!(role(0x1532, 0x0226, descriptor), NodeRole::Foreign);
        }
    }

    #[test]
    fn a_centurion_headset_is_polled_like_other_devices_on_their_own_node() {
        assert_eq!(role(0x046D, 0x0AF7, CENTURION), NodeRole::Direct);
    }

    #[test]
    fn a_child_is_a_child_whatever_its_ids() {
        for product in [0x4002, 0xC52B] {
            let mut child = NodeInfo::new("/dev/hidraw4", LOGITECH, product, scan(BOLT));
            child.child = true;
            assert_eq!(child.role(|_, _| true), NodeRole::Child);
        }
    }
}
