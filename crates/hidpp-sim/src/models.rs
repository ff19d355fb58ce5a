//! Ready-made devices, with the data from their dumps and captures.

use super::battery::{Battery, Register, State};
use super::device::{Device, Identity, Kind, Protocol};
use super::hidpp10::{Hidpp10, Versions};
use super::hidpp20::{Feature, Hidpp20, Model};
use super::information::{Entity, Information};
use super::solar::Solar;
use hidpp_proto::units::{Lux, Percent};

/// The wireless solar keyboard K750, wpid 4002, firmware RQK 33.00.B0015: HID++ 2.0, with the
/// solar dashboard at feature index 9 and no other battery feature.
pub fn k750(serial: [u8; 4], charge: Percent, sun: Lux) -> Device {
    let part = |kind, prefix, version| Entity {
        kind,
        prefix,
        version,
        product: 0x4002,
        unknown: [0; 5],
    };
    let firmware = vec![
        part(0, *b"RQK", [0x33, 0x00, 0x00, 0x15]),
        part(1, *b"DFU", [0x00, 0x02, 0x00, 0x03]),
    ];
    let name = Model::Name {
        name: "Wireless Solar Keyboard K750".into(),
        kind: 0,
    };
    let features = vec![
        Feature::new(0x0001, Model::FeatureSet),
        Feature::new(0x0003, Model::Firmware(firmware)),
        Feature::new(0x0005, name),
        Feature::new(0x1B00, Model::Listed),
        Feature::new(0x1D4B, Model::WirelessStatus),
        Feature {
            flags: 0x40,
            ..Feature::new(0x1DF3, Model::Listed)
        },
        Feature::new(0x40A0, Model::Listed),
        Feature::new(0x4100, Model::Listed),
        Feature::new(0x4301, Model::Solar(Solar::new(charge, sun))),
        Feature::new(0x4520, Model::Listed),
    ];
    let identity = Identity {
        codename: "K750",
        wpid: 0x4002,
        serial,
        kind: Kind::Keyboard,
        report_types: 0x0000_401A,
        power_switch: 3,
        interval: 20,
        encrypted: true,
        name_end: 0,
    };
    Device::new(identity, Protocol::Features(Hidpp20::new([2, 0], features)))
}

/// The Marathon Mouse M705, wpid 101B, firmware 17.01.B0017: HID++ 1.0, battery in register 0D,
/// with a life of 1095 days.
pub fn m705(serial: [u8; 4], charge: Percent) -> Device {
    let versions = Versions {
        firmware: Some([0x17, 0x01]),
        build: Some([0x00, 0x17]),
        other: Some([0x00, 0x04]),
        bootloader: Some([0x02, 0x06]),
        fifth: None,
    };
    let register = Register::Mileage { days: 1095 };
    let battery = Battery::new(charge, State::Discharging);
    let identity = Identity {
        codename: "M705",
        wpid: 0x101B,
        serial,
        kind: Kind::Mouse,
        report_types: 0x0000_001E,
        power_switch: 1,
        interval: 8,
        encrypted: false,
        name_end: 0,
    };
    // For a mouse only the battery flag is known to be supported; for a K800 all flags are known
    // (13 02 00).
    let registers = Hidpp10::new(versions, Some(register), battery, [0x10, 0x00, 0x00]);
    Device::new(identity, Protocol::Registers(registers))
}

/// The illuminated keyboard K800, wpid 2010, firmware 22.01.B0019: HID++ 1.0, battery in steps in
/// register 07 and no register 0D.
pub fn k800(serial: [u8; 4], charge: Percent) -> Device {
    let versions = Versions {
        firmware: Some([0x22, 0x01]),
        build: Some([0x00, 0x19]),
        other: Some([0x00, 0x07]),
        bootloader: Some([0x02, 0x01]),
        fifth: None,
    };
    let register = Register::Steps;
    let battery = Battery::new(charge, State::Discharging);
    let identity = Identity {
        codename: "K800",
        wpid: 0x2010,
        serial,
        kind: Kind::Keyboard,
        report_types: 0x0000_401A,
        power_switch: 7,
        interval: 20,
        encrypted: true,
        name_end: 0,
    };
    let mut registers = Hidpp10::new(versions, Some(register), battery, [0x13, 0x02, 0x00]);
    // A register of unknown meaning, copied from the capture of a K800.
    registers.long_registers.push((
        0x0F,
        *b"\xFF\xFB\x00\x00\x02\x40\x02\x5C\x00\x00\x00\x00\x0F\xF9\x00\x80",
    ));
    Device::new(identity, Protocol::Registers(registers))
}

/// A mouse of HID++ 4.5 for a Unifying receiver, with 0001, 0003, 0005 and 1D4B at feature indices
/// 1 to 4, and this feature, such as that of its battery, at 5.
pub fn mouse(codename: &'static str, wpid: u16, feature: Feature) -> Device {
    let [high, low] = wpid.to_be_bytes();
    let serial = [0x5E, 0x00, high, low];
    let part = Entity {
        kind: 0,
        prefix: *b"MPM",
        version: [0x12, 0x01, 0x00, 0x06],
        product: wpid,
        unknown: [0; 5],
    };
    let information = Information {
        entities: vec![part],
        unit: serial,
        transports: None,
        model: [high, low, 0, 0, 0, 0],
        extended_model: 0,
        serial: None,
    };
    let name = Model::Name {
        name: format!("Wireless Mouse {codename}"),
        kind: 3,
    };
    let features = vec![
        Feature::new(0x0001, Model::FeatureSet),
        Feature {
            version: 2,
            ..Feature::new(0x0003, Model::Information(information))
        },
        Feature::new(0x0005, name),
        Feature::new(0x1D4B, Model::WirelessStatus),
        feature,
    ];
    let identity = Identity {
        codename,
        wpid,
        serial,
        kind: Kind::Mouse,
        report_types: 0x0000_001E,
        power_switch: 1,
        interval: 8,
        encrypted: false,
        name_end: 0,
    };
    Device::new(identity, Protocol::Features(Hidpp20::new([4, 5], features)))
}
