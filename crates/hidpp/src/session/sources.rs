//! The order in which the battery sources of a device are tried, so that few requests find it.

use crate::feature::root::ProtocolVersion;
use crate::feature::{BatteryFeature, BatteryRegister};
use crate::wire::Wpid;

/// All features of HID++ that report a charge, the likeliest first: by the dumps of 73 devices HID++
/// 2.0 and 3.0 came with 1000 only, but for the solar keyboard; USB headsets with 1F20. The remaining
/// ones, or all if none is likelier, are in the order of [`BatteryFeature`].
pub(super) fn battery_sources(
    protocol: ProtocolVersion,
    model: Option<Wpid>,
) -> Vec<BatteryFeature> {
    use BatteryFeature::{Adc, LevelStatus, SolarDashboard, Unified, Voltage};
    let likely: &[BatteryFeature] = match (protocol.major, model) {
        (_, Some(Wpid(0x4002))) => &[SolarDashboard, LevelStatus],
        (_, Some(Wpid(0x0A00..=0x0AFF))) => &[Adc, Unified, Voltage],
        (2 | 3, _) => &[LevelStatus, SolarDashboard],
        _ => &[],
    };
    let mut sources = BatteryFeature::ALL.to_vec();
    sources.retain(|source| !source.is_centurion());
    sources.sort_by_key(|source| {
        let place = likely.iter().position(|likely| likely == source);
        place.unwrap_or(likely.len())
    });
    sources
}

/// The battery registers of a HID++ 1.0 device, the likelier first.
///
/// Keyboards (models 20xx) and 27 MHz devices were seen with 07, most mice with 0D.
pub(super) const fn battery_registers(
    model: Option<Wpid>,
) -> [BatteryRegister; BatteryRegister::ALL.len()] {
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
    fn every_source_is_tried_for_any_model() {
        for model in [
            None,
            Some(Wpid(0x0001)),
            Some(Wpid(0x2010)),
            Some(Wpid(0x4002)),
            Some(Wpid(0x0ABA)),
            Some(Wpid(0xB034)),
        ] {
            for major in 0..=5 {
                let mut sources = battery_sources(ProtocolVersion { major, minor: 0 }, model);
                sources.sort();
                let all = BatteryFeature::ALL.into_iter();
                let all: Vec<_> = all.filter(|it| !it.is_centurion()).collect();
                assert_eq!(sources, all);
            }
            let mut registers = battery_registers(model);
            registers.sort();
            assert_eq!(registers, BatteryRegister::ALL);
        }
    }

    #[test]
    fn the_likeliest_come_first_and_the_better_ones_after_them() {
        use BatteryFeature::{Adc, LevelStatus, SolarDashboard, Unified, Voltage};
        for (major, model, expected) in [
            (
                2,
                Some(0x4002),
                [SolarDashboard, LevelStatus, Unified, Voltage, Adc],
            ),
            (
                4,
                Some(0x0ABA),
                [Adc, Unified, Voltage, LevelStatus, SolarDashboard],
            ),
            (
                2,
                None,
                [LevelStatus, SolarDashboard, Unified, Voltage, Adc],
            ),
            (
                4,
                Some(0xB034),
                [Unified, LevelStatus, Voltage, Adc, SolarDashboard],
            ),
        ] {
            let protocol = ProtocolVersion { major, minor: 0 };
            let sources = battery_sources(protocol, model.map(Wpid));
            let known = sources
                .into_iter()
                .filter(|source| expected.contains(source));
            assert_eq!(known.collect::<Vec<_>>(), expected, "{major} {model:04X?}");
        }
    }
}
