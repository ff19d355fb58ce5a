//! A HID++ 2.0 device: a table of features, each with its functions.
//!
//! Requests are `feature index, function << 4 | software id, parameters`. Answers are always long
//! and repeat the two bytes; errors are `FF`, the two bytes, a code. Modelled are root, 0001, 0003,
//! 0005, 0007, the event of 1D4B, the features of [`BatteryView`], and 4301; other features can be
//! listed and answer "unsupported". Each is a [`Model`].

use super::battery::{Battery, State};
use super::battery_features::BatteryView;
use super::frame::{Error20, Request, long, padded};
use super::information::{self, Entity, Information};
use super::solar::{Event, Solar};
use hidpp_proto::units::{Percent, Timestamp};

/// One line of the feature table.
#[derive(Clone, Debug)]
pub struct Feature {
    /// The feature's id, such as 4301; zero if unknown, and then it cannot be looked up.
    pub id: u16,
    /// Type flags: bit 7 obsolete, bit 6 hidden, bit 5 internal; bits 4 and 3: manufacturing or
    /// compliance may switch it off.
    pub flags: u8,
    /// The feature's version.
    pub version: u8,
    /// Its behaviour.
    pub model: Model,
}

/// The behaviour of a feature.
#[derive(Clone, Debug)]
pub enum Model {
    /// 0001: the table itself.
    FeatureSet,
    /// 0003, version 0: the firmware parts, one after the other.
    Firmware(Vec<Entity>),
    /// 0003, version 1 and later: the firmware parts and the device's identity.
    Information(Information),
    /// 0005: the device's name and type (0 keyboard, 3 mouse).
    Name {
        /// The full name, in ASCII.
        name: String,
        /// The type, in the numbers of feature 0005.
        kind: u8,
    },
    /// 0007: the name that its user can change.
    FriendlyName(String),
    /// 1D4B: no functions, and one event after a reconnection.
    WirelessStatus,
    /// A feature that shows the battery.
    Battery(BatteryView),
    /// 4301: the solar dashboard.
    Solar(Solar),
    /// Listed only: every function answers "unsupported".
    Listed,
}

impl Feature {
    /// A feature of version 0 without flags.
    pub fn new(id: u16, model: Model) -> Self {
        Self {
            id,
            flags: 0,
            version: 0,
            model,
        }
    }

    /// A battery feature of version 0 without flags.
    pub fn battery(view: BatteryView) -> Self {
        Self::new(view.id(), Model::Battery(view))
    }

    /// The payload of event 0 for this battery, if this is a battery feature.
    fn battery_event(&self, battery: Battery) -> Option<[u8; 16]> {
        match &self.model {
            Model::Battery(view) => Some(view.event(battery)),
            Model::FeatureSet
            | Model::Firmware(_)
            | Model::Information(_)
            | Model::Name { .. }
            | Model::FriendlyName(_)
            | Model::WirelessStatus
            // The solar keyboard's battery is part of its dashboard.
            | Model::Solar(_)
            | Model::Listed => None,
        }
    }
}

/// The features of one device.
#[derive(Clone, Debug)]
pub struct Hidpp20 {
    /// The version in the answer to a ping: `[2, 0]` is HID++ 2.0, `[4, 5]` is HID++ 4.5.
    pub version: [u8; 2],
    battery: Battery,
    /// The table; its first line has index 1, because index 0 is root.
    features: Vec<Feature>,
}

impl Hidpp20 {
    /// A device with these features, the first at index 1, and a full battery.
    pub fn new(version: [u8; 2], features: Vec<Feature>) -> Self {
        Self {
            version,
            battery: Battery::new(Percent::FULL, State::Discharging),
            features,
        }
    }

    /// The same device with this battery.
    #[must_use]
    pub fn with_battery(mut self, battery: Battery) -> Self {
        self.battery = battery;
        self
    }

    /// The battery behind all battery features except that of a solar keyboard.
    pub fn battery(&self) -> Battery {
        self.battery
    }

    /// Whether a feature reports the battery.
    pub(super) fn has_battery(&self) -> bool {
        let shown = |line: &Feature| line.battery_event(self.battery);
        self.features.iter().any(|line| shown(line).is_some())
    }

    /// Changes the battery; returns event 0 of each battery feature with a changed payload.
    pub(super) fn set_battery(&mut self, index: u8, battery: Battery) -> Vec<Vec<u8>> {
        let before = self.battery;
        self.battery = battery;
        (1..)
            .zip(&self.features)
            .filter_map(|(place, line)| {
                let payload = line.battery_event(battery)?;
                let changed = line.battery_event(before) != Some(payload);
                changed.then(|| event_frame(index, place, (0, payload)))
            })
            .collect()
    }

    /// Connects a headset to its dongle or disconnects it. Returns `None` if this is not the dongle
    /// of a headset, otherwise the event, if the state changed.
    pub(super) fn set_headset(&mut self, index: u8, connected: bool) -> Option<Vec<Vec<u8>>> {
        let battery = self.battery;
        (1..)
            .zip(&mut self.features)
            .find_map(|(place, line)| match &mut line.model {
                Model::Battery(BatteryView::AdcMeasurement(adc)) => {
                    let news = adc.connected != connected;
                    adc.connected = connected;
                    let event = || event_frame(index, place, (0, adc.status(battery)));
                    Some(news.then(event).into_iter().collect())
                }
                _ => None,
            })
    }

    /// Whether this is the dongle of a headset.
    pub(super) fn is_dongle(&self) -> bool {
        let is_adc =
            |line: &Feature| matches!(line.model, Model::Battery(BatteryView::AdcMeasurement(_)));
        self.features.iter().any(is_adc)
    }

    /// Whether this is a dongle that forwards requests to the feature at this index to its headset.
    pub(super) fn asks_headset(&self, index: u8) -> bool {
        let is_connected = |line: &Feature| {
            matches!(
                &line.model,
                Model::Battery(BatteryView::AdcMeasurement(adc)) if adc.connected
            )
        };
        let connected = self.features.iter().any(is_connected);
        let line = usize::from(index).checked_sub(1);
        let line = line.and_then(|place| self.features.get(place));
        connected && line.is_some_and(|line| !matches!(line.id, 0x0001 | 0x0003 | 0x0005))
    }

    /// The solar dashboard, if the device has one.
    pub fn solar(&self) -> Option<&Solar> {
        self.features.iter().find_map(|line| match &line.model {
            Model::Solar(solar) => Some(solar),
            _ => None,
        })
    }

    /// The solar dashboard and its feature index, for actions of the user and the environment.
    pub(super) fn solar_mut(&mut self) -> Option<(u8, &mut Solar)> {
        (1..)
            .zip(&mut self.features)
            .find_map(|(index, line)| match &mut line.model {
                Model::Solar(solar) => Some((index, solar)),
                _ => None,
            })
    }

    /// The name in feature 0005.
    pub(super) fn name(&self) -> Option<&str> {
        self.features.iter().find_map(|line| match &line.model {
            Model::Name { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }

    /// Changes the name in feature 0005.
    pub fn set_name(&mut self, to: &str) {
        for line in &mut self.features {
            if let Model::Name { name, .. } = &mut line.model {
                to.clone_into(name);
            }
        }
    }

    /// Answers a request.
    pub(super) fn answer(&mut self, now: Timestamp, request: &Request) -> Vec<u8> {
        let function = request.address >> 4;
        let answer = match request.sub {
            0 => self.root(function, request.params),
            index => self.call(now, index, function, request.params),
        };
        match answer {
            Ok(params) => request.long_reply(params),
            Err(error) => request.error20(error),
        }
    }

    /// Processes a reconnection of the device; returns its unsolicited frames, sent from `slot`.
    pub(super) fn reconnected(
        &mut self,
        now: Timestamp,
        slot: u8,
        switched_on: bool,
    ) -> Vec<Vec<u8>> {
        (1..)
            .zip(&mut self.features)
            .filter_map(|(index, line)| match &mut line.model {
                // 1D4B event 0: reconnected, configuration needed, and whether by the power switch.
                Model::WirelessStatus => {
                    Some(long(slot, index, 0x00, &[1, 1, u8::from(switched_on)]))
                }
                Model::Solar(solar) => Some(event_frame(slot, index, solar.reconnected(now))),
                _ => None,
            })
            .collect()
    }

    /// When the device sends its next unsolicited report.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.solar().map(Solar::next_due)
    }

    /// The report that is due at [`Self::next_due`], as a frame from `slot`.
    pub(super) fn next_event(&mut self, slot: u8) -> Option<Vec<u8>> {
        self.solar_mut()
            .map(|(index, solar)| event_frame(slot, index, solar.next_event()))
    }

    /// Root, index 0: where a feature is, and the ping.
    fn root(&self, function: u8, params: [u8; 16]) -> Result<[u8; 16], Error20> {
        let [high, low, mark, ..] = params;
        match function {
            0 => {
                let id = u16::from_be_bytes([high, low]);
                let mut lines = (1..).zip(&self.features);
                // Zero means absent; root itself is at zero as well.
                let found = lines.find(|(_, line)| line.id == id && id != 0);
                Ok(found.map_or([0; 16], |(index, line)| {
                    padded(&[index, line.flags, line.version])
                }))
            }
            1 => {
                let [major, minor] = self.version;
                Ok(padded(&[major, minor, mark]))
            }
            _ => Err(Error20::InvalidFunction),
        }
    }

    fn call(
        &mut self,
        now: Timestamp,
        index: u8,
        function: u8,
        params: [u8; 16],
    ) -> Result<[u8; 16], Error20> {
        let battery = self.battery;
        let place = usize::from(index) - 1;
        let [first, ..] = params;
        if let Some(Model::FeatureSet) = self.features.get(place).map(|line| &line.model) {
            return self.feature_set(function, first);
        }
        let line = self
            .features
            .get_mut(place)
            .ok_or(Error20::InvalidFeatureIndex)?;
        match &mut line.model {
            Model::Firmware(entities) => information::version_0(entities, function, first),
            Model::Information(information) => information.call(function, first),
            Model::Name { name, kind } => device_name(name.as_bytes(), *kind, function, first),
            Model::FriendlyName(name) => friendly_name(name.as_bytes(), function, first),
            Model::Battery(view) => view.call(battery, function),
            Model::Solar(solar) => solar.call(now, function, params),
            Model::WirelessStatus => Err(Error20::InvalidFunction),
            Model::FeatureSet | Model::Listed => Err(Error20::Unsupported),
        }
    }

    /// 0001: function 0 counts the features without root, function 1 returns the id, the flags and
    /// the version of one; index 0 is root.
    fn feature_set(&self, function: u8, index: u8) -> Result<[u8; 16], Error20> {
        match (function, usize::from(index).checked_sub(1)) {
            (0, _) => Ok(padded(&[
                u8::try_from(self.features.len()).unwrap_or(u8::MAX)
            ])),
            (1, None) => Ok([0; 16]),
            (1, Some(place)) => {
                let line = self.features.get(place).ok_or(Error20::InvalidArgument)?;
                let [high, low] = line.id.to_be_bytes();
                Ok(padded(&[high, low, line.flags, line.version]))
            }
            _ => Err(Error20::InvalidFunction),
        }
    }
}

/// An event: software id 0, the event's number in the function's place.
pub(super) fn event_frame(slot: u8, index: u8, (event, params): Event) -> Vec<u8> {
    long(slot, index, event << 4, &params)
}

/// 0005: function 0 returns the length of the name, function 1 up to 16 characters from an offset
/// on, function 2 the type.
fn device_name(name: &[u8], kind: u8, function: u8, offset: u8) -> Result<[u8; 16], Error20> {
    match function {
        0 => Ok(padded(&[u8::try_from(name.len()).unwrap_or(u8::MAX)])),
        1 => match name.get(usize::from(offset)..) {
            Some(rest) if !rest.is_empty() => Ok(padded(rest)),
            _ => Err(Error20::InvalidArgument),
        },
        2 => Ok(padded(&[kind])),
        _ => Err(Error20::InvalidFunction),
    }
}

/// 0007: function 0 returns the length of the name, its maximum length and the length of the
/// default name; function 1 returns the requested offset, then up to 15 characters from that offset
/// on. Source: Logitech's cpg-docs, Solaar `hidpp20.py`.
fn friendly_name(name: &[u8], function: u8, offset: u8) -> Result<[u8; 16], Error20> {
    let length = u8::try_from(name.len()).unwrap_or(u8::MAX);
    match function {
        0 => Ok(padded(&[length, 20, length])),
        1 => match name.get(usize::from(offset)..) {
            Some(rest) if !rest.is_empty() => Ok(padded(&[&[offset], rest].concat())),
            _ => Err(Error20::InvalidArgument),
        },
        _ => Err(Error20::InvalidFunction),
    }
}

#[cfg(test)]
mod tests;
