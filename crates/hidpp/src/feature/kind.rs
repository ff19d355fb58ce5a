use std::fmt;

/// The kind of the device.
///
/// Receivers and devices number the sorts differently; both are read into this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
#[expect(missing_docs, reason = "the names say it")]
pub enum DeviceKind {
    Keyboard,
    Mouse,
    Numpad,
    Presenter,
    Remote,
    Trackball,
    Touchpad,
    Tablet,
    Gamepad,
    Joystick,
    Headset,
    Receiver,
    Webcam,
    Wheel,
    Dock,
    Speaker,
    Microphone,
    Light,
    Controller,
    Pedals,
    Adapter,
    /// A mat that charges the mouse on it, such as the Powerplay. No device reports this kind
    /// itself.
    ChargingPad,
    /// A code without a name, as received.
    Unknown(u8),
}

impl DeviceKind {
    /// The kind in a receiver's pairing record or in notification 41: the low four bits.
    ///
    /// Source: Logitech's HID++ 1.0 extract, kernel hid-logitech-dj, Solaar; E and F from Solaar.
    pub const fn from_pairing(code: u8) -> Self {
        match code & 0x0F {
            0x1 => Self::Keyboard,
            0x2 => Self::Mouse,
            0x3 => Self::Numpad,
            0x4 => Self::Presenter,
            0x7 | 0xE => Self::Remote,
            0x8 => Self::Trackball,
            0x9 => Self::Touchpad,
            0xA => Self::Tablet,
            0xB => Self::Gamepad,
            0xC => Self::Joystick,
            0xD => Self::Headset,
            0xF => Self::Receiver,
            code => Self::Unknown(code),
        }
    }

    /// The type in feature 0005, function 2.
    ///
    /// Source: Solaar and OpenLogi agree.
    pub const fn from_device_type(code: u8) -> Self {
        match code {
            0 => Self::Keyboard,
            1 => Self::Remote,
            2 => Self::Numpad,
            3 => Self::Mouse,
            4 => Self::Touchpad,
            5 => Self::Trackball,
            6 => Self::Presenter,
            7 => Self::Receiver,
            8 => Self::Headset,
            9 => Self::Webcam,
            10 => Self::Wheel,
            11 => Self::Joystick,
            12 => Self::Gamepad,
            13 => Self::Dock,
            14 => Self::Speaker,
            15 => Self::Microphone,
            16 => Self::Light,
            17 => Self::Controller,
            18 => Self::Pedals,
            19 => Self::Adapter,
            code => Self::Unknown(code),
        }
    }

    /// Whether its code has a name.
    pub const fn is_known(self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

/// Names each kind once: `name` does not compile without one of them, and `from_name` reads them
/// all.
macro_rules! names {
    ($( $kind:ident => $text:literal, )*) => {
        impl DeviceKind {
            /// The name shown to people and in JSON, or `None` for an unknown code.
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $( Self::$kind => Some($text), )*
                    Self::Unknown(_) => None,
                }
            }

            /// The kind of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $( $text => Some(Self::$kind), )*
                    _ => None,
                }
            }
        }
    };
}

names! {
    Keyboard => "keyboard",
    Mouse => "mouse",
    Numpad => "numpad",
    Presenter => "presenter",
    Remote => "remote",
    Trackball => "trackball",
    Touchpad => "touchpad",
    Tablet => "tablet",
    Gamepad => "gamepad",
    Joystick => "joystick",
    Headset => "headset",
    Receiver => "receiver",
    Webcam => "webcam",
    Wheel => "wheel",
    Dock => "dock",
    Speaker => "speaker",
    Microphone => "microphone",
    Light => "light",
    Controller => "controller",
    Pedals => "pedals",
    Adapter => "adapter",
    ChargingPad => "charging pad",
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name().unwrap_or("unknown"))
    }
}
