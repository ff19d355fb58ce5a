//! The names of HID++ 1.0 notifications, registers' accesses and DJ reports.

use hidpp_proto::wire::{Access, Register};

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
