//! Converts the readings of every battery source to [`Battery`].

use super::battery::{Battery, BatteryLevel, BatterySource, ChargeState, ValueKind};
use hidpp_proto::feature::adc_measurement::{self, Measurement};
use hidpp_proto::feature::battery_level_status::{self, BatteryLevelStatus};
use hidpp_proto::feature::battery_mileage::{self, BatteryMileage};
use hidpp_proto::feature::battery_status::{self, BatteryStatus};
use hidpp_proto::feature::battery_voltage::{self, BatteryVoltage};
use hidpp_proto::feature::centurion_battery::{self, CenturionBattery};
use hidpp_proto::feature::discharge::{self, Estimate};
use hidpp_proto::feature::solar_dashboard::SolarEvent;
use hidpp_proto::feature::unified_battery::{self, Capabilities, ExternalPower, UnifiedBattery};
use hidpp_proto::feature::{BatteryFeature, BatteryRegister, Reading};
use hidpp_proto::units::{Percent, PercentPoints, Timestamp};
use hidpp_proto::wire::Wpid;

impl Battery {
    /// Converts a reading of the product with this id; `None`: the device reports that it is
    /// switched off. `before` is the previous state of the battery.
    pub fn of(
        reading: &Reading,
        product: Option<Wpid>,
        before: Option<&Self>,
        at: Timestamp,
    ) -> Option<Self> {
        Some(match reading {
            Reading::Solar(event) => {
                let before = before.filter(|it| it.source == BatterySource::SOLAR);
                Self::from_solar(event, before.map(|battery| battery.state), at)
            }
            Reading::Mileage(mileage) => Self::from_mileage(mileage, at),
            Reading::Status(status) => Self::from_status(status, at),
            Reading::LevelStatus(status, capability) => {
                Self::from_level_status(status, capability.as_ref(), at)
            }
            Reading::Voltage(voltage) => Self::from_voltage(voltage, product, at),
            Reading::Unified(battery, capabilities) => {
                Self::from_unified(battery, capabilities.as_ref(), at)
            }
            Reading::Adc(measurement) => return Self::from_adc(measurement, product, at),
            Reading::Centurion(battery) => Self::from_centurion(battery, at),
        })
    }

    /// A reading of feature 1000.
    ///
    /// Without `capability`, or if that reports few levels, percentages are steps: a K400+ shows
    /// 90, 70 and 5 only (Solaar issue 475). A T650 reports that it is full and that its level is
    /// unknown (issue 2005): it counts as full. An M310 on AA cells reports an invalid battery at
    /// 70 % (issue 512): its charge is used as any other, and no charger is at fault.
    pub fn from_level_status(
        status: &BatteryLevelStatus,
        capability: Option<&battery_level_status::Capability>,
        at: Timestamp,
    ) -> Self {
        use battery_level_status::Charging;
        let state = match status.charging {
            Charging::Discharging => ChargeState::Discharging,
            Charging::Recharging | Charging::FinalStage | Charging::Slow => ChargeState::Charging,
            Charging::Complete => ChargeState::Full,
            Charging::InvalidBattery => ChargeState::InvalidBattery,
            Charging::ThermalError => ChargeState::ThermalError,
            Charging::OtherError => ChargeState::ChargingError,
            Charging::Unknown(_) => ChargeState::Unknown,
        };
        let rechargeable = capability.map(|it| it.rechargeable);
        let state = state.of_rechargeable(rechargeable);
        let value_kind = if capability.is_some_and(|it| it.is_percentage()) {
            ValueKind::Percent
        } else {
            ValueKind::Steps
        };
        let percent = status.level.or_else(|| charge_of(state));
        let level = percent.map(BatteryLevel::of);
        Self {
            percent,
            level: level.filter(|_| value_kind == ValueKind::Steps),
            next: status.next,
            rechargeable,
            ..Self::state_only(
                BatterySource::Feature(BatteryFeature::LevelStatus),
                value_kind,
                state,
                at,
            )
        }
    }

    /// A reading of feature 1001 of the product with this id.
    ///
    /// With external power the voltage is the charger's, so no percentage is estimated: a mouse at
    /// 30 % looked like 63 % (piper issue 222). If the device reports that it is full, the charge
    /// is 100 %.
    pub fn from_voltage(voltage: &BatteryVoltage, product: Option<Wpid>, at: Timestamp) -> Self {
        use battery_voltage::Charging;
        let state = match voltage.charging {
            Charging::Discharging => ChargeState::Discharging,
            Charging::Charging => ChargeState::Charging,
            Charging::Full => ChargeState::Full,
            Charging::NotCharging => ChargeState::NotCharging,
            Charging::HardwareError => ChargeState::ChargingError,
            Charging::Unknown(_) => ChargeState::Unknown,
        };
        let on_battery = !voltage.external_power;
        let critical = on_battery && voltage.critical;
        let estimate =
            on_battery.then(|| discharge::MICE_AND_KEYBOARDS.estimate(product, voltage.voltage));
        Self {
            level: critical.then_some(BatteryLevel::Critical),
            external_power: Some(voltage.external_power),
            voltage: Some(voltage.voltage),
            rechargeable: Some(true),
            ..Self::estimated(
                BatterySource::Feature(BatteryFeature::Voltage),
                estimate,
                state,
                at,
            )
        }
    }

    /// A reading of feature 1004.
    ///
    /// 0 % is an empty battery if the device reports percentages, and has no meaning otherwise.
    /// Without `capabilities` 0 % counts as not reported.
    ///
    /// Code 4 is an error according to the kernel, and slow recharge according to Solaar and
    /// OpenLogi. It is an error here: the codes of the other programs are those of feature 1000,
    /// and a false warning about a device that charges slowly is less harmful than no warning about
    /// one that does not charge.
    pub fn from_unified(
        unified: &UnifiedBattery,
        capabilities: Option<&Capabilities>,
        at: Timestamp,
    ) -> Self {
        use unified_battery::{Charging, Level};
        let state = match unified.charging {
            Charging::Discharging => ChargeState::Discharging,
            Charging::Charging | Charging::SlowOrAlmostFull => ChargeState::Charging,
            Charging::Complete => ChargeState::Full,
            Charging::InvalidBattery => ChargeState::InvalidBattery,
            Charging::ThermalError => ChargeState::ThermalError,
            Charging::Unusual | Charging::OtherError => ChargeState::ChargingError,
            Charging::Unknown(_) => ChargeState::Unknown,
        };
        let rechargeable = capabilities.map(|it| it.rechargeable);
        let state = state.of_rechargeable(rechargeable);
        let has_percentage = match capabilities {
            Some(capabilities) => capabilities.state_of_charge,
            None => unified.charge.is_some_and(|it| it != Percent::EMPTY),
        };
        let value_kind = if has_percentage {
            ValueKind::Percent
        } else {
            ValueKind::Steps
        };
        Self {
            percent: unified.charge.filter(|_| has_percentage),
            level: match unified.level {
                Some(Level::Critical) => Some(BatteryLevel::Critical),
                Some(Level::Low) => Some(BatteryLevel::Low),
                Some(Level::Good) => Some(BatteryLevel::Good),
                Some(Level::Full) => Some(BatteryLevel::Full),
                Some(Level::Unknown(_)) | None => None,
            },
            external_power: match unified.external_power {
                ExternalPower::Absent => Some(false),
                ExternalPower::Wired => Some(true),
                ExternalPower::Unknown(_) => None,
            },
            rechargeable,
            ..Self::state_only(
                BatterySource::Feature(BatteryFeature::Unified),
                value_kind,
                state,
                at,
            )
        }
    }

    /// A reading of feature 1F20 of the product with this id; `None` when the headset is switched
    /// off.
    ///
    /// As with [`Self::from_voltage`], a percentage is estimated on battery only.
    pub fn from_adc(
        measurement: &Measurement,
        product: Option<Wpid>,
        at: Timestamp,
    ) -> Option<Self> {
        use adc_measurement::Charging;
        let state = match measurement.charging {
            Charging::Discharging => ChargeState::Discharging,
            Charging::Charging => ChargeState::Charging,
            Charging::Full => ChargeState::Full,
            Charging::Error => ChargeState::ChargingError,
        };
        let on_battery = measurement.charging == Charging::Discharging;
        let estimate =
            on_battery.then(|| discharge::HEADSETS.estimate(product, measurement.voltage));
        measurement.connected.then(|| Self {
            external_power: Some(!on_battery),
            voltage: Some(measurement.voltage),
            rechargeable: Some(true),
            ..Self::estimated(
                BatterySource::Feature(BatteryFeature::Adc),
                estimate,
                state,
                at,
            )
        })
    }

    /// A reading of feature 0104.
    pub fn from_centurion(battery: &CenturionBattery, at: Timestamp) -> Self {
        use centurion_battery::Charging;
        let (state, external_power) = match battery.charging {
            Charging::Discharging => (ChargeState::Discharging, Some(false)),
            Charging::Charging | Charging::ChargingOnUsb => (ChargeState::Charging, Some(true)),
            // It may have been unplugged since.
            Charging::Full => (ChargeState::Full, None),
            Charging::Unknown(_) => (ChargeState::Unknown, None),
        };
        Self {
            percent: battery.charge,
            external_power,
            rechargeable: Some(true),
            ..Self::state_only(
                BatterySource::Feature(BatteryFeature::Centurion),
                ValueKind::Percent,
                state,
                at,
            )
        }
    }

    /// A reading of a solar keyboard.
    ///
    /// Above 200 lux it is charging, and at 100 % it is full, as in the kernel. If light was not
    /// measured, `before` is the charging state to keep.
    pub fn from_solar(event: &SolarEvent, before: Option<ChargeState>, at: Timestamp) -> Self {
        let state = match (event.charge, event.is_charging()) {
            (Some(Percent::FULL), _) => ChargeState::Full,
            (_, Some(true)) => ChargeState::Charging,
            (_, Some(false)) => ChargeState::Discharging,
            (_, None) => before.unwrap_or(ChargeState::Unknown),
        };
        Self {
            percent: event.charge,
            voltage: event.voltage(),
            trusted: event.good,
            rechargeable: Some(true),
            ..Self::state_only(BatterySource::SOLAR, ValueKind::Percent, state, at)
        }
    }

    /// A reading of register 0D.
    pub const fn from_mileage(mileage: &BatteryMileage, at: Timestamp) -> Self {
        use battery_mileage::Charging;
        let state = match mileage.charging {
            Charging::Discharging => ChargeState::Discharging,
            Charging::Charging => ChargeState::Charging,
            Charging::Complete => ChargeState::Full,
            Charging::Error => ChargeState::ChargingError,
        };
        Self {
            percent: mileage.charge,
            ..Self::state_only(
                BatterySource::Register(BatteryRegister::Mileage),
                ValueKind::Percent,
                state,
                at,
            )
        }
    }

    /// A reading of register 07. Charged at an unknown level is full.
    pub fn from_status(status: &BatteryStatus, at: Timestamp) -> Self {
        use battery_status::{Charging, Level};
        let state = match status.charging {
            Charging::Discharging => ChargeState::Discharging,
            Charging::Charging | Charging::Fast | Charging::Slow => ChargeState::Charging,
            Charging::Complete | Charging::ToppingUp => ChargeState::Full,
            Charging::Error => ChargeState::ChargingError,
            Charging::Unknown(_) => ChargeState::Unknown,
        };
        let level = match status.level {
            Some(Level::Critical | Level::LegacyCritical) => Some(BatteryLevel::Critical),
            Some(Level::Low | Level::LegacyLow) => Some(BatteryLevel::Low),
            Some(Level::Good | Level::LegacyGood) => Some(BatteryLevel::Good),
            Some(Level::Full) => Some(BatteryLevel::Full),
            Some(Level::Unknown(_)) => None,
            None => charge_of(state).map(BatteryLevel::of),
        };
        Self {
            level,
            ..Self::state_only(
                BatterySource::Register(BatteryRegister::Status),
                ValueKind::Steps,
                state,
                at,
            )
        }
    }

    /// A trusted reading of a voltage source: with the estimated charge, or else the exact one that
    /// the state implies.
    fn estimated(
        source: BatterySource,
        estimate: Option<Estimate>,
        state: ChargeState,
        at: Timestamp,
    ) -> Self {
        let implied = || Some((charge_of(state)?, PercentPoints::default()));
        let charge = estimate.map(|it| (it.charge, it.margin)).or_else(implied);
        Self {
            percent: charge.map(|(percent, _)| percent),
            margin: charge.map(|(_, margin)| margin),
            ..Self::state_only(source, ValueKind::Voltage, state, at)
        }
    }

    /// A trusted reading with the state only, to which each source, and each sample in a test, adds
    /// its values.
    pub const fn state_only(
        source: BatterySource,
        value_kind: ValueKind,
        state: ChargeState,
        at: Timestamp,
    ) -> Self {
        Self {
            percent: None,
            margin: None,
            level: None,
            next: None,
            value_kind,
            state,
            external_power: None,
            voltage: None,
            rechargeable: None,
            source,
            trusted: true,
            at,
            charge_at: at,
        }
    }
}

/// The charge that a state implies.
fn charge_of(state: ChargeState) -> Option<Percent> {
    (state == ChargeState::Full).then_some(Percent::FULL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Fault;
    use hidpp_proto::feature::adc_measurement::read_measurement;
    use hidpp_proto::feature::battery_level_status::{read_capability, read_level};
    use hidpp_proto::feature::battery_voltage::read_voltage;
    use hidpp_proto::feature::solar_dashboard::read_event;
    use hidpp_proto::feature::unified_battery::{read_capabilities, read_status};
    use hidpp_proto::units::Millivolts;
    use hidpp_proto::wire::{DeviceIndex, Report};
    use test_support::report;

    fn level_status(hex: &str, capability: Option<&str>) -> Battery {
        let capability = capability.map(|hex| read_capability(&report(hex)));
        let status = read_level(&report(hex));
        Battery::from_level_status(&status, capability.as_ref(), Timestamp::START)
    }

    fn voltage(hex: &str) -> Battery {
        Battery::from_voltage(&read_voltage(&report(hex)), None, Timestamp::START)
    }

    fn unified(hex: &str, capabilities: Option<&str>) -> Battery {
        let capabilities = capabilities.map(|hex| read_capabilities(&report(hex)));
        let status = read_status(&report(hex));
        Battery::from_unified(&status, capabilities.as_ref(), Timestamp::START)
    }

    fn adc(hex: &str) -> Option<Battery> {
        Battery::from_adc(&read_measurement(&report(hex)), None, Timestamp::START)
    }

    fn solar(event: u8, hex: &str, before: Option<ChargeState>) -> Battery {
        Battery::from_solar(&read_event(event, &report(hex)), before, Timestamp::START)
    }

    fn status(hex: &str) -> Battery {
        Battery::from_status(&battery_status::read(&report(hex)), Timestamp::START)
    }

    fn percent(battery: &Battery) -> Option<u8> {
        battery.percent.map(Percent::get)
    }

    #[test]
    fn a_device_with_few_levels_reports_steps() {
        // G305, vector 111: four levels. An MK270 reports such a step, 30 %, with fresh batteries
        // (Solaar issue 1408): it is not a percentage.
        let g305 = Some("11 01 05 11 04 00 A0 FA 0F …");
        let battery = level_status("11 01 05 01 1E 0F 00 …", g305);
        assert_eq!(battery.value_kind, ValueKind::Steps);
        assert_eq!(percent(&battery), Some(30));
        assert_eq!(battery.level, Some(BatteryLevel::Low));
        assert_eq!(battery.next, Percent::new(15));
    }

    #[test]
    fn rechargeable_is_known_if_the_source_reports_it() {
        let rechargeable = |battery: Battery| battery.rechargeable;
        let levels = |flags| {
            let capability = format!("11 01 05 11 64 {flags} 00 00 05 …");
            rechargeable(level_status("11 01 05 01 5A 05 00 …", Some(&capability)))
        };
        assert_eq!((levels("06"), levels("02")), (Some(true), Some(false)));
        assert_eq!(
            rechargeable(level_status("11 01 05 01 46 05 00 …", None)),
            None
        );
        // A mouse with AA cells, and lithium cells, with their voltage.
        assert_eq!(
            rechargeable(unified(
                "11 01 08 01 32 04 00 00 …",
                Some("11 01 08 0B 0F 02 …")
            )),
            Some(false)
        );
        assert_eq!(rechargeable(voltage("11 01 08 0B 0F EF 00 …")), Some(true));
        assert_eq!(rechargeable(status("10 01 81 07 07 21 00")), None);
    }

    #[test]
    fn a_device_with_many_levels_and_mileage_reports_percentages() {
        let many = Some("11 01 05 11 64 06 00 00 05 …");
        let battery = level_status("11 01 05 01 5A 05 00 …", many);
        assert_eq!(battery.value_kind, ValueKind::Percent);
        assert_eq!((percent(&battery), battery.level), (Some(90), None));
    }

    #[test]
    fn without_its_capability_a_device_reports_steps() {
        // K400+ and M185 (Solaar issue 475): 90, 70, 5.
        let battery = level_status("11 01 05 01 46 05 00 …", None);
        assert_eq!(battery.value_kind, ValueKind::Steps);
        assert_eq!(
            (percent(&battery), battery.level),
            (Some(70), Some(BatteryLevel::Good))
        );
    }

    #[test]
    fn a_level_of_0_is_not_an_empty_battery() {
        // Solaar issues 265 and 682. The kernel and Solaar invent a charge by the state.
        let charging = level_status("11 01 06 0B 00 00 01 …", None);
        assert_eq!(charging.state, ChargeState::Charging);
        assert!(!charging.reports_charge());
        assert_eq!(charging.level, None);
    }

    #[test]
    fn charged_at_an_unknown_level_is_full() {
        // T650 (Solaar issue 2005), MX Master (vector 108), and the same of register 07
        // (vector 126).
        let full = level_status("11 01 06 0B 00 00 03 …", None);
        assert_eq!((full.state, percent(&full)), (ChargeState::Full, Some(100)));
        assert_eq!(full.level, Some(BatteryLevel::Full));
        for charging in [0, 1, 2, 4, 5, 6, 7, 8] {
            let frame = Report::short(DeviceIndex(1), 6, 0x0B, [0, 0, charging]);
            let battery = Battery::from_level_status(&read_level(&frame), None, Timestamp::START);
            assert_eq!(battery.percent, None, "{charging}");
        }
        let full = status("10 01 81 07 00 22 00");
        assert_eq!(full.level, Some(BatteryLevel::Full));
        assert_eq!(
            status("10 01 81 07 03 22 00").level,
            Some(BatteryLevel::Low)
        );
    }

    #[test]
    fn the_states_of_feature_1000() {
        for (code, state) in [
            (0, ChargeState::Discharging),
            (1, ChargeState::Charging),
            (2, ChargeState::Charging),
            (3, ChargeState::Full),
            (4, ChargeState::Charging),
            (5, ChargeState::InvalidBattery),
            (6, ChargeState::ThermalError),
            // Solaar prints "recharging|almost full|slow recharge" for 7 and fails at 8.
            (7, ChargeState::ChargingError),
            (8, ChargeState::Unknown),
        ] {
            let frame = Report::short(DeviceIndex(1), 6, 0x0B, [50, 20, code]);
            let battery = Battery::from_level_status(&read_level(&frame), None, Timestamp::START);
            assert_eq!(battery.state, state, "{code}");
            assert_eq!(
                percent(&battery),
                Some(50),
                "an unknown code spoils nothing"
            );
        }
    }

    #[test]
    fn a_voltage_on_battery_is_an_estimate_of_the_charge() {
        // A G915 (vector 115) on battery: Solaar issue 2825 has one that is always charging.
        let battery = voltage("11 01 07 0D 0E B5 00 …");
        assert_eq!(battery.state, ChargeState::Discharging);
        assert_eq!(battery.value_kind, ValueKind::Voltage);
        assert_eq!(percent(&battery), Some(35));
        assert_eq!(battery.voltage, Some(Millivolts(3765)));
        assert_eq!(battery.external_power, Some(false));
    }

    #[test]
    fn a_voltage_on_external_power_has_no_charge() {
        // Vector 112 (piper issue 222): charging, 63 % by the curve, 30 % in fact. Solaar shows
        // "not charging" (82) as recharging.
        for (hex, state) in [
            ("11 FF 04 00 0F 29 80 …", ChargeState::Charging),
            ("11 FF 04 00 0F 29 82 …", ChargeState::NotCharging),
            // linux-input, September 2019.
            ("11 FF 04 00 0F 29 87 …", ChargeState::ChargingError),
            ("11 FF 04 00 0F 29 83 …", ChargeState::Unknown),
        ] {
            let battery = voltage(hex);
            assert_eq!((battery.state, percent(&battery)), (state, None), "{hex}");
            assert_eq!(battery.voltage, Some(Millivolts(3881)), "{hex}");
            assert_eq!(battery.external_power, Some(true), "{hex}");
        }
        let full = voltage("11 FF 04 00 10 5A 81 …");
        assert_eq!((full.state, percent(&full)), (ChargeState::Full, Some(100)));
    }

    #[test]
    fn an_empty_cell_is_at_0_percent() {
        // Solaar shows 50 %.
        assert_eq!(percent(&voltage("11 01 07 0D 0D 7A 00 …")), Some(0));
    }

    #[test]
    fn a_slow_charger_without_power_is_not_charging() {
        // Solaar shows "slow recharge" for bit 4 alone.
        let battery = voltage("11 01 07 0D 0E B5 10 …");
        assert_eq!(battery.state, ChargeState::Discharging);
    }

    #[test]
    fn a_critical_voltage_is_the_devices_decision() {
        let battery = voltage("11 01 07 0D 0E B5 20 …");
        assert_eq!(battery.level, Some(BatteryLevel::Critical));
        assert_eq!(voltage("11 01 07 0D 0E B5 A0 …").level, None, "it charges");
    }

    #[test]
    fn a_unified_battery_with_percentages() {
        // Vector 118.
        let capabilities = Some("11 01 06 0B 0F 03 …");
        let battery = unified("11 01 06 1B 61 08 …", capabilities);
        assert_eq!(battery.value_kind, ValueKind::Percent);
        assert_eq!(
            (percent(&battery), battery.level),
            (Some(97), Some(BatteryLevel::Full))
        );
        // Solaar ignores the byte.
        assert_eq!(battery.external_power, Some(false));
        let empty = unified("11 01 06 1B 00 01 …", capabilities);
        assert_eq!(percent(&empty), Some(0));
    }

    #[test]
    fn a_unified_battery_with_levels_only() {
        let battery = unified("11 01 06 1B 00 04 …", Some("11 01 06 0B 0F 01 …"));
        assert_eq!(battery.value_kind, ValueKind::Steps);
        assert_eq!(
            (percent(&battery), battery.level),
            (None, Some(BatteryLevel::Good))
        );
    }

    #[test]
    fn a_unified_battery_without_its_capabilities() {
        let percentage = unified("11 01 06 1B 61 08 …", None);
        assert_eq!(percentage.value_kind, ValueKind::Percent);
        assert_eq!(percent(&percentage), Some(97));
        let level = unified("11 01 06 1B 00 02 …", None);
        assert_eq!(level.value_kind, ValueKind::Steps);
        assert_eq!(
            (percent(&level), level.level),
            (None, Some(BatteryLevel::Low))
        );
    }

    #[test]
    fn the_states_of_feature_1004_are_not_those_of_1000() {
        // Solaar and OpenLogi decode 4 as slow recharge (OpenLogi issue 330), the kernel as error.
        for (code, state) in [
            (0, ChargeState::Discharging),
            (1, ChargeState::Charging),
            (2, ChargeState::Charging),
            (3, ChargeState::Full),
            (4, ChargeState::ChargingError),
            (5, ChargeState::InvalidBattery),
            (6, ChargeState::ThermalError),
            (7, ChargeState::ChargingError),
            (8, ChargeState::Unknown),
        ] {
            let frame = Report::short(DeviceIndex(1), 6, 0x1B, [50, 4, code]);
            let battery = Battery::from_unified(&read_status(&frame), None, Timestamp::START);
            assert_eq!(battery.state, state, "{code}");
            assert_eq!(
                percent(&battery),
                Some(50),
                "an unknown code spoils nothing"
            );
        }
    }

    #[test]
    fn unknown_codes_of_a_unified_battery_are_unknown() {
        // OpenLogi issue 432: an unknown value must not spoil the reading.
        let battery = unified("11 01 06 1B 50 03 50 FF …", None);
        assert_eq!(percent(&battery), Some(80));
        assert_eq!((battery.level, battery.external_power), (None, None));
        assert_eq!(battery.state, ChargeState::Unknown);
    }

    #[test]
    fn a_percentage_above_100_is_dropped() {
        let percentages = Some("11 01 06 0B 0F 03 …");
        assert_eq!(percent(&unified("11 01 06 1B 65 08 …", percentages)), None);
        assert_eq!(percent(&level_status("11 01 06 0B C8 32 …", None)), None);
    }

    #[test]
    fn a_headset_on_battery_and_on_its_cable() {
        let battery = adc("11 01 04 0C 0E B5 01 …").unwrap();
        assert_eq!(
            (battery.state, percent(&battery)),
            (ChargeState::Discharging, Some(35))
        );
        // Vector 123.
        let charging = adc("11 01 04 0C 10 00 03 …").unwrap();
        assert_eq!(
            (charging.state, percent(&charging)),
            (ChargeState::Charging, None)
        );
        assert_eq!(charging.voltage, Some(Millivolts(4096)));
    }

    #[test]
    fn a_headset_has_the_charge_of_its_own_curve() {
        let read = |product, hex| {
            let measurement = read_measurement(&report(hex));
            Battery::from_adc(&measurement, Some(Wpid(product)), Timestamp::START).unwrap()
        };
        // A G933 at 3701 mV (Solaar issue 272), and a G935 at 3640 mV.
        let g933 = read(0x0A5B, "11 FF 08 06 0E 75 01 …");
        assert_eq!(
            (percent(&g933), g933.margin),
            (Some(59), Some(PercentPoints(8)))
        );
        let g935 = read(0x0A87, "11 FF 08 06 0E 38 01 …");
        assert_eq!(
            (percent(&g935), g935.margin),
            (Some(43), Some(PercentPoints(15)))
        );
        let unknown = read(0x0ABA, "11 FF 08 06 0E 38 01 …");
        assert!(unknown.margin > g935.margin, "{unknown:?}");
    }

    #[test]
    fn a_charged_headset_on_its_cable_is_full_for_certain() {
        // Flags 07 (Solaar issue 272): full according to the kernel.
        let full = adc("11 FF 08 06 10 36 07 …").unwrap();
        assert_eq!((full.state, percent(&full)), (ChargeState::Full, Some(100)));
        assert_eq!(full.margin, Some(PercentPoints(0)));
        assert_eq!(full.external_power, Some(true));
        for fault in ["11 FF 08 06 10 36 0B …", "11 FF 08 06 10 36 0F …"] {
            let battery = adc(fault).unwrap();
            assert_eq!(battery.state, ChargeState::ChargingError, "{fault}");
            assert_eq!(percent(&battery), None, "{fault}");
        }
    }

    #[test]
    fn a_battery_that_cannot_be_charged_has_no_charging_faults() {
        // An M310 with AA cells (Solaar issue 512): 70 %, status 5, not rechargeable.
        let dry = Some("11 01 04 16 03 00 0C 00 05 …");
        let m310 = level_status("11 01 04 06 46 05 05 …", dry);
        assert_eq!(m310.state, ChargeState::InvalidBattery);
        assert_eq!((percent(&m310), m310.rechargeable), (Some(70), Some(false)));
        let dry_unified = Some("11 01 06 0B 0F 02 …");
        for (battery, state) in [
            (
                level_status("11 01 04 06 46 05 06 …", dry),
                ChargeState::ThermalError,
            ),
            (
                level_status("11 01 04 06 46 05 07 …", dry),
                ChargeState::BatteryError,
            ),
            (
                unified("11 01 06 1B 46 04 04 …", dry_unified),
                ChargeState::BatteryError,
            ),
            (
                unified("11 01 06 1B 46 04 07 …", dry_unified),
                ChargeState::BatteryError,
            ),
            (
                unified("11 01 06 1B 46 04 05 …", dry_unified),
                ChargeState::InvalidBattery,
            ),
        ] {
            assert_eq!(battery.state, state);
            assert_eq!(battery.state.fault(), Some(Fault::Battery));
        }
        let rechargeable = level_status("11 01 04 06 46 05 07 …", Some("11 01 04 16 03 04 …"));
        assert_eq!(rechargeable.state, ChargeState::ChargingError);
    }

    #[test]
    fn the_states_of_every_feature_have_the_common_names() {
        use hidpp_proto::feature::{battery_level_status, battery_voltage, unified_battery};
        let same = |word: Option<&str>, state: ChargeState| {
            let plain = word.map(|word| word.split(" (").next().unwrap());
            assert_eq!(plain, state.name(), "{word:?}");
        };
        for code in 0..=u8::MAX {
            let frame = Report::short(DeviceIndex(1), 6, 0x0B, [50, 20, code]);
            let level = read_level(&frame);
            let battery = Battery::from_level_status(&level, None, Timestamp::START);
            same(
                battery_level_status::Charging::from(code).name(),
                battery.state,
            );
            let battery = Battery::from_unified(&read_status(&frame), None, Timestamp::START);
            same(unified_battery::Charging::from(code).name(), battery.state);
            let frame = Report::short(DeviceIndex(1), 6, 0x0B, [0x0F, 0x29, code]);
            let voltage = read_voltage(&frame);
            let battery = Battery::from_voltage(&voltage, None, Timestamp::START);
            let word: Option<&str> = battery_voltage::Charging::name(voltage.charging);
            same(word, battery.state);
            let frame = Report::short(DeviceIndex(1), 0x81, 0x07, [5, code, 0]);
            let read = battery_status::read(&frame);
            let battery = Battery::from_status(&read, Timestamp::START);
            same(read.charging.name(), battery.state);
            let frame = Report::short(DeviceIndex(1), 0x81, 0x0D, [50, 0, code]);
            let read = battery_mileage::read(&frame);
            let battery = Battery::from_mileage(&read, Timestamp::START);
            same(Some(read.charging.name()), battery.state);
        }
    }

    #[test]
    fn a_headset_that_is_off_has_no_reading() {
        // Solaar issue 2600.
        assert_eq!(adc("11 01 04 0C 10 00 00 …"), None);
    }

    #[test]
    fn older_steps_and_errors_of_register_07_are_decoded() {
        // Solaar shows 2, 4 and 6 as empty, and the error 23 as recharging.
        for (hex, level) in [
            ("10 01 81 07 02 00 00", BatteryLevel::Critical),
            ("10 01 81 07 04 00 00", BatteryLevel::Low),
            ("10 01 81 07 06 00 00", BatteryLevel::Good),
        ] {
            assert_eq!(status(hex).level, Some(level), "{hex}");
        }
        assert_eq!(
            status("10 01 81 07 05 23 00").state,
            ChargeState::ChargingError
        );
    }

    #[test]
    fn light_shows_whether_a_solar_keyboard_charges() {
        let dusk = solar(1, "11 01 09 10 39 00 0C 06 1D 47 4F 4F 44 …", None);
        assert_eq!(
            (dusk.state, dusk.percent),
            (ChargeState::Discharging, Percent::new(57))
        );
        let day = solar(1, "11 01 09 10 39 01 3F 06 1D 47 4F 4F 44 …", None);
        assert_eq!(day.state, ChargeState::Charging);
        let full = solar(1, "11 01 09 10 64 00 0C 06 72 47 4F 4F 44 …", None);
        assert_eq!(full.state, ChargeState::Full);
    }

    #[test]
    fn a_broadcast_keeps_the_state_and_never_means_dark() {
        let broadcast = "11 01 09 00 39 00 00 06 1D 47 4F 4F 44 …";
        let charging = solar(0, broadcast, Some(ChargeState::Charging));
        assert_eq!(charging.state, ChargeState::Charging);
        assert_eq!(solar(0, broadcast, None).state, ChargeState::Unknown);
    }
}
