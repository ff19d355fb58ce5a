//! Reads the description of a hidraw node from sysfs: nothing is sent, and no permission is needed.
//!
//! `/sys/class/hidraw/hidraw3` is a link to `…/0003:046D:C52B.0007/hidraw/hidraw3`; its `device` is
//! the HID device two levels up. The HID device that the kernel's receiver driver creates for a
//! paired device has the receiver's HID device as its parent (Linux `hid-logitech-dj.c`,
//! `logi_dj_recv_add_djhid_device`). The `:1` that the driver appends to `HID_PHYS` does not
//! identify such a device: on Bluetooth this is the adapter's address, which may end the same.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::{Bus, NodeId, NodeInfo, Place};
use crate::text;
use hidpp_proto::wire::descriptor;

/// A mounted sysfs.
#[derive(Clone, Debug)]
pub struct Sysfs {
    root: PathBuf,
}

impl Default for Sysfs {
    fn default() -> Self {
        Self::at("/sys")
    }
}

impl Sysfs {
    /// The sysfs mounted at this path.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Reads the node of this name, such as `hidraw3`; `None` if it is not of interest: one of
    /// another vendor without HID++ reports.
    pub fn node(&self, name: &str) -> io::Result<Option<NodeInfo>> {
        let place = self.class("hidraw").join(plain(name)?).canonicalize()?;
        let device = place.join("device").canonicalize()?;
        let capabilities = descriptor::scan(&fs::read(device.join("report_descriptor"))?);
        let properties = Properties::read(&device)?;
        let (bus, vendor, product) = properties
            .value("HID_ID")
            .and_then(parse_hid_id)
            .ok_or_else(|| invalid("HID_ID is malformed"))?;
        // Untrusted text: a Bluetooth device chooses its name, and any device its serial number.
        let owned = |key| text::name(properties.value(key)?);
        let node = NodeInfo {
            path: device_file(&place)?,
            id: NodeId::new(self.below(&place)?),
            bus,
            vendor,
            product,
            capabilities,
            // The kernel makes up a name for a device without one (Linux `usbhid_probe`).
            name: owned("HID_NAME")
                .filter(|name| *name != format!("HID {vendor:04x}:{product:04x}")),
            uniq: owned("HID_UNIQ"),
            phys: owned("HID_PHYS"),
            child: is_child(&device),
        };
        let is_ours =
            node.is_logitech() || capabilities.is_hidpp() || capabilities.centurion.is_some();
        Ok(Some(node).filter(|_| is_ours))
    }

    /// The directory of a device class.
    pub(super) fn class(&self, name: &str) -> PathBuf {
        self.root.join("class").join(name)
    }

    /// The place of a HID device; `None`: it is not a HID device.
    pub(super) fn place_of(&self, device: &Path) -> io::Result<Option<Place>> {
        let properties = Properties::read(device)?;
        if properties.value("HID_ID").is_none() {
            return Ok(None);
        }
        let hid = self.below(device)?;
        let phys = properties.value("HID_PHYS");
        Ok(Some(if is_child(device) {
            Place::behind_parent(&hid, phys)
        } else {
            Place { hid, slot: None }
        }))
    }

    /// The path from `/devices` on, as in uevents.
    pub(super) fn below(&self, place: &Path) -> io::Result<String> {
        let root = self.root.canonicalize()?;
        let below = place.strip_prefix(root).map_err(io::Error::other)?;
        Ok(format!("/{}", below.display()))
    }
}

/// The properties of a device: `KEY=value` on each line of its `uevent`.
pub(super) struct Properties(String);

impl Properties {
    pub(super) fn read(device: &Path) -> io::Result<Self> {
        let bytes = fs::read(device.join("uevent"))?;
        Ok(Self(String::from_utf8_lossy(&bytes).into_owned()))
    }

    #[cfg(test)]
    pub(super) fn of(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The value of a property, if present and not empty.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.0
            .lines()
            .filter_map(|line| line.split_once('='))
            .find_map(|(name, value)| (name == key).then_some(value))
            .filter(|value| !value.is_empty())
    }
}

/// `0003:0000046D:0000C52B`: bus, vendor and product (Linux `hid_uevent`).
fn parse_hid_id(text: &str) -> Option<(Bus, u16, u16)> {
    let mut numbers = text.split(':').map(|word| u32::from_str_radix(word, 16));
    let mut next = || u16::try_from(numbers.next()?.ok()?).ok();
    Some((Bus::from(next()?), next()?, next()?))
}

/// The path of the node's device file: the kernel's `DEVNAME` is relative to `/dev`.
fn device_file(place: &Path) -> io::Result<String> {
    let properties = Properties::read(place)?;
    let name = properties.value("DEVNAME");
    let name = name.ok_or_else(|| invalid("DEVNAME is missing"))?;
    Ok(format!("/dev/{name}"))
}

/// Whether the parent of a HID device is a HID device.
fn is_child(device: &Path) -> bool {
    let parent = device.parent().map(Properties::read);
    parent.is_some_and(|it| it.is_ok_and(|it| it.value("HID_ID").is_some()))
}

/// Returns the name if it is a plain file name, without path components.
pub(super) fn plain(name: &str) -> io::Result<&str> {
    let mut components = Path::new(name).components();
    match (components.next(), components.next()) {
        (Some(Component::Normal(_)), None) => Ok(name),
        _ => Err(invalid("not a node name")),
    }
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
pub(super) mod tests {
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::transport::NodeRole;
    use crate::transport::samples::{BLE, BOLT, CENTURION, FOREIGN, UNIFYING};

    /// A temporary sysfs of one test, removed afterwards.
    pub(in crate::transport) struct Tree(PathBuf);

    /// A HID device of a tree.
    pub(in crate::transport) struct Hid<'a> {
        /// Its directory below `devices`.
        pub(in crate::transport) place: &'a str,
        pub(in crate::transport) properties: &'a str,
        pub(in crate::transport) descriptor: &'a [u8],
    }

    impl Tree {
        pub(in crate::transport) fn new() -> Self {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!("solar-status-sysfs-{}-{count}", std::process::id());
            let root = std::env::temp_dir().join(name);
            fs::create_dir_all(root.join("class/hidraw")).unwrap();
            fs::create_dir_all(root.join("class/power_supply")).unwrap();
            Self(root)
        }

        pub(in crate::transport) fn sysfs(&self) -> Sysfs {
            Sysfs::at(&self.0)
        }

        /// Adds a HID device with its hidraw node, as the kernel lays them out.
        pub(in crate::transport) fn add(&self, node: &str, hid: &Hid<'_>) {
            let device = self.0.join("devices").join(hid.place);
            let place = device.join("hidraw").join(node);
            fs::create_dir_all(&place).unwrap();
            fs::write(device.join("uevent"), hid.properties).unwrap();
            fs::write(device.join("report_descriptor"), hid.descriptor).unwrap();
            symlink("../..", place.join("device")).unwrap();
            let properties = format!("MAJOR=243\nMINOR=0\nDEVNAME={node}\n");
            fs::write(place.join("uevent"), properties).unwrap();
            let target = format!("../../devices/{}/hidraw/{node}", hid.place);
            symlink(target, self.0.join("class/hidraw").join(node)).unwrap();
        }

        /// Adds a battery to the HID device of a node.
        pub(in crate::transport) fn add_supply(&self, node: &str, name: &str, properties: &[u8]) {
            let node = self.0.join("class/hidraw").join(node).canonicalize();
            let device = node.unwrap().join("device").canonicalize().unwrap();
            let place = device.join("power_supply").join(name);
            fs::create_dir_all(&place).unwrap();
            symlink("../..", place.join("device")).unwrap();
            fs::write(place.join("uevent"), properties).unwrap();
            symlink(place, self.0.join("class/power_supply").join(name)).unwrap();
        }

        pub(in crate::transport) fn remove(&self, node: &str) {
            fs::remove_file(self.0.join("class/hidraw").join(node)).unwrap();
        }

        fn node(&self, name: &str) -> NodeInfo {
            self.sysfs().node(name).unwrap().unwrap()
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            _ = fs::remove_dir_all(&self.0);
        }
    }

    const RECEIVER: &str = "pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.2/0003:046D:C52B.0007";

    /// A Unifying receiver's HID++ interface on hidraw2, with the nodes of a K750 and an M705.
    pub(in crate::transport) fn unifying(tree: &Tree) {
        tree.add(
            "hidraw2",
            &Hid {
                place: RECEIVER,
                properties: "DRIVER=logitech-djreceiver\n\
                             HID_ID=0003:0000046D:0000C52B\n\
                             HID_NAME=Logitech USB Receiver\n\
                             HID_PHYS=usb-0000:00:14.0-2/input2\n\
                             HID_UNIQ=\n\
                             MODALIAS=hid:b0003g0001v0000046Dp0000C52B\n",
                descriptor: UNIFYING,
            },
        );
        for (node, slot, product, count, name, uniq) in [
            ("hidraw3", 1, "4002", "0008", "K750", "4002-fb-84-1b-86"),
            ("hidraw4", 2, "101B", "0009", "M705", "101b-1e-62-4c-3a"),
        ] {
            tree.add(
                node,
                &Hid {
                    place: &format!("{RECEIVER}/0003:046D:{product}.{count}"),
                    properties: &format!(
                        "DRIVER=logitech-hidpp-device\n\
                         HID_ID=0003:0000046D:0000{product}\n\
                         HID_NAME=Logitech {name}\n\
                         HID_PHYS=usb-0000:00:14.0-2/input2:{slot}\n\
                         HID_UNIQ={uniq}\n"
                    ),
                    // The driver appends the receiver's HID++ collections to those of the device.
                    descriptor: &[FOREIGN, UNIFYING].concat(),
                },
            );
        }
    }

    fn is_receiver(vendor: u16, product: u16) -> bool {
        vendor == 0x046D && matches!(product, 0xC52B | 0xC548)
    }

    #[test]
    fn a_receiver_is_distinguished_from_the_nodes_of_its_devices() {
        let tree = Tree::new();
        unifying(&tree);
        let receiver = tree.node("hidraw2");
        assert_eq!(
            receiver,
            NodeInfo {
                id: NodeId::new(format!("/devices/{RECEIVER}/hidraw/hidraw2")),
                name: Some("Logitech USB Receiver".to_owned()),
                phys: Some("usb-0000:00:14.0-2/input2".to_owned()),
                ..NodeInfo::unifying("/dev/hidraw2")
            }
        );
        assert_eq!(receiver.role(is_receiver), NodeRole::Receiver);

        for (node, product, uniq) in [
            ("hidraw3", 0x4002, "4002-fb-84-1b-86"),
            ("hidraw4", 0x101B, "101b-1e-62-4c-3a"),
        ] {
            let child = tree.node(node);
            assert_eq!(
                (child.product, child.uniq.as_deref()),
                (product, Some(uniq))
            );
            assert_eq!(child.role(is_receiver), NodeRole::Child);
        }
    }

    #[test]
    fn a_bolt_receiver_is_a_receiver() {
        let tree = Tree::new();
        tree.add(
            "hidraw0",
            &Hid {
                place: "pci0000:00/0000:00:14.0/usb3/3-1/3-1:1.2/0003:046D:C548.0003",
                properties: "DRIVER=hid-generic\n\
                             HID_ID=0003:0000046D:0000C548\n\
                             HID_NAME=Logitech USB Receiver\n\
                             HID_PHYS=usb-0000:00:14.0-1/input2\n\
                             HID_UNIQ=\n",
                descriptor: BOLT,
            },
        );
        assert_eq!(tree.node("hidraw0").role(is_receiver), NodeRole::Receiver);
    }

    #[test]
    fn a_bluetooth_mouse_is_a_direct_device_although_its_adapter_ends_like_a_slot() {
        let tree = Tree::new();
        tree.add(
            "hidraw5",
            &Hid {
                place: "virtual/misc/uhid/0005:046D:B034.0011",
                properties: "DRIVER=logitech-hidpp-device\n\
                             HID_ID=0005:0000046D:0000B034\n\
                             HID_NAME=MX \x1bMaster 3S\n\
                             HID_PHYS=00:1a:7d:da:71:01\n\
                             HID_UNIQ=d4:0b:5e:11:22:33\n",
                descriptor: BLE,
            },
        );
        let mouse = tree.node("hidraw5");
        assert_eq!(mouse.bus, Bus::Bluetooth);
        assert_eq!(mouse.uniq.as_deref(), Some("d4:0b:5e:11:22:33"));
        assert_eq!(mouse.role(is_receiver), NodeRole::Direct);
    }

    #[test]
    fn a_foreign_keyboard_with_reports_of_the_same_sizes_is_sent_nothing() {
        let tree = Tree::new();
        // A made-up keyboard with vendor collections that look like HID++.
        let keyboard = |place, descriptor| Hid {
            place,
            properties: "HID_ID=0003:00001532:00000226\nHID_NAME=A keyboard\n",
            descriptor,
        };
        tree.add("hidraw0", &keyboard("usb1/0003:1532:0226.0001", FOREIGN));
        tree.add("hidraw1", &keyboard("usb1/0003:1532:0226.0002", BOLT));
        assert_eq!(tree.sysfs().node("hidraw0").unwrap(), None);
        assert_eq!(tree.node("hidraw1").role(is_receiver), NodeRole::Foreign);
    }

    #[test]
    fn the_hidpp_interface_of_a_corded_mouse_is_found() {
        let tree = Tree::new();
        // A G502 X (Solaar issue 1827); the boot mouse of interface 0 has no report id.
        let boot = [
            0x05, 0x01, 0x09, 0x02, 0xA1, 0x01, 0x75, 0x08, 0x95, 0x03, 0x81, 0x06, 0xC0,
        ];
        for (number, descriptor) in [(0, boot.as_slice()), (1, BOLT), (2, FOREIGN)] {
            tree.add(
                &format!("hidraw{number}"),
                &Hid {
                    place: &format!("usb5/5-2/5-2:1.{number}/0003:046D:C099.001{number}"),
                    properties: &format!(
                        "HID_ID=0003:0000046D:0000C099\n\
                         HID_NAME=Logitech G502 X\n\
                         HID_PHYS=usb-0000:05:00.3-2/input{number}\n\
                         HID_UNIQ=0A1B2C3D\n"
                    ),
                    descriptor,
                },
            );
        }
        let roles = ["hidraw0", "hidraw1", "hidraw2"].map(|name| {
            let node = tree.sysfs().node(name).unwrap();
            node.map(|node| node.role(is_receiver))
        });
        assert_eq!(
            roles,
            [NodeRole::Plain, NodeRole::Direct, NodeRole::Plain].map(Some)
        );
    }

    #[test]
    fn a_centurion_headset_is_listed() {
        let tree = Tree::new();
        tree.add(
            "hidraw7",
            &Hid {
                place: "usb1/1-4/1-4:1.3/0003:046D:0AF7.0004",
                properties: "HID_ID=0003:0000046D:00000AF7\nHID_NAME=PRO X 2 LIGHTSPEED\n",
                descriptor: CENTURION,
            },
        );
        assert_eq!(tree.node("hidraw7").role(is_receiver), NodeRole::Direct);
    }

    #[test]
    fn a_reused_number_has_a_different_id() {
        let tree = Tree::new();
        let plugging = |place| Hid {
            place,
            properties: "HID_ID=0003:0000046D:0000C548\n",
            descriptor: BOLT,
        };
        tree.add("hidraw0", &plugging("usb1/1-1/0003:046D:C548.0001"));
        let before = tree.node("hidraw0");
        tree.remove("hidraw0");
        tree.add("hidraw0", &plugging("usb1/1-1/0003:046D:C548.0002"));
        let after = tree.node("hidraw0");
        assert_eq!(before.path, after.path);
        assert_ne!(before.id, after.id);
    }

    #[test]
    fn a_removed_node_is_not_found() {
        let tree = Tree::new();
        let error = tree.sysfs().node("hidraw0").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_name_with_path_components_is_refused() {
        let tree = Tree::new();
        for name in ["", ".", "..", "../../devices", "/dev/hidraw0", "a/b"] {
            let error = tree.sysfs().node(name).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{name:?}");
        }
    }

    #[test]
    fn ids_out_of_range_are_refused() {
        assert_eq!(
            parse_hid_id("0018:000006CB:0000CE78"),
            Some((Bus::Other(0x18), 0x06CB, 0xCE78))
        );
        for text in ["", "0003", "0003:046D", "0003:0001046D:0000C52B", "x:y:z"] {
            assert_eq!(parse_hid_id(text), None, "{text}");
        }
    }
}
