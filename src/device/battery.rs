//! A battery reading in the one form that all sources are converted to.

use serde::{Deserialize, Serialize};

use super::named::named;
use hidpp_proto::feature::{BatteryFeature, BatteryRegister};
use hidpp_proto::units::{Millivolts, Percent, PercentPoints, Timestamp};

/// A battery reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Battery {
    /// The charge in percent, if the source reports it or it can be estimated from a voltage.
    pub percent: Option<Percent>,
    /// How far the real charge may be from `percent`, up or down. `None`: the source does not report it.
    /// A percentage that was estimated from a voltage has one, see
    /// [`hidpp_proto::feature::discharge`].
    #[serde(default)]
    pub margin: Option<PercentPoints>,
    /// The charge in steps, if the source reports steps.
    pub level: Option<BatteryLevel>,
    /// The next lower value of `percent`, if the device reports it in advance.
    pub next: Option<Percent>,
    /// How exact the charge is.
    pub value_kind: ValueKind,
    /// The charging state.
    pub state: ChargeState,
    /// Whether the device is on external power (cable or charging pad), if the source reports it.
    pub external_power: Option<bool>,
    /// The cell's voltage.
    pub voltage: Option<Millivolts>,
    /// Whether it can be charged, if the source reports it.
    #[serde(default)]
    pub rechargeable: Option<bool>,
    /// Where the value comes from.
    pub source: BatterySource,
    /// Whether the device vouches for the value.
    pub trusted: bool,
    /// When it was read.
    pub at: Timestamp,
    /// When the charge was read: earlier than `at` if an older charge was kept, see
    /// [`Self::after`].
    pub charge_at: Timestamp,
}

named! {
    /// The charging state of a battery: the same names for every source, in JSON, on the bus, in
    /// bars, notifications and `decode`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
    pub enum ChargeState {
        /// It is being discharged.
        Discharging => "discharging",
        /// It is being charged.
        Charging => "charging",
        /// It is full.
        Full => "full",
        /// The device has external power and does not charge it.
        NotCharging => "not charging",
        /// Charging failed: a fault of charger, cable or contacts.
        // The name in caches of 0.1.0.
        #[serde(alias = "Error")]
        ChargingError => "charging error",
        /// The device does not accept the battery.
        InvalidBattery => "invalid battery",
        /// The battery is too hot or too cold.
        ThermalError => "thermal error",
        /// Another fault, reported by a device with a battery that cannot be charged.
        BatteryError => "battery error",
        ;
        /// The source does not report it.
        Unknown,
    }
}

/// Which part is at fault, if [`ChargeState`] is a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Charger, cable or contacts.
    Charging,
    /// The battery itself.
    Battery,
}

impl ChargeState {
    /// The fault that the device reports; `None`: it reports none.
    pub const fn fault(self) -> Option<Fault> {
        match self {
            Self::ChargingError => Some(Fault::Charging),
            Self::InvalidBattery | Self::ThermalError | Self::BatteryError => Some(Fault::Battery),
            Self::Discharging | Self::Charging | Self::Full | Self::NotCharging | Self::Unknown => {
                None
            }
        }
    }

    /// Whether a charger is connected, so that the battery is not discharged.
    pub const fn has_charger(self) -> bool {
        match self {
            Self::Charging | Self::Full | Self::NotCharging | Self::ChargingError => true,
            Self::Discharging
            | Self::InvalidBattery
            | Self::ThermalError
            | Self::BatteryError
            | Self::Unknown => false,
        }
    }

    /// Adapts the state to whether the battery can be charged: if it cannot, charging cannot fail,
    /// and the fault is one of the battery.
    #[must_use]
    pub const fn of_rechargeable(self, rechargeable: Option<bool>) -> Self {
        match (self, rechargeable) {
            (Self::ChargingError, Some(false)) => Self::BatteryError,
            (state, _) => state,
        }
    }
}

named! {
    /// A charge in steps.
    #[derive(
        Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize,
    )]
    #[expect(missing_docs, reason = "the names say it")]
    pub enum BatteryLevel {
        Critical => "critical",
        Low => "low",
        Good => "good",
        Full => "full",
    }
}

impl BatteryLevel {
    /// The step a percentage belongs to: Logitech's ranges for feature 1000, as quoted in Solaar
    /// issue 23.
    pub const fn of(percent: Percent) -> Self {
        match percent.get() {
            0..=10 => Self::Critical,
            11..=30 => Self::Low,
            31..=80 => Self::Good,
            81.. => Self::Full,
        }
    }

    /// The least percentage of the step.
    pub const fn least(self) -> u8 {
        match self {
            Self::Critical => 0,
            Self::Low => 11,
            Self::Good => 31,
            Self::Full => 81,
        }
    }
}

/// Where a battery value comes from. In JSON: the feature, or `register` and its address.
///
/// In the cache it is the name of the inner variant, which is unique among both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum BatterySource {
    /// A feature of HID++ 2.0.
    Feature(BatteryFeature),
    /// A register of HID++ 1.0.
    Register(BatteryRegister),
}

impl BatterySource {
    /// The solar dashboard, which also reports light.
    pub const SOLAR: Self = Self::Feature(BatteryFeature::SolarDashboard);

    /// Every source.
    pub fn all() -> impl Iterator<Item = Self> {
        let registers = BatteryRegister::ALL.map(Self::Register);
        let features = BatteryFeature::ALL.map(Self::Feature);
        features.into_iter().chain(registers)
    }

    /// The name shown to people, in JSON and on the bus.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Feature(feature) => feature.label(),
            Self::Register(register) => register.label(),
        }
    }

    /// The source of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|source| source.name() == name)
    }
}

named! {
    /// How exact a charge is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
    pub enum ValueKind {
        /// A percentage.
        Percent => "percent",
        /// One of a few steps, also where the device gives them as percentages.
        Steps => "steps",
        /// A percentage estimated from a voltage.
        Voltage => "voltage",
    }
}

impl Battery {
    /// The highest possible charge: the percentage plus the margin.
    ///
    /// A limit is certainly reached when this value is at the limit or below: an alert must not
    /// fire on a reading with a margin that spans the limit.
    pub fn highest(&self) -> Option<Percent> {
        let highest = self.percent?.get().saturating_add(self.reach());
        Some(Percent::new(highest).unwrap_or(Percent::FULL))
    }

    /// The lowest possible charge: the percentage minus the margin.
    pub fn lowest(&self) -> Option<Percent> {
        Percent::new(self.percent?.get().saturating_sub(self.reach()))
    }

    /// How far the real charge may be from the percentage. An estimate without a margin comes from
    /// a cache or daemon of version 0.1.0: its error is unknown.
    fn reach(&self) -> u8 {
        match (self.margin, self.value_kind) {
            (Some(PercentPoints(margin)), _) => margin,
            (None, ValueKind::Voltage) => u8::MAX,
            (None, ValueKind::Percent | ValueKind::Steps) => 0,
        }
    }

    /// Whether the reading contains a charge.
    pub const fn reports_charge(&self) -> bool {
        match self.value_kind {
            ValueKind::Percent | ValueKind::Voltage => self.percent.is_some(),
            ValueKind::Steps => self.percent.is_some() || self.level.is_some(),
        }
    }

    /// Merges this reading with the one `before` it.
    ///
    /// Many devices do not know their charge while they are charged (Solaar issue 265, OpenLogi
    /// issue 312). The last known charge is kept then, and `charge_at` is the time it was read. A
    /// trusted value is not replaced by an untrusted one.
    #[must_use]
    pub fn after(self, before: Option<&Self>) -> Self {
        match before {
            Some(before) if before.trusted && !self.trusted => *before,
            // A charge of another source would be reported with the wrong source.
            Some(before) if before.source == self.source && !self.reports_charge() => Self {
                percent: before.percent,
                margin: before.margin,
                level: before.level,
                next: before.next,
                value_kind: before.value_kind,
                charge_at: before.charge_at,
                ..self
            },
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use hidpp_proto::feature::battery_level_status::read_level;
    use hidpp_proto::feature::battery_status;
    use hidpp_proto::feature::battery_voltage::read_voltage;
    use hidpp_proto::feature::solar_dashboard::read_event;
    use hidpp_proto::feature::unified_battery::read_status;
    use test_support::report;

    fn at(minutes: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(60 * minutes))
    }

    fn level(hex: &str, minutes: u64) -> Battery {
        Battery::from_level_status(&read_level(&report(hex)), None, at(minutes))
    }

    fn voltage(hex: &str, minutes: u64) -> Battery {
        Battery::from_voltage(&read_voltage(&report(hex)), None, at(minutes))
    }

    fn solar(hex: &str, minutes: u64) -> Battery {
        Battery::from_solar(&read_event(1, &report(hex)), None, at(minutes))
    }

    #[test]
    fn a_source_has_its_name_in_caches_of_0_1_0() {
        let names = [
            ("LevelStatus", "1000"),
            ("Voltage", "1001"),
            ("Unified", "1004"),
            ("Adc", "1F20"),
            ("SolarDashboard", "4301"),
            ("Mileage", "register 0D"),
            ("Status", "register 07"),
        ];
        for (stored, name) in names {
            let source: BatterySource = serde_json::from_value(stored.into()).unwrap();
            assert_eq!(source.name(), name);
            assert_eq!(serde_json::to_value(source).unwrap(), stored);
        }
        for source in BatterySource::all() {
            let stored = serde_json::to_value(source).unwrap();
            assert_eq!(
                serde_json::from_value::<BatterySource>(stored).unwrap(),
                source
            );
            assert_eq!(BatterySource::from_name(source.name()), Some(source));
        }
    }

    #[test]
    fn a_mouse_that_shows_0_while_charging_keeps_its_charge() {
        // MX Master, MX Ergo, MX Master 2S (Solaar issues 265 and 682).
        let before = level("11 01 06 0B 5A 32 00 …", 0);
        let charging = level("11 01 06 0B 00 00 01 …", 5).after(Some(&before));
        assert_eq!(charging.state, ChargeState::Charging);
        assert_eq!(charging.percent, Percent::new(90));
        assert_eq!(
            (charging.level, charging.next),
            (before.level, Percent::new(50))
        );
        assert_eq!((charging.at, charging.charge_at), (at(5), at(0)));
    }

    #[test]
    fn an_unknown_charge_does_not_replace_one_while_discharging_either() {
        // MX Anywhere 2 (Solaar issue 273): 0, 90, 50.
        let before = level("11 01 06 0B 5A 32 00 …", 0);
        let now = level("11 01 06 0B 00 00 00 …", 5).after(Some(&before));
        assert_eq!((now.percent, now.charge_at), (Percent::new(90), at(0)));
    }

    #[test]
    fn a_charge_is_kept_over_several_readings_until_there_is_a_new_one() {
        let mut battery = level("11 01 06 0B 32 14 00 …", 0);
        for minutes in [5, 10, 15] {
            battery = level("11 01 06 0B 00 00 01 …", minutes).after(Some(&battery));
        }
        assert_eq!((battery.at, battery.charge_at), (at(15), at(0)));
        battery = level("11 01 06 0B 5A 32 00 …", 20).after(Some(&battery));
        assert_eq!(battery.percent, Percent::new(90));
        assert_eq!((battery.at, battery.charge_at), (at(20), at(20)));
    }

    #[test]
    fn a_voltage_while_charging_keeps_the_estimate_of_before() {
        // Headsets jump by 300 mV with the plug (Solaar issue 1615): 4006 mV, then 4308.
        let before = voltage("11 01 06 0B 0F A6 00 …", 0);
        let charging = voltage("11 01 06 0B 10 D4 80 …", 5).after(Some(&before));
        assert_eq!(charging.percent, Percent::new(82));
        assert_eq!(charging.margin, before.margin);
        assert_eq!(charging.voltage, Some(Millivolts(4308)));
        assert_eq!(charging.value_kind, ValueKind::Voltage);
        assert_eq!(charging.charge_at, at(0));
    }

    #[test]
    fn a_charge_of_another_source_is_not_kept() {
        let before = level("11 01 06 0B 5A 32 00 …", 0);
        let charging = voltage("11 01 06 0B 10 D4 80 …", 5);
        assert_eq!(charging.after(Some(&before)), charging);
    }

    #[test]
    fn without_an_earlier_charge_none_is_kept() {
        let charging = level("11 01 06 0B 00 00 01 …", 5);
        assert_eq!(charging.after(None), charging);
        assert!(!charging.reports_charge());
    }

    #[test]
    fn a_trusted_value_is_not_replaced_by_an_untrusted_one() {
        let good = solar("11 01 09 10 39 00 0C 06 1D 47 4F 4F 44 …", 0);
        let doubtful = solar("11 01 09 10 0A 01 F4 06 1D …", 5);
        assert_eq!(doubtful.after(Some(&good)), good);
        assert_eq!(good.after(Some(&doubtful)), good);
        assert_eq!(doubtful.after(None), doubtful, "better than nothing");
        let next = solar("11 01 09 10 0B 01 F4 06 1D …", 10);
        assert_eq!(next.after(Some(&doubtful)), next, "no worse, and newer");
    }

    #[test]
    fn a_level_is_a_charge_too() {
        let status = |hex| Battery::from_status(&battery_status::read(&report(hex)), at(0));
        let low = status("10 01 81 07 03 00 00");
        let good = status("10 01 81 07 05 00 00");
        assert_eq!(good.after(Some(&low)), good);
        let charging = status("10 01 81 07 00 21 00").after(Some(&low));
        assert_eq!(charging.level, Some(BatteryLevel::Low));
        assert_eq!(charging.state, ChargeState::Charging);
    }

    #[test]
    fn a_charge_that_is_kept_stays_as_exact_as_it_was() {
        let unified = |hex| Battery::from_unified(&read_status(&report(hex)), None, at(0));
        let before = unified("11 01 06 1B 50 00 00 …");
        let charging = unified("11 01 06 1B 00 00 01 …").after(Some(&before));
        assert_eq!(charging.percent, Percent::new(80));
        assert_eq!(charging.value_kind, ValueKind::Percent);
    }

    #[test]
    fn every_state_has_a_name_that_is_read_back() {
        // The bus, caches, histories and every client read them by these names.
        for state in ChargeState::ALL {
            let back = state.name().map_or(ChargeState::Unknown, |name| {
                ChargeState::from_name(name).unwrap()
            });
            assert_eq!(back, *state);
        }
        let mut names: Vec<_> = ChargeState::ALL.iter().map(|it| it.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ChargeState::ALL.len(), "{names:?}");
        assert_eq!(ChargeState::from_name("dreaming"), None);
    }

    #[test]
    fn caches_of_0_1_0_are_read() {
        let old: ChargeState = serde_json::from_str("\"Error\"").unwrap();
        assert_eq!(old, ChargeState::ChargingError);
        let mut battery = serde_json::to_value(voltage("11 01 06 0B 0F A6 00 …", 0)).unwrap();
        battery.as_object_mut().unwrap().remove("margin").unwrap();
        let read: Battery = serde_json::from_value(battery).unwrap();
        assert_eq!((read.percent, read.margin), (Percent::new(82), None));
        // 0.1.0 had one curve for all.
        let range = (read.lowest(), read.highest());
        assert_eq!(range, (Some(Percent::EMPTY), Some(Percent::FULL)));
    }

    #[test]
    fn a_margin_ends_at_the_ends() {
        let with = |percent, margin| Battery {
            percent: Percent::new(percent),
            margin: Some(PercentPoints(margin)),
            ..voltage("11 01 06 0B 0F A6 00 …", 0)
        };
        let ends = |battery: Battery| {
            let end = |percent: Option<Percent>| percent.unwrap().get();
            (end(battery.lowest()), end(battery.highest()))
        };
        assert_eq!(ends(with(44, 13)), (31, 57));
        assert_eq!(ends(with(4, 49)), (0, 53));
        assert_eq!(ends(with(90, 200)), (0, 100));
    }

    #[test]
    fn percentages_become_steps_by_logitechs_ranges() {
        for (percent, name) in [
            (0, "critical"),
            (10, "critical"),
            (11, "low"),
            (30, "low"),
            (31, "good"),
            (80, "good"),
            (81, "full"),
            (100, "full"),
        ] {
            let percent = Percent::new(percent).unwrap();
            let level = BatteryLevel::of(percent);
            assert_eq!(level.name(), name, "{percent}");
            let least = Percent::new(level.least()).unwrap();
            assert!(
                least <= percent && BatteryLevel::of(least) == level,
                "{percent}"
            );
        }
    }
}
