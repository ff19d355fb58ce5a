//! The names of functions, events and notifications.

use hidpp_proto::feature::BatteryFeature;
use hidpp_proto::wire::{Access, FeatureId, Function, Register};

/// The name of a function.
pub(super) fn function(id: FeatureId, number: u8) -> Option<&'static str> {
    if let Some(feature) = BatteryFeature::from_id(id) {
        return feature.function_name(Function::new(number));
    }
    Some(match (id.0, number) {
        (0x0000, 0) => "find feature",
        (0x0000, 1) => "ping",
        (0x0001, 0) => "count features",
        (0x0001, 1) => "name feature",
        (0x0003, 0) => "get identity",
        (0x0003, 1) => "get firmware",
        (0x0003, 2) => "get serial number",
        (0x0005 | 0x0007, 0) => "get name length",
        (0x0005 | 0x0007, 1) => "get name",
        (0x0005, 2) => "get type",
        (0x0007, 2) => "get default name",
        (0x0007, 3) => "set name",
        (0x0007, 4) => "reset name",
        (0x0020, 0) => "get configuration cookie",
        (0x0020, 1) => "set configuration complete",
        _ => return None,
    })
}

/// The name of an event.
pub(super) fn event(id: FeatureId, number: u8) -> Option<&'static str> {
    if let Some(feature) = BatteryFeature::from_id(id) {
        return feature.event_name(Function::new(number));
    }
    Some(match (id.0, number) {
        (0x0000, 0) => "no operation",
        (0x1D4B, 0) => "device status",
        _ => return None,
    })
}

/// Features with events that contain key or button presses.
pub(super) const fn has_key_events(id: FeatureId) -> bool {
    matches!(id.0, 0x1B00..=0x1BFF | 0x8010 | 0x8020 | 0x8030 | 0x8110)
}

/// The name of a HID++ 1.0 notification. Source: fwupd, Logitech's HID++ 1.0 extract, Solaar.
pub(super) const fn notification(sub_id: u8) -> Option<&'static str> {
    Some(match sub_id {
        0x03 => "keys",
        0x04 => "power keys",
        0x05 => "roller",
        0x06 => "mouse extra buttons",
        0x07 => "battery status",
        0x08 => "user interface event",
        0x09 => "F-lock",
        0x0A => "calculator key",
        0x0B => "menu key",
        0x0C => "Fn key",
        0x0D => "battery mileage",
        0x17 => "keyboard backlight",
        0x40 => "device unpaired",
        0x41 => "device connection",
        0x42 => "link status",
        0x45 => "protocol error",
        0x46 => "radio link change",
        0x48 => "HCI notification",
        0x49 => "link quality",
        0x4A => "pairing lock",
        0x4B => "device powered on",
        0x4D => "Bolt passkey request",
        0x4E => "Bolt passkey pressed",
        0x4F => "Bolt device discovered",
        0x53 => "Bolt discovery status",
        0x54 => "Bolt pairing status",
        _ => return None,
    })
}

/// What a DJ report carries. Source: kernel hid-logitech-dj.
pub(super) const fn dj(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0x01 => "keyboard input",
        0x02 => "mouse input",
        0x03 => "consumer control input",
        0x04 => "system control input",
        0x08 => "media center input",
        0x0E => "keyboard LEDs",
        0x40 => "device unpaired",
        0x41 => "device paired",
        0x42 => "link status",
        0x7F => "error",
        0x80 => "switch mode",
        0x81 => "list paired devices",
        _ => return None,
    })
}

/// Whether the name of a register is right for devices only: on a receiver it is a different
/// register (a C517 has 01 and 09, as its dump by Solaar shows).
pub(super) const fn is_of_devices(register: Register) -> bool {
    matches!(register.0, 0x01 | 0x07..=0xA2)
}

/// What a register access does, as a verb.
pub(super) const fn access(access: Access) -> &'static str {
    match access {
        Access::SetShort | Access::SetLong | Access::SetVeryLong => "write",
        _ => "read",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meaning_of_a_number_depends_on_the_feature() {
        let solar = BatteryFeature::SolarDashboard.id();
        assert_eq!(function(solar, 0), Some("set light measure"));
        assert_eq!(function(FeatureId::ROOT, 1), Some("ping"));
        assert_eq!(event(solar, 1), Some("light measurement"));
        assert_eq!(event(solar, 7), None);
        assert_eq!(function(FeatureId(0x2201), 0), None);
    }
}
