//! The texts of alerts.

use crate::alerts::{Alert, Kind};
use crate::cli::style::Style;
use crate::cli::value_text;
use crate::device::{CHARGING_ABOVE, ChargeState, Fault};
use hidpp_proto::units::Timestamp;

/// The text of a notification: a summary of one line, and a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) summary: String,
    pub(super) body: String,
}

/// Returns the text of a single alert.
pub(super) fn of(alert: &Alert, now: Timestamp, style: Style) -> Text {
    let advice = advice(alert);
    let facts = facts(alert, now, style);
    let body = [facts.as_deref(), advice].into_iter().flatten();
    Text {
        summary: headline(alert),
        body: body.collect::<Vec<_>>().join(" "),
    }
}

/// Returns the text of a summary, with one line for each delayed alert.
pub(super) fn sum(alerts: &[Alert], now: Timestamp, style: Style) -> Text {
    let line = |alert| {
        let facts = facts(alert, now, style);
        let facts = facts.map_or_else(String::new, |facts| format!(". {facts}"));
        format!("{}{facts}", headline(alert))
    };
    Text {
        summary: "Alerts of wireless devices".to_owned(),
        body: alerts.iter().map(line).collect::<Vec<_>>().join("\n"),
    }
}

fn headline(alert: &Alert) -> String {
    let mut name = value_text::name(&alert.device);
    if alert.has_namesake {
        name = format!("{name} {}", value_text::id(&alert.device.id));
    }
    match (alert.kind, alert.dimming) {
        (Kind::Low, _) => format!("{name}: battery low"),
        (Kind::Critical, _) => format!("{name}: battery almost empty"),
        (Kind::Charged, _) => format!("{name}: charged"),
        (Kind::ChargingError, _) => {
            let state = alert.device.battery.map(|battery| battery.state);
            match state.filter(|state| state.fault() == Some(Fault::Battery)) {
                Some(fault) => format!("{name}: {}", fault.name().unwrap_or_default()),
                None => format!("{name}: charging fails"),
            }
        }
        (Kind::Light, Some(dimming)) => {
            format!("{name}: not enough light for {} days", dimming.days)
        }
        (Kind::Light, None) => format!("{name}: not enough light"),
    }
}

fn facts(alert: &Alert, now: Timestamp, style: Style) -> Option<String> {
    match alert.kind {
        Kind::Low | Kind::Critical => {
            let battery = alert.device.battery.as_ref()?;
            // A level would repeat the headline.
            let charge = value_text::charge(battery, style).filter(|it| it.ends_with('%'));
            let is_current = alert.device.is_online();
            let age = value_text::coarse_age(now, battery.charge_at).filter(|_| !is_current);
            match (charge, age) {
                (Some(charge), Some(age)) => Some(format!("{charge} left ({age} ago).")),
                (Some(charge), None) => Some(format!("{charge} left.")),
                (None, Some(age)) => Some(format!("Reported {age} ago.")),
                (None, None) => None,
            }
        }
        Kind::Light => alert.dimming.map(|it| {
            let fell = format!("The charge fell from {} to {}.", it.before, it.now);
            it.brightest.map_or(fell.clone(), |lux| {
                format!("{fell} The brightest light was {lux}; it charges above {CHARGING_ABOVE}.")
            })
        }),
        Kind::Charged | Kind::ChargingError => None,
    }
}

fn advice(alert: &Alert) -> Option<&'static str> {
    let battery = alert.device.battery?;
    let is_solar = alert.device.is_solar();
    match (alert.kind, battery.rechargeable) {
        (Kind::Low, _) => None,
        (Kind::Critical, _) if is_solar => Some("Put it into bright light."),
        (Kind::Critical, Some(true)) => Some("Charge it soon."),
        (Kind::Critical, Some(false)) => Some("Keep new batteries at hand."),
        (Kind::Critical, None) => Some("Charge it, or keep new batteries at hand."),
        (Kind::Charged, _) if is_solar || battery.state != ChargeState::Full => None,
        (Kind::Charged, _) => Some("It can be taken off its charger."),
        (Kind::ChargingError, _) => Some(match battery.state {
            ChargeState::ThermalError => "It is too hot or too cold to charge.",
            state if state.fault() == Some(Fault::Battery) => "Check its battery.",
            _ => "Check its battery, cable and charger.",
        }),
        (Kind::Light, _) => Some("Move it closer to a window or lamp."),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::device::{Device, Link};
    use crate::text::tests::{HOSTILE, assert_harmless};
    use hidpp_proto::wire::Slot;

    const STYLE: Style = Style {
        color: false,
        unicode: true,
        width: None,
    };

    #[test]
    fn every_fault_has_its_own_text() {
        use hidpp_proto::feature::battery_level_status::read_level;
        use test_support::report;
        for (hex, summary, body) in [
            (
                "11 01 04 06 46 05 05 …",
                "M720: invalid battery",
                "Check its battery.",
            ),
            (
                "11 01 04 06 46 05 06 …",
                "M720: thermal error",
                "It is too hot or too cold to charge.",
            ),
            (
                "11 01 04 06 46 05 07 …",
                "M720: charging fails",
                "Check its battery, cable and charger.",
            ),
        ] {
            let level = read_level(&report(hex));
            let battery = crate::device::Battery::from_level_status(&level, None, Timestamp::START);
            let link = Link::Paired {
                receiver: "AF4F95EA".to_owned(),
                slot: Slot::new(1).unwrap(),
            };
            let alert = Alert {
                kind: Kind::ChargingError,
                device: Device {
                    name: Some("M720".to_owned()),
                    battery: Some(battery),
                    ..Device::new("405E-1".to_owned(), link)
                },
                has_namesake: false,
                dimming: None,
            };
            let text = of(&alert, Timestamp::START, STYLE);
            assert_eq!((text.summary.as_str(), text.body.as_str()), (summary, body));
        }
    }

    #[test]
    fn the_last_charge_of_an_absent_device_has_its_age() {
        use crate::device::{Battery, Presence};
        use hidpp_proto::feature::battery_level_status::read_level;
        use hidpp_proto::feature::battery_status::read as read_status;
        use test_support::report;
        let level = read_level(&report("11 01 04 06 05 00 00 …"));
        let percent = Battery::from_level_status(&level, None, Timestamp::START);
        let step = read_status(&report("10 02 81 07 01 00 00"));
        let step = Battery::from_status(&step, Timestamp::START);
        let later = Timestamp::from_start(Duration::from_secs(3 * 60 * 60));
        let facts = |battery, presence, now| {
            let link = Link::Paired {
                receiver: "AF4F95EA".to_owned(),
                slot: Slot::new(1).unwrap(),
            };
            let alert = Alert {
                kind: Kind::Low,
                device: Device {
                    presence,
                    battery: Some(battery),
                    ..Device::new("405E-1".to_owned(), link)
                },
                has_namesake: false,
                dimming: None,
            };
            of(&alert, now, STYLE).body
        };
        let offline = Presence::Offline;
        assert_eq!(facts(percent, Presence::Online, later), "≈5 % left.");
        assert_eq!(facts(percent, offline, later), "≈5 % left (3 h ago).");
        assert_eq!(facts(percent, offline, Timestamp::START), "≈5 % left.");
        assert_eq!(facts(step, offline, later), "Reported 3 h ago.");
        assert_eq!(facts(step, Presence::Online, later), "");
    }

    #[test]
    fn a_hostile_name_is_escaped_in_a_notification() {
        for hostile in HOSTILE {
            let link = Link::Paired {
                receiver: "AF4F95EA".to_owned(),
                slot: Slot::new(1).unwrap(),
            };
            let device = Device {
                name: Some((*hostile).to_owned()),
                ..Device::new(format!("4002{hostile}"), link)
            };
            let alert = Alert {
                kind: Kind::Low,
                device,
                has_namesake: true,
                dimming: None,
            };
            let text = of(&alert, Timestamp::START, STYLE);
            assert_harmless(&text.summary);
            assert_harmless(&text.body);
            assert!(!text.summary.starts_with(':'), "{text:?}");
            let sum = sum(&[alert.clone(), alert], Timestamp::START, STYLE);
            for line in sum.body.lines() {
                assert_harmless(line);
            }
        }
    }
}
