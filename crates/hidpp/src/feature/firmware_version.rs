//! Register F1: firmware versions of a receiver or a HID++ 1.0 device.

use super::FirmwareVersion;
use crate::wire::{Register, RegisterRequest, Report, codes};

codes! {
    /// Which version; the first byte of request and answer.
    ///
    /// Source: Lekensteyn's captures, Solaar.
    pub enum Item {
        /// Number and revision of the firmware.
        Firmware = 0x01 => "firmware",
        /// Build of the firmware.
        Build = 0x02 => "firmware build",
        /// Other; receivers with firmware 12.01 refuse it.
        Other = 0x03 => "other",
        /// Number and revision of the bootloader.
        Bootloader = 0x04 => "bootloader",
    }
}

/// The request for one item.
pub const fn get(item: Item) -> RegisterRequest {
    RegisterRequest::get(Register::FIRMWARE_VERSION, [item.code(), 0, 0])
}

/// Which item an answer holds, and its two bytes: number and revision, or build, in BCD.
pub fn read(report: &Report) -> (Item, [u8; 2]) {
    let [item, high, low] = report.head();
    (item.into(), [high, low])
}

/// Combines number and revision with the build, if that was read.
pub fn version([number, revision]: [u8; 2], build: Option<[u8; 2]>) -> FirmwareVersion {
    FirmwareVersion {
        prefix: None,
        number,
        revision,
        build: build.map(u16::from_be_bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn vectors_6_7_9_to_11_59_and_60() {
        for (hex, item, bytes) in [
            ("10 FF 81 F1 01 12 01", Item::Firmware, [0x12, 0x01]),
            ("10 FF 81 F1 02 00 19", Item::Build, [0x00, 0x19]),
            ("10 FF 81 F1 04 02 14", Item::Bootloader, [0x02, 0x14]),
            ("10 FF 81 F1 01 34 00", Item::Firmware, [0x34, 0x00]),
            ("10 FF 81 F1 05 44 14", Item::Unknown(5), [0x44, 0x14]),
            ("10 01 81 F1 01 22 01", Item::Firmware, [0x22, 0x01]),
            ("10 01 81 F1 03 00 07", Item::Other, [0x00, 0x07]),
        ] {
            assert_eq!(read(&report(hex)), (item, bytes), "{hex}");
        }
    }

    #[test]
    fn the_text_is_that_of_the_receivers_label() {
        assert_eq!(
            version([0x12, 0x01], Some([0x00, 0x19])).to_string(),
            "12.01.B0019"
        );
        assert_eq!(version([0x02, 0x14], None).to_string(), "02.14");
    }
}
