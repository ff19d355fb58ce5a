//! The section `[defaults]`.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use toml::Value;

use super::choices::{ColorWhen, Field, name};
use super::device::DeviceMatch;
use super::toml_text::{list, quoted};
use crate::device::Selector;

/// The longest timeout: longer than anyone waits for an answer.
pub const LONGEST_TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// The values of options that are not given on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// `--device`
    pub device: Vec<Selector>,
    /// `--fields`
    pub fields: Vec<Field>,
    /// `--color`
    pub color: ColorWhen,
    /// `--timeout` of the command without a name
    pub timeout: Duration,
}

impl Default for Defaults {
    /// As without a configuration.
    fn default() -> Self {
        Self {
            device: Vec::new(),
            fields: vec![Field::Name, Field::Battery],
            color: ColorWhen::Auto,
            timeout: Duration::from_secs(30),
        }
    }
}

impl fmt::Display for Defaults {
    /// Formats the section as in the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            device,
            fields,
            color,
            timeout,
        } = self;
        let device = device.iter().map(|it| quoted(&it.to_string()));
        writeln!(f, "[defaults]\ndevice = {}", list(device))?;
        let fields = fields.iter().map(|it| quoted(&name(it)));
        writeln!(f, "fields = {}", list(fields))?;
        writeln!(f, "color = {}", quoted(&name(color)))?;
        writeln!(f, "timeout = {}", timeout.as_secs_f64())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DefaultsTable {
    device: Vec<DeviceMatch>,
    fields: Option<Fields>,
    color: Option<ColorWhen>,
    timeout: Option<Timeout>,
}

impl From<DefaultsTable> for Defaults {
    fn from(table: DefaultsTable) -> Self {
        let others = Self::default();
        Self {
            device: table.device.into_iter().map(|it| it.0).collect(),
            fields: table.fields.map_or(others.fields, |it| it.0),
            color: table.color.unwrap_or(others.color),
            timeout: table.timeout.map_or(others.timeout, |it| it.0),
        }
    }
}

/// At least one field.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Vec<Field>")]
struct Fields(Vec<Field>);

impl TryFrom<Vec<Field>> for Fields {
    type Error = &'static str;

    fn try_from(fields: Vec<Field>) -> Result<Self, Self::Error> {
        if fields.is_empty() {
            return Err("fields is a list of at least one field");
        }
        Ok(Self(fields))
    }
}

/// A number of seconds, whole or not.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
struct Timeout(Duration);

impl TryFrom<Value> for Timeout {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let whole = value.as_integer().and_then(|it| u64::try_from(it).ok());
        let whole = whole.map(Duration::from_secs);
        let part = value.as_float();
        let part = part.and_then(|it| Duration::try_from_secs_f64(it).ok());
        let timeout = whole
            .or(part)
            .filter(|it| !it.is_zero() && *it <= LONGEST_TIMEOUT);
        let longest = LONGEST_TIMEOUT.as_secs();
        timeout.map(Self).ok_or_else(|| {
            format!("timeout is a number of seconds, more than 0 and at most {longest}")
        })
    }
}
