//! The encoding of values as properties, and their decoding. For each type, one value means
//! unknown: an empty text, 0, -1 or `unknown`.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use zbus::Variant;

use super::property::{Received, Sent};
use crate::device::{
    BatteryLevel, BatterySource, ChargeState, Confidence, DeviceKind, LightLevel, Presence,
    ReceiverFamily, TimeBasis, TimeLeftUntil, ValueKind,
};
use crate::text;
use hidpp_proto::feature::FirmwareVersion;
use hidpp_proto::feature::pairing_information::PowerSwitch;
use hidpp_proto::feature::root::ProtocolVersion;
use hidpp_proto::units::{Lux, Millivolts, Percent, PercentPoints, Timestamp};
use hidpp_proto::wire::{Slot, Wpid};

/// The maximum length of an id in bytes. Ours have a model and a serial number, or a receiver with
/// its node; longer ones are rejected.
const LONGEST_ID: usize = 256;

/// A text that other objects refer to: it is not modified, and sanitized only for display. If the
/// received text is empty, or longer than any id, the id is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id<'v>(pub Option<&'v str>);

impl Sent for Id<'_> {
    type Wire = String;

    fn sent(&self) -> String {
        self.0.unwrap_or_default().to_owned()
    }
}

impl<'v> Received<'v> for Id<'v> {
    const UNKNOWN: Self = Self(None);

    fn received(value: &'v Variant<'v>) -> Option<Self> {
        let id: &str = value.downcast_ref().ok()?;
        Some(Self(
            Some(id).filter(|id| (1..=LONGEST_ID).contains(&id.len())),
        ))
    }
}

/// A text for display. It is sanitized on receipt, because any program can own the name of
/// solar-statusd on a session bus.
impl Sent for Option<Cow<'_, str>> {
    type Wire = String;

    fn sent(&self) -> String {
        self.as_deref().unwrap_or_default().to_owned()
    }
}

impl<'v> Received<'v> for Option<Cow<'v, str>> {
    const UNKNOWN: Self = None;

    fn received(value: &'v Variant<'v>) -> Option<Self> {
        let text: &str = value.downcast_ref().ok()?;
        Some(text::name(text).map(Cow::Owned))
    }
}

/// A count in which one number means unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count<const UNKNOWN: u8>(pub Option<u8>);

impl<const UNKNOWN: u8> Sent for Count<UNKNOWN> {
    type Wire = u8;

    fn sent(&self) -> u8 {
        self.0.unwrap_or(UNKNOWN)
    }
}

impl<const UNKNOWN: u8> Received<'_> for Count<UNKNOWN> {
    const UNKNOWN: Self = Self(None);

    fn received(value: &Variant<'_>) -> Option<Self> {
        let count = value.downcast_ref().ok()?;
        Some(Self(Some(count).filter(|count| *count != UNKNOWN)))
    }
}

/// Four hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hexadecimal(pub u16);

impl fmt::Display for Hexadecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl Hexadecimal {
    fn from_text(text: &str) -> Option<Self> {
        u16::from_str_radix(text, 16).ok().map(Self)
    }
}

/// Values that are sent unchanged. Received ones may be missing.
macro_rules! plain {
    ($($type:ty),*) => {
        $(
            impl Sent for $type {
                type Wire = Self;

                fn sent(&self) -> Self {
                    *self
                }
            }
        )*
    };
}

plain!(bool, i32, u32, i64, u64, f64, &'static str);

impl Received<'_> for bool {
    const UNKNOWN: Self = false;

    fn received(value: &Variant<'_>) -> Option<Self> {
        value.downcast_ref().ok()
    }
}

/// A number that every object has.
impl Sent for Option<u16> {
    type Wire = u16;

    fn sent(&self) -> u16 {
        self.unwrap_or_default()
    }
}

impl Received<'_> for Option<u16> {
    const UNKNOWN: Self = None;

    fn received(value: &Variant<'_>) -> Option<Self> {
        value.downcast_ref().ok().map(Some)
    }
}

/// Values that are sent as a number: its type, the encoding, and the decoding. An invalid number,
/// such as -1 and usually 0, means that the value is unknown.
macro_rules! numbers {
    ($( $type:ty: $wire:ty, or $unknown:literal, $to:expr, $from:expr; )*) => {
        $(
            impl Sent for Option<$type> {
                type Wire = $wire;

                fn sent(&self) -> $wire {
                    self.map_or($unknown, $to)
                }
            }

            impl Received<'_> for Option<$type> {
                const UNKNOWN: Self = None;

                fn received(value: &Variant<'_>) -> Option<Self> {
                    let number: $wire = value.downcast_ref().ok()?;
                    Some($from(number))
                }
            }
        )*
    };
}

numbers! {
    Percent: i32, or -1, |it| it.get().into(), |it: i32| Percent::new(it.try_into().ok()?);
    PercentPoints: i32, or -1, |it| it.0.into(), |it: i32| it.try_into().ok().map(PercentPoints);
    Lux: i32, or -1, |it| it.0.into(), |it: i32| it.try_into().ok().map(Lux);
    Slot: u8, or 0, Slot::get, Slot::new;
    Millivolts: u16, or 0, |it| it.0, |it| (it != 0).then_some(Millivolts(it));
    // In seconds; 0 seconds are a valid time.
    Duration: u64, or 0, |it| it.as_secs(), |it| Some(Duration::from_secs(it));
    // In microseconds since 1970; 0: never.
    Timestamp: u64, or 0,
        |it| it.since_start().as_micros().try_into().unwrap_or(u64::MAX),
        |it| (it != 0).then(|| Timestamp::from_start(Duration::from_micros(it)));
}

/// Values that are sent as a text, which is empty if they are unknown.
macro_rules! texts {
    ($( $type:ty, $from:expr; )*) => {
        $(
            impl Sent for Option<$type> {
                type Wire = String;

                fn sent(&self) -> String {
                    self.map_or_else(String::new, |it| it.to_string())
                }
            }

            impl Received<'_> for Option<$type> {
                const UNKNOWN: Self = None;

                fn received(value: &Variant<'_>) -> Option<Self> {
                    match value.downcast_ref().ok()? {
                        "" => Some(None),
                        text => $from(text).map(Some),
                    }
                }
            }
        )*
    };
}

texts! {
    ProtocolVersion, ProtocolVersion::from_text;
    FirmwareVersion, FirmwareVersion::from_text;
    Hexadecimal, Hexadecimal::from_text;
    Wpid, |text| Hexadecimal::from_text(text).map(|Hexadecimal(id)| Wpid(id));
}

/// Values that are sent as their name, which is empty if they are unknown or have no name.
macro_rules! names {
    ($( $type:ty ),*) => {
        $(
            impl Sent for Option<$type> {
                type Wire = &'static str;

                fn sent(&self) -> &'static str {
                    let name = self.and_then(|it| it.name().into());
                    name.unwrap_or_default()
                }
            }

            impl Received<'_> for Option<$type> {
                const UNKNOWN: Self = None;

                fn received(value: &Variant<'_>) -> Option<Self> {
                    match value.downcast_ref().ok()? {
                        "" => Some(None),
                        name => <$type>::from_name(name).map(Some),
                    }
                }
            }
        )*
    };
}

names!(
    BatteryLevel,
    BatterySource,
    Confidence,
    DeviceKind,
    LightLevel,
    PowerSwitch,
    TimeBasis,
    TimeLeftUntil,
    ValueKind
);

/// The same for enumerations with a variant for unknown.
macro_rules! names_or_unknown {
    ($( $type:ty ),*) => {
        $(
            impl Sent for $type {
                type Wire = &'static str;

                fn sent(&self) -> &'static str {
                    let name: Option<_> = self.name().into();
                    name.unwrap_or_default()
                }
            }

            impl Received<'_> for $type {
                const UNKNOWN: Self = Self::Unknown;

                fn received(value: &Variant<'_>) -> Option<Self> {
                    match value.downcast_ref().ok()? {
                        "" => Some(Self::Unknown),
                        name => Self::from_name(name),
                    }
                }
            }
        )*
    };
}

names_or_unknown!(ChargeState, Presence, ReceiverFamily);

/// A condition: `yes`, `no` or `unknown`.
impl Sent for Option<bool> {
    type Wire = &'static str;

    fn sent(&self) -> &'static str {
        match self {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        }
    }
}

impl Received<'_> for Option<bool> {
    const UNKNOWN: Self = None;

    fn received(value: &Variant<'_>) -> Option<Self> {
        let word: &str = value.downcast_ref().ok()?;
        let mut all = [Some(true), Some(false), None].into_iter();
        all.find(|it| it.sent() == word)
    }
}
