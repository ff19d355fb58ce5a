use hidpp_proto::feature::device_information::{DeviceInformation, Transport};
use hidpp_proto::feature::pairing_information::Serial;
use hidpp_proto::wire::{Slot, Wpid};

/// The id of a device: model and serial number, as `4002-5692B2EC`.
///
/// It stays the same when the device is paired again or the receiver is moved to another port. The
/// id of a device without a serial number is its place: `4002-AF4F95EA-1`, receiver and slot.
pub fn device_id(wpid: Option<Wpid>, serial: Option<Serial>, receiver: &str, slot: Slot) -> String {
    let model = wpid.map_or_else(|| "0000".to_owned(), |wpid| wpid.to_string());
    match serial {
        Some(serial) => format!("{model}-{serial}"),
        None => format!("{model}-{receiver}-{slot}"),
    }
}

/// The id from the device's own identity (feature 0003), independent of the link: model and unit id
/// in the form of [`device_id`]. `None`: it has no unit id, or no model.
///
/// A device has a product id on each transport. Receivers use that of eQUAD or, for Bolt devices,
/// that of Bluetooth LE. So these come first, and the id equals the one from a receiver's pairing
/// record.
pub fn unit_id(information: &DeviceInformation) -> Option<String> {
    let unit = information.unit_id?;
    let order = [
        Transport::Equad,
        Transport::BluetoothLe,
        Transport::Bluetooth,
        Transport::Usb,
    ];
    let model = order.into_iter().find_map(|it| information.model_on(it))?;
    Some(format!("{model:04X}-{unit}"))
}

/// The id of a headset that speaks Centurion, from the serial number that it reports: the same on
/// its cable and behind its dongle, which have product ids of their own. It begins as that of a
/// device without a model.
pub fn headset_id(serial: &str) -> String {
    format!("0000-{}", graphic(serial))
}

/// The serial number in an id of [`device_id`] or [`unit_id`]; `None`: it has another form.
pub fn serial_in(id: &str) -> Option<&str> {
    let (model, serial) = id.split_once('-')?;
    let is_number =
        |text: &str, digits| text.len() == digits && text.bytes().all(|it| it.is_ascii_hexdigit());
    (is_number(model, 4) && is_number(serial, 8)).then_some(serial)
}

/// The id of a device with the same model and serial number as another one: the common id with its
/// place, which is receiver and slot, or the port it is plugged into.
pub fn apart_id(id: &str, place: &str) -> String {
    format!("{id}-{}", graphic(place))
}

/// The serial number of a device with its own node, from the kernel's `HID_UNIQ`. The HID++ driver
/// writes the four bytes as `5e-00-40-87`, older drivers with the product id before them; they are
/// returned in the form used for paired devices. `None`: it has none.
pub fn direct_serial(uniq: &str) -> Option<String> {
    let uniq = uniq.trim();
    let parts: Vec<&str> = uniq.split('-').collect();
    let bytes = match parts[..] {
        [a, b, c, d] | [_, a, b, c, d] => Some([a, b, c, d]),
        _ => None,
    };
    let is_byte = |part: &&str| part.len() == 2 && u8::from_str_radix(part, 16).is_ok();
    let serial = match bytes.filter(|bytes| bytes.iter().all(is_byte)) {
        Some(bytes) => bytes.concat().to_uppercase(),
        None => uniq.to_owned(),
    };
    // Zeros and `FF-FF-FF-FF` mean "no serial number", as in [`Serial::new`].
    let is_none = |digit| serial.chars().all(|it| it == digit);
    (!is_none('0') && serial != "FFFFFFFF").then_some(serial)
}

/// The id of a device with its own node: its product id and its serial number or address, as
/// `B034-E4:5F:01:02:03:04`; without one, the port it is plugged into.
pub fn direct_id(product: u16, serial: Option<&str>, place: &str) -> String {
    let unique = serial.unwrap_or(place);
    format!("{product:04X}-{}", graphic(unique))
}

/// Replaces characters that cannot be in an id by `-`.
fn graphic(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_graphic() && c != '/';
    text.chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hidpp_proto::feature::device_information::read_device_info;
    use test_support::report;

    #[test]
    fn devices_without_a_serial_number_do_not_collide() {
        let id = |slot| {
            device_id(
                Some(Wpid(0x4002)),
                None,
                "AF4F95EA",
                Slot::new(slot).unwrap(),
            )
        };
        assert_eq!(id(1), "4002-AF4F95EA-1");
        assert_ne!(id(1), id(2));
    }

    #[test]
    fn a_unit_has_the_id_of_its_pairing_record() {
        let id = |hex: &str| unit_id(&read_device_info(&report(hex)));
        // G915 on its cable: eQUAD 407C, USB C33E (Solaar issue 2223).
        assert_eq!(
            id("11 FF 02 06 01 3D 7D 00 18 00 0C 40 7C C3 3E …").as_deref(),
            Some("407C-3D7D0018")
        );
        // MX Master 3S; a Bolt receiver uses its Bluetooth LE id.
        assert_eq!(
            id("11 02 02 0E 03 59 9B 7A 65 00 02 B0 34 00 00 00 00 00 01 00").as_deref(),
            Some("B034-599B7A65")
        );
        // MX Master 3: Bluetooth LE and eQUAD.
        assert_eq!(
            id("11 FF 02 06 03 12 34 56 78 00 06 B0 23 40 82 …").as_deref(),
            Some("4082-12345678")
        );
        // A G933 has no unit id, and its model ids do not match its transports.
        assert_eq!(
            id("11 FF 02 0D 01 FF FF FF FF 00 03 00 00 00 00 0A 5B …"),
            None
        );
        assert_eq!(id("11 01 02 05 01 …"), None, "version 0 of the feature");
        assert_eq!(
            id("11 FF 02 06 01 3D 7D 00 18 00 03 00 00 00 00 0A 5B …"),
            None,
            "a unit, and no model on its transports"
        );
    }

    #[test]
    fn the_serial_number_is_read_back_from_an_id() {
        assert_eq!(serial_in("407C-3D7D0018"), Some("3D7D0018"));
        for other in [
            "B034-E4:5F:01:02:03:04",
            "4002-AF4F95EA-1",
            "C099",
            "",
            "C099-port",
        ] {
            assert_eq!(serial_in(other), None, "{other}");
        }
    }

    #[test]
    fn a_direct_device_is_named_by_its_serial_number_or_its_port() {
        let id = |uniq| {
            let serial = direct_serial(uniq);
            direct_id(0xC094, serial.as_deref(), "usb-0000:00:14.0-2/input1")
        };
        for uniq in ["8F2A11C0", "8f-2a-11-c0", "c094-8f-2a-11-c0"] {
            assert_eq!(id(uniq), "C094-8F2A11C0");
        }
        assert_eq!(id("e4:5f:01:02:03:04"), "C094-e4:5f:01:02:03:04");
        for none in ["", " ", "00000000", "00-00-00-00", "ff-ff-ff-ff"] {
            assert_eq!(id(none), "C094-usb-0000:00:14.0-2-input1");
        }
    }
}
