//! A device and a receiver, read back from the values of their objects.
//!
//! What is not known has the words of the interfaces: nothing, 0 or -1. So has what a newer daemon
//! knows and this program does not: a value that cannot be read is left out, with a line in the log.

use std::collections::HashMap;
use std::time::Duration;

use log::debug;
use zbus::{OwnedVariant, Variant};

use super::links::{self, LinkRow};
use crate::device::{
    Battery, BatteryLevel, BatterySource, ChargeState, Device, Light, Link, OtherLink, Presence,
    Receiver, ReceiverModel, TimeBasis, TimeLeft, TimeLeftUntil, ValueKind,
};
use crate::feature::pairing_information::PowerSwitch;
use crate::feature::root::ProtocolVersion;
use crate::feature::{DeviceKind, FirmwareVersion};
use crate::text;
use crate::units::{Lux, Millivolts, Percent, PercentPoints, Timestamp};
use crate::wire::{Slot, Wpid};

/// A time left that is longer is not one: a hundred years.
const LONGEST_LEFT: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The values of an object, by their names.
pub type Values = HashMap<String, OwnedVariant>;

/// How many bytes an id has at most. Ours have a model and a serial number, or a receiver with its
/// node; a longer one is rejected.
const LONGEST_ID: usize = 256;

/// How many links a device has at most; of more the last are left out.
const LINKS_AT_MOST: usize = 256;

/// The word for what may be unknown.
pub const fn yes_no(known: Option<bool>) -> &'static str {
    match known {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}

/// The device with these values of [`super::DEVICE_INTERFACE`], its times since 1970; `None`: they
/// do not say which one it is.
pub fn device(values: &Values) -> Option<Device> {
    let values = Reader(values);
    Some(Device {
        name: values.text("Name"),
        stored_name: None,
        full_name: values.text("FullName"),
        kind: values.word("Kind", DeviceKind::from_name),
        wpid: values.word("Wpid", hexadecimal).map(Wpid),
        serial: values.text("Serial"),
        protocol: values.word("Protocol", ProtocolVersion::from_text),
        firmware: values.word("Firmware", FirmwareVersion::from_text),
        power_switch: values.word("PowerSwitch", PowerSwitch::from_name),
        presence: values
            .word("Presence", Presence::from_name)
            .unwrap_or(Presence::Unknown),
        seen: values.time("LastSeen"),
        has_battery: values.yes_no("HasBattery"),
        battery: values.battery(),
        light: values.light(),
        forecast: values.time_left(),
        other_links: values.other_links(),
        ..Device::new(values.id("Id")?, values.link()?)
    })
}

/// The receiver with these values of [`super::RECEIVER_INTERFACE`]; `None`: they do not say which
/// one it is.
pub fn receiver(values: &Values) -> Option<Receiver> {
    let values = Reader(values);
    let vendor = values.get("VendorId")?;
    let product = values.get("ProductId")?;
    Some(Receiver {
        id: values.id("Id")?,
        model: ReceiverModel::of(vendor, product).unwrap_or(ReceiverModel::UNKNOWN),
        vendor,
        product,
        node: values.id("Node").unwrap_or_default(),
        serial: values.text("Serial"),
        firmware: values.word("Firmware", FirmwareVersion::from_text),
        slots: values.get("Slots").filter(|slots| *slots != 0),
        paired: values.get("Paired").filter(|paired| *paired != u8::MAX),
    })
}

/// Values with the words for what is not known taken out.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a Values);

impl<'a> Reader<'a> {
    fn get<T>(self, name: &str) -> Option<T>
    where
        T: TryFrom<&'a Variant<'a>>,
        T::Error: Into<zbus::Error>,
    {
        let value = self.0.get(name)?;
        value
            .downcast_ref()
            .inspect_err(|_| unreadable(name, value))
            .ok()
    }

    /// A text to be shown. It comes from another program, which may not be solar-statusd.
    fn text(self, name: &str) -> Option<String> {
        let text: &str = self.get(name)?;
        text::name(text)
    }

    /// A text that other objects refer to: it stays as it is, and is made displayable where it is
    /// shown. `None`: it is empty, or longer than any.
    fn id(self, name: &str) -> Option<String> {
        let id: &str = self.get(name)?;
        (1..=LONGEST_ID).contains(&id.len()).then(|| id.to_owned())
    }

    /// What a text means.
    fn word<T>(self, name: &str, meaning: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.get(name).filter(|text: &&str| !text.is_empty())?;
        let value = meaning(text);
        if value.is_none() {
            unreadable(name, &text);
        }
        value
    }

    fn yes_no(self, name: &str) -> Option<bool> {
        let known = |text: &str| {
            let all = [Some(true), Some(false), None];
            all.into_iter().find(|it| yes_no(*it) == text)
        };
        self.word(name, known).flatten()
    }

    /// A percentage; -1: not known.
    fn percent(self, name: &str) -> Option<Percent> {
        let percent: i32 = self.get(name)?;
        u8::try_from(percent).ok().and_then(Percent::new)
    }

    /// A time in microseconds since 1970; 0: never.
    fn time(self, name: &str) -> Option<Timestamp> {
        let micros = self.get(name).filter(|micros| *micros != 0)?;
        Some(Timestamp::from_start(Duration::from_micros(micros)))
    }

    fn link(self) -> Option<Link> {
        let connection = self.text("Connection")?;
        if connection == "receiver" {
            return Some(Link::Paired {
                receiver: self.id("Receiver")?,
                slot: self.get("Slot").and_then(Slot::new)?,
            });
        }
        Some(Link::Direct {
            node: self.id("Node")?,
            bus: connection,
            product: self.word("ProductId", hexadecimal)?,
        })
    }

    /// All links but the first, which is in values of its own.
    fn other_links(self) -> Vec<OtherLink> {
        let Some(value) = self.0.get("Links") else {
            return Vec::new();
        };
        let rows = value.try_clone().and_then(Vec::<LinkRow>::try_from);
        let rows = rows.inspect_err(|_| unreadable("Links", value));
        let rows = rows.unwrap_or_default().into_iter().take(LINKS_AT_MOST);
        let others = rows.skip(1).filter_map(links::link);
        others
            .map(|(link, presence)| OtherLink { link, presence })
            .collect()
    }

    fn battery(self) -> Option<Battery> {
        let at = self.time("BatteryTime").unwrap_or_default();
        Some(Battery {
            percent: self.percent("Charge"),
            margin: self
                .get("ChargeMargin")
                .and_then(|points: i32| u8::try_from(points).ok())
                .map(PercentPoints),
            level: self.word("Level", BatteryLevel::from_name),
            next: self.percent("NextCharge"),
            value_kind: self.word("ValueKind", ValueKind::from_name)?,
            state: self
                .word("State", ChargeState::from_name)
                .unwrap_or(ChargeState::Unknown),
            external_power: self.yes_no("ExternalPower"),
            voltage: self
                .get("VoltageMillivolts")
                .filter(|voltage| *voltage != 0)
                .map(Millivolts),
            rechargeable: self.yes_no("Rechargeable"),
            source: self.word("Source", BatterySource::from_name)?,
            trusted: self.get("Trusted").unwrap_or_default(),
            at,
            charge_at: self.time("ChargeTime").unwrap_or(at),
        })
    }

    fn time_left(self) -> Option<TimeLeft> {
        let seconds = |name| self.get(name).map(Duration::from_secs);
        let left = TimeLeft {
            until: self.word("TimeLeftUntil", TimeLeftUntil::from_name)?,
            basis: self.word("TimeLeftBasis", TimeBasis::from_name)?,
            best: seconds("TimeLeft").filter(|it| *it > Duration::ZERO)?,
            low: seconds("TimeLeftLow")?,
            high: seconds("TimeLeftHigh")?,
            at: self.time("TimeLeftTime")?,
        };
        // Any program of the user can have the daemon's name on the session bus.
        let is_range = left.low <= left.best && left.best <= left.high && left.high <= LONGEST_LEFT;
        is_range.then_some(left)
    }

    fn light(self) -> Option<Light> {
        let lux: i32 = self.get("Lux")?;
        Some(Light {
            lux: Lux(u16::try_from(lux).ok()?),
            trusted: self.get("LightTrusted").unwrap_or_default(),
            at: self.time("LightTime").unwrap_or_default(),
        })
    }
}

/// Four hexadecimal digits.
fn hexadecimal(text: &str) -> Option<u16> {
    u16::from_str_radix(text, 16).ok()
}

fn unreadable(name: &str, value: &dyn std::fmt::Debug) {
    debug!("{name}: {value:?} is left out: a newer solar-statusd says it");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values<const N: usize>(values: [(&str, Variant<'static>); N]) -> Values {
        let owned = |value: Variant<'static>| value.try_into_owned().unwrap();
        let values = values.into_iter();
        values
            .map(|(name, value)| (name.to_owned(), owned(value)))
            .collect()
    }

    fn least() -> Values {
        values([
            ("Id", "4002-392A0750".into()),
            ("Connection", "receiver".into()),
            ("Receiver", "AF4F95EA".into()),
            ("Slot", 1_u8.into()),
        ])
    }

    #[test]
    fn what_is_not_said_is_not_known() {
        let link = Link::Paired {
            receiver: "AF4F95EA".to_owned(),
            slot: Slot::new(1).unwrap(),
        };
        let expected = Device::new("4002-392A0750".to_owned(), link);
        assert_eq!(device(&least()), Some(expected));
        let mut without_slot = least();
        without_slot.remove("Slot");
        assert_eq!(device(&without_slot), None, "it could be any");
    }

    #[test]
    fn what_a_newer_daemon_says_is_left_out() {
        let mut values_ = least();
        values_.extend(values([
            ("Kind", "teapot".into()),
            ("Presence", "dreaming".into()),
            ("Protocol", 5_u32.into()),
            ("Source", "1005".into()),
            ("ValueKind", "percent".into()),
            ("Charge", 57_i32.into()),
            ("Lux", 70_000_i32.into()),
            ("Warmth", "cosy".into()),
        ]));
        assert_eq!(device(&values_), device(&least()));
    }

    #[test]
    fn a_margin_is_read_and_minus_one_is_none() {
        let margin = |points: i32| {
            let mut values_ = least();
            values_.extend(values([
                ("Source", "1F20".into()),
                ("ValueKind", "voltage".into()),
                ("Charge", 43_i32.into()),
                ("ChargeMargin", points.into()),
                ("State", "thermal error".into()),
            ]));
            let battery = device(&values_).and_then(|it| it.battery).unwrap();
            assert_eq!(battery.state, ChargeState::ThermalError);
            battery.margin
        };
        assert_eq!(margin(13), Some(PercentPoints(13)));
        assert_eq!(margin(0), Some(PercentPoints(0)));
        assert_eq!(margin(-1), None);
    }

    #[test]
    fn a_time_left_is_read_and_one_in_unknown_words_is_left_out() {
        let left = |basis: &'static str, best: u64| {
            let mut values_ = least();
            values_.extend(values([
                ("TimeLeft", best.into()),
                ("TimeLeftLow", 28_800_u64.into()),
                ("TimeLeftHigh", 54_000_u64.into()),
                ("TimeLeftUntil", "empty".into()),
                ("TimeLeftBasis", basis.into()),
                ("TimeLeftConfidence", "fair".into()),
                ("TimeLeftTime", 1_764_028_800_000_000_u64.into()),
            ]));
            device(&values_).and_then(|it| it.forecast)
        };
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        let expected = TimeLeft {
            until: TimeLeftUntil::Empty,
            basis: TimeBasis::Use,
            best: hours(12),
            low: hours(8),
            high: hours(15),
            at: Timestamp::from_start(Duration::from_secs(1_764_028_800)),
        };
        assert_eq!(left("use", 43_200), Some(expected));
        assert_eq!(left("moon", 43_200), None);
        assert_eq!(left("use", 0), None);
        assert_eq!(left("use", 60), None, "outside its range");
        assert_eq!(left("use", u64::MAX), None);
    }

    #[test]
    fn a_name_cannot_write_to_the_terminal() {
        let mut values_ = least();
        values_.extend(values([("Name", "K7\u{1b}[31m50".into())]));
        let name = device(&values_).and_then(|it| it.name);
        assert_eq!(name.as_deref(), Some("K7[31m50"));
    }

    #[test]
    fn a_receiver_of_unknown_make_is_a_receiver() {
        let receiver = receiver(&values([
            ("Id", "17EF:1234".into()),
            ("VendorId", 0x17EF_u16.into()),
            ("ProductId", 0x1234_u16.into()),
            ("Node", "/dev/hidraw3".into()),
            ("Paired", 255_u8.into()),
        ]))
        .unwrap();
        assert_eq!(receiver.model, ReceiverModel::UNKNOWN);
        assert_eq!((receiver.slots, receiver.paired), (None, None));
    }
}
