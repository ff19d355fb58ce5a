//! The USB descriptors of the hardware that a scenario can plug in.
//!
//! One file per piece of hardware. The descriptors are written by hand: their structure
//! (interfaces, the one with HID++, report ids and sizes) is that of the real device, the rest is
//! the shortest that a HID driver accepts.

mod bolt;
mod corded_keyboard;
mod corded_mouse;
mod foreign_keyboard;
mod headset;
mod lenovo;
mod reports;
mod unifying;

pub(crate) use bolt::BOLT;
pub(crate) use corded_keyboard::CORDED_KEYBOARD;
pub(crate) use corded_mouse::CORDED_MOUSE;
pub(crate) use foreign_keyboard::FOREIGN_KEYBOARD;
pub(crate) use headset::{HEADSET_CABLE, HEADSET_DONGLE};
pub(crate) use lenovo::LENOVO;
pub(crate) use reports::HIDPP_REPORTS;
pub(crate) use unifying::UNIFYING;

/// A piece of USB hardware.
pub(crate) struct Hardware {
    vendor: u16,
    product: u16,
    /// In binary-coded decimal, as in `bcdDevice`.
    version: u16,
    maker: &'static str,
    name: &'static str,
    firmware: &'static str,
    /// In the order of their numbers.
    pub(crate) interfaces: &'static [Interface],
    /// The interface with HID++, or with reports that look like it.
    pub(crate) hidpp_interface: u8,
}

/// A HID interface with its interrupt IN endpoint; there is no OUT endpoint.
pub(crate) struct Interface {
    boot: Boot,
    /// The HID report descriptor.
    pub(crate) reports: &'static [u8],
    packet: u8,
    /// In milliseconds.
    interval: u8,
}

/// The boot protocol of an interface, which a BIOS uses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Boot {
    Nothing,
    Keyboard,
    Mouse,
}

/// The numbers of the string descriptors.
const MAKER: u8 = 1;
const NAME: u8 = 2;
const FIRMWARE: u8 = 4;

impl Hardware {
    /// The device descriptor: USB 2.0, full speed.
    pub(crate) fn device(&self) -> Vec<u8> {
        let numbers = [self.vendor, self.product, self.version];
        let mut all = vec![18, 1, 0x00, 0x02, 0, 0, 0, 8];
        all.extend(numbers.into_iter().flat_map(u16::to_le_bytes));
        all.extend([MAKER, NAME, 0, 1]);
        all
    }

    /// The text of a string descriptor.
    pub(crate) fn string(&self, index: u8) -> Option<&'static str> {
        match index {
            MAKER => Some(self.maker),
            NAME => Some(self.name),
            FIRMWARE => Some(self.firmware),
            _ => None,
        }
    }

    /// The configuration descriptor, followed by all others.
    pub(crate) fn configuration(&self) -> Vec<u8> {
        let count = u8::try_from(self.interfaces.len()).unwrap();
        // Remote wake-up, 98 mA.
        let mut all = vec![9, 2, 0, 0, count, 1, FIRMWARE, 0xA0, 49];
        for (number, interface) in (0..).zip(self.interfaces) {
            let [subclass, protocol] = interface.boot.codes();
            all.extend([9, 4, number, 0, 1, 3, subclass, protocol, 0]);
            all.extend(interface.hid());
            let address = 0x80 | endpoint(number);
            all.extend([7, 5, address, 3, interface.packet, 0, interface.interval]);
        }
        let [low, high] = u16::try_from(all.len()).unwrap().to_le_bytes();
        all[2] = low;
        all[3] = high;
        all
    }
}

impl Interface {
    /// The HID descriptor: version 1.11, one report descriptor.
    pub(crate) fn hid(&self) -> [u8; 9] {
        let [low, high] = u16::try_from(self.reports.len()).unwrap().to_le_bytes();
        [9, 0x21, 0x11, 0x01, 0, 1, 0x22, low, high]
    }

    /// Its input report with this id while nothing is pressed; only boot keyboards get this
    /// request.
    pub(crate) fn idle_report(&self, id: u8) -> Option<Vec<u8>> {
        (self.boot == Boot::Keyboard && id == 0).then(|| vec![0; 8])
    }
}

impl Boot {
    /// Subclass and protocol of the interface descriptor.
    fn codes(self) -> [u8; 2] {
        match self {
            Self::Nothing => [0, 0],
            Self::Keyboard => [1, 1],
            Self::Mouse => [1, 2],
        }
    }
}

/// The number of an interface's endpoint; endpoint 0 is the control pipe.
pub(crate) const fn endpoint(interface: u8) -> u8 {
    interface + 1
}
