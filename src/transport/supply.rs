//! The batteries that the kernel's HID++ driver reports, as `power_supply` devices.
//!
//! `/sys/class/power_supply/hidpp_battery_0` is a link to `…/0003:046D:4002.0008/power_supply/
//! hidpp_battery_0`, below the HID device it belongs to: one that the kernel created for a paired
//! device, or that of a directly connected device (Linux `hid-logitech-hidpp.c`,
//! `hidpp_initialize_battery`). Other entries there, a laptop's or another vendor's, are ignored.
//!
//! Its uevents, as observed on Linux 6.1:
//!
//! - No `add` is sent: at that time the values cannot be read, and the kernel drops the message
//!   (`power_supply_uevent`, EAGAIN). The first is a `change`. The last before `remove` is one
//!   without values.
//! - There is one for each event of the device, even if the values are unchanged: the driver
//!   compares the charge in an M705's event 0D, but does not store it. So each one only indicates
//!   that the device sent something, and the values are read from the device.
//! - A device that has been asleep since it was plugged in has no battery until it wakes.

use std::fmt;
use std::fs;
use std::io;

use super::Place;
use super::sysfs::{Properties, Sysfs, plain};
use hidpp_proto::units::Percent;

/// The prefix of the driver's names.
const PREFIX: &str = "hidpp_battery_";

/// A battery that the kernel reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supply {
    /// Its unique id.
    pub id: SupplyId,
    /// The device it belongs to.
    pub place: Place,
    /// The charge (`CAPACITY`). `None` before the driver's first measurement, when it reports 0
    /// with an unknown state, and for devices that report only charge steps.
    pub charge: Option<Percent>,
    /// Whether the link to the device was lost: it is offline (`ONLINE`) with an unknown state
    /// (`STATUS`). Offline alone means that the charge is unreliable, as while charging. A K750
    /// that is back appears lost until it reports its charge.
    pub lost: bool,
}

/// Identifies a battery for as long as its device stays plugged in: the path in sysfs from
/// `/devices` on, which contains the kernel's running count of HID devices.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SupplyId(String);

impl SupplyId {
    /// The id with this text.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for SupplyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a battery name is one of the HID++ driver's.
pub(super) fn is_ours(name: &str) -> bool {
    name.strip_prefix(PREFIX)
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit()))
}

impl Sysfs {
    /// Reads the battery of this name, such as `hidpp_battery_0`; `None` if it is not the HID++
    /// driver's, or is being removed.
    pub(super) fn supply(&self, name: &str) -> io::Result<Option<Supply>> {
        if !is_ours(plain(name)?) {
            return Ok(None);
        }
        let place = self.class("power_supply").join(name).canonicalize()?;
        let id = SupplyId(self.below(&place)?);
        let device = place.join("device").canonicalize()?;
        let Some(belongs) = self.place_of(&device)? else {
            return Ok(None);
        };
        let properties = Properties::read(&place)?;
        Ok(read(&properties).map(|(charge, lost)| Supply {
            id,
            place: belongs,
            charge,
            lost,
        }))
    }

    /// Lists the batteries of the HID++ driver.
    pub fn supplies(&self) -> io::Result<Vec<Supply>> {
        let entries = match fs::read_dir(self.class("power_supply")) {
            // A kernel without power supplies.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        // One that cannot be read is being removed.
        let supplies = names.filter_map(|name| self.supply(&name).ok().flatten());
        Ok(supplies.collect())
    }
}

/// The charge, and whether the link was lost; `None` if the values were withdrawn.
fn read(properties: &Properties) -> Option<(Option<Percent>, bool)> {
    let value = |key: &str| properties.value(key);
    let unknown = value("POWER_SUPPLY_STATUS")? == "Unknown";
    let charge = value("POWER_SUPPLY_CAPACITY")
        .and_then(|text| text.parse().ok())
        .and_then(Percent::new)
        .filter(|charge| !(unknown && *charge == Percent::EMPTY));
    Some((charge, unknown && value("POWER_SUPPLY_ONLINE") == Some("0")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transport::samples::BLE;
    use crate::transport::sysfs::tests::{Hid, Tree, unifying};

    /// As reported by Linux 6.1 for a K750.
    const K750: &str = "POWER_SUPPLY_NAME=hidpp_battery_0\n\
        POWER_SUPPLY_TYPE=Battery\n\
        POWER_SUPPLY_ONLINE=1\n\
        POWER_SUPPLY_STATUS=Discharging\n\
        POWER_SUPPLY_SCOPE=Device\n\
        POWER_SUPPLY_MODEL_NAME=Wireless Solar Keyboard K750\n\
        POWER_SUPPLY_MANUFACTURER=Logitech\n\
        POWER_SUPPLY_SERIAL_NUMBER=39-2a-07-50\n\
        POWER_SUPPLY_CAPACITY=57\n";

    fn read_text(text: &str) -> Option<(Option<u8>, bool)> {
        let (charge, lost) = read(&Properties::of(text))?;
        Some((charge.map(Percent::get), lost))
    }

    /// The battery of the K750 of [`unifying`], with these properties.
    fn battery_of_k750(properties: &[u8]) -> (Tree, io::Result<Option<Supply>>) {
        let tree = Tree::new();
        unifying(&tree);
        tree.add_supply("hidraw3", "hidpp_battery_0", properties);
        let supply = tree.sysfs().supply("hidpp_battery_0");
        (tree, supply)
    }

    #[test]
    fn the_battery_of_a_paired_device_is_found_by_its_receiver_s_node_and_slot() {
        let (tree, supply) = battery_of_k750(K750.as_bytes());
        let supply = supply.unwrap().unwrap();
        let node = |name| tree.sysfs().node(name).unwrap().unwrap().place();
        assert_eq!(supply.place, node("hidraw3"), "the device's own node");
        assert_eq!(supply.place.hid, node("hidraw2").hid, "the receiver's");
        assert_eq!(supply.place.slot.unwrap().get(), 1);
        assert_eq!((supply.charge, supply.lost), (Percent::new(57), false));
        assert_eq!(tree.sysfs().supplies().unwrap(), [supply]);
    }

    #[test]
    fn the_battery_of_a_device_on_its_own_node_has_no_slot() {
        let tree = Tree::new();
        let mouse = Hid {
            place: "virtual/misc/uhid/0005:046D:B034.0011",
            // The adapter's address may end like a slot.
            properties: "HID_ID=0005:0000046D:0000B034\nHID_PHYS=00:1a:7d:da:71:01\n",
            descriptor: BLE,
        };
        tree.add("hidraw5", &mouse);
        tree.add_supply("hidraw5", "hidpp_battery_7", K750.as_bytes());
        let supply = tree.sysfs().supply("hidpp_battery_7").unwrap().unwrap();
        let node = tree.sysfs().node("hidraw5").unwrap().unwrap();
        assert_eq!(supply.place, node.place());
        assert_eq!(supply.place.slot, None);
    }

    #[test]
    fn before_the_first_measurement_there_is_no_charge() {
        let text = "POWER_SUPPLY_ONLINE=0\nPOWER_SUPPLY_STATUS=Unknown\nPOWER_SUPPLY_CAPACITY=0\n";
        assert_eq!(read_text(text), Some((None, true)));
        // An empty battery has a charge.
        let text = text.replace("Unknown", "Discharging");
        assert_eq!(read_text(&text), Some((Some(0), false)));
    }

    #[test]
    fn a_lost_link_is_distinguished_from_an_unreliable_charge() {
        let mx_master = |online, status| {
            read_text(&format!(
                "POWER_SUPPLY_ONLINE={online}\nPOWER_SUPPLY_STATUS={status}\n\
                 POWER_SUPPLY_CAPACITY_LEVEL=Unknown\n"
            ))
        };
        assert_eq!(mx_master(0, "Unknown"), Some((None, true)));
        assert_eq!(mx_master(0, "Charging"), Some((None, false)));
        assert_eq!(mx_master(1, "Discharging"), Some((None, false)));
    }

    #[test]
    fn a_battery_without_values_is_ignored() {
        let (_tree, supply) = battery_of_k750(b"POWER_SUPPLY_NAME=hidpp_battery_0\n");
        assert_eq!(supply.unwrap(), None);
    }

    #[test]
    fn batteries_of_other_drivers_are_ignored() {
        let tree = Tree::new();
        unifying(&tree);
        let others = [
            "BAT0",
            "wacom_battery_0",
            "hid-0018-battery",
            "hidpp_battery_",
        ];
        for name in others {
            tree.add_supply("hidraw3", name, K750.as_bytes());
            assert_eq!(tree.sysfs().supply(name).unwrap(), None, "{name}");
        }
        assert_eq!(tree.sysfs().supplies().unwrap(), []);
        assert!(tree.sysfs().supply("../hidraw/hidraw3").is_err());
    }

    #[test]
    fn a_battery_without_a_hid_device_is_ignored() {
        let tree = Tree::new();
        let acpi = Hid {
            place: "LNXSYSTM:00/PNP0C0A:00",
            properties: "DRIVER=battery\n",
            descriptor: &[],
        };
        tree.add("none", &acpi);
        tree.add_supply("none", "hidpp_battery_0", K750.as_bytes());
        assert_eq!(tree.sysfs().supply("hidpp_battery_0").unwrap(), None);
    }

    #[test]
    fn a_removed_battery_is_not_found() {
        let error = Tree::new().sysfs().supply("hidpp_battery_0").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert_eq!(Tree::new().sysfs().supplies().unwrap(), []);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "(POWER_SUPPLY_(ONLINE|STATUS|CAPACITY)=?[ -~é\u{0}]{0,9}\n?){0,6}") {
            let value = read_text(&text);
            if !text.contains("POWER_SUPPLY_STATUS=") {
                prop_assert_eq!(value, None);
            }
        }

        #[test]
        fn only_a_percentage_is_a_charge(number in -300_i64..300) {
            let text = format!("POWER_SUPPLY_STATUS=Full\nPOWER_SUPPLY_CAPACITY={number}\n");
            let expected = u8::try_from(number).ok().filter(|it| *it <= 100);
            prop_assert_eq!(read_text(&text), Some((expected, false)));
        }
    }

    #[test]
    fn invalid_utf8_and_overlong_values_are_not_a_charge() {
        let mut bytes = b"\xFF\xFE\xC0\nPOWER_SUPPLY_STATUS=\xFF\nPOWER_SUPPLY_CAPACITY=".to_vec();
        bytes.resize(100_000, b'9');
        let (_tree, supply) = battery_of_k750(&bytes);
        let supply = supply.unwrap().unwrap();
        assert_eq!((supply.charge, supply.lost), (None, false));
    }
}
