//! Devices in unusual states and with unusual names.

use std::time::Duration;

use hidpp_proto::feature::{BatteryFeature, DeviceKind};
use hidpp_proto::units::{Lux, Millivolts, Percent, Timestamp};
use hidpp_proto::wire::{Slot, Wpid};
use solar_status::cli::format::{Format, Look, Rendered};
use solar_status::device::{
    Battery, BatteryLevel, BatterySource, ChargeState, Device, Light, Link, Presence, TimeBasis,
    TimeLeft, TimeLeftUntil, ValueKind,
};

pub(crate) const LOOK: Look<'_> = Look {
    color: true,
    unicode: true,
    separator: "  ",
    max_name: None,
};

/// When the values of all devices were read.
pub(crate) const READ: Timestamp = Timestamp::from_start(Duration::from_millis(1_763_900_000_250));

/// The output of a format for devices that were just read.
pub(crate) fn rendered(format: &str, devices: &[Device]) -> String {
    rendered_at(format, devices, READ).text
}

/// The output of a format for devices at a time.
pub(crate) fn rendered_at(format: &str, devices: &[Device], now: Timestamp) -> Rendered {
    let format: Format = format.parse().unwrap();
    format.render(devices, now, LOOK).unwrap()
}

/// A mouse with this charge, online, without further values.
pub(crate) fn mouse(name: &str, percent: u8) -> Device {
    let serial: u32 = name.bytes().map(u32::from).sum();
    let at = READ;
    Device {
        name: Some(name.to_owned()),
        kind: Some(DeviceKind::Mouse),
        wpid: Some(Wpid(0x4069)),
        serial: Some(format!("{serial:08X}")),
        presence: Presence::Online,
        seen: Some(at),
        has_battery: Some(true),
        battery: Some(Battery {
            percent: Percent::new(percent),
            ..Battery::state_only(
                BatterySource::Feature(BatteryFeature::Unified),
                ValueKind::Percent,
                ChargeState::Discharging,
                at,
            )
        }),
        ..Device::new(
            format!("4069-{serial:08X}"),
            Link::Paired {
                receiver: "AF4F95EA".to_owned(),
                slot: Slot::new(1).unwrap(),
            },
        )
    }
}

/// The same with twelve hours of use left.
pub(crate) fn with_hours_left(mut device: Device) -> Device {
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    device.forecast = Some(TimeLeft {
        until: TimeLeftUntil::Empty,
        basis: TimeBasis::Use,
        best: hours(12),
        low: hours(9),
        high: hours(16),
        at: READ,
    });
    device
}

/// The same with 40 days left.
pub(crate) fn with_days_left(device: Device) -> Device {
    let mut device = with_hours_left(device);
    if let Some(left) = &mut device.forecast {
        let days = |days: u64| Duration::from_secs(days * 24 * 3600);
        left.basis = TimeBasis::Calendar;
        (left.low, left.best, left.high) = (days(30), days(40), days(55));
    }
    device
}

/// A mouse with a modified battery.
pub(crate) fn with(name: &str, change: impl FnOnce(&mut Battery)) -> Device {
    let mut device = mouse(name, 50);
    change(device.battery.as_mut().unwrap());
    device
}

/// Names with characters that have a meaning in some format, or that cannot be drawn.
pub(crate) const NAMES: [&str; 12] = [
    "K750",
    r#"my "best" \mouse\"#,
    "it's <b>bold</b> &amp; <i>",
    "%{A1:xterm:}%{F#f00}run",
    "#[fg=red]#(date)#{pid}",
    "two\nlines\r\n\tand \u{1b}[31mred\u{7}",
    "🦊 fox",
    "עכבר",
    "turned \u{202E}round\u{2066}",
    "",
    "100% {name} %H",
    "a, b; c | d $HOME `id` {{x}}",
];

/// Asleep, charging, broken, in steps, with unknown charge, and without a battery.
pub(crate) fn odd() -> Vec<Device> {
    let mut asleep = mouse("asleep", 4);
    asleep.presence = Presence::Offline;
    let mut unknown = mouse("unknown", 0);
    unknown.battery = None;
    unknown.has_battery = None;
    unknown.presence = Presence::Unknown;
    let mut wired = mouse("wired", 0);
    wired.battery = None;
    wired.has_battery = Some(false);
    let mut solar = mouse("solar", 80);
    solar.kind = Some(DeviceKind::Keyboard);
    let battery = solar.battery.as_mut().unwrap();
    battery.voltage = Some(Millivolts(3871));
    battery.state = ChargeState::Charging;
    solar.light = Some(Light {
        lux: Lux(538),
        trusted: true,
        at: battery.at,
    });
    vec![
        solar,
        wired,
        unknown,
        mouse("low", 20),
        mouse("critical", 10),
        asleep,
        with("steps", |battery| {
            battery.percent = None;
            battery.level = Some(BatteryLevel::Low);
            battery.value_kind = ValueKind::Steps;
        }),
        with("estimate", |battery| {
            battery.value_kind = ValueKind::Voltage;
            battery.trusted = false;
        }),
        with("broken", |battery| {
            battery.state = ChargeState::ChargingError;
        }),
    ]
}

/// The names of the odd devices in the order of a bar, which leaves out the one without a battery.
pub(crate) const ODD_IN_A_BAR: [&str; 8] = [
    "critical", "broken", "steps", "low", "estimate", "solar", "unknown", "asleep",
];
