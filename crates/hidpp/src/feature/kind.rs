use std::fmt;

/// What sort of device it is.
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
    /// A mat that charges the mouse on it, such as the Powerplay: no device says so of itself.
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

    /// The name in JSON and for people, or `None` for an unknown code.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Keyboard => "keyboard",
            Self::Mouse => "mouse",
            Self::Numpad => "numpad",
            Self::Presenter => "presenter",
            Self::Remote => "remote",
            Self::Trackball => "trackball",
            Self::Touchpad => "touchpad",
            Self::Tablet => "tablet",
            Self::Gamepad => "gamepad",
            Self::Joystick => "joystick",
            Self::Headset => "headset",
            Self::Receiver => "receiver",
            Self::Webcam => "webcam",
            Self::Wheel => "wheel",
            Self::Dock => "dock",
            Self::Speaker => "speaker",
            Self::Microphone => "microphone",
            Self::Light => "light",
            Self::Controller => "controller",
            Self::Pedals => "pedals",
            Self::Adapter => "adapter",
            Self::ChargingPad => "charging pad",
            Self::Unknown(_) => return None,
        })
    }

    /// Whether its code has a name.
    pub const fn is_known(self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        let coded =
            (0..=u8::MAX).flat_map(|code| [Self::from_device_type(code), Self::from_pairing(code)]);
        let mut kinds = coded.chain([Self::ChargingPad]);
        kinds.find(|it| it.name() == Some(name))
    }
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name().unwrap_or("unknown"))
    }
}
