//! Which USB product is which family of receiver.

/// A family of receivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "Logitech's names")]
pub enum ReceiverFamily {
    Unifying,
    Bolt,
    Lightspeed,
    Nano,
    Mhz27,
    /// In Logitech's range of receivers, but not in our table.
    Unknown,
}

/// What is known of a receiver by its USB ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiverModel {
    /// Its family.
    pub family: ReceiverFamily,
    /// How many slots it has if it does not say itself.
    pub default_slots: u8,
    /// Which USB interface speaks HID++.
    pub interface: u8,
}

const LOGITECH: u16 = 0x046D;
const LENOVO: u16 = 0x17EF;

impl ReceiverModel {
    /// The model of those USB ids; `None`: no receiver.
    ///
    /// Source: Solaar `base_usb.py`, kernel hid-logitech-dj.
    pub const fn of(vendor: u16, product: u16) -> Option<Self> {
        use ReceiverFamily::{Bolt, Lightspeed, Mhz27, Nano, Unifying, Unknown};
        let (family, default_slots, interface) = match (vendor, product) {
            (LOGITECH, 0xC52B | 0xC532) => (Unifying, 6, 2),
            (LOGITECH, 0xC548) => (Bolt, 6, 2),
            (
                LOGITECH,
                0xC539 | 0xC53A | 0xC53D | 0xC53F | 0xC541 | 0xC543 | 0xC545 | 0xC547 | 0xC54D,
            ) => (Lightspeed, 1, 2),
            (LOGITECH, 0xC534) => (Nano, 2, 1),
            (
                LOGITECH,
                0xC518 | 0xC51A | 0xC51B | 0xC521 | 0xC525 | 0xC526 | 0xC52E | 0xC52F | 0xC531
                | 0xC535 | 0xC537,
            )
            | (LENOVO, 0x6042) => (Nano, 1, 1),
            (LOGITECH, 0xC513 | 0xC517) => (Mhz27, 4, 1),
            // Known not to speak HID++.
            (LOGITECH, 0xC542) => return None,
            (LOGITECH, 0xC500..=0xC5FF) => (Unknown, 1, 2),
            _ => return None,
        };
        Some(Self {
            family,
            default_slots,
            interface,
        })
    }

    /// A name for people.
    pub const fn name(self) -> &'static str {
        match self.family {
            ReceiverFamily::Unifying => "Unifying Receiver",
            ReceiverFamily::Bolt => "Bolt Receiver",
            ReceiverFamily::Lightspeed => "Lightspeed Receiver",
            ReceiverFamily::Nano => "Nano Receiver",
            ReceiverFamily::Mhz27 => "27 MHz Receiver",
            ReceiverFamily::Unknown => "Receiver",
        }
    }
}

impl ReceiverFamily {
    /// The name in JSON.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Unifying => "unifying",
            Self::Bolt => "bolt",
            Self::Lightspeed => "lightspeed",
            Self::Nano => "nano",
            Self::Mhz27 => "27mhz",
            Self::Unknown => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_receivers_are_receivers() {
        let family = |vendor, product| ReceiverModel::of(vendor, product).map(|it| it.family);
        assert_eq!(family(0x046D, 0xC52B), Some(ReceiverFamily::Unifying));
        assert_eq!(family(0x17EF, 0x6042), Some(ReceiverFamily::Nano));
        assert_eq!(family(0x046D, 0xC5F0), Some(ReceiverFamily::Unknown));
        // A child node of the kernel driver: its product id is the device's wpid.
        assert_eq!(family(0x046D, 0x4002), None);
        assert_eq!(family(0x046D, 0xC542), None);
    }
}
