//! The values of a device for `org.freedesktop.UPower.Device`.
//!
//! Numbers and rules are those of UPower 0.99.20 (`libupower-glib/up-types.h`, `src/up-device.c`,
//! `src/up-daemon.c`), except that known values are used where UPower guesses.

use std::time::Duration;

use super::property::{Sent, Values, names, properties, text_of, types};
use super::values::Id;
use crate::device::{
    Battery, BatteryLevel, ChargeState, Device, TimeLeft, TimeLeftUntil, ValueKind,
};
use crate::text;
use hidpp_proto::feature::DeviceKind;
use hidpp_proto::units::{Percent, Timestamp};

/// `Type`: the type of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[expect(missing_docs, reason = "UPower's names")]
pub enum Type {
    Unknown = 0,
    Battery = 2,
    Mouse = 5,
    Keyboard = 6,
    Tablet = 10,
    GamingInput = 12,
    Touchpad = 14,
    Headset = 17,
    Speakers = 18,
    AudioDevice = 21,
    RemoteControl = 22,
    Camera = 25,
}

/// `State`: the state of the battery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[expect(missing_docs, reason = "UPower's names")]
pub enum State {
    Unknown = 0,
    Charging = 1,
    Discharging = 2,
    FullyCharged = 4,
    PendingCharge = 5,
}

/// `WarningLevel` and `BatteryLevel`, which share their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[expect(missing_docs, reason = "UPower's names")]
pub enum Level {
    Unknown = 0,
    None = 1,
    Low = 3,
    Critical = 4,
    Normal = 6,
    Full = 8,
}

/// The list of properties, which is passed to another macro.
macro_rules! upower_device {
    ($then:ident, $a:lifetime, $($with:tt)*) => {
        $then! {
            { $($with)* } "org.freedesktop.UPower.Device"

            /// Its id, by which programs recognise it: the same when it is reconnected.
            "NativePath" native_path: Id<$a>;

            /// The vendor.
            "Vendor" vendor: &'static str;

            /// Its name without the vendor.
            "Model" model: Option<Model<$a>>;

            /// Its serial number, or its id.
            "Serial" serial: Id<$a>;

            /// When its battery was read, in seconds since 1970. Signalled only together with other
            /// changes.
            "UpdateTime" update_time: u64, WithOthers;

            /// Its type: 2 battery (unknown), 5 mouse, 6 keyboard, 10 tablet, 12 gaming input, 14
            /// touchpad, 17 headset, 18 speakers, 21 audio device, 22 remote control, 25 camera.
            "Type" kind: Type;

            /// Whether it powers the computer: always false.
            "PowerSupply" power_supply: bool;

            /// Whether `GetHistory` has data.
            "HasHistory" has_history: bool;

            /// Whether `GetStatistics` has data.
            "HasStatistics" has_statistics: bool;

            /// For line power only: always false.
            "Online" online: bool;

            /// Unknown: 0.
            "Energy" energy: f64;

            /// Unknown: 0.
            "EnergyEmpty" energy_empty: f64;

            /// Unknown: 0.
            "EnergyFull" energy_full: f64;

            /// Unknown: 0.
            "EnergyFullDesign" energy_full_design: f64;

            /// Unknown: 0.
            "EnergyRate" energy_rate: f64;

            /// Volts; 0: unknown.
            "Voltage" voltage: f64;

            /// Unknown: -1.
            "ChargeCycles" charge_cycles: i32;

            /// The last measured light in lux; 0: unknown. Its time is `LightTime` of `Device1`.
            "Luminosity" luminosity: f64, Limited;

            /// Seconds until the battery is empty, while discharging: time of use if
            /// `TimeLeftBasis` of `Device1` is `use`; 0: unknown.
            "TimeToEmpty" time_to_empty: i64;

            /// Seconds until the battery is full, while charging; 0: unknown.
            "TimeToFull" time_to_full: i64;

            /// The charge, 0 to 100.
            "Percentage" percentage: f64;

            /// Unknown: 0.
            "Temperature" temperature: f64;

            /// Whether there is a battery.
            "IsPresent" is_present: bool;

            /// 0 unknown, 1 charging, 2 discharging, 4 fully charged, 5 has power but is not
            /// charging.
            "State" state: State;

            /// Whether the battery is rechargeable.
            "IsRechargeable" is_rechargeable: bool;

            /// Unknown: 0.
            "Capacity" capacity: f64;

            /// Unknown: 0.
            "Technology" technology: u32;

            /// 1 none, 3 low, 4 critical.
            "WarningLevel" warning_level: Level;

            /// 1: `Percentage` is accurate; otherwise only a step is known: 3 low, 4 critical, 6
            /// normal, 8 full; or 0 unknown.
            "BatteryLevel" battery_level: Level;

            /// An icon name of the icon naming specification.
            "IconName" icon_name: &'static str;
        }
    };
}

pub(crate) use upower_device;

upower_device! { properties, 'a,

/// The values of a device; see UPower's documentation of the interface for their meaning. Our own
/// clients do not decode them: everything they need is in `org.solarstatus.Device1`.
#[derive(Clone, Debug, PartialEq)]
pub struct Properties<'a>
}

upower_device! { types, 'static, }

upower_device! { names, 'static, }

/// The properties that identify a device on any implementation of the interface, such as upowerd.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The system's name of the device: `hidpp_battery_0`, a path of bluez.
    pub native: String,
    /// Its model.
    pub model: String,
    /// Its serial number, in the implementation's notation.
    pub serial: String,
}

impl Identity {
    /// Reads them from the properties that a client received. A missing value becomes empty.
    pub fn received(values: &Values) -> Self {
        let text = |name| text_of(values, name).unwrap_or_default().to_owned();
        Self {
            native: text(names::native_path),
            model: text(names::model),
            serial: text(names::serial),
        }
    }
}

/// The model name of a device. Clients prepend the vendor. It is never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Model<'a> {
    name: &'a str,
    /// The source of the name if there is no displayable one.
    kind: Type,
}

impl<'a> Model<'a> {
    fn of(device: &'a Device, kind: Type) -> Self {
        let name = device.full_name.as_deref().or(device.name.as_deref());
        let name = name.unwrap_or_default().trim();
        let name = name.strip_prefix("Logitech ").unwrap_or(name);
        Self { name, kind }
    }
}

impl Sent for Option<Model<'_>> {
    type Wire = String;

    fn sent(&self) -> String {
        let shown =
            |it: &Model<'_>| text::name(it.name).unwrap_or_else(|| it.kind.model_name().to_owned());
        self.as_ref().map_or_else(String::new, shown)
    }
}

/// Enumerations that are sent as their number.
macro_rules! codes {
    ($($type:ty),*) => {
        $(
            impl Sent for $type {
                type Wire = u32;

                fn sent(&self) -> u32 {
                    *self as u32
                }
            }
        )*
    };
}

codes!(Type, State, Level);

/// The state of a device not seen for this long is unknown.
const FORGOTTEN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The values of the summary of the computer's own batteries, which is empty: no device of ours
/// powers the computer.
pub const DISPLAY_DEVICE: Properties<'static> = Properties {
    native_path: Id(None),
    vendor: "",
    model: None,
    serial: Id(None),
    update_time: 0,
    kind: Type::Unknown,
    power_supply: false,
    has_history: false,
    has_statistics: false,
    online: false,
    energy: 0.0,
    energy_empty: 0.0,
    energy_full: 0.0,
    energy_full_design: 0.0,
    energy_rate: 0.0,
    voltage: 0.0,
    charge_cycles: -1,
    luminosity: 0.0,
    time_to_empty: 0,
    time_to_full: 0,
    percentage: 0.0,
    temperature: 0.0,
    is_present: false,
    state: State::Unknown,
    is_rechargeable: false,
    capacity: 0.0,
    technology: 0,
    warning_level: Level::None,
    battery_level: Level::None,
    icon_name: "battery-missing-symbolic",
};

impl<'a> Properties<'a> {
    /// The values of a device with a battery. `unix` converts a time to one since 1970.
    pub fn of(
        device: &'a Device,
        battery: &Battery,
        name: &'a str,
        now: Timestamp,
        unix: impl Fn(Timestamp) -> Duration,
    ) -> Self {
        let kind = Type::of(device.kind);
        let forgotten = device.seen.is_some_and(|seen| now.since(seen) > FORGOTTEN);
        let state = if forgotten {
            State::Unknown
        } else {
            State::of(battery)
        };
        let battery_level = Level::of_battery(battery);
        let percentage = percentage(battery);
        let highest = battery.highest().map_or(percentage, Percent::get);
        // If the device itself reports a critical level, this applies, whatever its voltage means.
        let own_level = match (battery.value_kind, battery.level) {
            (ValueKind::Voltage, Some(BatteryLevel::Critical)) => Level::Critical,
            _ => battery_level,
        };
        let light = device.light.filter(|light| light.trusted);
        let charges = matches!(state, State::Charging | State::PendingCharge);
        Self {
            native_path: Id(Some(name)),
            vendor: "Logitech",
            model: Some(Model::of(device, kind)),
            serial: Id(Some(device.serial.as_deref().unwrap_or(name))),
            update_time: unix(battery.at).as_secs(),
            kind,
            voltage: battery
                .voltage
                .map_or(0.0, |voltage| f64::from(voltage.0) / 1000.0),
            luminosity: light.map_or(0.0, |light| f64::from(light.lux.0)),
            percentage: f64::from(percentage),
            is_present: true,
            state,
            is_rechargeable: battery.rechargeable.unwrap_or(charges),
            // No warning if the margin of the charge spans the limit.
            warning_level: Level::of_warning(kind, state, own_level, highest),
            battery_level,
            icon_name: icon(state, battery_level, percentage),
            ..DISPLAY_DEVICE
        }
    }

    /// The same with the information whether a history is recorded.
    #[must_use]
    pub fn with_history(self, is_kept: bool) -> Self {
        Self {
            has_history: is_kept,
            has_statistics: is_kept,
            ..self
        }
    }

    /// The same with the time until the battery is empty or full. It can be time of use; the
    /// interface cannot express the difference.
    #[must_use]
    pub fn with_time_left(self, left: Option<TimeLeft>) -> Self {
        let until = |until, state| {
            let left = left.filter(|it| it.until == until && self.state == state);
            left.map_or(0, |it| {
                i64::try_from(it.rounded().best.as_secs()).unwrap_or(i64::MAX)
            })
        };
        Self {
            time_to_empty: until(TimeLeftUntil::Empty, State::Discharging),
            time_to_full: until(TimeLeftUntil::Full, State::Charging),
            ..self
        }
    }
}

impl Type {
    /// A device of unknown kind is a battery, as in UPower: programs that list devices skip
    /// `Unknown`.
    const fn of(kind: Option<DeviceKind>) -> Self {
        match kind {
            Some(DeviceKind::Keyboard | DeviceKind::Numpad) => Self::Keyboard,
            Some(DeviceKind::Mouse | DeviceKind::Trackball) => Self::Mouse,
            Some(DeviceKind::Touchpad) => Self::Touchpad,
            Some(DeviceKind::Tablet) => Self::Tablet,
            Some(
                DeviceKind::Gamepad
                | DeviceKind::Joystick
                | DeviceKind::Wheel
                | DeviceKind::Controller
                | DeviceKind::Pedals,
            ) => Self::GamingInput,
            Some(DeviceKind::Presenter | DeviceKind::Remote) => Self::RemoteControl,
            Some(DeviceKind::Headset) => Self::Headset,
            Some(DeviceKind::Speaker) => Self::Speakers,
            Some(DeviceKind::Microphone) => Self::AudioDevice,
            Some(DeviceKind::Webcam) => Self::Camera,
            Some(
                DeviceKind::Receiver
                | DeviceKind::Dock
                | DeviceKind::Light
                | DeviceKind::Adapter
                | DeviceKind::ChargingPad
                | DeviceKind::Unknown(_),
            )
            | None => Self::Battery,
        }
    }

    /// Whether UPower's limits for it are lower than for other devices.
    const fn is_pointing_or_typing(self) -> bool {
        matches!(self, Self::Mouse | Self::Keyboard | Self::Touchpad)
    }

    const fn model_name(self) -> &'static str {
        match self {
            Self::Mouse => "Mouse",
            Self::Keyboard => "Keyboard",
            Self::Tablet => "Tablet",
            Self::GamingInput => "Game controller",
            Self::Touchpad => "Touchpad",
            Self::Headset => "Headset",
            Self::Speakers => "Speakers",
            Self::AudioDevice => "Microphone",
            Self::RemoteControl => "Remote control",
            Self::Camera => "Camera",
            Self::Unknown | Self::Battery => "Device",
        }
    }
}

impl State {
    fn of(battery: &Battery) -> Self {
        match battery.state {
            ChargeState::Discharging => Self::Discharging,
            ChargeState::Charging => Self::Charging,
            ChargeState::Full => Self::FullyCharged,
            // A battery that is not rechargeable is discharging, whatever its fault.
            ChargeState::InvalidBattery | ChargeState::ThermalError | ChargeState::BatteryError
                if battery.rechargeable == Some(false) =>
            {
                Self::Discharging
            }
            // It has external power, but is not charging.
            ChargeState::NotCharging
            | ChargeState::ChargingError
            | ChargeState::InvalidBattery
            | ChargeState::ThermalError
            | ChargeState::BatteryError => Self::PendingCharge,
            ChargeState::Unknown => Self::Unknown,
        }
    }
}

impl Level {
    /// `BatteryLevel`: a step, if the source has nothing more accurate. For an accurate percentage
    /// it must be `None`, otherwise clients show that the percentage should be ignored.
    fn of_battery(battery: &Battery) -> Self {
        match battery.value_kind {
            ValueKind::Percent | ValueKind::Voltage if battery.percent.is_some() => Self::None,
            _ => match battery.level {
                Some(BatteryLevel::Critical) => Self::Critical,
                Some(BatteryLevel::Low) => Self::Low,
                Some(BatteryLevel::Good) => Self::Normal,
                Some(BatteryLevel::Full) => Self::Full,
                None => Self::Unknown,
            },
        }
    }

    /// `WarningLevel`, by UPower's limits for devices that do not power the computer. It never
    /// requires an action, which is meant for a computer about to lose power.
    const fn of_warning(kind: Type, state: State, level: Self, percentage: u8) -> Self {
        match (state, level) {
            (State::Discharging, Self::Critical) => Self::Critical,
            (State::Discharging, Self::Low) => Self::Low,
            (State::Discharging, Self::None) => {
                let low = if kind.is_pointing_or_typing() { 10 } else { 20 };
                if percentage <= 5 {
                    Self::Critical
                } else if percentage <= low {
                    Self::Low
                } else {
                    Self::None
                }
            }
            _ => Self::None,
        }
    }
}

/// `Percentage`: for a step without a percentage, the one that UPower assigns to it.
fn percentage(battery: &Battery) -> u8 {
    match (battery.percent, battery.level) {
        (Some(percent), _) => percent.get(),
        (None, Some(BatteryLevel::Critical)) => 5,
        (None, Some(BatteryLevel::Low)) => 10,
        (None, Some(BatteryLevel::Good)) => 55,
        (None, Some(BatteryLevel::Full)) => 100,
        (None, None) => 50,
    }
}

/// `IconName`.
const fn icon(state: State, level: Level, percentage: u8) -> &'static str {
    let charging = match state {
        State::Unknown => return "battery-missing-symbolic",
        State::FullyCharged => return "battery-full-charged-symbolic",
        State::Charging | State::PendingCharge => true,
        State::Discharging => false,
    };
    let fill = match level {
        Level::None => match percentage {
            0..=20 => Fill::Caution,
            21..=29 => Fill::Low,
            30..=59 => Fill::Good,
            60.. => Fill::Full,
        },
        Level::Unknown if charging => Fill::Good,
        Level::Unknown | Level::Critical | Level::Low => Fill::Caution,
        Level::Normal => Fill::Low,
        Level::Full => Fill::Full,
    };
    match (fill, charging) {
        (Fill::Caution, false) => "battery-caution-symbolic",
        (Fill::Caution, true) => "battery-caution-charging-symbolic",
        (Fill::Low, false) => "battery-low-symbolic",
        (Fill::Low, true) => "battery-low-charging-symbolic",
        (Fill::Good, false) => "battery-good-symbolic",
        (Fill::Good, true) => "battery-good-charging-symbolic",
        (Fill::Full, false) => "battery-full-symbolic",
        (Fill::Full, true) => "battery-full-charging-symbolic",
    }
}

/// The fill level of an icon.
#[derive(Clone, Copy)]
enum Fill {
    Caution,
    Low,
    Good,
    Full,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::property::tests::over_the_wire;
    use crate::device::TimeBasis;
    use crate::device::{BatterySource, Light, Link, Presence};
    use hidpp_proto::units::{Lux, Millivolts, PercentPoints};
    use hidpp_proto::wire::Slot;

    const NOW: Timestamp = Timestamp::from_start(Duration::from_secs(1000));

    fn battery(percent: u8) -> Battery {
        let (source, kind) = (BatterySource::SOLAR, ValueKind::Percent);
        Battery {
            percent: Percent::new(percent),
            voltage: Some(Millivolts(2540)),
            ..Battery::state_only(source, kind, ChargeState::Discharging, NOW)
        }
    }

    fn step(level: BatteryLevel) -> Battery {
        Battery {
            percent: None,
            level: Some(level),
            value_kind: ValueKind::Steps,
            ..battery(0)
        }
    }

    fn device(kind: DeviceKind) -> Device {
        let link = Link::Paired {
            receiver: "AF4F95EA".to_owned(),
            slot: Slot::new(1).unwrap(),
        };
        Device {
            name: Some("Logitech K750".to_owned()),
            kind: Some(kind),
            seen: Some(NOW),
            ..Device::new("4002-392A0750".to_owned(), link)
        }
    }

    fn properties(device: &Device, battery: &Battery) -> Properties<'static> {
        let device: &Device = Box::leak(Box::new(device.clone()));
        let at = |time: Timestamp| time.since_start();
        Properties::of(device, battery, "4002-392A0750", NOW, at)
    }

    #[test]
    fn the_values_of_a_solar_keyboard() {
        let mut keyboard = device(DeviceKind::Keyboard);
        keyboard.light = Some(Light {
            lux: Lux(12),
            trusted: true,
            at: NOW,
        });
        let expected = Properties {
            native_path: Id(Some("4002-392A0750")),
            vendor: "Logitech",
            model: Some(Model {
                name: "K750",
                kind: Type::Keyboard,
            }),
            serial: Id(Some("4002-392A0750")),
            update_time: 1000,
            kind: Type::Keyboard,
            voltage: 2.54,
            luminosity: 12.0,
            percentage: 57.0,
            is_present: true,
            state: State::Discharging,
            is_rechargeable: false,
            warning_level: Level::None,
            battery_level: Level::None,
            icon_name: "battery-good-symbolic",
            ..DISPLAY_DEVICE
        };
        assert_eq!(properties(&keyboard, &battery(57)), expected);
    }

    #[test]
    fn untrusted_light_is_not_sent() {
        let mut keyboard = device(DeviceKind::Keyboard);
        keyboard.light = Some(Light {
            lux: Lux(900),
            trusted: false,
            at: NOW,
        });
        let found = properties(&keyboard, &battery(57));
        assert!(found.luminosity.abs() < f64::EPSILON);
    }

    #[test]
    fn warnings_come_at_the_limits_of_the_kind_and_only_while_it_discharges() {
        let level = |kind, percent| properties(&device(kind), &battery(percent)).warning_level;
        for (percent, expected) in [
            (11, Level::None),
            (10, Level::Low),
            (6, Level::Low),
            (5, Level::Critical),
        ] {
            assert_eq!(level(DeviceKind::Mouse, percent), expected, "{percent} %");
        }
        assert_eq!(level(DeviceKind::Headset, 20), Level::Low);
        assert_eq!(level(DeviceKind::Headset, 21), Level::None);
        assert_eq!(level(DeviceKind::Headset, 1), Level::Critical);
        let charging = Battery {
            state: ChargeState::Charging,
            ..battery(3)
        };
        let found = properties(&device(DeviceKind::Mouse), &charging);
        assert_eq!(found.warning_level, Level::None);
    }

    #[test]
    fn no_warning_is_raised_if_the_margin_spans_its_limit() {
        // A G935 at 3640 mV, and a headset without a curve of its own at the same voltage: 0.1.0
        // raised level 4.
        let level = |percent, margin| {
            let battery = Battery {
                margin: Some(PercentPoints(margin)),
                value_kind: ValueKind::Voltage,
                ..battery(percent)
            };
            properties(&device(DeviceKind::Headset), &battery)
        };
        for (percent, margin, expected) in [
            (43, 15, Level::None),
            (5, 48, Level::None),
            (12, 9, Level::None),
            (12, 8, Level::Low),
            (3, 2, Level::Critical),
        ] {
            let found = level(percent, margin);
            assert_eq!(found.warning_level, expected, "{percent} ± {margin}");
            assert!((found.percentage - f64::from(percent)).abs() < f64::EPSILON);
        }
        // A mouse of feature 1001 that reports its charge as critical.
        let critical = Battery {
            level: Some(BatteryLevel::Critical),
            margin: Some(PercentPoints(20)),
            value_kind: ValueKind::Voltage,
            ..battery(4)
        };
        let found = properties(&device(DeviceKind::Mouse), &critical);
        assert_eq!(found.warning_level, Level::Critical);
        assert_eq!(found.battery_level, Level::None, "it has a percentage");
    }

    #[test]
    fn dry_cells_are_discharging_whatever_their_fault() {
        let state = |state, rechargeable| {
            let battery = Battery {
                state,
                rechargeable,
                ..battery(4)
            };
            let found = properties(&device(DeviceKind::Mouse), &battery);
            (found.state, found.warning_level)
        };
        let invalid = ChargeState::InvalidBattery;
        let expected = (State::Discharging, Level::Critical);
        assert_eq!(state(invalid, Some(false)), expected);
        assert_eq!(state(invalid, Some(true)).0, State::PendingCharge);
        assert_eq!(
            state(ChargeState::ThermalError, None).0,
            State::PendingCharge
        );
    }

    #[test]
    fn the_time_left_is_sent_for_the_matching_state() {
        use TimeLeftUntil::{Empty, Full};

        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        let left = |until| TimeLeft {
            until,
            basis: TimeBasis::Use,
            best: hours(12),
            low: hours(9),
            high: hours(16),
            at: NOW,
        };
        let times = |state, until| {
            let battery = Battery {
                state,
                ..battery(60)
            };
            let found = properties(&device(DeviceKind::Headset), &battery);
            let found = found.with_time_left(Some(left(until)));
            (found.time_to_empty, found.time_to_full)
        };
        assert_eq!(times(ChargeState::Discharging, Empty), (43_200, 0));
        assert_eq!(times(ChargeState::Charging, Full), (0, 43_200));
        // A solar keyboard in the sun, and a device with an unknown state.
        assert_eq!(times(ChargeState::Charging, Empty), (0, 0));
        assert_eq!(times(ChargeState::Unknown, Empty), (0, 0));
        assert_eq!(times(ChargeState::Full, Full), (0, 0));
    }

    #[test]
    fn a_step_is_sent_as_a_step() {
        for (level, expected, percentage, warning, icon) in [
            (
                BatteryLevel::Critical,
                Level::Critical,
                5,
                Level::Critical,
                "battery-caution-symbolic",
            ),
            (
                BatteryLevel::Low,
                Level::Low,
                10,
                Level::Low,
                "battery-caution-symbolic",
            ),
            (
                BatteryLevel::Good,
                Level::Normal,
                55,
                Level::None,
                "battery-low-symbolic",
            ),
            (
                BatteryLevel::Full,
                Level::Full,
                100,
                Level::None,
                "battery-full-symbolic",
            ),
        ] {
            let found = properties(&device(DeviceKind::Keyboard), &step(level));
            assert_eq!(found.battery_level, expected);
            assert!((found.percentage - f64::from(percentage)).abs() < f64::EPSILON);
            assert_eq!(found.warning_level, warning);
            assert_eq!(found.icon_name, icon);
        }
    }

    #[test]
    fn an_unknown_charge_has_the_unknown_level() {
        let unknown = Battery {
            percent: None,
            value_kind: ValueKind::Voltage,
            state: ChargeState::Charging,
            ..battery(0)
        };
        let found = properties(&device(DeviceKind::Mouse), &unknown);
        assert_eq!(found.battery_level, Level::Unknown);
        assert_eq!(found.icon_name, "battery-good-charging-symbolic");
    }

    #[test]
    fn icons_change_at_upower_s_limits() {
        for (percent, icon) in [
            (20, "battery-caution-symbolic"),
            (21, "battery-low-symbolic"),
            (29, "battery-low-symbolic"),
            (30, "battery-good-symbolic"),
            (59, "battery-good-symbolic"),
            (60, "battery-full-symbolic"),
        ] {
            let found = properties(&device(DeviceKind::Mouse), &battery(percent));
            assert_eq!(found.icon_name, icon, "{percent} %");
        }
        let full = Battery {
            state: ChargeState::Full,
            ..battery(100)
        };
        let found = properties(&device(DeviceKind::Mouse), &full);
        assert_eq!(found.icon_name, "battery-full-charged-symbolic");
    }

    #[test]
    fn a_sleeping_device_keeps_its_state_for_a_week() {
        let mut mouse = device(DeviceKind::Mouse);
        mouse.presence = Presence::Offline;
        assert_eq!(properties(&mouse, &battery(60)).state, State::Discharging);
        let week = Duration::from_secs(7 * 24 * 3600 + 1);
        let found = Properties::of(
            &mouse,
            &battery(60),
            "x",
            NOW + week,
            Timestamp::since_start,
        );
        assert_eq!(found.state, State::Unknown);
        assert_eq!(found.icon_name, "battery-missing-symbolic");
    }

    #[test]
    fn the_identity_survives_the_wire() {
        let device = device(DeviceKind::Keyboard);
        let served = properties(&device, &battery(57)).served();
        let expected = Identity {
            native: "4002-392A0750".to_owned(),
            model: "K750".to_owned(),
            serial: "4002-392A0750".to_owned(),
        };
        assert_eq!(Identity::received(&over_the_wire(served)), expected);
        assert_eq!(Identity::received(&Values::new()), Identity::default());
    }

    #[test]
    fn a_model_is_never_empty_and_has_no_control_characters() {
        let mut thing = device(DeviceKind::Headset);
        thing.name = Some("\u{1b}[31mG\n733".to_owned());
        assert_eq!(properties(&thing, &battery(60)).model.sent(), "[31mG 733");
        thing.name = Some("\u{7}".to_owned());
        assert_eq!(properties(&thing, &battery(60)).model.sent(), "Headset");
    }
}
