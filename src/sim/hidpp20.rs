//! A HID++ 2.0 device: a table of features, each with its functions.
//!
//! Requests are `feature index, function << 4 | software id, parameters`. Answers are always long
//! and repeat the two bytes; errors are `FF`, the two bytes, a code. Modelled are root, 0001, 0003
//! (version 0), 0005, the event of 1D4B, and 4301; other features can be listed and answer
//! "unsupported". Battery features (1000, 1001, 1004, 1F20) come in a later change: each becomes
//! a [`Model`].

use super::frame::{Error20, Request, long, padded};
use super::solar::{Event, Solar};
use crate::units::Timestamp;

/// One line of the feature table.
#[derive(Clone, Debug)]
pub struct Feature {
    /// The feature's id, such as 4301.
    pub id: u16,
    /// Type flags: bit 7 obsolete, bit 6 hidden, bit 5 internal.
    pub flags: u8,
    /// The feature's version.
    pub version: u8,
    /// What stands behind it.
    pub model: Model,
}

/// What a feature does.
#[derive(Clone, Debug)]
pub enum Model {
    /// 0001: the table itself.
    FeatureSet,
    /// 0003, version 0: the firmware parts, one after the other.
    Firmware(Vec<Entity>),
    /// 0005: the device's name and type (0 keyboard, 3 mouse).
    Name {
        /// The full name, in ASCII.
        name: String,
        /// The type, in the numbers of feature 0005.
        kind: u8,
    },
    /// 1D4B: no functions, and one event after a reconnection.
    WirelessStatus,
    /// 4301: the solar dashboard.
    Solar(Solar),
    /// Listed only: every function answers "unsupported".
    Listed,
}

/// A firmware part, as feature 0003 function 1 describes it.
///
/// `type, prefix (3 ASCII), number, revision, build (2), active flag, product id (2)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entity {
    /// 0 main firmware, 1 boot loader, 2 hardware.
    pub kind: u8,
    /// Three ASCII characters, such as `RQK`.
    pub prefix: [u8; 3],
    /// Number, revision and two bytes of build, all BCD: `33 00 00 15` is 33.00.B0015.
    pub version: [u8; 4],
    /// The product id it runs on.
    pub product: u16,
}

/// The features of one device.
#[derive(Clone, Debug)]
pub struct Hidpp20 {
    /// What the ping answers: `[2, 0]` is HID++ 2.0, `[4, 5]` is HID++ 4.5.
    pub version: [u8; 2],
    /// The table; its first line has index 1, because index 0 is root.
    features: Vec<Feature>,
}

impl Hidpp20 {
    /// A device with these features, the first at index 1.
    pub fn new(version: [u8; 2], features: Vec<Feature>) -> Self {
        Self { version, features }
    }

    /// The solar dashboard, if the device has one.
    pub fn solar(&self) -> Option<&Solar> {
        self.features.iter().find_map(|line| match &line.model {
            Model::Solar(solar) => Some(solar),
            _ => None,
        })
    }

    /// The solar dashboard with the index of its feature, for the world to act on.
    pub(super) fn solar_mut(&mut self) -> Option<(u8, &mut Solar)> {
        (1..)
            .zip(&mut self.features)
            .find_map(|(index, line)| match &mut line.model {
                Model::Solar(solar) => Some((index, solar)),
                _ => None,
            })
    }

    /// Answers a request.
    pub(super) fn answer(&mut self, now: Timestamp, request: &Request) -> Vec<u8> {
        let function = request.address >> 4;
        let answer = match request.sub {
            0 => self.root(function, request.params),
            index => self.call(now, index, function, request.params),
        };
        match answer {
            Ok(params) => request.long_reply(params),
            Err(error) => request.error20(error),
        }
    }

    /// The device is connected again: what it says by itself, as frames from `slot`.
    pub(super) fn reconnected(
        &mut self,
        now: Timestamp,
        slot: u8,
        switched_on: bool,
    ) -> Vec<Vec<u8>> {
        (1..)
            .zip(&mut self.features)
            .filter_map(|(index, line)| match &mut line.model {
                // 1D4B event 0: reconnected, please configure me, and whether by the switch.
                Model::WirelessStatus => {
                    Some(long(slot, index, 0x00, &[1, 1, u8::from(switched_on)]))
                }
                Model::Solar(solar) => Some(event_frame(slot, index, solar.reconnected(now))),
                _ => None,
            })
            .collect()
    }

    /// When the device next sends something by itself.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.solar().map(Solar::next_due)
    }

    /// What it sends then, as a frame from `slot`.
    pub(super) fn next_event(&mut self, slot: u8) -> Option<Vec<u8>> {
        self.solar_mut()
            .map(|(index, solar)| event_frame(slot, index, solar.next_event()))
    }

    /// Root, index 0: where a feature is, and the ping.
    fn root(&self, function: u8, params: [u8; 16]) -> Result<[u8; 16], Error20> {
        let [high, low, mark, ..] = params;
        match function {
            0 => {
                let id = u16::from_be_bytes([high, low]);
                let found = (1..).zip(&self.features).find(|(_, line)| line.id == id);
                // Zero means absent; root itself is at zero as well.
                Ok(found.map_or([0; 16], |(index, line)| {
                    padded(&[index, line.flags, line.version])
                }))
            }
            1 => {
                let [major, minor] = self.version;
                Ok(padded(&[major, minor, mark]))
            }
            _ => Err(Error20::InvalidFunction),
        }
    }

    fn call(
        &mut self,
        now: Timestamp,
        index: u8,
        function: u8,
        params: [u8; 16],
    ) -> Result<[u8; 16], Error20> {
        let place = usize::from(index) - 1;
        let [first, ..] = params;
        if let Some(Model::FeatureSet) = self.features.get(place).map(|line| &line.model) {
            return self.feature_set(function, first);
        }
        let line = self
            .features
            .get_mut(place)
            .ok_or(Error20::InvalidFeatureIndex)?;
        match &mut line.model {
            Model::Firmware(entities) => firmware(entities, function, first),
            Model::Name { name, kind } => device_name(name.as_bytes(), *kind, function, first),
            Model::Solar(solar) => solar.call(now, function, params),
            Model::WirelessStatus => Err(Error20::InvalidFunction),
            Model::FeatureSet | Model::Listed => Err(Error20::Unsupported),
        }
    }

    /// 0001: function 0 counts the features without root, function 1 tells the id, the flags and
    /// the version of one; index 0 is root.
    fn feature_set(&self, function: u8, index: u8) -> Result<[u8; 16], Error20> {
        match (function, usize::from(index).checked_sub(1)) {
            (0, _) => Ok(padded(&[
                u8::try_from(self.features.len()).unwrap_or(u8::MAX)
            ])),
            (1, None) => Ok([0; 16]),
            (1, Some(place)) => {
                let line = self.features.get(place).ok_or(Error20::InvalidArgument)?;
                let [high, low] = line.id.to_be_bytes();
                Ok(padded(&[high, low, line.flags, line.version]))
            }
            _ => Err(Error20::InvalidFunction),
        }
    }
}

/// An event: software id 0, the event's number in the function's place.
pub(super) fn event_frame(slot: u8, index: u8, (event, params): Event) -> Vec<u8> {
    long(slot, index, event << 4, &params)
}

/// 0003, version 0: function 0 counts the parts and says nothing else, function 1 describes one.
fn firmware(entities: &[Entity], function: u8, number: u8) -> Result<[u8; 16], Error20> {
    match function {
        0 => Ok(padded(&[u8::try_from(entities.len()).unwrap_or(u8::MAX)])),
        1 => {
            let entity = entities
                .get(usize::from(number))
                .ok_or(Error20::InvalidArgument)?;
            let [a, b, c] = entity.prefix;
            let [major, minor, build_high, build_low] = entity.version;
            let [high, low] = entity.product.to_be_bytes();
            // The active flag is zero on such old devices, also for the part that runs.
            Ok(padded(&[
                entity.kind,
                a,
                b,
                c,
                major,
                minor,
                build_high,
                build_low,
                0x00,
                high,
                low,
            ]))
        }
        _ => Err(Error20::InvalidFunction),
    }
}

/// 0005: function 0 is the name's length, function 1 up to 16 characters from an offset on,
/// function 2 the type.
fn device_name(name: &[u8], kind: u8, function: u8, offset: u8) -> Result<[u8; 16], Error20> {
    match function {
        0 => Ok(padded(&[u8::try_from(name.len()).unwrap_or(u8::MAX)])),
        1 => match name.get(usize::from(offset)..) {
            Some(rest) if !rest.is_empty() => Ok(padded(rest)),
            _ => Err(Error20::InvalidArgument),
        },
        2 => Ok(padded(&[kind])),
        _ => Err(Error20::InvalidFunction),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::testing::frame;

    /// An M525 as far as its vectors go: 0003 at index 2 with one part.
    fn m525() -> Hidpp20 {
        let part = Entity {
            kind: 0,
            prefix: *b"RQM",
            version: [0x27, 0x02, 0x00, 0x28],
            product: 0x4013,
        };
        let line = |id, model| Feature {
            id,
            flags: 0,
            version: 0,
            model,
        };
        Hidpp20::new(
            [2, 0],
            vec![
                line(0x0001, Model::FeatureSet),
                line(0x0003, Model::Firmware(vec![part])),
                line(
                    0x0005,
                    Model::Name {
                        name: "Wireless Gaming Mouse".into(),
                        kind: 3,
                    },
                ),
                line(0x1D4B, Model::WirelessStatus),
                line(0x1B00, Model::Listed),
            ],
        )
    }

    fn check(request: &str, answer: &str) {
        let answered =
            Request::parse(&frame(request)).map(|it| m525().answer(Timestamp::START, &it));
        assert_eq!(answered, Some(frame(answer)), "{request}");
    }

    #[test]
    fn hardware_vectors_of_root_features_firmware_and_name() {
        // Vectors 79 and 80 (G602), 81 (a BLE device, index changed), 88 to 90 (M525).
        check("10 01 00 0E 00 01 00", "11 01 00 0E 01 …");
        check("10 01 00 09 00 00 00", "11 01 00 09 …");
        check("11 01 00 0B 22 05 …", "11 01 00 0B …");
        check("10 01 00 05 00 03 00", "11 01 00 05 02 …");
        check("10 01 02 05 00 00 00", "11 01 02 05 01 …");
        check(
            "10 01 02 15 00 00 00",
            "11 01 02 15 00 52 51 4D 27 02 00 28 00 40 13 …",
        );
        // Vectors 96 to 98 (G602).
        check("10 01 03 0F 00 00 00", "11 01 03 0F 15 …");
        check(
            "10 01 03 1F 00 00 00",
            "11 01 03 1F 57 69 72 65 6C 65 73 73 20 47 61 6D 69 6E 67 20",
        );
        check("10 01 03 1F 10 00 00", "11 01 03 1F 4D 6F 75 73 65 …");
    }

    #[test]
    fn flags_and_version_stand_in_both_look_ups() {
        // Vectors 78, 85 and 84 (G903), which counts 28 features; ours is a shorter one.
        let mut device = m525();
        device.features = vec![
            Feature {
                id: 0x0001,
                flags: 0x00,
                version: 1,
                model: Model::FeatureSet,
            },
            Feature {
                id: 0x1803,
                flags: 0x60,
                version: 3,
                model: Model::Listed,
            },
        ];
        let mut ask = |request| {
            Request::parse(&frame(request)).map(|it| device.answer(Timestamp::START, &it))
        };
        assert_eq!(
            ask("11 01 00 08 00 01 …"),
            Some(frame("11 01 00 08 01 00 01 …"))
        );
        assert_eq!(ask("11 01 01 08 …"), Some(frame("11 01 01 08 02 …")));
        assert_eq!(
            ask("11 01 01 18 02 …"),
            Some(frame("11 01 01 18 18 03 60 03 …"))
        );
    }

    #[test]
    fn the_ping_echoes_its_mark() {
        // Vector 66, with this device's version.
        check("11 01 00 1C 00 00 4F …", "11 01 00 1C 02 00 4F …");
        check("10 01 00 11 00 00 5A", "11 01 00 11 02 00 5A …");
    }

    #[test]
    fn wrong_calls_get_their_errors() {
        // No such index; no such function (shape of vector 75); no such entry, part or character.
        check("10 01 06 0E 00 00 00", "11 01 FF 06 0E 06 …");
        check("10 01 FF 0E 00 00 00", "11 01 FF FF 0E 06 …");
        check("10 01 00 2E 00 00 00", "11 01 FF 00 2E 07 …");
        check("10 01 01 2E 00 00 00", "11 01 FF 01 2E 07 …");
        check("10 01 02 2E 00 00 00", "11 01 FF 02 2E 07 …");
        check("10 01 03 3E 00 00 00", "11 01 FF 03 3E 07 …");
        check("10 01 04 0E 00 00 00", "11 01 FF 04 0E 07 …");
        check("10 01 01 1E 06 00 00", "11 01 FF 01 1E 02 …");
        check("10 01 02 1E 01 00 00", "11 01 FF 02 1E 02 …");
        check("10 01 03 1E 15 00 00", "11 01 FF 03 1E 02 …");
        // Listed, but not modelled.
        check("10 01 05 0E 00 00 00", "11 01 FF 05 0E 09 …");
    }
}
