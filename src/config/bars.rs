//! The section `[bars]`.

use std::fmt;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::limits::{OwnLimits, Threshold, number};
use super::mistake::Mistake;
use crate::device::ChargeLimits;

/// The widest name, in columns: more than a line of a bar.
pub const WIDEST_NAME: usize = 200;

/// How devices are shown in general.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bars {
    /// The limits of the charge, wherever it is shown.
    pub limits: ChargeLimits,
    /// How many columns of a name a bar shows, at least one.
    pub max_name: usize,
}

impl Default for Bars {
    /// With 20 columns for a name, three devices fit in half of a screen of 1280 pixels at 8 pixels
    /// per column. The names of most models are shorter.
    fn default() -> Self {
        Self {
            limits: ChargeLimits::DEFAULT,
            max_name: 20,
        }
    }
}

impl fmt::Display for Bars {
    /// Formats the section as in the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            limits: ChargeLimits { low, critical },
            max_name,
        } = self;
        writeln!(f, "[bars]\nlow = {low}\ncritical = {critical}")?;
        writeln!(f, "max_name = {max_name}")
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct BarsTable {
    low: Option<Spanned<Threshold>>,
    critical: Option<Spanned<Threshold>>,
    max_name: Option<Columns>,
}

impl BarsTable {
    pub(super) fn bars(self, general: ChargeLimits, text: &str) -> Result<Bars, Mistake> {
        let own = OwnLimits {
            low: self.low,
            critical: self.critical,
        };
        let (low, critical) = own.checked(general, text)?;
        let max_name = self.max_name.map(|it| it.0);
        Ok(Bars {
            limits: general.with(low, critical),
            max_name: max_name.unwrap_or(Bars::default().max_name),
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
struct Columns(usize);

impl TryFrom<Value> for Columns {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let columns = number(&value).filter(|it| (1..=WIDEST_NAME).contains(it));
        columns
            .map(Self)
            .ok_or_else(|| format!("max_name is a number of columns from 1 to {WIDEST_NAME}"))
    }
}
