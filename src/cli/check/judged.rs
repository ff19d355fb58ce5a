//! One device, judged.

use crate::cli::exit::Checked;
use crate::cli::style::Style;
use crate::cli::value_text::{self, Urgency, reports_critical};
use crate::device::{Battery, ChargeLimits, Device, Fault, Presence, STALE};
use hidpp_proto::units::{PercentPoints, Timestamp};

/// A device and its state.
pub(super) struct Judged<'a> {
    pub(super) device: &'a Device,
    pub(super) name: String,
    pub(super) limits: ChargeLimits,
    pub(super) state: Checked,
    /// `M705 ≈15 % (limit 20 %)`
    pub(super) reason: String,
}

/// Returns whether a device counts without being selected: it has or may have a battery, and it is
/// present or was so within a day, with a known charge.
pub(super) fn counts(device: &Device, now: Timestamp) -> bool {
    if device.has_battery == Some(false) {
        return false;
    }
    let was_here = |sign| now.since(sign) < STALE;
    device.presence != Presence::Offline
        || device.battery.as_ref().is_some_and(Battery::reports_charge)
            && device.last_sign().is_some_and(was_here)
}

impl<'a> Judged<'a> {
    pub(super) fn of(
        device: &'a Device,
        limits: ChargeLimits,
        now: Timestamp,
        style: Style,
    ) -> Self {
        let name = value_text::name(device);
        let battery = device.battery.as_ref();
        let urgency = battery.map_or(Urgency::Unknown, |it| Urgency::of(it, limits));
        let charge = battery.and_then(|it| value_text::charge(it, style));
        let state = match urgency {
            Urgency::Critical => Checked::Critical,
            Urgency::Low => Checked::Warning,
            Urgency::Good => Checked::Ok,
            Urgency::Unknown => Checked::Unknown,
        };
        let mut facts = Vec::new();
        let highest = battery.and_then(Battery::highest);
        let percent = battery.and_then(|it| it.percent);
        let is_at = |limit: u8| highest.is_some_and(|it| it.get() <= limit);
        match urgency {
            Urgency::Critical if is_at(limits.critical) => {
                facts.push(format!("limit {} %", limits.critical));
            }
            Urgency::Low if is_at(limits.low) => facts.push(format!("limit {} %", limits.low)),
            Urgency::Critical if percent.is_some() && battery.is_some_and(reports_critical) => {
                facts.push("reported as critical".to_owned());
            }
            _ => {}
        }
        if device.presence == Presence::Offline {
            facts.push("offline".to_owned());
        }
        if let Some(battery) = battery {
            facts.extend(margin(battery));
            if battery.state.fault() == Some(Fault::Charging) {
                facts.extend(battery.state.name().map(str::to_owned));
            }
            if !device.is_online() && battery.reports_charge() {
                let age = value_text::coarse_age(now, battery.charge_at);
                facts.extend(age.map(|age| format!("{age} ago")));
            }
        }
        let charge = charge.unwrap_or_else(|| {
            let unknown = match device.has_battery {
                Some(false) => "without a battery that can be read",
                _ => "charge unknown",
            };
            unknown.to_owned()
        });
        let facts = match facts.as_slice() {
            [] => String::new(),
            facts => format!(" ({})", facts.join(", ")),
        };
        let reason = format!("{name} {charge}{facts}");
        Self {
            device,
            name,
            limits,
            state,
            reason,
        }
    }
}

/// Returns the range of an estimated charge: `0 to 31 %`
fn margin(battery: &Battery) -> Option<String> {
    let margin = battery.margin.unwrap_or_default();
    let (lowest, highest) = battery.lowest().zip(battery.highest())?;
    (margin > PercentPoints::default()).then(|| format!("{} to {highest}", lowest.get()))
}
