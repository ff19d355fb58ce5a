//! A device as shown in a bar.

use super::Look;
use super::moment::Moment;
use crate::cli::value_text::{self, Urgency};
use crate::device::{BatteryLevel, ChargeState, Device, Presence, TimeLeftUntil};
use crate::text;
use hidpp_proto::units::Percent;

/// How many devices a bar shows. Of the others it shows the number only.
const MOST: usize = 3;

/// The text shown while there is no device.
pub(super) const NOTHING: &str = "no Logitech wireless device";

/// A device as text that is safe in a line; escaping for the reading program is up to the profile.
pub(super) struct Entry<'a> {
    pub(super) device: &'a Device,
    /// The name, shortened for a line with other devices.
    pub(super) name: String,
    /// The charge, or the sign for an unknown one.
    pub(super) charge: String,
    pub(super) urgency: Urgency,
    moment: &'a Moment,
}

/// How a bar paints a device, from the least to the most urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tone {
    /// Offline: the values are the last known ones.
    Dim,
    Plain,
    Low,
    Critical,
}

/// Sorts all devices: first critical and low ones that are present, so that no other hides them; then
/// those with a position in the configuration, then those online, then those offline, then those
/// without a battery; in each group the lowest battery first and unknown ones last.
pub(super) fn lowest_first(devices: &[Device]) -> Vec<&Device> {
    let mut devices: Vec<&Device> = devices.iter().collect();
    devices.sort_by_cached_key(|device| {
        let battery = device.battery.as_ref();
        let percent = battery.and_then(|it| it.percent.map(Percent::get));
        let charge = percent.or(battery.and_then(|it| it.level.map(BatteryLevel::least)));
        let none = device.has_battery == Some(false);
        let urgency = match urgency(device) {
            Urgency::Critical => 0,
            Urgency::Low => 1,
            Urgency::Good | Urgency::Unknown => 2,
        };
        (
            urgency,
            device.preferences.position(),
            none,
            device.presence == Presence::Offline,
            charge.is_none(),
            charge,
            value_text::name(device),
            device.id.clone(),
        )
    });
    devices
}

/// The last value of a device that is off or in use elsewhere is not urgent.
fn urgency(device: &Device) -> Urgency {
    let battery = device.battery.as_ref();
    let present = battery.filter(|_| device.presence != Presence::Offline);
    present.map_or(Urgency::Unknown, |battery| {
        Urgency::of(battery, device.preferences.shown_limits)
    })
}

/// Returns the devices that have or may have a battery, the lowest first.
pub(super) fn entries<'a>(
    devices: &'a [Device],
    look: Look<'_>,
    moment: &'a Moment,
) -> Vec<Entry<'a>> {
    let devices = lowest_first(devices).into_iter();
    let devices = devices.filter(|device| device.has_battery != Some(false));
    let entries = devices.map(|device| Entry::of(device, look, moment));
    entries.collect()
}

/// Returns those of them that belong in a bar, without devices that have long been absent.
pub(super) fn in_bar<'a>(
    devices: &'a [Device],
    look: Look<'_>,
    moment: &'a Moment,
) -> Vec<Entry<'a>> {
    let mut entries = entries(devices, look, moment);
    entries.retain(Entry::is_in_bar);
    entries
}

/// Returns all devices in the order of their ids.
pub(super) fn by_id(devices: &[Device]) -> Vec<&Device> {
    let mut devices: Vec<&Device> = devices.iter().collect();
    devices.sort_by_key(|device| &device.id);
    devices
}

/// Joins the first of them as formatted by `show`, and the number of the others.
pub(super) fn line<'a>(
    entries: &[Entry<'a>],
    separator: &str,
    show: impl Fn(&Entry<'a>) -> String,
) -> String {
    let mut parts: Vec<String> = entries.iter().take(MOST).map(show).collect();
    if let Some(more) = entries.len().checked_sub(MOST).filter(|more| *more > 0) {
        parts.push(format!("+{more}"));
    }
    parts.join(separator)
}

impl<'a> Entry<'a> {
    pub(super) fn of(device: &'a Device, look: Look<'_>, moment: &'a Moment) -> Self {
        let style = look.style();
        let name = value_text::name(device);
        let battery = device.battery.as_ref();
        let charge = battery.and_then(|battery| value_text::charge(battery, style));
        Self {
            device,
            name: match look.max_name {
                Some(columns) => text::shortened(&name, columns, style.ellipsis()),
                None => name,
            },
            charge: charge.unwrap_or_else(|| style.unknown().to_owned()),
            urgency: urgency(device),
            moment,
        }
    }

    pub(super) fn is_in_bar(&self) -> bool {
        self.moment.is_in_bar(self.device)
    }

    /// The age of the charge of a device that is not online: `3 h`
    pub(super) fn age(&self) -> Option<String> {
        self.moment.age(self.device)
    }

    /// `K750 57 %`, if there is no room for an age.
    pub(super) fn shortest(&self) -> String {
        format!("{} {}", self.name, self.charge)
    }

    /// `K750 57 %`, or for a device that is not online, `K750 57 % (3 h)`
    pub(super) fn short(&self) -> String {
        let age = self
            .age()
            .map_or_else(String::new, |age| format!(" ({age})"));
        format!("{}{age}", self.shortest())
    }

    /// With the full name: `K750  57 %, discharging, 2.54 V, 12 lux (dark)`; `K750  57 % (3 h ago),
    /// offline`
    pub(super) fn long(&self) -> String {
        let age = self.age();
        let age = age.map_or_else(String::new, |age| format!(" ({age} ago)"));
        let mut facts = vec![format!("{}{age}", self.charge)];
        let battery = self.device.battery.as_ref();
        if self.is_offline() {
            facts.push("offline".to_owned());
        } else if let Some(battery) = battery {
            facts.extend(battery.state.name().map(str::to_owned));
            facts.extend(battery.voltage.map(|voltage| voltage.to_string()));
        }
        let left = self.moment.time_left(self.device);
        facts.extend(left.as_ref().map(value_text::time_left_range));
        let light = self.device.light.filter(|_| !self.is_offline());
        facts.extend(light.map(|it| format!("{} ({})", value_text::lux(&it), it.level().name())));
        format!("{}  {}", value_text::name(self.device), facts.join(", "))
    }

    /// The time left until empty or full: `12 h of use`
    pub(super) fn time_left(&self, until: TimeLeftUntil) -> Option<String> {
        let left = self.moment.time_left(self.device);
        left.filter(|it| it.until == until)
            .map(|it| value_text::time_left(&it))
    }

    pub(super) fn percent(&self) -> Option<Percent> {
        self.device.battery.and_then(|battery| battery.percent)
    }

    /// The percentage, or the least one of the level: for an icon, which has no number.
    pub(super) fn least_percent(&self) -> Option<Percent> {
        let level = || self.device.battery.and_then(|battery| battery.level);
        self.percent().or_else(|| Percent::new(level()?.least()))
    }

    pub(super) fn is_offline(&self) -> bool {
        self.device.presence == Presence::Offline
    }

    pub(super) fn is_charging(&self) -> bool {
        let battery = self.device.battery.as_ref();
        battery.is_some_and(|it| it.state == ChargeState::Charging) && !self.is_offline()
    }

    pub(super) fn tone(&self) -> Tone {
        match self.urgency {
            _ if self.is_offline() => Tone::Dim,
            Urgency::Critical => Tone::Critical,
            Urgency::Low => Tone::Low,
            Urgency::Good | Urgency::Unknown => Tone::Plain,
        }
    }
}

impl Tone {
    /// The tone of a line in one colour: the most urgent.
    pub(super) fn of_all(entries: &[Entry<'_>]) -> Self {
        let tones = entries.iter().map(Entry::tone);
        tones.max().unwrap_or(Self::Plain)
    }

    /// Its colour, as `#RRGGBB`; `None`: the bar's own text colour.
    pub(super) const fn hex(self) -> Option<&'static str> {
        match self {
            Self::Dim => Some("#888888"),
            Self::Plain => None,
            Self::Low => Some("#FFB86C"),
            Self::Critical => Some("#FF5555"),
        }
    }
}
