//! Parses the configuration file (TOML) to settings, or to an error with its position.

use serde::Deserialize;
use toml::{Spanned, Value};

use super::quiet::QuietHours;
use super::settings::{LetsThrough, Limits, Settings};
use crate::device::{Selector, SelectorError};

/// An error in a configuration file, with its position.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {what}")]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// What is wrong, and what is allowed.
    pub what: String,
}

/// Parses the text of a configuration file.
pub fn parse(text: &str) -> Result<Settings, Mistake> {
    let file: File = toml::from_str(text).map_err(|error| {
        let place = error.span().map_or(0, |span| span.start);
        Mistake::at(text, place, error.message())
    })?;
    file.notify.settings(text)
}

impl Mistake {
    /// `place` is a byte index in the text.
    fn at(text: &str, place: usize, what: &str) -> Self {
        let before = text.get(..place).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
            what: what.to_owned(),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    notify: Notify,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Notify {
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
    fn settings(self, text: &str) -> Result<Settings, Mistake> {
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
        let place = self.critical.as_ref().map_or(0, |it| it.span().start);
        let percent = |own: Option<Spanned<Threshold>>| own.map(|it| it.into_inner().0);
        let (low, critical) = (percent(self.low), percent(self.critical));
        if let (low @ 1.., Some(critical)) = (low.unwrap_or(others.low), critical)
            && critical >= low
        {
            let what = format!("critical ({critical}) must be below low ({low})");
            return Err(Mistake::at(text, place, &what));
        }
        // If only `low` is set, the default of `critical` is adapted to stay below it.
        let half = low.filter(|low| *low > 0).map_or(u8::MAX, |low| low / 2);
        Ok(Limits {
            low: low.unwrap_or(others.low),
            critical: critical.unwrap_or(others.critical.min(half)),
            charged: self.charged.unwrap_or(others.charged),
            charging_error: self.charging_error.unwrap_or(others.charging_error),
            light: self.light.unwrap_or(others.light),
            light_days: self.light_days.map_or(others.light_days, |it| it.0),
        })
    }
}

/// A charge in percent.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
struct Threshold(u8);

impl TryFrom<Value> for Threshold {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let percent = number(&value).filter(|it| *it <= 95);
        percent
            .map(Self)
            .ok_or("a limit is a charge from 1 to 95 percent, or 0 for never")
    }
}

fn number(value: &Value) -> Option<u8> {
    u8::try_from(value.as_integer()?).ok()
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

#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
struct DeviceMatch(Selector);

impl TryFrom<Value> for DeviceMatch {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let text = value.as_str().unwrap_or_default();
        text.parse().map(Self).map_err(|error| match error {
            SelectorError::Empty => {
                "match is the id, serial number, wpid, kind, slot number or part of the name of a \
                 device"
                    .to_owned()
            }
            error => error.to_string(),
        })
    }
}
