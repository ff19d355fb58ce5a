//! Changes as text: the time, the device, and what changed.

use anstyle::Style as Ansi;
use jiff::tz::TimeZone;

use crate::cli::style::Style;
use crate::cli::value_text;
use crate::client::follow::{DeviceEvent, DeviceList};
use crate::device::{Battery, Changed, ChargeLimits, Device, Light, Presence, Receiver};
use crate::text;
use hidpp_proto::units::Timestamp;

/// The least width of names: the text after them is mostly aligned.
const NAME_WIDTH: usize = 8;

/// How lines look.
pub(super) struct Lines {
    pub(super) style: Style,
    pub(super) zone: TimeZone,
}

impl Lines {
    /// Returns the line for a change; `None` if its text would be the same.
    pub(super) fn line(
        &self,
        at: Timestamp,
        event: &DeviceEvent,
        devices: &DeviceList,
    ) -> Option<String> {
        let name_of = |device: &Device| {
            let name = value_text::name(device);
            if devices.is_ambiguous(&name) {
                format!("{name} {}", value_text::id(&device.id))
            } else {
                name
            }
        };
        let (name, what) = match event {
            DeviceEvent::ReceiverAdded(receiver) => {
                (of_receiver(receiver), receiver_found(receiver))
            }
            DeviceEvent::ReceiverChanged(receiver) => {
                (of_receiver(receiver), receiver.slot_usage()?)
            }
            DeviceEvent::ReceiverRemoved(receiver) => {
                (of_receiver(receiver), "unplugged".to_owned())
            }
            DeviceEvent::DeviceAdded(device) => (name_of(device), self.found(device, at)),
            DeviceEvent::DeviceRemoved(device) => (name_of(device), "gone".to_owned()),
            DeviceEvent::LightKey(device) => (name_of(device), "light key pressed".to_owned()),
            DeviceEvent::DeviceChanged { before, now, what } => {
                (name_of(now), self.difference(before, now, what, at)?)
            }
        };
        let (dim, bold) = (Ansi::new().dimmed(), Ansi::new().bold());
        let (dim, bold) = (self.style.ansi(dim), self.style.ansi(bold));
        let time = self.time_of_day(at);
        Some(format!(
            "{dim}{time}{dim:#}  {bold}{name:<NAME_WIDTH$}{bold:#}  {what}"
        ))
    }

    /// `HH:MM:SS`
    fn time_of_day(&self, at: Timestamp) -> String {
        let seconds = i64::try_from(at.since_start().as_secs());
        let time = seconds
            .ok()
            .and_then(|it| jiff::Timestamp::from_second(it).ok());
        let time = self.zone.to_datetime(time.unwrap_or_default()).time();
        format!(
            "{:02}:{:02}:{:02}",
            time.hour(),
            time.minute(),
            time.second()
        )
    }

    /// Describes a device that was found.
    fn found(&self, device: &Device, now: Timestamp) -> String {
        let mut facts = vec!["found".to_owned()];
        if device.has_battery == Some(false) {
            facts.push("no battery".to_owned());
        }
        let battery = device.battery.as_ref();
        if device.presence == Presence::Offline {
            facts.push("offline".to_owned());
            let last = battery.and_then(|it| Some((it, value_text::charge(it, self.style)?)));
            facts.extend(last.map(|(battery, charge)| {
                format!("last {charge}, {}", value_text::age(now, battery.charge_at))
            }));
            return facts.join(", ");
        }
        if let Some(battery) = battery {
            facts.extend(self.charge(battery, device.preferences.shown_limits));
            facts.extend(battery.state.name().map(str::to_owned));
            facts.extend(battery.voltage.map(|voltage| voltage.to_string()));
        }
        facts.extend(device.light.as_ref().map(light));
        facts.join(", ")
    }

    /// Describes what changed about a device.
    fn difference(
        &self,
        before: &Device,
        now: &Device,
        what: &[Changed],
        at: Timestamp,
    ) -> Option<String> {
        let mut facts = Vec::new();
        if what.contains(&Changed::Presence) {
            facts.extend(match now.presence {
                Presence::Online => Some("online".to_owned()),
                Presence::Offline => Some("offline".to_owned()),
                Presence::Unknown => None,
            });
        }
        if what.contains(&Changed::Battery)
            && let Some(battery) = &now.battery
        {
            let limits = now.preferences.shown_limits;
            let values = self.battery(before.battery.as_ref(), battery, limits);
            // The values of an absent device come from another link.
            let is_old = !values.is_empty() && !now.is_online();
            let age = value_text::coarse_age(at, battery.charge_at).filter(|_| is_old);
            facts.extend(values);
            facts.extend(age.map(|age| format!("{age} ago")));
        }
        if what.contains(&Changed::Light)
            && let Some(light) = &now.light
        {
            // Each measurement is a change; the same light again is not worth a line.
            let seen = before.light.as_ref().map(self::light);
            facts.extend(Some(self::light(light)).filter(|light| seen.as_ref() != Some(light)));
        }
        if what.contains(&Changed::Description) {
            facts.extend(description(before, now));
        }
        (!facts.is_empty()).then(|| facts.join(", "))
    }

    fn battery(
        &self,
        before: Option<&Battery>,
        now: &Battery,
        limits: ChargeLimits,
    ) -> Vec<String> {
        let mut facts = Vec::new();
        let charge = |battery| value_text::charge(battery, self.style);
        if before.and_then(charge) != charge(now) {
            facts.extend(self.charge(now, limits));
        }
        if before.map(|it| it.state) != Some(now.state) {
            facts.extend(now.state.name().map(str::to_owned));
        }
        let power = |battery: &Battery| battery.external_power;
        let switched = before.and_then(power) != power(now);
        // The charging state implies it.
        if switched && facts.is_empty() {
            facts.extend(power(now).map(|on| {
                let text = if on {
                    "on a charger"
                } else {
                    "off the charger"
                };
                text.to_owned()
            }));
        }
        if facts.is_empty() {
            facts.extend(now.voltage.map(|voltage| voltage.to_string()));
        }
        facts
    }

    /// Formats the charge in its colour. A bare level would be mistaken for that of light.
    fn charge(&self, battery: &Battery, limits: ChargeLimits) -> Option<String> {
        let charge = value_text::charge(battery, self.style)?;
        let color = self.style.ansi(value_text::charge_style(battery, limits));
        let subject = if charge.ends_with('%') {
            ""
        } else {
            "battery "
        };
        Some(format!("{color}{subject}{charge}{color:#}"))
    }
}

fn light(light: &Light) -> String {
    format!("{} ({})", value_text::lux(light), light.level().name())
}

fn of_receiver(receiver: &Receiver) -> String {
    let name = receiver.model.name();
    let serial = receiver.serial.as_deref().and_then(text::name);
    serial.map_or_else(|| name.to_owned(), |serial| format!("{name} {serial}"))
}

fn receiver_found(receiver: &Receiver) -> String {
    let slots = receiver.slot_usage();
    let slots = slots.map_or_else(String::new, |slots| format!(", {slots}"));
    format!("found{slots}, {}", text::line(&receiver.node))
}

fn description(before: &Device, now: &Device) -> Vec<String> {
    let mut facts = Vec::new();
    if before.name != now.name {
        let name = now.name.as_ref();
        facts.extend(name.map(|name| format!("is called {name}")));
    }
    if before.firmware != now.firmware {
        let firmware = now.firmware;
        facts.extend(firmware.map(|firmware| format!("firmware {firmware}")));
    }
    if before.has_battery != now.has_battery && now.has_battery == Some(false) {
        facts.push("no battery".to_owned());
    }
    facts
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::tz::Offset;

    use super::*;
    use crate::device::Link;
    use hidpp_proto::feature::battery_level_status::read_level;
    use hidpp_proto::feature::unified_battery::read_status;
    use hidpp_proto::units::Lux;
    use hidpp_proto::wire::Slot;
    use test_support::report;

    fn at(hours: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(hours * 3600))
    }

    fn lines() -> Lines {
        let style = Style {
            color: false,
            unicode: true,
            width: None,
        };
        let zone = TimeZone::UTC;
        Lines { style, zone }
    }

    fn device(battery: Option<Battery>) -> Device {
        let link = Link::Paired {
            receiver: "AF4F95EA".into(),
            slot: Slot::new(1).unwrap(),
        };
        Device {
            name: Some("MX".into()),
            presence: Presence::Online,
            battery,
            ..Device::new("id".into(), link)
        }
    }

    fn changed(before: &Device, now: &Device, what: &[Changed]) -> Option<String> {
        lines().difference(before, now, what, at(2))
    }

    fn unified(hex: &str) -> Device {
        let status = read_status(&report(hex));
        device(Some(Battery::from_unified(&status, None, at(0))))
    }

    #[test]
    fn only_changed_values_are_printed() {
        let before = unified("11 01 06 1B 50 04 00 …");
        for (hex, text) in [
            ("11 01 06 1B 4F 04 00 …", Some("79 %")),
            ("11 01 06 1B 50 04 01 01 …", Some("charging")),
            ("11 01 06 1B 50 04 00 01 …", Some("on a charger")),
            ("11 01 06 1B 51 04 03 01 …", Some("81 %, full")),
            ("11 01 06 1B 50 08 00 …", None),
        ] {
            let now = unified(hex);
            assert_eq!(changed(&before, &now, &[Changed::Battery]).as_deref(), text);
        }
    }

    #[test]
    fn values_of_an_absent_device_have_their_age() {
        let before = device(None);
        let now = Device {
            presence: Presence::Offline,
            ..unified("11 01 06 1B 4F 04 00 …")
        };
        let what = [Changed::Presence, Changed::Battery];
        let text = changed(&before, &now, &what);
        assert_eq!(text.as_deref(), Some("offline, 79 %, discharging, 2 h ago"));
        assert_eq!(changed(&now, &now, &[Changed::Battery]), None);
    }

    #[test]
    fn a_step_is_printed_when_it_changes() {
        let level =
            |hex, hours| Battery::from_level_status(&read_level(&report(hex)), None, at(hours));
        let full = level("11 01 06 0B 5A 32 00 …", 0);
        let good = level("11 01 06 0B 32 14 00 …", 1);
        let text = changed(
            &device(Some(full)),
            &device(Some(good)),
            &[Changed::Battery],
        );
        assert_eq!(text.as_deref(), Some("≈50 %"));
        // MX Master (Solaar issue 265): its level is unknown while it charges.
        let charging = level("11 01 06 0B 00 00 01 …", 2).after(Some(&good));
        let text = changed(
            &device(Some(good)),
            &device(Some(charging)),
            &[Changed::Battery],
        );
        assert_eq!(text.as_deref(), Some("was ≈50 %, charging"));
    }

    #[test]
    fn the_same_light_again_is_not_printed() {
        let measured = |lux, hours| {
            let light = Light {
                lux: Lux(lux),
                trusted: true,
                at: at(hours),
            };
            Device {
                light: Some(light),
                ..device(None)
            }
        };
        let text = |now| changed(&measured(12, 0), &now, &[Changed::Light]);
        assert_eq!(text(measured(12, 1)), None);
        assert_eq!(
            text(measured(538, 1)).as_deref(),
            Some("538 lux (excellent)")
        );
    }

    #[test]
    fn an_offline_device_is_found_with_its_last_charge() {
        let mut offline = unified("11 01 06 1B 50 04 00 …");
        offline.presence = Presence::Offline;
        let found = lines().found(&offline, at(72));
        assert_eq!(found, "found, offline, last 80 %, 3 days ago");
    }

    #[test]
    fn a_device_without_a_battery_is_found_without_one() {
        let keyboard = Device {
            has_battery: Some(false),
            ..device(None)
        };
        assert_eq!(lines().found(&keyboard, at(0)), "found, no battery");
    }

    #[test]
    fn times_are_in_the_time_zone() {
        let noon = Timestamp::from_start(Duration::from_secs(1_700_000_000));
        assert_eq!(lines().time_of_day(noon), "22:13:20");
        let india = Lines {
            zone: TimeZone::fixed(Offset::from_seconds(19_800).unwrap()),
            ..lines()
        };
        assert_eq!(india.time_of_day(noon), "03:43:20");
    }
}
