//! The table for people: one line per device, grouped by receiver or bus.
//!
//! All groups have the same columns, aligned for comparison. A column without any value is left
//! out, and on a narrow terminal the least important ones are.

mod cell;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::Style as Ansi;
use unicode_width::UnicodeWidthStr;

use self::cell::{Cell, Column, Concession, Form, cell};
use super::style::Style;
use super::value_text;
use crate::device::{Device, Link, Receiver};
use crate::manager::Snapshot;
use crate::text;
use hidpp_proto::units::Timestamp;

/// The length to which names are shortened before a column is left out.
const SHORT_NAME: usize = 24;
/// The length to which they are shortened once no other column is left.
const SHORTEST_NAME: usize = 8;

/// Devices that are connected in the same way.
struct Group<'a> {
    name: String,
    /// The properties of the group, the most important first.
    facts: Vec<String>,
    devices: Vec<&'a Device>,
}

/// The columns that are shown, with their widths.
struct Layout {
    columns: Vec<(Column, usize)>,
    short_time: bool,
    now: Timestamp,
    style: Style,
}

/// Prints all receivers with their devices, then the devices without one, then hardware that cannot
/// be read. If devices were `chosen`, prints only groups that contain one.
pub(super) fn print(
    out: &mut dyn Write,
    snapshot: &Snapshot,
    chosen: bool,
    style: Style,
) -> io::Result<()> {
    let layout = Layout::of(snapshot, style);
    let mut groups = groups(snapshot);
    groups.retain(|group| !chosen || !group.devices.is_empty());
    let mut headed = false;
    for (number, group) in groups.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        print_title(out, group, style)?;
        // All groups have the same columns, so one heading is enough.
        if !group.devices.is_empty() && !headed {
            headed = true;
            layout.print_headings(out)?;
        }
        for device in &group.devices {
            layout.print_device(out, device)?;
        }
    }
    // Without a table, the reason is reported as an error.
    if chosen || groups.is_empty() || snapshot.unreadable.is_empty() {
        return Ok(());
    }
    let bold = style.ansi(Ansi::new().bold());
    writeln!(out, "\n{bold}Cannot be read{bold:#}")?;
    for unreadable in &snapshot.unreadable {
        writeln!(out, "  {}", value_text::unreadable(unreadable))?;
    }
    Ok(())
}

fn groups(snapshot: &Snapshot) -> Vec<Group<'_>> {
    let of_receiver = |receiver: &Receiver| {
        let devices = snapshot.devices.iter();
        let devices = devices.filter(|device| device.receiver() == Some(&receiver.id));
        let devices: Vec<&Device> = devices.collect();
        // All its devices are listed at their active link: an empty group would look like a fault.
        if devices.is_empty()
            && snapshot
                .devices
                .iter()
                .any(|it| has_other_link(it, receiver))
        {
            return None;
        }
        let mut facts = vec![format!("{:04X}:{:04X}", receiver.vendor, receiver.product)];
        let serial = receiver.serial.as_deref().and_then(text::name);
        facts.extend(serial.map(|serial| format!("serial {serial}")));
        let firmware = receiver.firmware;
        facts.extend(firmware.map(|firmware| format!("firmware {firmware}")));
        facts.extend(receiver.slot_usage());
        facts.push(text::line(&receiver.node));
        Some(Group {
            name: receiver.model.name().to_owned(),
            facts,
            devices,
        })
    };
    let groups = snapshot.receivers.iter().filter_map(of_receiver);
    let mut groups: Vec<Group<'_>> = groups.collect();
    let mut buses: Vec<&str> = snapshot.devices.iter().filter_map(bus).collect();
    // Cables before Bluetooth.
    buses.sort_by_key(|bus| (*bus != "usb", *bus));
    buses.dedup();
    for name in buses {
        let devices = snapshot.devices.iter();
        let mut devices: Vec<&Device> = devices.filter(|it| bus(it) == Some(name)).collect();
        devices.sort_by_key(|device| {
            let name = value_text::name(device).to_lowercase();
            (device.preferences.position(), name, &device.id)
        });
        groups.push(Group {
            name: match name {
                "usb" => "USB".to_owned(),
                "bluetooth" => "Bluetooth".to_owned(),
                code => text::line(&format!("Bus {code}")),
            },
            facts: vec!["without a receiver".to_owned()],
            devices,
        });
    }
    groups
}

/// Returns whether a device that is listed elsewhere is paired with this receiver, too.
fn has_other_link(device: &Device, receiver: &Receiver) -> bool {
    let mut links = device.other_links.iter().map(|it| &it.link);
    links.any(|link| matches!(link, Link::Paired { receiver: id, .. } if *id == receiver.id))
}

fn bus(device: &Device) -> Option<&str> {
    match &device.link {
        Link::Paired { .. } => None,
        Link::Direct { bus, .. } => Some(bus),
    }
}

fn print_title(out: &mut dyn Write, group: &Group<'_>, style: Style) -> io::Result<()> {
    let mut facts = group.facts.clone();
    while facts.len() > 1 && !style.fits(group.name.width() + 2 + facts.join(", ").width()) {
        facts.pop();
    }
    let bold = style.ansi(Ansi::new().bold());
    writeln!(out, "{bold}{}{bold:#}  {}", group.name, facts.join(", "))
}

impl Layout {
    fn of(snapshot: &Snapshot, style: Style) -> Self {
        let mut layout = Self {
            columns: Vec::new(),
            short_time: false,
            now: snapshot.at,
            style,
        };
        let devices = &snapshot.devices;
        let mut columns = Column::ALL.to_vec();
        columns.retain(|column| {
            devices
                .iter()
                .any(|device| column.is_used(device, snapshot.at))
        });
        layout.measure(devices, &columns);
        let old = devices.iter().any(cell::has_old_charge);
        for concession in Column::dispensable(old) {
            if style.fits(layout.width()) {
                break;
            }
            match concession {
                Concession::LeaveOut(it) => columns.retain(|column| *column != it),
                Concession::ShortenTime => layout.short_time = true,
            }
            layout.measure(devices, &columns);
        }
        layout.shorten_names(SHORTEST_NAME);
        layout
    }

    fn measure(&mut self, devices: &[Device], columns: &[Column]) {
        let form = self.form(columns.contains(&Column::Bar));
        let width = |column: &Column| {
            let cells = devices.iter().map(|device| cell(device, *column, form));
            let cells = cells.map(|cell| cell.text.width());
            let widest = cells.chain([column.heading(form.beside_bar).width()]).max();
            (*column, widest.unwrap_or_default())
        };
        self.columns = columns.iter().map(width).collect();
        self.shorten_names(SHORT_NAME);
    }

    const fn form(&self, beside_bar: bool) -> Form {
        Form {
            beside_bar,
            short_time: self.short_time,
            style: self.style,
            now: self.now,
        }
    }

    fn width(&self) -> usize {
        self.columns.iter().map(|(_, width)| width + 2).sum()
    }

    /// Shortens names until the table fits, but not below this width.
    fn shorten_names(&mut self, shortest: usize) {
        let Some(columns) = self.style.width else {
            return;
        };
        let excess = self.width().saturating_sub(columns);
        for (column, width) in &mut self.columns {
            if *column == Column::Device && *width > shortest {
                *width = width.saturating_sub(excess).max(shortest);
            }
        }
    }

    fn has_bar(&self) -> bool {
        self.columns
            .iter()
            .any(|(column, _)| *column == Column::Bar)
    }

    fn print_headings(&self, out: &mut dyn Write) -> io::Result<()> {
        let bar = self.has_bar();
        self.print_line(out, |column| {
            Cell::plain(column.heading(bar)).with(Ansi::new().dimmed())
        })
    }

    fn print_device(&self, out: &mut dyn Write, device: &Device) -> io::Result<()> {
        let form = self.form(self.has_bar());
        self.print_line(out, |column| cell(device, column, form))
    }

    fn print_line(&self, out: &mut dyn Write, cell: impl Fn(Column) -> Cell) -> io::Result<()> {
        let mut line = String::new();
        for (column, width) in &self.columns {
            let cell = cell(*column);
            let text = text::shortened(&cell.text, *width, self.style.ellipsis());
            let gap = " ".repeat(width.saturating_sub(text.width()));
            let (before, after) = if cell.right {
                (gap.as_str(), "")
            } else {
                ("", gap.as_str())
            };
            let ansi = self.style.ansi(cell.ansi);
            _ = write!(line, "  {before}{ansi}{text}{ansi:#}{after}");
        }
        writeln!(out, "{}", line.trim_end())
    }
}
