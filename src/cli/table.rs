//! The table for people: one line a device, under its receiver.

use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};
use unicode_width::UnicodeWidthStr;

use super::bar::bar;
use crate::device::{
    Battery, BatteryLevel, ChargeState, Device, Light, Presence, Receiver, ValueKind,
};
use crate::manager::Snapshot;
use crate::units::{Percent, Timestamp};

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    color: bool,
    unicode: bool,
    /// How many columns there are; `None`: as many as it takes.
    width: Option<usize>,
}

impl Style {
    /// Unicode where the locale has it.
    pub(super) fn of_environment(color: bool, width: Option<usize>) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        // Without any locale a pipe or a service is at the other end: most take UTF-8.
        let unicode = locale.is_none_or(|name| {
            let name = name.to_uppercase();
            name.contains("UTF-8") || name.contains("UTF8")
        });
        Self {
            color,
            unicode,
            width,
        }
    }

    /// Whether a line of this width fits.
    fn fits(self, width: usize) -> bool {
        self.width.is_none_or(|columns| width <= columns)
    }

    const fn unknown(self) -> &'static str {
        if self.unicode { "–" } else { "-" }
    }

    const fn about(self) -> &'static str {
        if self.unicode { "≈" } else { "~" }
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

/// The columns of the table, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Slot,
    Device,
    Kind,
    Bar,
    Charge,
    State,
    Voltage,
    Light,
    Read,
    Firmware,
}

impl Column {
    const ALL: [Self; 10] = [
        Self::Slot,
        Self::Device,
        Self::Kind,
        Self::Bar,
        Self::Charge,
        Self::State,
        Self::Voltage,
        Self::Light,
        Self::Read,
        Self::Firmware,
    ];

    /// What is left out first on a narrow terminal.
    const DISPENSABLE: [Self; 6] = [
        Self::Voltage,
        Self::Read,
        Self::Firmware,
        Self::Kind,
        Self::Bar,
        Self::Slot,
    ];

    /// The heading; that of charge stands over the bar, if it is there.
    const fn heading(self, bar: bool) -> &'static str {
        match self {
            Self::Slot => "SLOT",
            Self::Device => "DEVICE",
            Self::Kind => "KIND",
            Self::Charge if bar => "",
            Self::Bar | Self::Charge => "CHARGE",
            Self::State => "STATE",
            Self::Voltage => "VOLTAGE",
            Self::Light => "LIGHT",
            Self::Read => "READ",
            Self::Firmware => "FIRMWARE",
        }
    }
}

/// Prints all receivers with their devices.
pub(super) fn print(out: &mut dyn Write, snapshot: &Snapshot, style: Style) -> io::Result<()> {
    let mut first = true;
    for receiver in &snapshot.receivers {
        let devices: Vec<&Device> = snapshot
            .devices
            .iter()
            .filter(|device| device.receiver() == Some(&receiver.id))
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
    let serial = receiver.serial.as_ref();
    facts.extend(serial.map(|serial| format!("serial {serial}")));
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
    let name = receiver.model.name();
    while facts.len() > 1 && !style.fits(name.width() + 2 + facts.join(", ").width()) {
        facts.pop();
    }
    let bold = if style.color {
        Ansi::new().bold()
    } else {
        Ansi::new()
    };
    writeln!(out, "{bold}{name}{bold:#}  {}", facts.join(", "))
}

fn print_devices(
    out: &mut dyn Write,
    devices: &[&Device],
    now: Timestamp,
    style: Style,
) -> io::Result<()> {
    let mut columns = Column::ALL.to_vec();
    if devices.iter().all(|device| device.firmware.is_none()) {
        columns.retain(|column| *column != Column::Firmware);
    }
    let widths = |columns: &[Column]| -> Vec<usize> {
        let bar = columns.contains(&Column::Bar);
        let width = |column: &Column| {
            let cells = devices
                .iter()
                .map(|device| cell(device, *column, now, style).text.width());
            cells
                .chain([column.heading(bar).width()])
                .max()
                .unwrap_or_default()
        };
        columns.iter().map(width).collect()
    };
    for dispensable in Column::DISPENSABLE {
        if style.fits(widths(&columns).iter().map(|width| width + 2).sum()) {
            break;
        }
        columns.retain(|column| *column != dispensable);
    }
    let bar = columns.contains(&Column::Bar);
    let columns: Vec<(Column, usize)> = columns.iter().copied().zip(widths(&columns)).collect();
    let heading = |column: Column| Cell::styled(column.heading(bar), Ansi::new().dimmed());
    print_line(out, &columns, heading, style)?;
    for device in devices {
        print_line(
            out,
            &columns,
            |column| cell(device, column, now, style),
            style,
        )?;
    }
    Ok(())
}

fn print_line(
    out: &mut dyn Write,
    columns: &[(Column, usize)],
    cell: impl Fn(Column) -> Cell,
    style: Style,
) -> io::Result<()> {
    let mut line = String::new();
    for (column, width) in columns {
        let cell = cell(*column);
        let gap = " ".repeat(width.saturating_sub(cell.text.width()));
        let (before, after) = if cell.right {
            (gap.as_str(), "")
        } else {
            ("", gap.as_str())
        };
        let ansi = if style.color { cell.ansi } else { Ansi::new() };
        _ = write!(line, "  {before}{ansi}{}{ansi:#}{after}", cell.text);
    }
    writeln!(out, "{}", line.trim_end())
}

fn cell(device: &Device, column: Column, now: Timestamp, style: Style) -> Cell {
    let unknown = || Cell::plain(style.unknown());
    let battery = device.battery.as_ref();
    match column {
        Column::Slot => device
            .slot()
            .map_or_else(unknown, |slot| Cell::right(slot.to_string())),
        Column::Device => {
            let name = device
                .name
                .clone()
                .or(device.wpid.map(|wpid| wpid.to_string()));
            name.map_or_else(unknown, Cell::plain)
        }
        Column::Kind => device
            .kind
            .map_or_else(unknown, |kind| Cell::plain(kind.to_string())),
        Column::Bar => match battery.and_then(|battery| Some((battery, battery.percent?))) {
            Some((battery, charge)) => {
                Cell::styled(bar(charge, style.unicode), charge_style(battery))
            }
            None => unknown(),
        },
        Column::Charge => {
            battery.map_or_else(|| Cell::plain(""), |battery| charge_cell(battery, style))
        }
        Column::State => state_cell(device, style),
        Column::Voltage => battery
            .and_then(|battery| battery.voltage)
            .map_or_else(unknown, |voltage| Cell::right(voltage.to_string())),
        Column::Light => device.light.map_or_else(unknown, light_cell),
        Column::Read => read_at(device).map_or_else(unknown, |at| Cell::plain(age(now, at))),
        Column::Firmware => device
            .firmware
            .map_or_else(unknown, |firmware| Cell::plain(firmware.to_string())),
    }
}

/// The charge in percent or in a word; “≈”: estimated from a voltage; “?”: the device does not
/// vouch for it.
fn charge_cell(battery: &Battery, style: Style) -> Cell {
    let doubt = if battery.trusted { "" } else { "?" };
    let about = match battery.value_kind {
        ValueKind::Voltage => style.about(),
        ValueKind::Percent | ValueKind::Steps => "",
    };
    match (battery.percent, battery.level) {
        (Some(percent), _) => Cell::right(format!("{about}{percent}{doubt}")),
        (None, Some(level)) => Cell {
            right: true,
            ..Cell::styled(level.name(), charge_style(battery))
        },
        (None, None) => Cell::plain(""),
    }
}

fn state_cell(device: &Device, style: Style) -> Cell {
    match (
        device.presence,
        device.battery.and_then(|battery| battery.state.name()),
    ) {
        (Presence::Offline, _) => Cell::styled("offline", Ansi::new().dimmed()),
        (_, Some(state)) => Cell::plain(state),
        (_, None) => Cell::plain(style.unknown()),
    }
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
    use crate::device::Link;
    use crate::feature::battery_level_status::read_level;
    use crate::feature::battery_mileage::read as read_mileage;
    use crate::feature::battery_voltage::read_voltage;
    use crate::manager::{Memory, OpenNode, Query, VirtualClock, read_status};
    use crate::session::Wanted;
    use crate::sim::{SimulatedNode, scenario};
    use crate::transport::NodeInfo;
    use crate::wire::Slot;
    use crate::wire::tests::report;

    fn table(width: Option<usize>, firmware: bool) -> String {
        let info = NodeInfo::unifying("/dev/hidraw0");
        let transport = Box::new(SimulatedNode(scenario::desk()));
        let query = Query {
            wanted: Wanted {
                battery: true,
                firmware,
                ..Wanted::NOTHING
            },
            names: true,
            follow: false,
            receiver_firmware: false,
            devices: Vec::new(),
            timeout: Duration::from_secs(10),
        };
        let nodes = vec![OpenNode { info, transport }];
        let (mut memory, mut clock) = (Memory::default(), VirtualClock::default());
        let snapshot = read_status(nodes, &query, &mut memory, &mut clock).unwrap();
        let mut out = Vec::new();
        print(
            &mut out,
            &snapshot,
            Style {
                color: false,
                unicode: true,
                width,
            },
        )
        .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_narrow_terminal_gets_what_matters_most() {
        for (width, headings) in [
            (
                100,
                "SLOT  DEVICE  KIND      CHARGE            STATE        VOLTAGE  LIGHT         READ",
            ),
            (
                80,
                "SLOT  DEVICE  KIND      CHARGE            STATE        LIGHT         READ",
            ),
            (60, "SLOT  DEVICE  CHARGE            STATE        LIGHT"),
            (50, "SLOT  DEVICE  CHARGE  STATE        LIGHT"),
            (45, "DEVICE  CHARGE  STATE        LIGHT"),
        ] {
            let table = table(Some(width), false);
            assert_eq!(
                table.lines().nth(1).unwrap().trim(),
                headings,
                "{width}\n{table}"
            );
            let widest = table.lines().map(UnicodeWidthStr::width).max().unwrap();
            assert!(widest <= width, "{widest} of {width}\n{table}");
            assert!(
                table.contains("57 %") && table.contains("12 lux"),
                "{table}"
            );
        }
    }

    #[test]
    fn firmware_has_a_column_when_it_was_asked_for() {
        assert!(!table(None, false).contains("FIRMWARE"));
        let table = table(None, true);
        assert!(
            table.contains("FIRMWARE") && table.contains("RQK 33.00.B0015"),
            "{table}"
        );
    }

    const UNICODE: Style = Style {
        color: false,
        unicode: true,
        width: None,
    };

    fn voltage(hex: &str) -> Battery {
        Battery::from_voltage(&read_voltage(&report(hex)), Timestamp::START)
    }

    #[test]
    fn a_charge_estimated_from_a_voltage_says_so() {
        let ascii = Style {
            unicode: false,
            ..UNICODE
        };
        let g915 = voltage("11 01 07 0D 0E B5 00 …");
        assert_eq!(charge_cell(&g915, UNICODE).text, "≈35 %");
        assert_eq!(charge_cell(&g915, ascii).text, "~35 %");
        let charging = voltage("11 01 07 0D 0E B5 80 …");
        assert_eq!(charge_cell(&charging, UNICODE).text, "", "no estimate");
    }

    #[test]
    fn a_step_given_in_percent_is_shown_so() {
        let m525 = read_level(&report("11 01 04 05 5A 05 …"));
        let m525 = Battery::from_level_status(&m525, None, Timestamp::START);
        assert_eq!(charge_cell(&m525, UNICODE).text, "90 %");
    }

    #[test]
    fn a_battery_that_power_does_not_charge_says_so() {
        let link = Link::Paired {
            receiver: "receiver".into(),
            slot: Slot::new(1).unwrap(),
        };
        let mut device = Device::new("id".into(), link);
        device.battery = Some(voltage("11 FF 04 00 0F 29 82 …"));
        assert_eq!(state_cell(&device, UNICODE).text, "not charging");
    }

    #[test]
    fn colours_go_by_the_charge_and_not_by_how_it_is_told() {
        // An M705 at 85 % with a red icon: Solaar issue 575.
        let m705 = read_mileage(&report("10 02 81 0D 55 47 34"));
        let m705 = Battery::from_mileage(&m705, Timestamp::START);
        let red = Ansi::new().fg_color(Some(AnsiColor::Red.into()));
        let green = Ansi::new().fg_color(Some(AnsiColor::Green.into()));
        assert_eq!(charge_style(&m705), green);
        assert_eq!(charge_style(&voltage("11 01 07 0D 0E B5 00 …")), green);
        assert_eq!(charge_style(&voltage("11 01 07 0D 0D 7A 00 …")), red);
        let critical = voltage("11 01 07 0D 0E B5 20 …");
        assert_eq!(charge_style(&critical), red, "the device says so");
    }

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
