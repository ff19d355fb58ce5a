//! The line that a check prints, by the guidelines of the monitoring plugins
//! (<https://www.monitoring-plugins.org/doc/guidelines.html>, “Plugin Output for Nagios”,
//! “Performance data”, “Threshold and Ranges”).

use std::collections::BTreeMap;

use super::judged::Judged;
use crate::cli::exit::Checked;
use crate::cli::value_text::ChargeLimits;
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
    let mut numbers = BTreeMap::new();
    for device in devices {
        *numbers.entry(&device.name).or_insert(0) += 1;
    }
    let label = |device: &Judged<'_>| {
        let name = label(&device.name);
        if numbers.get(&device.name) == Some(&1) {
            return name;
        }
        format!("{name} {}", label_of_id(&device.device.id))
    };
    devices.iter().map(label).collect()
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
