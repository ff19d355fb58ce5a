//! The sections `[[device]]`.

use std::fmt;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::limits::{OwnLimits, Threshold, number};
use super::mistake::Mistake;
use super::toml_text::quoted;
use crate::device::{ChargeLimits, Selector, SelectorError};
use crate::text;

/// The settings of the devices that a selector matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceSection {
    /// Which devices; `None`: none.
    pub selector: Option<Selector>,
    /// The name to show.
    pub name: Option<String>,
    /// Whether to leave them out.
    pub hide: bool,
    /// Their limit for a low battery, in percent; 0: never.
    pub low: Option<u8>,
    /// Their limit for a battery that is almost empty, in percent; 0: never.
    pub critical: Option<u8>,
    /// Their position among all devices.
    pub order: Option<u16>,
}

impl fmt::Display for DeviceSection {
    /// Formats the section as in the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            selector,
            name,
            hide,
            low,
            critical,
            order,
        } = self;
        writeln!(f, "[[device]]")?;
        if let Some(selector) = selector {
            writeln!(f, "match = {}", quoted(&selector.to_string()))?;
        }
        if let Some(name) = name {
            writeln!(f, "name = {}", quoted(name))?;
        }
        writeln!(f, "hide = {hide}")?;
        let order = order.map(u64::from);
        let (low, critical) = (low.map(u64::from), critical.map(u64::from));
        for (key, value) in [("low", low), ("critical", critical), ("order", order)] {
            if let Some(value) = value {
                writeln!(f, "{key} = {value}")?;
            }
        }
        Ok(())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceTable {
    r#match: DeviceMatch,
    name: Option<Alias>,
    #[serde(default)]
    hide: bool,
    low: Option<Spanned<Threshold>>,
    critical: Option<Spanned<Threshold>>,
    order: Option<Order>,
}

impl DeviceTable {
    pub(super) fn section(
        self,
        general: ChargeLimits,
        text: &str,
    ) -> Result<DeviceSection, Mistake> {
        let own = OwnLimits {
            low: self.low,
            critical: self.critical,
        };
        let (low, critical) = own.checked(general, text)?;
        Ok(DeviceSection {
            selector: Some(self.r#match.0),
            name: self.name.map(|it| it.0),
            hide: self.hide,
            low,
            critical,
            order: self.order.map(|it| it.0),
        })
    }
}

/// The name that the user gave a device.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
struct Alias(String);

impl TryFrom<Value> for Alias {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let name = value.as_str().and_then(text::name);
        name.map(Self)
            .ok_or("name is the text to show instead of the device's own name")
    }
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
struct Order(u16);

impl TryFrom<Value> for Order {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        number(&value)
            .map(Self)
            .ok_or("order is a number from 0 to 65535: lower ones come first")
    }
}

/// Which devices a section or option selects.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
pub(super) struct DeviceMatch(pub(super) Selector);

impl TryFrom<Value> for DeviceMatch {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let text = value.as_str().unwrap_or_default();
        text.parse().map(Self).map_err(|error| match error {
            SelectorError::Empty => "a device is selected by its name or a part of it, kind, slot \
                                     number, id, serial number or wpid"
                .to_owned(),
            error => error.to_string(),
        })
    }
}
