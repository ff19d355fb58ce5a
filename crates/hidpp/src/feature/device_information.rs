//! Feature 0003: identity and firmware versions of a HID++ 2.0 device.
//!
//! Source: Solaar, OpenLogi and logiops' wiki agree; captures named in the tests.

use super::pairing_information::Serial;
use super::{DeviceText, FirmwareVersion};
use crate::wire::{Call, FeatureIndex, Report, codes};

/// Number of the function that returns the identity.
pub const GET_DEVICE_INFO: u8 = 0;
/// Number of the function that returns the version of one firmware.
pub const GET_FIRMWARE_INFO: u8 = 1;
/// Number of the function that returns the serial number.
pub const GET_SERIAL_NUMBER: u8 = 2;

/// Answer of function 0.
///
/// `entities unit-id×4 transports×2 model-ids×6 extended-model serial-supported`; version 0 of
/// the feature fills the first byte only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceInformation {
    /// How many firmwares can be requested.
    pub entities: u8,
    /// Unique to the device; `None` for zero, and for `FFFFFFFF`, which every G933 has.
    pub unit_id: Option<Serial>,
    /// Bits 0 Bluetooth, 1 Bluetooth LE, 2 eQUAD, 3 USB.
    pub transports: u16,
    /// The product ids on these transports, in the order of the bits; zero where none.
    pub model_ids: [u16; 3],
    /// Distinguishes variants of a model, such as colours.
    pub extended_model: u8,
    /// Whether the device has function 2.
    pub has_serial_number: bool,
}

/// The transports of a device, in the order of the bits of `transports`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "standard names")]
pub enum Transport {
    Bluetooth,
    BluetoothLe,
    Equad,
    Usb,
}

impl Transport {
    const ALL: [Self; 4] = [Self::Bluetooth, Self::BluetoothLe, Self::Equad, Self::Usb];
}

impl DeviceInformation {
    /// The product id on a transport; `None`: the device does not have it.
    pub fn model_on(&self, transport: Transport) -> Option<u16> {
        let has = |it: &Transport| self.transports & (1 << (*it as u16)) != 0;
        let transports = Transport::ALL.into_iter().filter(has);
        let mut models = transports.zip(self.model_ids);
        models
            .find_map(|(it, model)| (it == transport).then_some(model))
            .filter(|model| *model != 0)
    }
}

codes! {
    /// What a firmware is for.
    pub enum EntityKind {
        /// The application.
        Main = 0 => "firmware",
        /// The bootloader.
        Bootloader = 1 => "bootloader",
        /// The hardware's version.
        Hardware = 2 => "hardware",
        /// A touchpad's.
        Touchpad = 3 => "touchpad",
        /// An optical sensor's.
        OpticalSensor = 4 => "optical sensor",
        /// A radio stack's.
        SoftDevice = 5 => "soft device",
        /// A radio processor's.
        RfMcu = 6 => "RF MCU",
        /// A factory image.
        Factory = 7 => "factory",
        /// A light controller's.
        Rgb = 8 => "RGB",
        /// A motor driver's.
        MotorDrive = 9 => "motor drive",
    }
}

/// Answer of function 1: `kind prefix×3 number revision build×2 active product-id×2 extra×5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FirmwareInformation {
    /// What it is for.
    pub kind: EntityKind,
    /// Its version.
    pub version: FirmwareVersion,
    /// The product id it runs under.
    pub product_id: u16,
}

/// The request for the identity.
pub const fn get_device_info(feature: FeatureIndex) -> Call {
    Call::new(feature, GET_DEVICE_INFO, [0; 3])
}

/// The request for the version of one firmware, counted from 0.
pub const fn get_firmware_info(feature: FeatureIndex, entity: u8) -> Call {
    Call::new(feature, GET_FIRMWARE_INFO, [entity, 0, 0])
}

/// Reads an answer to [`get_device_info`].
pub const fn read_device_info(report: &Report) -> DeviceInformation {
    let [
        entities,
        u0,
        u1,
        u2,
        u3,
        t0,
        t1,
        a0,
        a1,
        b0,
        b1,
        c0,
        c1,
        extended_model,
        flags,
        _,
    ] = *report.params();
    DeviceInformation {
        entities,
        unit_id: Serial::new(u32::from_be_bytes([u0, u1, u2, u3])),
        transports: u16::from_be_bytes([t0, t1]),
        model_ids: [
            u16::from_be_bytes([a0, a1]),
            u16::from_be_bytes([b0, b1]),
            u16::from_be_bytes([c0, c1]),
        ],
        extended_model,
        has_serial_number: flags & 0x01 != 0,
    }
}

/// Reads an answer to [`get_firmware_info`].
pub fn read_firmware_info(report: &Report) -> FirmwareInformation {
    let [
        kind,
        a,
        b,
        c,
        number,
        revision,
        build_high,
        build_low,
        _,
        pid_high,
        pid_low,
        ..,
    ] = *report.params();
    FirmwareInformation {
        kind: kind.into(),
        version: FirmwareVersion {
            prefix: Some([a, b, c]),
            number,
            revision,
            build: Some(u16::from_be_bytes([build_high, build_low])),
        },
        product_id: u16::from_be_bytes([pid_high, pid_low]),
    }
}

/// Reads an answer of [`GET_SERIAL_NUMBER`]: twelve ASCII characters.
pub fn read_serial_number(report: &Report) -> DeviceText {
    let [serial @ .., _, _, _, _] = report.params();
    DeviceText::new(serial)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn identities_vectors_89_and_93_to_95() {
        for (hex, entities, unit, transports, models) in [
            ("11 01 02 05 01 …", 1, 0, 0, [0, 0, 0]), // M525
            (
                "11 02 02 0E 03 59 9B 7A 65 00 02 B0 34 00 00 00 00 00 01 00", // MX Master 3S
                3,
                0x599B_7A65,
                0x0002,
                [0xB034, 0, 0],
            ),
            (
                "11 01 02 0D 02 F0 74 D5 67 00 04 40 74 …",
                2,
                0xF074_D567,
                4,
                [0x4074, 0, 0],
            ),
            (
                "11 01 02 0C 03 DD DA AD BC 00 0C 40 7F C0 8D …",
                3,
                0xDDDA_ADBC,
                0x000C,
                [0x407F, 0xC08D, 0],
            ),
            // Recording of a G933, which has neither of these transports.
            (
                "11 FF 02 0D 01 FF FF FF FF 00 03 00 00 00 00 0A 5B …",
                1,
                0,
                0x0003,
                [0, 0, 0x0A5B],
            ),
        ] {
            let info = read_device_info(&report(hex));
            assert_eq!(
                (info.entities, info.unit_id),
                (entities, Serial::new(unit)),
                "{hex}"
            );
            assert_eq!(
                (info.transports, info.model_ids),
                (transports, models),
                "{hex}"
            );
        }
    }

    #[test]
    fn firmwares_vectors_90_to_92() {
        for (hex, kind, text, product_id) in [
            (
                "11 01 02 15 00 52 51 4D 27 02 00 28 00 40 13 …",
                EntityKind::Main,
                "RQM 27.02.B0028",
                0x4013,
            ),
            (
                "11 01 02 1B 01 42 4C 20 02 00 00 01 00 40 2C …",
                EntityKind::Bootloader,
                "BL 02.00.B0001",
                0x402C,
            ),
            (
                "11 01 02 1C 02 48 57 20 02 00 00 00 00 40 2C …",
                EntityKind::Hardware,
                "HW 02.00.B0000",
                0x402C,
            ),
        ] {
            let firmware = read_firmware_info(&report(hex));
            assert_eq!(
                (firmware.kind, firmware.product_id),
                (kind, product_id),
                "{hex}"
            );
            assert_eq!(firmware.version.to_string(), text, "{hex}");
        }
    }
}
