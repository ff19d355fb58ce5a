//! The table for people: one line a device, under its receiver.

use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};
use unicode_width::UnicodeWidthStr;

use super::bar::bar;
use crate::device::{Battery, BatteryLevel, ChargeState, Device, Light, Presence, Receiver};
use crate::manager::Snapshot;
use crate::units::{Percent, Timestamp};

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    color: bool,
    unicode: bool,
}

impl Style {
    /// Unicode where the locale has it.
    pub(super) fn of_environment(color: bool) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        // Without any locale a pipe or a service is at the other end: most take UTF-8.
        let unicode = locale.is_none_or(|name| {
            let name = name.to_uppercase();
            name.contains("UTF-8") || name.contains("UTF8")
        });
        Self { color, unicode }
    }

    const fn unknown(self) -> &'static str {
        if self.unicode { "–" } else { "-" }
    }
}

/// A text with the way it is shown.
struct Cell {
    text: String,
    ansi: Ansi,
    right: bool,
}

impl Cell {
    fn plain(text: impl Into<String>) -> Self {
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

    fn styled(text: impl Into<String>, ansi: Ansi) -> Self {
        Self {
            ansi,
            ..Self::plain(text)
        }
    }
}

const HEADINGS: [&str; 9] = [
    "SLOT", "DEVICE", "KIND", "CHARGE", "", "STATE", "VOLTAGE", "LIGHT", "READ",
];

/// Prints all receivers with their devices.
pub(super) fn print(out: &mut dyn Write, snapshot: &Snapshot, style: Style) -> io::Result<()> {
    let mut first = true;
    for receiver in &snapshot.receivers {
        let devices: Vec<&Device> = snapshot
            .devices
            .iter()
            .filter(|device| device.receiver == receiver.id)
            .collect();
        if !first {
            writeln!(out)?;
        }
        first = false;
        print_receiver(out, receiver, style)?;
        if !devices.is_empty() {
            print_devices(out, &devices, snapshot.at, style)?;
        }
    }
    Ok(())
}

fn print_receiver(out: &mut dyn Write, receiver: &Receiver, style: Style) -> io::Result<()> {
    let mut facts = vec![format!("{:04X}:{:04X}", receiver.vendor, receiver.product)];
    facts.extend(receiver.serial.map(|serial| format!("serial {serial}")));
    facts.extend(
        receiver
            .firmware
            .map(|firmware| format!("firmware {firmware}")),
    );
    facts.extend(match (receiver.paired, receiver.slots) {
        (Some(paired), Some(slots)) => Some(format!("{paired} of {slots} slots used")),
        _ => None,
    });
    facts.push(receiver.node.clone());
    let bold = if style.color {
        Ansi::new().bold()
    } else {
        Ansi::new()
    };
    let name = receiver.model.name();
    writeln!(out, "{bold}{name}{bold:#}  {}", facts.join(", "))
}

fn print_devices(
    out: &mut dyn Write,
    devices: &[&Device],
    now: Timestamp,
    style: Style,
) -> io::Result<()> {
    let headings: Vec<Cell> = HEADINGS
        .into_iter()
        .map(|text| Cell::styled(text, Ansi::new().dimmed()))
        .collect();
    let mut rows = vec![headings];
    rows.extend(devices.iter().map(|device| row(device, now, style)));
    let widths: Vec<usize> = (0..HEADINGS.len())
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells
                .map(|cell| cell.text.width())
                .max()
                .unwrap_or_default()
        })
        .collect();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let gap = " ".repeat(width.saturating_sub(cell.text.width()));
            let (before, after) = if cell.right {
                (gap.as_str(), "")
            } else {
                ("", gap.as_str())
            };
            let ansi = if style.color { cell.ansi } else { Ansi::new() };
            _ = write!(line, "  {before}{ansi}{}{ansi:#}{after}", cell.text);
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn row(device: &Device, now: Timestamp, style: Style) -> Vec<Cell> {
    let unknown = || style.unknown().to_owned();
    let [bar, charge, state, voltage] = battery_cells(device, style);
    vec![
        Cell::right(device.slot.to_string()),
        Cell::plain(
            device
                .name
                .clone()
                .or(device.wpid.map(|it| it.to_string()))
                .unwrap_or_else(unknown),
        ),
        Cell::plain(device.kind.map_or_else(unknown, |kind| kind.to_string())),
        bar,
        charge,
        state,
        voltage,
        device
            .light
            .map_or_else(|| Cell::plain(unknown()), light_cell),
        Cell::plain(read_at(device).map_or_else(unknown, |at| age(now, at))),
    ]
}

fn battery_cells(device: &Device, style: Style) -> [Cell; 4] {
    let unknown = || Cell::plain(style.unknown());
    let offline = || Cell::styled("offline", Ansi::new().dimmed());
    let Some(battery) = &device.battery else {
        let state = match device.presence {
            Presence::Offline => offline(),
            Presence::Online => Cell::plain("no battery value"),
            Presence::Unknown => unknown(),
        };
        return [unknown(), Cell::plain(""), state, unknown()];
    };
    let color = charge_style(battery);
    let doubt = if battery.trusted { "" } else { "?" };
    let (bar, charge) = match (battery.percent, battery.level) {
        (Some(percent), _) => (
            Cell::styled(bar(percent, style.unicode), color),
            Cell::right(format!("{percent}{doubt}")),
        ),
        (None, Some(level)) => (Cell::styled(level.name(), color), Cell::plain("")),
        (None, None) => (unknown(), Cell::plain("")),
    };
    let state = match device.presence {
        Presence::Offline => offline(),
        _ => battery.state.name().map_or_else(unknown, Cell::plain),
    };
    let voltage = battery
        .voltage
        .map_or_else(unknown, |it| Cell::right(it.to_string()));
    [bar, charge, state, voltage]
}

/// Red where one must act, yellow where one will have to, green otherwise.
fn charge_style(battery: &Battery) -> Ansi {
    let color = match (
        battery.state,
        battery.percent.map(Percent::get),
        battery.level,
    ) {
        (ChargeState::Error, ..) | (_, Some(0..=10), _) | (_, _, Some(BatteryLevel::Critical)) => {
            AnsiColor::Red
        }
        (_, Some(11..=20), _) | (_, _, Some(BatteryLevel::Low)) => AnsiColor::Yellow,
        _ => AnsiColor::Green,
    };
    Ansi::new().fg_color(Some(color.into()))
}

fn light_cell(light: Light) -> Cell {
    let doubt = if light.trusted { "" } else { "?" };
    Cell::plain(format!("{}{doubt}, {}", light.lux, light.level().name()))
}

fn read_at(device: &Device) -> Option<Timestamp> {
    let battery = device.battery.map(|battery| battery.at);
    battery.max(device.light.map(|light| light.at))
}

fn age(now: Timestamp, at: Timestamp) -> String {
    match now.since(at).as_secs() {
        0..2 => "now".to_owned(),
        seconds @ 2..120 => format!("{seconds} s ago"),
        seconds @ 120..7200 => format!("{} min ago", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h ago", seconds / 3600),
        seconds => format!("{} days ago", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn ages_read_like_speech() {
        for (seconds, text) in [
            (0, "now"),
            (59, "59 s ago"),
            (120, "2 min ago"),
            (7200, "2 h ago"),
            (259_200, "3 days ago"),
        ] {
            let now = Timestamp::from_start(Duration::from_secs(seconds));
            assert_eq!(age(now, Timestamp::START), text);
        }
    }
}
