//! The user's configuration: one file (TOML) for everything that is shown.
//!
//! [`ConfigFile::read`] finds the file, [`parse`] parses it, and [`Configuration::apply`] sets the
//! [`Preferences`] of a device. The service does not read it: one system service serves several users.

mod bars;
mod choices;
mod defaults;
mod device;
mod file;
mod limits;
mod mistake;
mod notify;
mod toml_text;

use std::fmt;

use serde::Deserialize;

pub use self::bars::{Bars, WIDEST_NAME};
pub use self::choices::{ColorWhen, Field};
pub use self::defaults::{Defaults, LONGEST_TIMEOUT};
pub use self::device::DeviceSection;
pub use self::file::{ConfigError, ConfigFile, folder};
pub use self::mistake::Mistake;
pub use self::notify::{NotifySection, OwnAlertLimits};

use self::bars::BarsTable;
use self::defaults::DefaultsTable;
use self::device::DeviceTable;
use self::notify::Notify;
use crate::device::{AlertLimits, ChargeLimits, Device, Match, Preferences, Receiver, Selector};

/// The content of a configuration file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The settings of single devices, in the order of the file.
    pub devices: Vec<DeviceSection>,
    /// Defaults for options of the command line.
    pub defaults: Defaults,
    /// How devices are shown in general.
    pub bars: Bars,
    /// The settings of notifications.
    pub notify: NotifySection,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    device: Vec<DeviceTable>,
    defaults: DefaultsTable,
    bars: BarsTable,
    notify: Notify,
}

/// Parses the text of a configuration file.
pub fn parse(text: &str) -> Result<Configuration, Mistake> {
    let file: File = toml::from_str(text).map_err(|error| {
        let place = error.span().map_or(0, |span| span.start);
        Mistake::at(text, place, error.message())
    })?;
    let notify = file.notify.section(text)?;
    let shown = OwnAlertLimits::from(notify.limits).shown(ChargeLimits::DEFAULT);
    let bars = file.bars.bars(shown, text)?;
    let devices = file.device.into_iter();
    let devices = devices.map(|it| it.section(bars.limits, text));
    Ok(Configuration {
        devices: devices.collect::<Result<_, Mistake>>()?,
        defaults: file.defaults.into(),
        bars,
        notify,
    })
}

impl Configuration {
    /// Sets the preferences of a device, which may depend on its receiver.
    pub fn apply(&self, device: &mut Device, receivers: &[Receiver]) {
        // A section cannot match the alias that it gives.
        device.preferences = Preferences::NONE;
        device.preferences = self.preferences(device, receivers);
    }

    fn preferences(&self, device: &Device, receivers: &[Receiver]) -> Preferences {
        let own = of_device(&self.devices, |it| it.selector.as_ref(), device, receivers);
        let own = own.cloned().unwrap_or_default();
        let alerts = &self.notify.devices;
        let alerts = of_device(alerts, |(selector, _)| Some(selector), device, receivers);
        let alerts = alerts.map(|(_, own)| *own).unwrap_or_default();
        let alert_limits = alerts.instead_of(self.notify.limits);
        Preferences {
            alias: own.name,
            is_hidden: own.hide,
            order: own.order,
            shown_limits: alerts.shown(self.bars.limits).with(own.low, own.critical),
            alert_limits: AlertLimits {
                charge: alert_limits.charge.with(own.low, own.critical),
                ..alert_limits
            },
        }
    }

    /// These selectors, and those of the devices whose alias one of them may match: what to read.
    pub fn with_aliases(&self, selectors: &[Selector]) -> Vec<Selector> {
        let has_alias = |it: &&DeviceSection| {
            let alias = it.name.as_deref();
            alias.is_some_and(|alias| selectors.iter().any(|it| it.matches_alias(alias)))
        };
        let sections = self.devices.iter().filter(has_alias);
        let of_aliases = sections.filter_map(|it| it.selector.clone());
        selectors.iter().cloned().chain(of_aliases).collect()
    }

    /// Whether names of devices are needed even if they are not shown.
    pub const fn has_sections(&self) -> bool {
        !self.devices.is_empty() || !self.notify.devices.is_empty()
    }
}

/// Returns the most specific section of a device: one that identifies it, else one with a part of its
/// name, else one of its kind, slot or receiver. Of several, the first.
fn of_device<'a, T>(
    sections: &'a [T],
    selector: fn(&T) -> Option<&Selector>,
    device: &Device,
    receivers: &[Receiver],
) -> Option<&'a T> {
    // The last of the best, from the end.
    let sections = sections.iter().rev();
    let how_well = |it| selector(it)?.matches(device, receivers);
    let matching = sections.filter_map(|it| Some((how_well(it)?, it)));
    let best = matching.max_by_key(|(how_well, _)| match how_well {
        Match::Group => 0,
        Match::Part => 1,
        Match::Exact => 2,
    });
    best.map(|(_, section)| section)
}

impl fmt::Display for Configuration {
    /// Formats the configuration as an equivalent file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.notify)?;
        write!(f, "\n{}\n{}", self.bars, self.defaults)?;
        for section in &self.devices {
            write!(f, "\n{section}")?;
        }
        Ok(())
    }
}
