//! The table of receivers: the family of each USB product.

use super::named::named;
use hidpp_proto::feature::PairingRecords;

named! {
    /// A family of receivers.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[expect(missing_docs, reason = "Logitech's names")]
    pub enum ReceiverFamily {
        Unifying => "unifying",
        Bolt => "bolt",
        Lightspeed => "lightspeed",
        Nano => "nano",
        Mhz27 => "27mhz",
        /// Bluetooth hubs from before 2010, which present HID++ for their keyboard and mouse.
        Bluetooth => "bluetooth",
        ;
        /// In Logitech's range of receivers, but not in our table.
        Unknown,
    }
}

/// The properties of a receiver by its USB ids: one line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiverModel {
    /// Its family.
    pub family: ReceiverFamily,
    /// How many slots it has if it does not report that.
    pub default_slots: u8,
    /// A slot beyond those it reports: that of its charging pad.
    pub extra_slot: Option<u8>,
    /// The USB interface with HID++.
    pub interface: u8,
    /// Where its records are.
    pub records: PairingRecords,
    /// Whether calls to its devices are sent as long reports. For Bolt they are, as in the recording
    /// of Solaar issue 2556; it forwards short ones, too.
    pub long_calls: bool,
    /// Whether its devices all speak HID++ 1.0.
    pub registers_only: bool,
}

/// Vendor id of Logitech.
const LOGITECH: u16 = 0x046D;
/// Vendor id of Lenovo, which sells one of the Nano receivers.
const LENOVO: u16 = 0x17EF;

/// The families; exceptions for single models are in `of`.
///
/// Sources: Solaar `base_usb.py` and `receiver.py`; kernel hid-logitech-dj; for Bolt's long calls
/// Solaar issue 2556; for 27 MHz the kernel (an endpoint of 8 bytes, so short reports only); for
/// Bluetooth Solaar issue 2054, a C714 without register B5.
const UNIFYING: ReceiverModel = ReceiverModel {
    family: ReceiverFamily::Unifying,
    default_slots: 6,
    extra_slot: None,
    interface: 2,
    records: PairingRecords::Legacy,
    long_calls: false,
    registers_only: false,
};
const BOLT: ReceiverModel = ReceiverModel {
    family: ReceiverFamily::Bolt,
    records: PairingRecords::Bolt,
    long_calls: true,
    ..UNIFYING
};
const LIGHTSPEED: ReceiverModel = ReceiverModel {
    family: ReceiverFamily::Lightspeed,
    default_slots: 1,
    ..UNIFYING
};
const NANO: ReceiverModel = ReceiverModel {
    family: ReceiverFamily::Nano,
    default_slots: 1,
    interface: 1,
    ..UNIFYING
};
const MHZ27: ReceiverModel = ReceiverModel {
    family: ReceiverFamily::Mhz27,
    default_slots: 4,
    interface: 1,
    records: PairingRecords::None,
    registers_only: true,
    ..UNIFYING
};

const BLUETOOTH: ReceiverModel = ReceiverModel {
    family: ReceiverFamily::Bluetooth,
    default_slots: 2,
    ..MHZ27
};

impl ReceiverModel {
    /// A receiver that is not in the table.
    pub const UNKNOWN: Self = Self {
        family: ReceiverFamily::Unknown,
        records: PairingRecords::Unknown,
        ..UNIFYING
    };

    /// The model of those USB ids; `None`: not a receiver.
    pub const fn of(vendor: u16, product: u16) -> Option<Self> {
        Some(match (vendor, product) {
            (LOGITECH, 0xC52B | 0xC532) => UNIFYING,
            (LOGITECH, 0xC548) => BOLT,
            // A Powerplay: its charging pad is slot 7, in addition to the one for a mouse.
            (LOGITECH, 0xC53A) => Self {
                extra_slot: Some(7),
                ..LIGHTSPEED
            },
            (LOGITECH, 0xC539 | 0xC53D | 0xC53F | 0xC541 | 0xC543 | 0xC545 | 0xC547 | 0xC54D) => {
                LIGHTSPEED
            }
            (LOGITECH, 0xC534) => Self {
                default_slots: 2,
                ..NANO
            },
            (
                LOGITECH,
                0xC518 | 0xC51A | 0xC51B | 0xC521 | 0xC525 | 0xC526 | 0xC52E | 0xC52F | 0xC531
                | 0xC535 | 0xC537,
            )
            | (LENOVO, 0x6042) => NANO,
            (LOGITECH, 0xC513 | 0xC517) => MHZ27,
            // Bluetooth hubs and their HID proxies, from that of the MX900 to that of the diNovo Mini:
            // one id for the hub, one for its keyboard and one for its mouse. The kernel knows eight
            // of them, systemd's hid2hci rules five more, and usb.ids nothing else in between.
            (LOGITECH, 0xC703..=0xC71F) => BLUETOOTH,
            (LOGITECH, product) if is_mute_receiver(LOGITECH, product) => return None,
            (LOGITECH, 0xC500..=0xC5FF) => Self::UNKNOWN,
            _ => return None,
        })
    }

    /// The name shown to people.
    pub const fn name(self) -> &'static str {
        match self.family {
            ReceiverFamily::Unifying => "Unifying Receiver",
            ReceiverFamily::Bolt => "Bolt Receiver",
            ReceiverFamily::Lightspeed => "Lightspeed Receiver",
            ReceiverFamily::Nano => "Nano Receiver",
            ReceiverFamily::Mhz27 => "27 MHz Receiver",
            ReceiverFamily::Bluetooth => "Bluetooth Receiver",
            ReceiverFamily::Unknown => "Receiver",
        }
    }
}

/// Whether these are the USB ids of a receiver that is known not to speak HID++, regardless of its
/// reports (Solaar issues 1350 and 1835).
pub const fn is_mute_receiver(vendor: u16, product: u16) -> bool {
    matches!((vendor, product), (LOGITECH, 0xC542))
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
        // The kernel's table of receivers goes beyond C5xx, then the HID proxies of systemd's hid2hci
        // rules.
        for product in [
            0xC70A, 0xC70E, 0xC713, 0xC714, 0xC71B, 0xC71C, 0xC71E, 0xC71F, 0xC703, 0xC704, 0xC705,
            0xC70B, 0xC70C,
        ] {
            assert_eq!(family(0x046D, product), Some(ReceiverFamily::Bluetooth));
        }
        // A presenter, and a number beyond.
        assert_eq!(family(0x046D, 0xC702), None);
        assert_eq!(family(0x046D, 0xC720), None);
        // A child node of the kernel driver: its product id is the device's wpid.
        assert_eq!(family(0x046D, 0x4002), None);
        assert_eq!(family(0x046D, 0xC542), None);
    }
}
