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
}
