//! Everything else that is known about a device.

use ratatui_core::text::Line;
use unicode_width::UnicodeWidthStr;

use super::list::join;
use super::pen::{DIM, LABEL, Pen, gap, plain, span, wrapped};
use super::place;
use crate::cli::value_text;
use crate::cli::watch::model::{Entry, Model};
use crate::device::{Battery, Device, Presence, TimeBasis, ValueKind};
use crate::text;
use hidpp_proto::feature::DeviceKind;
use hidpp_proto::feature::pairing_information::PowerSwitch;

/// The width from which the facts are in two columns.
const TWO: usize = 100;

/// All facts, in one column or two.
pub(super) fn lines(pen: &Pen, model: &Model, entry: &Entry, width: usize) -> Vec<Line<'static>> {
    let facts = facts(pen, model, entry);
    if width < TWO {
        return facts.iter().flat_map(|fact| column(fact, width)).collect();
    }
    let each = width / 2;
    let all: Vec<Vec<Line<'static>>> = facts.iter().map(|fact| column(fact, each)).collect();
    let (left, right) = all.split_at(all.len().div_ceil(2));
    let (left, right) = (left.concat(), right.concat());
    let rows = left.len().max(right.len());
    let row = |row: usize| -> Line<'static> {
        let part = |column: &[Line<'static>]| -> Line<'static> {
            column.get(row).cloned().unwrap_or_default()
        };
        let (left, right) = (part(&left), part(&right));
        let blank = gap(each.saturating_sub(left.width()));
        left.spans
            .into_iter()
            .chain([blank])
            .chain(right.spans)
            .collect()
    };
    (0..rows).map(row).collect()
}

/// A fact below its label.
fn column((name, text): &(&'static str, String), width: usize) -> Vec<Line<'static>> {
    let texts = wrapped(text, width.saturating_sub(LABEL + 2))
        .into_iter()
        .enumerate();
    let line = |(place, text): (usize, String)| {
        let name = if place == 0 { *name } else { "" };
        let blank = LABEL.saturating_sub(name.width() + 1);
        Line::from_iter([gap(1), span(name, DIM), gap(blank), plain(text)])
    };
    texts.map(line).collect()
}

/// The facts with their labels; unknown ones are left out.
fn facts(pen: &Pen, model: &Model, entry: &Entry) -> Vec<(&'static str, String)> {
    let device = &entry.device;
    let kind = device.kind.and_then(DeviceKind::name).map(str::to_owned);
    let name = |name: &Option<String>| name.as_deref().and_then(text::name);
    let full_name = name(&device.full_name).filter(|it| *it != value_text::name(device));
    let links = device.links().map(|(link, presence)| {
        let presence = match presence {
            Presence::Online => "connected",
            Presence::Offline => "not connected",
            Presence::Unknown => "unknown",
        };
        format!("{}: {presence}", place(model, link))
    });
    let links: Vec<String> = links.collect();
    let protocol = device.protocol.map(|it| format!("HID++ {it}"));
    let mut facts = vec![
        ("Device", join([kind, full_name], ", ")),
        ("Id", id(device)),
    ];
    facts.extend(links.into_iter().map(|link| ("Link", link)));
    facts.extend([
        (
            "Firmware",
            device.firmware.map(|it| it.to_string()).unwrap_or_default(),
        ),
        ("Protocol", protocol.unwrap_or_default()),
    ]);
    if let Some(battery) = &device.battery {
        facts.push(("Source", source(battery)));
        facts.push(("Battery", power(battery)));
    }
    let switch = device.power_switch.and_then(PowerSwitch::name);
    facts.push(("Switch", switch.unwrap_or_default().to_owned()));
    facts.push(("Forecast", forecast(pen, device)));
    facts.push(("Seen", seen(pen, entry)));
    facts.retain(|(_, text)| !text.is_empty());
    facts
}

fn id(device: &Device) -> String {
    let serial = device.serial.as_deref().map(text::id);
    let serial = serial.map(|serial| format!("serial number {serial}"));
    let wpid = device.wpid.map(|it| format!("wpid {it}"));
    let id = Some(value_text::id(&device.id).into_owned());
    join([id, serial, wpid], ", ")
}

fn source(battery: &Battery) -> String {
    let exact = match battery.value_kind {
        ValueKind::Percent => "in percent",
        ValueKind::Steps => "in steps",
        ValueKind::Voltage => "estimated from the voltage",
    };
    let margin = battery.margin.map(|it| format!("{} % more or less", it.0));
    let doubt = (!battery.trusted).then(|| "flagged as unreliable".to_owned());
    let source = format!("{}, {exact}", battery.source.name());
    join([Some(source), margin, doubt], ", ")
}

fn power(battery: &Battery) -> String {
    let external = battery.external_power.map(|it| {
        if it {
            "on external power"
        } else {
            "no external power"
        }
    });
    let cells = battery.rechargeable.map(|it| {
        if it {
            "rechargeable"
        } else {
            "not rechargeable"
        }
    });
    let next = battery.next.map(|next| format!("next step {next}"));
    join(
        [external.map(str::to_owned), cells.map(str::to_owned), next],
        ", ",
    )
}

fn forecast(pen: &Pen, device: &Device) -> String {
    let Some(left) = device.time_left(pen.now) else {
        return String::new();
    };
    let basis = match left.basis {
        TimeBasis::Calendar => "with pauses",
        TimeBasis::Use => "while it is used",
    };
    format!("{basis}, confidence {}", left.confidence().name())
}

/// When the device and its values were last seen.
pub(super) fn seen(pen: &Pen, entry: &Entry) -> String {
    let device = &entry.device;
    let seen = entry.seen().map(|at| format!("seen {}", pen.age(at)));
    let read = device
        .battery
        .map(|it| format!("charge read {}", pen.age(it.charge_at)));
    let light = device.light.map(|it| format!("light {}", pen.age(it.at)));
    join([seen, read, light], ", ")
}
