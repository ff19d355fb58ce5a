//! The batteries that the kernel's HID++ driver follows by itself, as `power_supply` devices.
//!
//! `/sys/class/power_supply/hidpp_battery_0` leads to `…/0003:046D:4002.0008/power_supply/
//! hidpp_battery_0`, below the HID device it belongs to: one that the kernel made for a paired
//! device, or the device's own (Linux `hid-logitech-hidpp.c`, `hidpp_initialize_battery`). The other
//! entries there, a laptop's or another maker's, are none of ours.
//!
//! What was seen of its uevents, on Linux 6.1:
//!
//! - No `add` is sent: at that time the values cannot be read, and the kernel drops the message
//!   (`power_supply_uevent`, EAGAIN). The first is a `change`. The last before `remove` is one
//!   without values.
//! - There is one for each event of the device, also where the values stay the same: the driver
//!   compares the charge in an M705's event 0D, and forgets to keep it. So each is a sign that the
//!   device said something, and what is worth knowing is asked of the device.
//! - A device that was asleep since it was plugged in has none until it wakes.

use std::fmt;
use std::fs;
use std::io;

use super::Place;
use super::sysfs::{Properties, Sysfs, plain};
use hidpp_proto::units::Percent;

/// What the driver's names begin with.
const PREFIX: &str = "hidpp_battery_";

/// A battery that the kernel follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supply {
    /// Which plugging of it.
    pub id: SupplyId,
    /// The device it belongs to.
    pub place: Place,
    /// The charge (`CAPACITY`). Before the driver's first measure it says 0 and that the state is
    /// unknown: that is no charge. Of devices that tell steps the driver gives none.
    pub charge: Option<Percent>,
    /// The link to the device was lost: it is offline (`ONLINE`), and what it does is unknown
    /// (`STATUS`). Offline alone means that the charge is not to be trusted, as while charging. A
    /// K750 that came back looks lost until it tells its charge.
    pub lost: bool,
}

/// One plugging of one supply: the path in sysfs from `/devices` on, which the kernel's count of HID
/// devices is part of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SupplyId(String);

impl SupplyId {
    /// The plugging of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for SupplyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether the HID++ driver calls its batteries so.
pub(super) fn is_ours(name: &str) -> bool {
    name.strip_prefix(PREFIX)
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit()))
}

impl Sysfs {
    /// The battery of this name, such as `hidpp_battery_0`; `None` if it is none of ours, or on its
    /// way out.
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

    /// All there are.
    pub fn supplies(&self) -> io::Result<Vec<Supply>> {
        let entries = match fs::read_dir(self.class("power_supply")) {
            // A kernel without any.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        // One that cannot be read is going.
        let supplies = names.filter_map(|name| self.supply(&name).ok().flatten());
        Ok(supplies.collect())
    }
}

/// The charge, and whether the link was lost; `None` where it says nothing any more.
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

    /// As Linux 6.1 told of a K750.
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

    /// The battery of the K750 of [`unifying`], saying this.
    fn beside_unifying(properties: &[u8]) -> (Tree, io::Result<Option<Supply>>) {
        let tree = Tree::new();
        unifying(&tree);
        tree.add_supply("hidraw3", "hidpp_battery_0", properties);
        let supply = tree.sysfs().supply("hidpp_battery_0");
        (tree, supply)
    }

    #[test]
    fn the_battery_of_a_paired_device_is_found_by_its_receiver_s_node_and_slot() {
        let (tree, supply) = beside_unifying(K750.as_bytes());
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
    fn before_the_first_measure_there_is_no_charge() {
        let text = "POWER_SUPPLY_ONLINE=0\nPOWER_SUPPLY_STATUS=Unknown\nPOWER_SUPPLY_CAPACITY=0\n";
        assert_eq!(read_text(text), Some((None, true)));
        // An empty battery is one.
        let text = text.replace("Unknown", "Discharging");
        assert_eq!(read_text(&text), Some((Some(0), false)));
    }

    #[test]
    fn a_lost_link_is_told_from_a_charge_that_is_not_to_be_trusted() {
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
    fn a_battery_that_says_nothing_more_is_none() {
        let (_tree, supply) = beside_unifying(b"POWER_SUPPLY_NAME=hidpp_battery_0\n");
        assert_eq!(supply.unwrap(), None);
    }

    #[test]
    fn the_batteries_of_others_are_left_alone() {
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
    fn a_battery_of_no_hid_device_is_left_alone() {
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
    fn one_that_went_away_is_not_found() {
        let error = Tree::new().sysfs().supply("hidpp_battery_0").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert_eq!(Tree::new().sysfs().supplies().unwrap(), []);
    }

    proptest! {
        #[test]
        fn whatever_it_says_is_read_without_harm(text in "(POWER_SUPPLY_(ONLINE|STATUS|CAPACITY)=?[ -~é\u{0}]{0,9}\n?){0,6}") {
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
    fn bytes_that_are_no_text_and_values_without_end_are_no_charge() {
        let mut bytes = b"\xFF\xFE\xC0\nPOWER_SUPPLY_STATUS=\xFF\nPOWER_SUPPLY_CAPACITY=".to_vec();
        bytes.resize(100_000, b'9');
        let (_tree, supply) = beside_unifying(&bytes);
        let supply = supply.unwrap().unwrap();
        assert_eq!((supply.charge, supply.lost), (None, false));
    }
}
