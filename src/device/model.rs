//! The table of models: name and kind by id.
//!
//! One table for all ids: those of 27 MHz devices are one byte, wireless product ids are 06xx and
//! 1xxx to 4xxx, Bluetooth's Bxxx, those of headsets on USB 0Axx and 0Bxx and of other corded devices Cxxx,
//! so no id has two meanings.
//!
//! Sources: Solaar's `descriptors.py` and the dumps in its `docs/devices`; libratbag's
//! `data/devices`; for 27 MHz keyboards the kernel's hid-logitech-hidpp; for headsets `HeadsetControl`;
//! for C542, which no program can read, Solaar issue 1835.

use DeviceKind::{
    ChargingPad, Headset, Keyboard, Mouse, Numpad, Receiver, Remote, Touchpad, Trackball,
};
use hidpp_proto::feature::DeviceKind;

/// Name and kind of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Model {
    /// The product name.
    pub name: &'static str,
    /// Its kind.
    pub kind: DeviceKind,
}

impl Model {
    /// The model with this wireless, USB or Bluetooth product id; `None`: it is not in the table.
    pub fn of(id: u16) -> Option<Self> {
        let place = MODELS.binary_search_by_key(&id, |(known, ..)| *known);
        let &(_, kind, name) = MODELS.get(place.ok()?)?;
        Some(Self { name, kind })
    }

    /// Every id in the table, with its model.
    pub fn all() -> impl Iterator<Item = (u16, Self)> {
        let models = MODELS.iter();
        models.map(|&(id, kind, name)| (id, Self { name, kind }))
    }
}

/// Id, kind and name of each model, in the order of their ids.
#[rustfmt::skip]
const MODELS: &[(u16, DeviceKind, &str)] = &[
    (0x0036, Mouse, "LX5 Cordless Mouse"),
    (0x0039, Mouse, "LX7 Cordless Laser Mouse"),
    (0x003C, Mouse, "Wireless Wave Mouse M550"),
    (0x003F, Mouse, "Wireless Mouse EX100"),
    (0x0049, Keyboard, "LX501 Keyboard"),
    (0x0055, Keyboard, "Wireless Keyboard EX110"),
    (0x0056, Keyboard, "Wireless Keyboard S510"),
    (0x0057, Keyboard, "MX3000 Keyboard"),
    (0x005C, Keyboard, "MX3200 Keyboard"),
    (0x0060, Keyboard, "Wireless Wave Keyboard K550"),
    (0x0065, Keyboard, "Wireless Keyboard EX100"),
    (0x0068, Keyboard, "Wireless Keyboard MK300"),
    (0x0085, Mouse, "Wireless Mouse M30"),
    (0x00FE, Remote, "S510 Media Remote"),
    (0x0612, Mouse, "VX Revolution"),
    (0x0A5B, Headset, "G933 Gaming Wireless Headset"),
    (0x0A5C, Headset, "G633 Gaming Headset"),
    (0x0A66, Headset, "G533 Gaming Headset"),
    (0x0A6D, Headset, "G433 Gaming Headset"),
    (0x0A87, Headset, "G935 Gaming Headset"),
    (0x0A89, Headset, "G635 Gaming Headset"),
    (0x0A9C, Headset, "G432 Gaming Headset"),
    (0x0AA7, Headset, "G PRO Wireless Gaming Headset"),
    (0x0AB5, Headset, "G733 Gaming Headset"),
    (0x0ABA, Headset, "PRO X Wireless Gaming Headset"),
    (0x0AC4, Headset, "G535 Gaming Headset"),
    (0x0ACB, Headset, "G435 Wireless Gaming Headset"),
    (0x0AF7, Headset, "PRO X 2 LIGHTSPEED"),
    (0x0AFE, Headset, "G733 Gaming Headset"),
    (0x0B18, Headset, "G522 LIGHTSPEED Gaming Headset"),
    (0x0B19, Headset, "G522 LIGHTSPEED Gaming Headset"),
    (0x0B1F, Headset, "G733 Gaming Headset"),
    (0x1001, Mouse, "MX610 Laser Cordless Mouse"),
    (0x1002, Mouse, "G7 Cordless Laser Mouse"),
    (0x1003, Mouse, "V400 Laser Cordless Mouse"),
    (0x1004, Mouse, "MX610 Left-Handled Mouse"),
    (0x1005, Mouse, "V450 Laser Cordless Mouse"),
    (0x1006, Mouse, "VX Revolution"),
    (0x1007, Mouse, "MX Air"),
    (0x1008, Mouse, "MX Revolution"),
    (0x100A, Mouse, "MX620 Laser Cordless Mouse"),
    (0x100B, Mouse, "VX Nano Cordless Laser Mouse"),
    (0x100C, Mouse, "MX Revolution"),
    (0x100D, Mouse, "VX Revolution"),
    (0x100E, Mouse, "MX Air"),
    (0x100F, Mouse, "VX Nano Cordless Laser Mouse"),
    (0x1011, Mouse, "V450 Nano Cordless Laser Mouse"),
    (0x1013, Mouse, "V550 Nano Cordless Laser Mouse"),
    (0x1014, Mouse, "MX 1100 Cordless Laser Mouse"),
    (0x1016, Mouse, "MX620 Laser Cordless Mouse"),
    (0x1017, Mouse, "Anywhere Mouse MX"),
    (0x101A, Mouse, "Performance Mouse MX"),
    (0x101B, Mouse, "Marathon Mouse M705 (M-R0009)"),
    (0x101C, Mouse, "Wireless Mouse M350"),
    (0x101D, Mouse, "Wireless Mouse M505"),
    (0x101F, Mouse, "Wireless Mouse M305"),
    (0x1020, Mouse, "Wireless Mouse M215"),
    (0x1023, Mouse, "G700 Gaming Mouse"),
    (0x1024, Mouse, "Wireless Mouse M310"),
    (0x1025, Mouse, "Wireless Mouse M510"),
    (0x1028, Trackball, "Wireless Trackball M570"),
    (0x1029, Mouse, "Fujitsu Sonic Mouse"),
    (0x102A, Mouse, "G700s Gaming Mouse"),
    (0x2006, Numpad, "Number Pad N545"),
    (0x2007, Keyboard, "Wireless Compact Keyboard K340"),
    (0x2008, Keyboard, "Wireless Keyboard MK700"),
    (0x200A, Keyboard, "Wireless Wave Keyboard K350"),
    (0x200F, Keyboard, "Wireless Keyboard MK320"),
    (0x2010, Keyboard, "Wireless Illuminated Keyboard K800"),
    (0x2011, Keyboard, "Wireless Keyboard K520"),
    (0x4002, Keyboard, "Wireless Solar Keyboard K750"),
    (0x4003, Keyboard, "Wireless Keyboard K270 (unifying)"),
    (0x4004, Keyboard, "Wireless Keyboard K360"),
    (0x4005, Keyboard, "Wireless Keyboard K220"),
    (0x4007, Mouse, "Couch Mouse M515"),
    (0x400A, Mouse, "Wireless Mouse M325"),
    (0x400D, Keyboard, "Wireless Keyboard K230"),
    (0x400E, Keyboard, "Wireless Touch Keyboard K400"),
    (0x4011, Touchpad, "Wireless Touchpad"),
    (0x4013, Mouse, "Wireless Mouse M525"),
    (0x4015, Keyboard, "Wireless Keyboard Dell KB714"),
    (0x4017, Mouse, "Wireless Mouse M345"),
    (0x4019, Mouse, "Wireless Mouse M187"),
    (0x401A, Mouse, "Touch Mouse M600"),
    (0x401B, Mouse, "Wireless Mouse M215 2nd Gen"),
    (0x4022, Mouse, "Wireless Mouse M150"),
    (0x4023, Keyboard, "Wireless Keyboard MK270"),
    (0x4024, Keyboard, "Wireless Touch Keyboard K400"),
    (0x4026, Mouse, "Zone Touch Mouse T400"),
    (0x4029, Mouse, "Wireless Mouse Dell WM514"),
    (0x402C, Mouse, "G602 Wireless Gaming Mouse"),
    (0x402D, Mouse, "Wireless Mouse M560"),
    (0x4031, Mouse, "Wireless Mouse M310/M310t"),
    (0x4032, Keyboard, "Illuminated Living-Room Keyboard K830"),
    (0x4038, Mouse, "Wireless Mouse M185"),
    (0x4041, Mouse, "Wireless Mouse MX Master"),
    (0x404A, Mouse, "Wireless Mobile Mouse MX Anywhere 2"),
    (0x404D, Keyboard, "Wireless Touch Keyboard K400 Plus"),
    (0x4051, Mouse, "Wireless Mouse M510"),
    (0x4052, Mouse, "Wireless Mouse M545"),
    (0x4053, Mouse, "G900 Chaos Spectrum Gaming Mouse"),
    (0x4054, Mouse, "Wireless Mouse M185 new"),
    (0x4055, Mouse, "Wireless Mouse M185/M235/M310"),
    (0x405B, Keyboard, "Wireless Multi-Device Keyboard K780"),
    (0x405D, Mouse, "G403 Wireless Gaming Mouse"),
    (0x405E, Mouse, "M720 Triathlon Multi-Device Mouse"),
    (0x405F, ChargingPad, "G Powerplay"),
    (0x4060, Mouse, "Wireless Mouse MX Master"),
    (0x4061, Keyboard, "Wireless Keyboard K375s"),
    (0x4062, Keyboard, "K850 Performance Wireless Keyboard"),
    (0x4063, Mouse, "Wireless Mobile Mouse MX Anywhere 2"),
    (0x4065, Keyboard, "G613 Wireless Mechanical Gaming Keyboard"),
    (0x4066, Keyboard, "Craft Advanced Keyboard"),
    (0x4067, Mouse, "G903 Lightspeed Gaming Mouse"),
    (0x4069, Mouse, "Wireless Mouse MX Master 2S"),
    (0x406A, Mouse, "Wireless Mobile Mouse MX Anywhere 2S"),
    (0x406B, Mouse, "Multi Device Silent Mouse M585/M590"),
    (0x406C, Mouse, "G603 Wireless Gaming Mouse"),
    (0x406D, Mouse, "Marathon Mouse M705 (M-R0073)"),
    (0x406E, Keyboard, "Wireless Illuminated Keyboard K800 new"),
    (0x406F, Trackball, "MX Ergo Multi-Device Trackball"),
    (0x4070, Mouse, "G703 Wired/Wireless Gaming Mouse"),
    (0x4071, Mouse, "Wireless Mouse MX Master"),
    (0x4072, Mouse, "Wireless Mobile Mouse MX Anywhere 2"),
    (0x4074, Mouse, "G305 Lightspeed Wireless Gaming Mouse"),
    (0x4075, Keyboard, "Wireless Keyboard K470"),
    (0x4078, Keyboard, "Keyboard K600 TV"),
    (0x4079, Mouse, "G Pro Wireless Gaming Mouse"),
    (0x407B, Mouse, "MX Vertical Wireless Mouse"),
    (0x407C, Keyboard, "G915 Wireless RGB Mechanical Gaming Keyboard"),
    (0x407E, Keyboard, "G915 Wireless RGB Mechanical Gaming Keyboard"),
    (0x407F, Mouse, "G502 Lightspeed Wireless Gaming Mouse"),
    (0x4080, Mouse, "Wireless Mouse Pebble M350"),
    (0x4082, Mouse, "MX Master 3 Wireless Mouse"),
    (0x4085, Mouse, "G604 Wireless Gaming Mouse"),
    (0x4086, Mouse, "G703 Hero Gaming Mouse"),
    (0x4087, Mouse, "G903 LIGHTSPEED Wireless Gaming Mouse"),
    (0x408A, Keyboard, "MX Keys Keyboard"),
    (0x408E, Keyboard, "G915 TKL LIGHTSPEED Wireless RGB Mechanical Gaming Keyboard"),
    (0x4090, Mouse, "MX Anywhere 3"),
    (0x4093, Mouse, "PRO X Wireless"),
    (0x4096, Trackball, "ERGO M575 Trackball"),
    (0x4099, Mouse, "G502 X PLUS"),
    (0x409D, Mouse, "G705 Wireless Gaming Mouse"),
    (0x40A9, Mouse, "PRO X 2"),
    (0x40B4, Keyboard, "G515 LS TKL"),
    (0x40BD, Mouse, "PRO X 2 Superstrike"),
    (0x4101, Touchpad, "Wireless Rechargeable Touchpad T650"),
    (0x4102, Keyboard, "Wireless All-in-One Keyboard TK820"),
    (0xB007, Mouse, "MX Revolution Mouse M-RCL 124"),
    (0xB00C, Touchpad, "Rechargeable Trackpad T651"),
    (0xB012, Mouse, "Wireless Mouse MX Master"),
    (0xB013, Mouse, "Wireless Mobile Mouse MX Anywhere 2"),
    (0xB015, Mouse, "M720 Triathlon Multi-Device Mouse"),
    (0xB017, Mouse, "Wireless Mouse MX Master"),
    (0xB018, Mouse, "Wireless Mobile Mouse MX Anywhere 2"),
    (0xB019, Mouse, "Wireless Mouse MX Master 2S"),
    (0xB01A, Mouse, "Wireless Mobile Mouse MX Anywhere 2S"),
    (0xB01B, Mouse, "Multi Device Silent Mouse M585/M590"),
    (0xB01C, Mouse, "G603 Wireless Gaming Mouse"),
    (0xB01D, Trackball, "MX Ergo Multi-Device Trackball"),
    (0xB01E, Mouse, "Wireless Mouse MX Master"),
    (0xB01F, Mouse, "Wireless Mobile Mouse MX Anywhere 2"),
    (0xB020, Mouse, "MX Vertical Wireless Mouse"),
    (0xB023, Mouse, "MX Master 3 Wireless Mouse"),
    (0xB024, Mouse, "G604 Wireless Gaming Mouse"),
    (0xB025, Mouse, "MX Anywhere 3"),
    (0xB028, Mouse, "MX Master 3 for Business"),
    (0xB02A, Mouse, "Signature M650 L Mouse"),
    (0xB02D, Mouse, "MX Anywhere 3 for Business"),
    (0xB02E, Mouse, "G705 Wireless Gaming Mouse"),
    (0xB031, Mouse, "LIFT Vertical Ergonomic Mouse"),
    (0xB033, Mouse, "LIFT For Business"),
    (0xB034, Mouse, "MX Master 3S"),
    (0xB035, Mouse, "MX Master 3S for Business"),
    (0xB037, Mouse, "MX Anywhere 3S"),
    (0xB042, Mouse, "MX Master 4"),
    (0xB342, Keyboard, "Bluetooth Multi-Device Keyboard K380"),
    (0xB34D, Keyboard, "K850 Performance Wireless Keyboard"),
    (0xB350, Keyboard, "Craft Advanced Keyboard"),
    (0xB35B, Keyboard, "MX Keys Keyboard"),
    (0xB35F, Keyboard, "G915 TKL LIGHTSPEED Wireless RGB Mechanical Gaming Keyboard"),
    (0xB363, Keyboard, "MX Keys for Business"),
    (0xB365, Keyboard, "Logi POP Keys"),
    (0xB366, Keyboard, "MX Mechanical"),
    (0xB367, Keyboard, "MX Mechanical Mini"),
    (0xB369, Keyboard, "MX Keys Mini"),
    (0xB378, Keyboard, "MX Keys S"),
    (0xC041, Mouse, "G5 Laser Mouse"),
    (0xC048, Mouse, "G9 Laser Mouse"),
    (0xC049, Mouse, "G5 Laser Mouse"),
    (0xC066, Mouse, "G9x Laser Mouse"),
    (0xC068, Mouse, "G500 Gaming Mouse"),
    (0xC06B, Mouse, "G700 Gaming Mouse"),
    (0xC07C, Mouse, "G700s Gaming Mouse"),
    (0xC07D, Mouse, "G502 Gaming Mouse"),
    (0xC07E, Mouse, "G402 Gaming Mouse"),
    (0xC07F, Mouse, "G302 Gaming Mouse"),
    (0xC080, Mouse, "G303 Gaming Mouse"),
    (0xC081, Mouse, "G900 Chaos Spectrum Gaming Mouse"),
    (0xC082, Mouse, "G403 Gaming Mouse"),
    (0xC083, Mouse, "G403 Gaming Mouse"),
    (0xC084, Mouse, "G203 Gaming Mouse"),
    (0xC085, Mouse, "G Pro Gaming Mouse"),
    (0xC086, Mouse, "G903 Lightspeed Gaming Mouse"),
    (0xC087, Mouse, "G703 Lightspeed Gaming Mouse"),
    (0xC088, Mouse, "GPro Gaming Mouse"),
    (0xC08A, Mouse, "MX Vertical Wireless Mouse"),
    (0xC08B, Mouse, "G502 SE Hero Gaming Mouse"),
    (0xC08C, Mouse, "G Pro Gaming Mouse"),
    (0xC08D, Mouse, "G502 Lightspeed Gaming Mouse"),
    (0xC08E, Mouse, "MX518 Gaming Mouse"),
    (0xC08F, Mouse, "G403 Hero Gaming Mouse"),
    (0xC090, Mouse, "G703 Hero Gaming Mouse"),
    (0xC091, Mouse, "G903 Hero Gaming Mouse"),
    (0xC092, Mouse, "G102/G203 Gaming Mouse"),
    (0xC093, Mouse, "M500S Mouse"),
    (0xC094, Mouse, "PRO X Wireless"),
    (0xC095, Mouse, "G502 X PLUS"),
    (0xC096, Mouse, "G705 Wireless Gaming Mouse"),
    (0xC097, Mouse, "G303 Shroud Edition"),
    (0xC098, Mouse, "G502 X Wireless"),
    (0xC099, Mouse, "G502 X"),
    (0xC09D, Mouse, "G102/G203 Gaming Mouse"),
    (0xC0A8, Mouse, "PRO X 2 Superstrike"),
    (0xC246, Mouse, "G300 Gaming Mouse"),
    (0xC249, Mouse, "G9x Laser Mouse"),
    (0xC24A, Mouse, "G600 Gaming Mouse"),
    (0xC24D, Keyboard, "G710+ Mechanical Gaming Keyboard"),
    (0xC24E, Mouse, "G500s Gaming Mouse"),
    (0xC318, Keyboard, "Illuminated Keyboard"),
    (0xC332, Mouse, "G502 Proteus Spectrum Optical Mouse"),
    (0xC335, Keyboard, "G910 Gaming Keyboard"),
    (0xC336, Keyboard, "G213 Prodigy Gaming Keyboard"),
    (0xC339, Keyboard, "PRO Gaming Keyboard"),
    (0xC33A, Keyboard, "G413 Gaming Keyboard"),
    (0xC33C, Keyboard, "G512 RGB Mechanical Gaming Keyboard"),
    (0xC33E, Keyboard, "G915 Wireless RGB Mechanical Gaming Keyboard"),
    (0xC33F, Keyboard, "G815 Mechanical Keyboard"),
    (0xC341, Keyboard, "K845 Mechanical Keyboard"),
    (0xC343, Keyboard, "G915 TKL LIGHTSPEED Wireless RGB Mechanical Gaming Keyboard"),
    (0xC366, Keyboard, "G213 Prodigy Gaming Keyboard"),
    (0xC542, Receiver, "Wireless Receiver"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_in_the_order_of_their_ids() {
        assert!(MODELS.is_sorted_by(|(one, ..), (other, ..)| one < other));
    }

    #[test]
    fn every_name_can_be_displayed() {
        for (id, _, name) in MODELS {
            let plain = name.chars().all(|c| c.is_ascii_graphic() || c == ' ');
            assert!(plain && name.trim() == *name && name.len() < 64, "{id:04X}");
        }
    }

    #[test]
    fn models_of_all_sorts_of_ids_are_found() {
        for (id, kind, name) in [
            (0x003F, Mouse, "Wireless Mouse EX100"),
            (0x0A5B, Headset, "G933 Gaming Wireless Headset"),
            (0x405F, ChargingPad, "G Powerplay"),
            (0xB034, Mouse, "MX Master 3S"),
            (0xC068, Mouse, "G500 Gaming Mouse"),
        ] {
            assert_eq!(Model::of(id), Some(Model { name, kind }));
        }
        assert_eq!(Model::of(0x4FFF), None);
    }
}
