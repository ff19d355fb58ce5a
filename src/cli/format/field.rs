//! The values that a template can name.

use super::entry::Entry;
use crate::cli::bar::bar;
use crate::cli::style::Style;
use crate::cli::value_text;
use crate::device::{Presence, TimeLeftUntil};
use crate::text;
use hidpp_proto::feature::DeviceKind;
use hidpp_proto::units::Percent;

/// A value of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Name,
    Id,
    Kind,
    Serial,
    Receiver,
    Slot,
    Charge,
    Age,
    Percent,
    Level,
    Bar,
    State,
    Urgency,
    Voltage,
    Lux,
    Light,
    Presence,
    Left,
    ToFull,
}

impl Field {
    const ALL: [(&'static str, Self); 19] = [
        ("name", Self::Name),
        ("id", Self::Id),
        ("kind", Self::Kind),
        ("serial", Self::Serial),
        ("receiver", Self::Receiver),
        ("slot", Self::Slot),
        ("charge", Self::Charge),
        ("age", Self::Age),
        ("percent", Self::Percent),
        ("level", Self::Level),
        ("bar", Self::Bar),
        ("state", Self::State),
        ("urgency", Self::Urgency),
        ("voltage", Self::Voltage),
        ("lux", Self::Lux),
        ("light", Self::Light),
        ("presence", Self::Presence),
        ("left", Self::Left),
        ("to_full", Self::ToFull),
    ];

    pub(super) fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|(it, _)| *it == name).map(|(_, field)| field)
    }

    /// Returns all names, for an error message.
    pub(super) fn names() -> String {
        Self::ALL.map(|(name, _)| name).join(", ")
    }

    /// Returns whether it is aligned to the right, as numbers are.
    pub(super) const fn is_number(self) -> bool {
        matches!(
            self,
            Self::Slot | Self::Charge | Self::Percent | Self::Voltage | Self::Lux
        )
    }

    /// Returns the value, if it is known.
    pub(super) fn of(self, entry: &Entry<'_>, style: Style) -> Option<String> {
        let device = entry.device;
        let (battery, light) = (device.battery.as_ref(), device.light);
        let word = |word: &'static str| word.to_owned();
        match self {
            Self::Name => Some(entry.name.clone()),
            Self::Id => Some(value_text::id(&device.id).into_owned()),
            Self::Kind => device.kind.and_then(DeviceKind::name).map(word),
            Self::Serial => device.serial.as_deref().and_then(text::name),
            Self::Receiver => device.receiver().map(|it| value_text::id(it).into_owned()),
            Self::Slot => device.slot().map(|slot| slot.to_string()),
            Self::Charge => Some(entry.charge.clone()).filter(|it| it != style.unknown()),
            Self::Age => entry.age(),
            Self::Percent => entry.percent().map(|it| Percent::get(it).to_string()),
            Self::Level => battery.and_then(|it| it.level).map(|it| word(it.name())),
            Self::Bar => battery.and_then(|battery| bar(battery, style.unicode)),
            Self::State => battery.and_then(|it| it.state.name()).map(word),
            Self::Urgency => Some(word(entry.urgency.name())),
            Self::Voltage => battery.and_then(|it| it.voltage).map(|it| it.to_string()),
            Self::Lux => light.map(|light| light.lux.0.to_string()),
            Self::Light => light.map(|light| word(light.level().name())),
            Self::Presence => match device.presence {
                Presence::Unknown => None,
                presence => Some(word(presence.name())),
            },
            Self::Left => entry.time_left(TimeLeftUntil::Empty),
            Self::ToFull => entry.time_left(TimeLeftUntil::Full),
        }
    }
}
