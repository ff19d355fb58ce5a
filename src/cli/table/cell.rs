//! The columns of the table and the text of its cells.

use anstyle::Style as Ansi;

use crate::cli::bar::bar;
use crate::cli::style::Style;
use crate::cli::value_text;
use crate::device::{Battery, Device, Presence};
use hidpp_proto::units::Timestamp;

/// The charge of a device without a battery.
const NO_BATTERY: &str = "no battery";

/// A text with its style and alignment.
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) ansi: Ansi,
    pub(super) right: bool,
}

impl Cell {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ansi: Ansi::new(),
            right: false,
        }
    }

    fn right(text: impl Into<String>) -> Self {
        Self {
            right: true,
            ..Self::plain(text)
        }
    }

    pub(super) fn with(self, ansi: Ansi) -> Self {
        Self { ansi, ..self }
    }
}

/// The columns of the table, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Slot,
    Device,
    Kind,
    Bar,
    Charge,
    State,
    Left,
    Voltage,
    Light,
    Read,
    Firmware,
}

/// How the table becomes narrower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Concession {
    /// The column is left out.
    LeaveOut(Column),
    /// The time left is shown without its range.
    ShortenTime,
}

impl Column {
    pub(super) const ALL: [Self; 11] = [
        Self::Slot,
        Self::Device,
        Self::Kind,
        Self::Bar,
        Self::Charge,
        Self::State,
        Self::Left,
        Self::Voltage,
        Self::Light,
        Self::Read,
        Self::Firmware,
    ];

    /// Returns what to drop on a narrow terminal, in this order. If a charge is `old`, the column
    /// with its age is dropped last.
    pub(super) fn dispensable(old: bool) -> impl Iterator<Item = Concession> {
        let order = [
            Concession::LeaveOut(Self::Voltage),
            Concession::ShortenTime,
            Concession::LeaveOut(Self::Read),
            Concession::LeaveOut(Self::Firmware),
            Concession::LeaveOut(Self::Kind),
            Concession::LeaveOut(Self::Bar),
            Concession::LeaveOut(Self::Slot),
            Concession::LeaveOut(Self::Light),
            Concession::LeaveOut(Self::Left),
        ];
        let age = Concession::LeaveOut(Self::Read);
        let first = order.into_iter().filter(move |it| !old || *it != age);
        first.chain(old.then_some(age))
    }

    /// Returns the heading; that of the charge is above the bar, if there is one.
    pub(super) const fn heading(self, bar: bool) -> &'static str {
        match self {
            Self::Slot => "SLOT",
            Self::Device => "DEVICE",
            Self::Kind => "KIND",
            Self::Charge if bar => "",
            Self::Bar | Self::Charge => "CHARGE",
            Self::State => "STATE",
            Self::Left => "TIME LEFT",
            Self::Voltage => "VOLTAGE",
            Self::Light => "LIGHT",
            Self::Read => "READ",
            Self::Firmware => "FIRMWARE",
        }
    }

    /// Returns whether this device needs the column.
    pub(super) fn is_used(self, device: &Device, now: Timestamp) -> bool {
        match self {
            Self::Left => device.time_left(now).is_some(),
            Self::Slot => device.slot().is_some(),
            Self::Voltage => device.battery.is_some_and(|it| it.voltage.is_some()),
            Self::Light => device.light.is_some(),
            Self::Firmware => device.firmware.is_some(),
            Self::Device | Self::Kind | Self::Bar | Self::Charge | Self::State | Self::Read => true,
        }
    }
}

/// How cells are written.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// The charge follows its bar.
    pub(super) beside_bar: bool,
    /// The time left is shown without its range.
    pub(super) short_time: bool,
    pub(super) style: Style,
    pub(super) now: Timestamp,
}

/// Returns the cell of a device in a column.
pub(super) fn cell(device: &Device, column: Column, form: Form) -> Cell {
    let Form { style, now, .. } = form;
    let unknown = || Cell::plain(style.unknown());
    let battery = device.battery.as_ref();
    match column {
        // A device without a receiver has no slot.
        Column::Slot => {
            let slot = device.slot().map(|slot| slot.to_string());
            Cell::right(slot.unwrap_or_default())
        }
        Column::Device => Cell::plain(value_text::name(device)),
        Column::Kind => device
            .kind
            .map_or_else(unknown, |kind| Cell::plain(kind.to_string())),
        Column::Bar => {
            let bar = battery.and_then(|battery| bar(battery, style.unicode));
            bar.map_or_else(
                || Cell::plain(no_charge(device, style)),
                |bar| Cell::plain(bar).with(charge_style(device)),
            )
        }
        Column::Charge => match battery.and_then(|battery| value_text::charge(battery, style)) {
            Some(charge) if is_old(device) => Cell::right(charge).with(charge_style(device)),
            Some(charge) => Cell::right(charge),
            None if form.beside_bar => Cell::plain(""),
            None => Cell::right(no_charge(device, style)),
        },
        Column::State => state(device, style),
        Column::Left => device.time_left(now).map_or_else(unknown, |left| {
            Cell::plain(if form.short_time {
                value_text::time_left_short(&left.rounded())
            } else {
                value_text::time_left_range(&left.rounded())
            })
        }),
        Column::Voltage => battery
            .and_then(|battery| battery.voltage)
            .map_or_else(unknown, |voltage| Cell::right(voltage.to_string())),
        Column::Light => device.light.map_or_else(unknown, |light| {
            Cell::plain(format!(
                "{}, {}",
                value_text::lux(&light),
                light.level().name()
            ))
        }),
        Column::Read => {
            read_at(device).map_or_else(unknown, |at| Cell::plain(value_text::age(now, at)))
        }
        Column::Firmware => device
            .firmware
            .map_or_else(unknown, |firmware| Cell::plain(firmware.to_string())),
    }
}

fn no_charge(device: &Device, style: Style) -> &'static str {
    if device.has_battery == Some(false) {
        NO_BATTERY
    } else {
        style.unknown()
    }
}

/// Returns whether the charge is known and possibly stale.
pub(super) fn has_old_charge(device: &Device) -> bool {
    let battery = device.battery.as_ref();
    is_old(device) && battery.is_some_and(Battery::reports_charge)
}

/// Returns whether a charge would be stale.
fn is_old(device: &Device) -> bool {
    device.presence == Presence::Offline || device.battery.as_ref().is_some_and(value_text::is_kept)
}

fn charge_style(device: &Device) -> Ansi {
    if is_old(device) {
        return Ansi::new().dimmed();
    }
    device.battery.as_ref().map_or_else(Ansi::new, |battery| {
        value_text::charge_style(battery, device.preferences.shown_limits)
    })
}

fn state(device: &Device, style: Style) -> Cell {
    let battery_state = device.battery.and_then(|battery| battery.state.name());
    match (device.presence, battery_state) {
        (Presence::Offline, _) => Cell::plain("offline").with(Ansi::new().dimmed()),
        (_, Some(state)) => Cell::plain(state),
        (_, None) => Cell::plain(style.unknown()),
    }
}

/// When the values of the line were read. For an old charge that is its time, not that of later
/// values.
fn read_at(device: &Device) -> Option<Timestamp> {
    match device.battery {
        Some(battery) if has_old_charge(device) => Some(battery.charge_at),
        battery => {
            let battery = battery.map(|battery| battery.at);
            battery.max(device.light.map(|light| light.at))
        }
    }
}
