//! The sources of battery values: features of HID++ 2.0 and registers of HID++ 1.0, how each is
//! read, and what its reports contain.
//!
//! To add a source, begin with a variant here. No match over these enumerations has a default arm,
//! so the compiler reports all code to extend; tests over `ALL` report the rest. Therefore the
//! enumerations must not become `#[non_exhaustive]`: other crates would need default arms.

use super::adc_measurement::{self, Measurement};
use super::battery_level_status::{self, BatteryLevelStatus};
use super::battery_mileage::{self, BatteryMileage};
use super::battery_spec::{BatterySpec, Origin};
use super::battery_status::{self, BatteryStatus};
use super::battery_voltage::{self, BatteryVoltage};
use super::centurion_battery::{self, CenturionBattery};
use super::solar_dashboard::{self, SolarEvent};
use super::unified_battery::{self, UnifiedBattery};
use crate::wire::{Call, FeatureId, FeatureIndex, Function, Register, RegisterRequest, Report};

/// Defines an enumeration with the id and the label of each variant, and the conversion from an id.
macro_rules! sources {
    (
        $(#[$meta:meta])*
        pub enum $name:ident of $id:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $code:path => $label:literal, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )*
        }

        impl $name {
            /// Every variant, in the order of the list.
            pub const ALL: [Self; [$( $label ),*].len()] = [$( Self::$variant ),*];

            /// Its id on the wire.
            pub const fn id(self) -> $id {
                match self {
                    $( Self::$variant => $code, )*
                }
            }

            /// The label used where a value names its source: the number of a feature, or
            /// `register` and its number.
            pub const fn label(self) -> &'static str {
                match self {
                    $( Self::$variant => $label, )*
                }
            }

            /// The variant of that id; `None`: it is not one of these.
            pub const fn from_id(id: $id) -> Option<Self> {
                match id {
                    $( $code => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }
    };
}

sources! {
    /// A feature that reports a charge, a level or a voltage: of HID++ 2.0, and one of Centurion.
    ///
    /// Those of HID++ are tried in this order, unless the model or the protocol version makes others
    /// likelier (`session/sources.rs`): a device with several has the better one first, 1004 before
    /// 1000 before the voltages.
    pub enum BatteryFeature of FeatureId {
        /// Charge in percent, in levels, or both: [`super::unified_battery`].
        Unified = unified_battery::ID => "1004",
        /// Charge in percent, or in steps that look so: [`super::battery_level_status`].
        LevelStatus = battery_level_status::ID => "1000",
        /// Battery voltage: [`super::battery_voltage`].
        Voltage = battery_voltage::ID => "1001",
        /// Battery voltage of a headset: [`super::adc_measurement`].
        Adc = adc_measurement::ID => "1F20",
        /// Charge and light of a solar keyboard: [`super::solar_dashboard`].
        SolarDashboard = solar_dashboard::ID => "4301",
        /// Charge of a headset that speaks Centurion, in percent: [`super::centurion_battery`].
        Centurion = centurion_battery::ID => "0104",
    }
}

sources! {
    /// A register of HID++ 1.0 that reports a charge or a level.
    pub enum BatteryRegister of Register {
        /// Level in steps: [`super::battery_status`].
        Status = battery_status::REGISTER => "register 07",
        /// Charge in percent: [`super::battery_mileage`].
        Mileage = battery_mileage::REGISTER => "register 0D",
    }
}

/// A battery value as its source reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// An event of feature 4301.
    Solar(SolarEvent),
    /// Register or notification 0D.
    Mileage(BatteryMileage),
    /// Register or notification 07.
    Status(BatteryStatus),
    /// Feature 1000, and what it reports about its values.
    LevelStatus(BatteryLevelStatus, Option<battery_level_status::Capability>),
    /// Feature 1001.
    Voltage(BatteryVoltage),
    /// Feature 1004, and what it reports about its values.
    Unified(UnifiedBattery, Option<unified_battery::Capabilities>),
    /// Feature 1F20.
    Adc(Measurement),
    /// Feature 0104.
    Centurion(CenturionBattery),
}

/// What a battery feature reports about its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub enum Capability {
    /// From feature 1000.
    Levels(battery_level_status::Capability),
    /// From feature 1004.
    Unified(unified_battery::Capabilities),
    /// The feature reports nothing about its values.
    Unsaid,
}

/// How to get the reading of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadMethod {
    /// The reply to this call.
    Call(Call),
    /// A light measurement; its event carries the charge too.
    Measurement,
}

impl Capability {
    /// The capability of feature 1000.
    pub const fn levels(self) -> Option<battery_level_status::Capability> {
        match self {
            Self::Levels(capability) => Some(capability),
            Self::Unified(_) | Self::Unsaid => None,
        }
    }

    /// The capabilities of feature 1004.
    pub const fn unified(self) -> Option<unified_battery::Capabilities> {
        match self {
            Self::Unified(capabilities) => Some(capabilities),
            Self::Levels(_) | Self::Unsaid => None,
        }
    }
}

impl Reading {
    /// Whether it reports a switched-off device instead of a battery value.
    pub const fn is_off(&self) -> bool {
        match self {
            Self::Adc(measurement) => !measurement.connected,
            Self::LevelStatus(..)
            | Self::Voltage(_)
            | Self::Unified(..)
            | Self::Solar(_)
            | Self::Mileage(_)
            | Self::Status(_)
            | Self::Centurion(_) => false,
        }
    }
}

impl BatteryFeature {
    const fn spec(self) -> &'static BatterySpec {
        match self {
            Self::Unified => &unified_battery::SPEC,
            Self::LevelStatus => &battery_level_status::SPEC,
            Self::Voltage => &battery_voltage::SPEC,
            Self::Adc => &adc_measurement::SPEC,
            Self::SolarDashboard => &solar_dashboard::SPEC,
            Self::Centurion => &centurion_battery::SPEC,
        }
    }

    /// Its usual name.
    pub const fn name(self) -> &'static str {
        self.spec().name
    }

    /// The name of a function; `None`: the feature has no such function, or it is not known.
    pub fn function_name(self, function: Function) -> Option<&'static str> {
        name(self.spec().functions, function)
    }

    /// The name of an event; `None`: the feature has no such event, or it is not known.
    pub fn event_name(self, event: Function) -> Option<&'static str> {
        name(self.spec().events, event)
    }

    /// Whether no event contains user input or anything that identifies the device.
    pub const fn has_harmless_events(self) -> bool {
        self.spec().harmless_events
    }

    /// How to get the reading of this feature, which is at this index.
    pub fn read_method(self, index: FeatureIndex) -> ReadMethod {
        match self.spec().get {
            Some(get) => ReadMethod::Call(get(index)),
            None => ReadMethod::Measurement,
        }
    }

    /// The call that returns what its values mean; `None`: it has no such function.
    pub fn get_capability(self, index: FeatureIndex) -> Option<Call> {
        self.spec().get_capability.map(|get| get(index))
    }

    /// Reads the reply to [`Self::get_capability`].
    pub const fn read_capability(self, report: &Report) -> Capability {
        match self {
            Self::LevelStatus => Capability::Levels(battery_level_status::read_capability(report)),
            Self::Unified => Capability::Unified(unified_battery::read_capabilities(report)),
            Self::Voltage | Self::Adc | Self::SolarDashboard | Self::Centurion => {
                Capability::Unsaid
            }
        }
    }

    /// Reads the reply to the call in [`Self::read_method`], or an event that is a reading.
    pub fn read(self, capability: Option<Capability>, report: &Report) -> Reading {
        match self {
            Self::LevelStatus => Reading::LevelStatus(
                battery_level_status::read_level(report),
                capability.and_then(Capability::levels),
            ),
            Self::Voltage => Reading::Voltage(battery_voltage::read_voltage(report)),
            Self::Unified => Reading::Unified(
                unified_battery::read_status(report),
                capability.and_then(Capability::unified),
            ),
            Self::Adc => Reading::Adc(adc_measurement::read_measurement(report)),
            Self::Centurion => Reading::Centurion(centurion_battery::read_battery(report)),
            Self::SolarDashboard => {
                Reading::Solar(solar_dashboard::read_event(report.address() >> 4, report))
            }
        }
    }

    /// Whether a report looks like a reading. If not, the feature index may be stale: the session looks
    /// it up and reads again, and uses the second reading whatever this function returns.
    pub fn can_be_reading(self, report: &Report) -> bool {
        (self.spec().can_be_reading)(report)
    }

    /// Whether an error in reply to the read request means that it is switched off, as with the dongle of a
    /// headset.
    pub const fn refuses_when_off(self) -> bool {
        self.spec().refuses_when_off
    }

    /// Whether it is a feature of Centurion. In HID++ its number is another one's.
    pub const fn is_centurion(self) -> bool {
        match self {
            Self::Centurion => true,
            Self::Unified
            | Self::LevelStatus
            | Self::Voltage
            | Self::Adc
            | Self::SolarDashboard => false,
        }
    }

    /// Whether an event of this number carries a reading, as all known events do.
    pub fn is_reading(self, event: Function) -> bool {
        self.event_name(event).is_some()
    }

    /// What a report of the feature under software id 0 is; `capability` if it is known.
    pub fn origin(self, capability: Option<Capability>, report: &Report) -> Origin {
        if !self.is_reading(Function::new(report.address() >> 4)) {
            return Origin::Reply;
        }
        match self {
            Self::LevelStatus | Self::Voltage | Self::Adc | Self::Centurion => Origin::Event,
            Self::Unified => {
                unified_battery::origin(capability.and_then(Capability::unified), report)
            }
            Self::SolarDashboard => solar_dashboard::origin(report),
        }
    }
}

fn name(names: &[(u8, &'static str)], number: Function) -> Option<&'static str> {
    let mut names = names.iter();
    names.find_map(|(known, name)| (*known == number.get()).then_some(*name))
}

impl BatteryRegister {
    /// The register that a notification repeats; `None`: it is another notification. Each of these
    /// registers has the sub-id of its notification as its address (Logitech's HID++ 1.0 extract).
    pub const fn of_notification(sub_id: u8) -> Option<Self> {
        Self::from_id(Register(sub_id))
    }

    /// The request that reads it.
    pub const fn get(self) -> RegisterRequest {
        match self {
            Self::Status => battery_status::get(),
            Self::Mileage => battery_mileage::get(),
        }
    }

    /// Reads the reply to [`Self::get`].
    pub fn read(self, report: &Report) -> Reading {
        match self {
            Self::Status => Reading::Status(battery_status::read(report)),
            Self::Mileage => Reading::Mileage(battery_mileage::read(report)),
        }
    }

    /// Reads the notification that repeats it.
    pub fn read_notification(self, report: &Report) -> Reading {
        match self {
            Self::Status => Reading::Status(battery_status::read_notification(report)),
            Self::Mileage => Reading::Mileage(battery_mileage::read_notification(report)),
        }
    }

    /// Whether a device sends the notification at once when notices are switched on: a Performance
    /// MX does 6 to 16 ms after the acknowledgement (recording, in six of six cases).
    pub const fn notifies_at_once(self) -> bool {
        match self {
            Self::Status => true,
            Self::Mileage => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unified_battery::Capabilities;
    use super::*;
    use crate::wire::tests::report;

    const ALL_LEVELS: Capabilities = Capabilities {
        levels: 0x0F,
        rechargeable: true,
        state_of_charge: true,
        flags: 0x03,
    };

    #[test]
    fn every_id_converts_to_its_variant_and_is_its_label() {
        for feature in BatteryFeature::ALL {
            assert_eq!(BatteryFeature::from_id(feature.id()), Some(feature));
            assert_eq!(feature.label(), feature.id().to_string());
        }
        for register in BatteryRegister::ALL {
            assert_eq!(BatteryRegister::from_id(register.id()), Some(register));
            assert_eq!(register.label(), format!("register {}", register.id()));
        }
        assert_eq!(BatteryFeature::from_id(FeatureId::WIRELESS_STATUS), None);
        assert_eq!(BatteryRegister::of_notification(0x41), None);
    }

    #[test]
    fn every_register_has_a_name() {
        for register in BatteryRegister::ALL {
            let name = register.id().name();
            assert!(name.is_some(), "name {register:?} in wire::Register::name");
        }
    }

    #[test]
    fn the_capabilities_of_1004_are_not_a_charge_of_15_percent() {
        // linux-input 2022-08-26 and Solaar issue 1718.
        let reply = report("11 01 08 00 0F 03 …");
        for known in [None, Some(ALL_LEVELS)] {
            let origin = BatteryFeature::Unified.origin(known.map(Capability::Unified), &reply);
            assert_eq!(origin, Origin::Reply);
        }
    }

    #[test]
    fn capabilities_that_look_like_a_reading_are_unclear() {
        let levels_only = Capabilities {
            rechargeable: false,
            flags: 0x02,
            ..ALL_LEVELS
        };
        let of = |hex, known: Option<Capabilities>| {
            let known = known.map(Capability::Unified);
            BatteryFeature::Unified.origin(known, &report(hex))
        };
        let ambiguous = "11 01 08 00 0F 02 …";
        assert_eq!(of(ambiguous, Some(levels_only)), Origin::Unclear);
        assert_eq!(of(ambiguous, None), Origin::Unclear);
        // The capabilities are those of another device.
        assert_eq!(of(ambiguous, Some(ALL_LEVELS)), Origin::Event);
        assert_eq!(of("11 01 08 00 0F 00 …", None), Origin::Unclear);
        // A mouse at 5 %, and one at 10 % that is charged.
        assert_eq!(of("11 01 08 00 05 01 …", Some(ALL_LEVELS)), Origin::Event);
        assert_eq!(of("11 01 08 00 0A 01 01 01 …", None), Origin::Event);
        assert_eq!(of("11 01 08 00 64 08 03 01 …", None), Origin::Event);
        // An unknown status.
        assert_eq!(of("11 01 08 00 46 08 08 …", None), Origin::Event);
    }

    #[test]
    fn replies_of_other_functions_are_not_events() {
        for (feature, hex) in [
            // The capability of a T400 (Solaar issue 1568).
            (BatteryFeature::LevelStatus, "11 01 06 10 04 00 A0 FA 0F …"),
            (BatteryFeature::Voltage, "11 01 06 10 …"),
            (BatteryFeature::Adc, "11 FF 08 10 05 …"),
            (BatteryFeature::Unified, "11 01 08 10 61 08 …"),
            // The arguments of both functions of the solar dashboard, and no function.
            (BatteryFeature::SolarDashboard, "11 01 09 00 01 01 …"),
            (BatteryFeature::SolarDashboard, "11 01 09 10 02 …"),
            (BatteryFeature::SolarDashboard, "11 01 09 20 …"),
            (
                BatteryFeature::SolarDashboard,
                "11 01 09 30 39 00 0C 06 1D 47 4F 4F 44 …",
            ),
        ] {
            assert_eq!(feature.origin(None, &report(hex)), Origin::Reply, "{hex}");
        }
    }

    #[test]
    fn readings_are_events() {
        for (feature, hex) in [
            (BatteryFeature::LevelStatus, "11 01 06 00 5A 32 …"),
            (BatteryFeature::Voltage, "11 01 06 00 0E B5 …"),
            (BatteryFeature::Adc, "11 FF 08 00 0E 75 01 …"),
            // The headset is switched off.
            (BatteryFeature::Adc, "11 FF 08 00 …"),
            (BatteryFeature::Unified, "11 01 08 00 61 08 …"),
            (
                BatteryFeature::SolarDashboard,
                "11 01 09 00 39 00 00 06 1D 47 4F 4F 44 …",
            ),
            // The draft's example of 319 lux.
            (
                BatteryFeature::SolarDashboard,
                "11 03 06 10 60 01 3F 06 72 …",
            ),
        ] {
            assert_eq!(feature.origin(None, &report(hex)), Origin::Event, "{hex}");
        }
    }
}
