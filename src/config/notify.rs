//! The section `[notify]`.

use std::fmt;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::device::DeviceMatch;
use super::limits::{OwnLimits, Threshold, number};
use super::mistake::Mistake;
use super::toml_text::quoted;
use crate::alerts::{LetsThrough, QuietHours, Settings};
use crate::device::{AlertLimits, ChargeLimits, Selector};

/// The settings of notifications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotifySection {
    /// The limits for all devices.
    pub limits: AlertLimits,
    /// What does not depend on the device.
    pub settings: Settings,
    /// What differs for single devices, in the order of the file.
    pub devices: Vec<(Selector, OwnAlertLimits)>,
}

impl Default for NotifySection {
    fn default() -> Self {
        Self {
            limits: AlertLimits::DEFAULT,
            settings: Settings::default(),
            devices: Vec::new(),
        }
    }
}

/// The limits that a section sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnAlertLimits {
    /// The limit for a low battery, in percent; 0: no notification.
    pub low: Option<u8>,
    /// The limit for a battery that is almost empty, in percent; 0: no notification.
    pub critical: Option<u8>,
    /// Whether to notify when the battery is full.
    pub charged: Option<bool>,
    /// Whether to notify when charging fails.
    pub charging_error: Option<bool>,
    /// Whether to notify when a solar keyboard receives too little light.
    pub light: Option<bool>,
    /// The number of days with too little light before the notification.
    pub light_days: Option<u8>,
}

impl OwnAlertLimits {
    /// Replaces the limits that are set.
    pub(super) fn instead_of(&self, others: AlertLimits) -> AlertLimits {
        AlertLimits {
            charge: others.charge.with(self.low, self.critical),
            charged: self.charged.unwrap_or(others.charged),
            charging_error: self.charging_error.unwrap_or(others.charging_error),
            light: self.light.unwrap_or(others.light),
            light_days: self.light_days.unwrap_or(others.light_days),
        }
    }

    /// The limits of the charge for what is shown: 0 turns a notification off, not a colour.
    pub(super) fn shown(&self, others: ChargeLimits) -> ChargeLimits {
        let set = |limit: Option<u8>| limit.filter(|limit| *limit > 0);
        others.with(set(self.low), set(self.critical))
    }
}

impl From<AlertLimits> for OwnAlertLimits {
    fn from(limits: AlertLimits) -> Self {
        Self {
            low: Some(limits.charge.low),
            critical: Some(limits.charge.critical),
            charged: Some(limits.charged),
            charging_error: Some(limits.charging_error),
            light: Some(limits.light),
            light_days: Some(limits.light_days),
        }
    }
}

/// Defines a table that sets limits and these other keys. Flattened structs of serde have no
/// positions of mistakes.
macro_rules! table {
    ($(#[$meta:meta])* struct $name:ident { $($(#[$of_key:meta])* $key:ident: $type:ty,)* }) => {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        $(#[$meta])*
        pub(super) struct $name {
            low: Option<Spanned<Threshold>>,
            critical: Option<Spanned<Threshold>>,
            charged: Option<bool>,
            charging_error: Option<bool>,
            light: Option<bool>,
            light_days: Option<Days>,
            $($(#[$of_key])* $key: $type,)*
        }

        impl $name {
            /// Returns the limits of this table, whose limits of the charge are in place of the
            /// general ones.
            fn own(&mut self, general: ChargeLimits, text: &str) -> Result<OwnAlertLimits, Mistake> {
                let charge = OwnLimits {
                    low: self.low.take(),
                    critical: self.critical.take(),
                };
                let (low, critical) = charge.checked(general, text)?;
                Ok(OwnAlertLimits {
                    low,
                    critical,
                    charged: self.charged,
                    charging_error: self.charging_error,
                    light: self.light,
                    light_days: self.light_days.as_ref().map(|it| it.0),
                })
            }
        }
    };
}

table! {
    #[derive(Default)]
    struct Notify {
        #[serde(default)]
        quiet_hours: Quiet,
        #[serde(default)]
        quiet_lets_through: LetsThrough,
        #[serde(default)]
        device: Vec<OfDevice>,
    }
}

table! {
    struct OfDevice {
        r#match: DeviceMatch,
    }
}

impl Notify {
    pub(super) fn section(mut self, text: &str) -> Result<NotifySection, Mistake> {
        let own = self.own(ChargeLimits::DEFAULT, text)?;
        let limits = own.instead_of(AlertLimits::DEFAULT);
        let devices = self.device.into_iter().map(|mut it| {
            let own = it.own(limits.charge, text)?;
            Ok((it.r#match.0, own))
        });
        Ok(NotifySection {
            limits,
            settings: Settings {
                quiet_hours: self.quiet_hours.0,
                lets_through: self.quiet_lets_through,
            },
            devices: devices.collect::<Result<_, Mistake>>()?,
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

impl fmt::Display for NotifySection {
    /// Formats the section as in the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = self.settings;
        let quiet = settings.quiet_hours.map(|it| it.to_string());
        write!(f, "[notify]\n{}", OwnAlertLimits::from(self.limits))?;
        writeln!(f, "quiet_hours = \"{}\"", quiet.unwrap_or_default())?;
        let through = settings.lets_through.name();
        writeln!(f, "quiet_lets_through = \"{through}\"")?;
        for (selector, own) in &self.devices {
            let selector = quoted(&selector.to_string());
            write!(f, "\n[[notify.device]]\nmatch = {selector}\n{own}")?;
        }
        Ok(())
    }
}

impl fmt::Display for OwnAlertLimits {
    /// Formats the limits as in the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |it: Option<u8>| it.map(|it| it.to_string());
        let switch = |it: Option<bool>| it.map(|it| it.to_string());
        for (key, value) in [
            ("low", number(self.low)),
            ("critical", number(self.critical)),
            ("charged", switch(self.charged)),
            ("charging_error", switch(self.charging_error)),
            ("light", switch(self.light)),
            ("light_days", number(self.light_days)),
        ] {
            if let Some(value) = value {
                writeln!(f, "{key} = {value}")?;
            }
        }
        Ok(())
    }
}
