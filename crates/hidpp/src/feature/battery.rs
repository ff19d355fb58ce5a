//! Where a device reports its battery: the features of HID++ 2.0 and the registers of HID++ 1.0.
//!
//! A new one begins as a variant here. No match over these has a default arm, so the compiler leads to
//! the code that has to know it; tests over `ALL` lead to what the compiler does not see. For that the
//! enumerations must not become `#[non_exhaustive]`: other crates would need default arms.

use crate::wire::{FeatureId, Register};

/// Defines an enumeration with the id of each variant, and the way back from an id.
macro_rules! sources {
    (
        $(#[$meta:meta])*
        pub enum $name:ident of $id:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $code:literal, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )*
        }

        impl $name {
            /// Every variant, in the order of their ids.
            pub const ALL: [Self; [$( $code ),*].len()] = [$( Self::$variant ),*];

            /// Its id on the wire.
            pub const fn id(self) -> $id {
                match self {
                    $( Self::$variant => $id($code), )*
                }
            }

            /// The variant of that id; `None`: it is not one of these.
            pub const fn from_id(id: $id) -> Option<Self> {
                match id.0 {
                    $( $code => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }
    };
}

sources! {
    /// A feature of HID++ 2.0 that reports a charge, a level or a voltage.
    pub enum BatteryFeature of FeatureId {
        /// Charge in percent, or in steps that look so: [`super::battery_level_status`].
        LevelStatus = 0x1000,
        /// Battery voltage: [`super::battery_voltage`].
        Voltage = 0x1001,
        /// Charge in percent, in levels, or both: [`super::unified_battery`].
        Unified = 0x1004,
        /// Battery voltage of a headset: [`super::adc_measurement`].
        Adc = 0x1F20,
        /// Charge and light of a solar keyboard: [`super::solar_dashboard`].
        SolarDashboard = 0x4301,
    }
}

sources! {
    /// A register of HID++ 1.0 that reports a charge or a level.
    pub enum BatteryRegister of Register {
        /// Level in steps: [`super::battery_status`].
        Status = 0x07,
        /// Charge in percent: [`super::battery_mileage`].
        Mileage = 0x0D,
    }
}

impl BatteryRegister {
    /// The register that a notification repeats; `None`: it is another notification. Each of these
    /// registers has the sub-id of its notification as its address (Logitech's HID++ 1.0 extract).
    pub const fn of_notification(sub_id: u8) -> Option<Self> {
        Self::from_id(Register(sub_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_leads_back_to_its_variant() {
        assert!(BatteryFeature::ALL.is_sorted() && BatteryRegister::ALL.is_sorted());
        for feature in BatteryFeature::ALL {
            assert_eq!(BatteryFeature::from_id(feature.id()), Some(feature));
        }
        for register in BatteryRegister::ALL {
            assert_eq!(BatteryRegister::from_id(register.id()), Some(register));
        }
        assert_eq!(BatteryFeature::from_id(FeatureId::WIRELESS_STATUS), None);
        assert_eq!(BatteryRegister::of_notification(0x41), None);
    }

    #[test]
    fn every_one_has_a_name() {
        for feature in BatteryFeature::ALL {
            let name = feature.id().name();
            assert!(name.is_some(), "name {feature:?} in wire::FeatureId::name");
        }
        for register in BatteryRegister::ALL {
            let name = register.id().name();
            assert!(name.is_some(), "name {register:?} in wire::Register::name");
        }
    }
}
