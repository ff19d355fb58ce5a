//! The section `[notify]`.

use std::fmt;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::device::DeviceMatch;
use super::limits::{OwnLimits, Threshold, number};
use super::mistake::Mistake;
use super::toml_text::quoted;
use crate::alerts::{LetsThrough, Limits, QuietHours, Settings};
use crate::device::ChargeLimits;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Notify {
    low: Option<Spanned<Threshold>>,
    critical: Option<Spanned<Threshold>>,
    charged: Option<bool>,
    charging_error: Option<bool>,
    light: Option<bool>,
    light_days: Option<Days>,
    quiet_hours: Quiet,
    quiet_lets_through: LetsThrough,
    device: Vec<OfDevice>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfDevice {
    r#match: DeviceMatch,
    low: Option<Spanned<Threshold>>,
    critical: Option<Spanned<Threshold>>,
    charged: Option<bool>,
    charging_error: Option<bool>,
    light: Option<bool>,
    light_days: Option<Days>,
}

impl Notify {
    pub(super) fn settings(self, text: &str) -> Result<Settings, Mistake> {
        let own = Own {
            low: self.low,
            critical: self.critical,
            charged: self.charged,
            charging_error: self.charging_error,
            light: self.light,
            light_days: self.light_days,
        };
        let limits = own.instead_of(Limits::default(), text)?;
        let devices = self.device.into_iter().map(|it| {
            let own = Own {
                low: it.low,
                critical: it.critical,
                charged: it.charged,
                charging_error: it.charging_error,
                light: it.light,
                light_days: it.light_days,
            };
            Ok((it.r#match.0, own.instead_of(limits, text)?))
        });
        Ok(Settings {
            limits,
            quiet_hours: self.quiet_hours.0,
            lets_through: self.quiet_lets_through,
            devices: devices.collect::<Result<_, Mistake>>()?,
        })
    }
}

/// The values that a table sets.
struct Own {
    low: Option<Spanned<Threshold>>,
    critical: Option<Spanned<Threshold>>,
    charged: Option<bool>,
    charging_error: Option<bool>,
    light: Option<bool>,
    light_days: Option<Days>,
}

impl Own {
    fn instead_of(self, others: Limits, text: &str) -> Result<Limits, Mistake> {
        let own = OwnLimits {
            low: self.low,
            critical: self.critical,
        };
        let general = ChargeLimits {
            low: others.low,
            critical: others.critical,
        };
        let (low, critical) = own.checked(general, text)?;
        let ChargeLimits { low, critical } = general.with(low, critical);
        Ok(Limits {
            low,
            critical,
            charged: self.charged.unwrap_or(others.charged),
            charging_error: self.charging_error.unwrap_or(others.charging_error),
            light: self.light.unwrap_or(others.light),
            light_days: self.light_days.map_or(others.light_days, |it| it.0),
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
struct Days(u8);

impl TryFrom<Value> for Days {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let days = number(&value).filter(|it| (2..=14).contains(it));
        days.map(Self).ok_or("light_days is a number from 2 to 14")
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "Value")]
struct Quiet(Option<QuietHours>);

impl TryFrom<Value> for Quiet {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match value.as_str() {
            Some("") => Ok(Self(None)),
            text => text.unwrap_or_default().parse().map(|it| Self(Some(it))),
        }
    }
}

/// Settings as text: an equivalent configuration file.
pub(super) struct AsToml<'a>(pub(super) &'a Settings);

impl fmt::Display for AsToml<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = self.0;
        let quiet = settings.quiet_hours.map(|it| it.to_string());
        writeln!(f, "[notify]")?;
        write_limits(f, settings.limits)?;
        writeln!(f, "quiet_hours = \"{}\"", quiet.unwrap_or_default())?;
        let through = settings.lets_through.name();
        writeln!(f, "quiet_lets_through = \"{through}\"")?;
        for (selector, limits) in &settings.devices {
            let selector = quoted(&selector.to_string());
            writeln!(f, "\n[[notify.device]]\nmatch = {selector}")?;
            write_limits(f, *limits)?;
        }
        Ok(())
    }
}

fn write_limits(f: &mut fmt::Formatter<'_>, limits: Limits) -> fmt::Result {
    writeln!(f, "low = {}\ncritical = {}", limits.low, limits.critical)?;
    writeln!(f, "charged = {}", limits.charged)?;
    writeln!(f, "charging_error = {}", limits.charging_error)?;
    writeln!(f, "light = {}", limits.light)?;
    writeln!(f, "light_days = {}", limits.light_days)
}
