//! Feature 0003: the firmware of a device, and from version 1 on its identity.
//!
//! | function | answer |
//! |---|---|
//! | 0 | parts; unit id (4), transports (2), model id (6), extended model, bit 0: has a serial |
//! | 1, part | type, prefix (3 ASCII), number, revision, build (2), active, product id (2), five unknown bytes |
//! | 2 | the serial number, 12 ASCII characters |
//!
//! In version 0, function 0 returns only the number of parts (M525, ltunify). Sources:
//! Solaar `hidpp20.py`; vectors 93 to 95 for the layout of function 0.

use super::frame::{Error20, padded};

/// A firmware part, as function 1 describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entity {
    /// 0 main firmware, 1 boot loader, 2 hardware, 5 soft device.
    pub kind: u8,
    /// Three ASCII characters, such as `RQK`.
    pub prefix: [u8; 3],
    /// Number, revision and two bytes of build, all BCD: `33 00 00 15` is 33.00.B0015.
    pub version: [u8; 4],
    /// The product id of the device while this part runs; zero for the boot loader of some devices
    /// (recording of a G603).
    pub product: u16,
    /// The five bytes after the product id, of unknown meaning.
    pub unknown: [u8; 5],
}

/// The additional data of version 1 and later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Information {
    /// The firmware parts.
    pub entities: Vec<Entity>,
    /// The unit id, which is unique, except that every G933 has `FFFFFFFF` (recording of a G933).
    pub unit: [u8; 4],
    /// The transports, if they differ from those of the product ids: a G933 sets bits 0 and 1,
    /// although it has neither Bluetooth nor a product id for it (recording of a G933).
    pub transports: Option<u16>,
    /// The model id: the product ids on up to three transports, as one number of six bytes.
    pub model: [u8; 6],
    /// The variant of the model, such as a colour.
    pub extended_model: u8,
    /// The serial number of function 2, if it has one.
    pub serial: Option<[u8; 12]>,
}

impl Information {
    pub(super) fn call(&self, function: u8, number: u8) -> Result<[u8; 16], Error20> {
        match function {
            0 => Ok(self.summary()),
            1 => {
                let mut part = describe(&self.entities, number)?;
                let first = self.entities.iter().position(|entity| entity.kind == 0);
                if let Some(active) = part.get_mut(8) {
                    // A device with two main firmwares runs one of them; here it is the first.
                    *active = u8::from(first == Some(usize::from(number)));
                }
                Ok(part)
            }
            2 => {
                let serial = self.serial.ok_or(Error20::InvalidFunction)?;
                Ok(padded(&serial))
            }
            _ => Err(Error20::InvalidFunction),
        }
    }

    fn summary(&self) -> [u8; 16] {
        let transports = self.transports.unwrap_or_else(|| self.of_products());
        let [high, low] = transports.to_be_bytes();
        let summary = [
            &[count(&self.entities)][..],
            &self.unit,
            &[high, low],
            &self.model,
            &[self.extended_model, u8::from(self.serial.is_some())],
        ];
        padded(&summary.concat())
    }

    /// Bit 0 Bluetooth, 1 Bluetooth LE, 2 eQUAD, 3 USB: by the ranges of the product ids, which
    /// are listed in the order of these bits.
    fn of_products(&self) -> u16 {
        let (products, _) = self.model.as_chunks::<2>();
        let bits = products.iter().map(|product| match product {
            [0x00, 0x00] => 0,
            [0xB0 | 0xB3, _] => 1 << 1,
            [0x20 | 0x40 | 0x41, _] => 1 << 2,
            _ => 1 << 3,
        });
        bits.fold(0, |all, bit| all | bit)
    }
}

/// Version 0: function 0 only counts the parts, function 1 describes one.
pub(super) fn version_0(
    entities: &[Entity],
    function: u8,
    number: u8,
) -> Result<[u8; 16], Error20> {
    match function {
        0 => Ok(padded(&[count(entities)])),
        // On devices with version 0, the active flag is zero even for the part that runs.
        1 => describe(entities, number),
        _ => Err(Error20::InvalidFunction),
    }
}

fn count(entities: &[Entity]) -> u8 {
    u8::try_from(entities.len()).unwrap_or(u8::MAX)
}

fn describe(entities: &[Entity], number: u8) -> Result<[u8; 16], Error20> {
    let entity = entities
        .get(usize::from(number))
        .ok_or(Error20::InvalidArgument)?;
    let part = [
        &[entity.kind][..],
        &entity.prefix,
        &entity.version,
        &[0x00],
        &entity.product.to_be_bytes(),
        &entity.unknown,
    ];
    Ok(padded(&part.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(kind: u8) -> Entity {
        Entity {
            kind,
            prefix: *b"MPM",
            version: [0x17, 0x00, 0x00, 0x08],
            product: 0x407F,
            unknown: [0; 5],
        }
    }

    fn mouse(parts: &[u8], unit: [u8; 4], model: [u8; 6]) -> Information {
        Information {
            entities: parts.iter().copied().map(part).collect(),
            unit,
            transports: None,
            model,
            extended_model: 0,
            serial: None,
        }
    }

    #[test]
    fn hardware_vectors_of_function_0() {
        // Vector 95: G502, eQUAD 407F and USB C08D.
        let g502 = mouse(
            &[1, 0, 5],
            *b"\xDD\xDA\xAD\xBC",
            *b"\x40\x7F\xC0\x8D\x00\x00",
        );
        assert_eq!(
            g502.call(0, 0),
            Ok(padded(b"\x03\xDD\xDA\xAD\xBC\x00\x0C\x40\x7F\xC0\x8D"))
        );
        // Vector 94: G305, eQUAD 4074.
        let g305 = mouse(&[1, 0], *b"\xF0\x74\xD5\x67", *b"\x40\x74\x00\x00\x00\x00");
        assert_eq!(
            g305.call(0, 0),
            Ok(padded(b"\x02\xF0\x74\xD5\x67\x00\x04\x40\x74"))
        );
        // Vector 93: MX Master 3S, Bluetooth LE B034, with a serial number.
        let mut master = mouse(
            &[1, 0, 5],
            *b"\x59\x9B\x7A\x65",
            *b"\xB0\x34\x00\x00\x00\x00",
        );
        master.serial = Some(*b"2140LZ000001");
        assert_eq!(
            master.call(0, 0),
            Ok(*b"\x03\x59\x9B\x7A\x65\x00\x02\xB0\x34\x00\x00\x00\x00\x00\x01\x00")
        );
        assert_eq!(master.call(2, 0), Ok(padded(b"2140LZ000001")));
        assert_eq!(g305.call(2, 0), Err(Error20::InvalidFunction));
    }

    #[test]
    fn a_g933_has_no_unit_id_and_transports_it_does_not_have() {
        // Recording of a G933.
        let mut headset = mouse(&[0], [0xFF; 4], *b"\x00\x00\x00\x00\x0A\x5B");
        headset.transports = Some(0x0003);
        assert_eq!(
            headset.call(0, 0),
            Ok(padded(
                b"\x01\xFF\xFF\xFF\xFF\x00\x03\x00\x00\x00\x00\x0A\x5B"
            ))
        );
    }

    #[test]
    fn a_boot_loader_may_have_no_product_and_every_part_more_bytes() {
        // The end of a part as a G603 and a keyboard B36A sent it.
        for (product, unknown) in [
            (0x0000, *b"\xF2\x3F\x58\xFA\x01"),
            (0xB36A, *b"\x55\x18\xBD\x91\x00"),
        ] {
            let bootloader = Entity {
                product,
                unknown,
                ..part(1)
            };
            let answer = describe(&[bootloader], 0).unwrap();
            let [high, low] = product.to_be_bytes();
            assert_eq!(answer[9..], [&[high, low][..], &unknown].concat());
        }
    }

    #[test]
    fn one_of_two_main_firmwares_is_active() {
        let device = mouse(&[1, 0, 0], [0; 4], [0; 6]);
        let active = |number| device.call(1, number).map(|part| part.get(8).copied());
        assert_eq!(active(0), Ok(Some(0)));
        assert_eq!(active(1), Ok(Some(1)));
        assert_eq!(active(2), Ok(Some(0)));
        assert_eq!(active(3), Err(Error20::InvalidArgument));
    }

    #[test]
    fn a_part_of_version_0_is_never_active() {
        // Shape of vector 91 (hardware, G602): the ninth byte is zero.
        assert_eq!(
            version_0(&[part(0)], 1, 0),
            Ok(padded(b"\x00MPM\x17\x00\x00\x08\x00\x40\x7F"))
        );
    }
}
