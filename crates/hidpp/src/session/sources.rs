//! In which order to look for the battery of a HID++ 2.0 device, so that few look-ups find it.

use super::known::BatteryRegister;
use crate::feature::root::ProtocolVersion;
use crate::wire::{FeatureId, Wpid};

const LEVELS: FeatureId = FeatureId::BATTERY_LEVEL_STATUS;
const VOLTAGE: FeatureId = FeatureId::BATTERY_VOLTAGE;
const UNIFIED: FeatureId = FeatureId::UNIFIED_BATTERY;
const ADC: FeatureId = FeatureId::ADC_MEASUREMENT;
const SOLAR: FeatureId = FeatureId::SOLAR_DASHBOARD;

/// All features that tell a charge, the likeliest first.
///
/// A device with several has the better one first: 1004 before 1000 before the voltages. The dumps
/// of 73 devices show: HID++ 2.0 and 3.0 came with 1000 only, but for the solar keyboard; USB
/// headsets with 1F20.
pub(super) const fn battery_sources(
    protocol: ProtocolVersion,
    model: Option<Wpid>,
) -> [FeatureId; 5] {
    match (protocol.major, model) {
        (_, Some(Wpid(0x4002))) => [SOLAR, LEVELS, UNIFIED, VOLTAGE, ADC],
        (_, Some(Wpid(0x0A00..=0x0AFF))) => [ADC, UNIFIED, VOLTAGE, LEVELS, SOLAR],
        (2 | 3, _) => [LEVELS, SOLAR, UNIFIED, VOLTAGE, ADC],
        _ => [UNIFIED, LEVELS, VOLTAGE, ADC, SOLAR],
    }
}

/// Whether a feature tells a charge.
pub(super) fn is_battery_source(id: FeatureId) -> bool {
    [LEVELS, VOLTAGE, UNIFIED, ADC, SOLAR].contains(&id)
}

/// The battery registers of a HID++ 1.0 device, the likelier first.
///
/// Keyboards (models 20xx) and 27 MHz devices were seen with 07, most mice with 0D.
pub(super) const fn battery_registers(model: Option<Wpid>) -> [BatteryRegister; 2] {
    use BatteryRegister::{Mileage, Status};
    match model {
        Some(Wpid(0x2000..=0x20FF | ..=0x00FF)) => [Status, Mileage],
        _ => [Mileage, Status],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_tried_whatever_the_model() {
        for major in 0..=5 {
            for model in [
                None,
                Some(Wpid(0x4002)),
                Some(Wpid(0x0ABA)),
                Some(Wpid(0xB034)),
            ] {
                let mut sources = battery_sources(ProtocolVersion { major, minor: 0 }, model);
                sources.sort();
                assert_eq!(sources, [LEVELS, VOLTAGE, UNIFIED, ADC, SOLAR]);
            }
        }
    }
}
