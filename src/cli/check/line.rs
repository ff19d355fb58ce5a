//! The line that a check prints, by the guidelines of the monitoring plugins
//! (<https://www.monitoring-plugins.org/doc/guidelines.html>, “Plugin Output for Nagios”,
//! “Performance data”, “Threshold and Ranges”).

use std::collections::BTreeMap;

use super::judged::Judged;
use crate::cli::exit::Checked;
use crate::device::ChargeLimits;
use crate::text;
use hidpp_proto::units::Percent;

/// The name of the service, with which the line begins.
const SERVICE: &str = "BATTERY";

/// How many devices that need no attention are named. Of the others only the number is.
const MOST: usize = 3;

/// Formats the line of a check that found no device, without performance data.
pub(super) fn without_devices(state: Checked, reason: &str) -> String {
    format!("{SERVICE} {}: {}", state.name(), plain(reason))
}

/// Formats the line for these devices and problems.
pub(super) fn line(state: Checked, problems: &[String], devices: &[Judged<'_>]) -> String {
    let (good, bad): (Vec<_>, Vec<_>) = devices.iter().partition(|it| it.state == Checked::Ok);
    let named = bad.iter().chain(good.iter().take(MOST));
    let mut reasons: Vec<String> = named.map(|it| it.reason.clone()).collect();
    // The worst state comes first.
    let place = bad.iter().filter(|it| it.state > Checked::Unknown).count();
    reasons.splice(place..place, problems.iter().cloned());
    if let Some(more) = good.len().checked_sub(MOST).filter(|more| *more > 0) {
        reasons.push(format!("+{more}"));
    }
    let data: Vec<String> = labels(devices)
        .into_iter()
        .zip(devices)
        .filter_map(|(label, device)| data(&label, device))
        .collect();
    let line = without_devices(state, &reasons.join(", "));
    if data.is_empty() {
        return line;
    }
    format!("{line} | {}", data.join(" "))
}

/// Returns the performance data of a device whose charge in percent is known.
fn data(label: &str, judged: &Judged<'_>) -> Option<String> {
    let battery = judged.device.battery.as_ref()?;
    let percent = battery.percent.map(Percent::get)?;
    // Whether an estimate is low depends on its margin too, which no range can state.
    let is_exact = battery.highest() == battery.percent;
    let ChargeLimits { low, critical } = judged.limits;
    let range = |limit: u8| {
        if is_exact && limit > 0 {
            format!("@0:{limit}")
        } else {
            String::new()
        }
    };
    let (low, critical) = (range(low), range(critical));
    Some(format!("'{label}'={percent}%;{low};{critical};0;100"))
}

/// Returns the labels: the names, with the ids of devices that share one.
fn labels(devices: &[Judged<'_>]) -> Vec<String> {
    let names: Vec<String> = devices.iter().map(|it| label(&it.name)).collect();
    let mut numbers = BTreeMap::new();
    for name in &names {
        *numbers.entry(name).or_insert(0) += 1;
    }
    let unique = |(name, device): (&String, &Judged<'_>)| match numbers.get(name) {
        Some(1) => name.clone(),
        _ => format!("{name} {}", label_of_id(&device.device.id)),
    };
    names.iter().zip(devices).map(unique).collect()
}

fn label_of_id(id: &str) -> String {
    label(&text::id(id))
}

/// Replaces what a label cannot contain, and doubles quotes.
fn label(name: &str) -> String {
    plain(name).replace('=', "-").replace('\'', "''")
}

/// Replaces line ends and the bar, after which performance data begins.
fn plain(text: &str) -> String {
    text::line(text).replace('|', "/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::style::Style;
    use crate::device::{Battery, Device, Link};
    use crate::text::tests::HOSTILE;
    use hidpp_proto::feature::unified_battery::read_status;
    use hidpp_proto::units::Timestamp;
    use test_support::report;

    const STYLE: Style = Style {
        color: false,
        unicode: true,
        width: None,
    };

    fn device(number: usize, name: &str) -> Device {
        let link = Link::Direct {
            node: format!("/dev/hidraw{number}"),
            bus: "usb".to_owned(),
            product: 0xC547,
        };
        // Feature 1004 at 97 %.
        let status = read_status(&report("11 01 06 1B 61 08 …"));
        Device {
            name: Some(name.to_owned()),
            battery: Some(Battery::from_unified(&status, None, Timestamp::START)),
            ..Device::new(format!("id-{number}"), link)
        }
    }

    fn line_of(names: &[&str]) -> String {
        let devices = names.iter().enumerate();
        let devices: Vec<Device> = devices.map(|(number, name)| device(number, name)).collect();
        let limits = ChargeLimits::default();
        let judged = |it| Judged::of(it, limits, Timestamp::START, STYLE);
        let judged: Vec<_> = devices.iter().map(judged).collect();
        line(Checked::Ok, &[], &judged)
    }

    #[test]
    fn no_name_breaks_the_performance_data() {
        for name in HOSTILE {
            let line = line_of(&[name]);
            let (text, data) = line.split_once(" | ").unwrap();
            assert!(!text.contains('|') && !data.contains('|'), "{line}");
            assert!(!line.chars().any(char::is_control), "{line}");
            let label = data.strip_suffix("=97%;@0:20;@0:10;0;100").unwrap();
            let label = label
                .strip_prefix('\'')
                .unwrap()
                .strip_suffix('\'')
                .unwrap();
            assert!(!label.contains('=') && !label.is_empty(), "{line}");
            assert!(!label.replace("''", "").contains('\''), "{line}");
        }
    }

    #[test]
    fn labels_that_become_equal_have_ids() {
        let line = line_of(&["a=b", "a-b", "c"]);
        for label in ["'a-b id-0'=", "'a-b id-1'=", "'c'="] {
            assert!(line.contains(label), "{line}");
        }
    }
}
