use crate::feature::pairing_information::Serial;
use crate::wire::{Slot, Wpid};

/// What names a device: model and serial number, as `4002-5692B2EC`.
///
/// It stays the same when the device is paired anew or the receiver is plugged in elsewhere. A
/// device without a serial number is named by its place: `4002-AF4F95EA-1`, receiver and slot.
pub fn device_id(wpid: Option<Wpid>, serial: Option<Serial>, receiver: &str, slot: Slot) -> String {
    let model = wpid.map_or_else(|| "0000".to_owned(), |wpid| wpid.to_string());
    match serial {
        Some(serial) => format!("{model}-{serial}"),
        None => format!("{model}-{receiver}-{slot}"),
    }
}

/// The serial number of a device on a node of its own, in what the kernel calls unique of it
/// (`HID_UNIQ`). Its HID++ driver writes the four bytes as `5e-00-40-87`, older ones with the
/// product id before them; they are shown as those of a paired device. `None`: it has none.
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
    serial.chars().any(|c| c != '0').then_some(serial)
}

/// What names a device on a node of its own: its product id and its serial number or address, as
/// `B034-E4:5F:01:02:03:04`; without one, the port it is plugged into.
pub fn direct_id(product: u16, serial: Option<&str>, place: &str) -> String {
    let unique = serial.unwrap_or(place);
    let unique: String = unique
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() && c != '/' {
                c
            } else {
                '-'
            }
        })
        .collect();
    format!("{product:04X}-{unique}")
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_direct_device_is_named_by_its_serial_number_or_its_port() {
        let id = |uniq| {
            let serial = direct_serial(uniq);
            direct_id(0xC094, serial.as_deref(), "usb-0000:00:14.0-2/input1")
        };
        for uniq in ["8F2A11C0", "8f-2a-11-c0", "c094-8f-2a-11-c0"] {
            assert_eq!(id(uniq), "C094-8F2A11C0");
        }
        assert_eq!(id("e4:5f:01:02:03:04"), "C094-e4:5f:01:02:03:04");
        for none in ["", " ", "00000000", "00-00-00-00"] {
            assert_eq!(id(none), "C094-usb-0000:00:14.0-2-input1");
        }
    }
}
