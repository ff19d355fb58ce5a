//! A summary as a page of 80 columns.

use std::fmt::Write as _;

use super::report::{DeviceReport, Program, Report};
use super::series::{Series, States};

const WIDTH: usize = 80;
/// Where the text beside a label begins.
const INDENT: usize = 13;

/// The page, with a line end after each line.
pub fn page(report: &Report) -> String {
    let mut page = Page(String::new());
    page.paragraph("", &heading(report));
    if report.devices.is_empty() && report.input == 0 {
        page.paragraph("", "There is no message of a Logitech device in it.");
    }
    if !report.programs.is_empty() {
        page.line("");
        page.line("What programs asked (the name is a guess from the id in each request):");
        for program in &report.programs {
            page.paragraph("  ", &asked(program));
        }
    }
    for device in &report.devices {
        page.line("");
        page.device(device);
    }
    if report.beyond > 0 {
        page.line("");
        let words = format!(
            "{} of further devices are not summarized.",
            count(report.beyond, "report")
        );
        page.paragraph("", &words);
    }
    page.0
}

fn heading(report: &Report) -> String {
    let time = match report.seconds {
        Some(seconds) => format!(" in {seconds} s"),
        None => String::new(),
    };
    let mut words = format!("{} of HID++{time}", count(report.reports, "report"));
    let parts = [
        (report.requests, "request"),
        (report.replies, "answer"),
        (report.errors, "error"),
        (report.unsolicited, "report of devices on their own"),
        (report.input, "report of keys or motion, not shown"),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts
        .map(|&(number, one)| match one.split_once(' ') {
            Some((noun, rest)) => format!("{} {rest}", count(number, noun)),
            None => count(number, one),
        })
        .collect();
    if !parts.is_empty() {
        words.push_str(": ");
        words.push_str(&parts.join(", "));
    }
    words
}

fn asked(program: &Program) -> String {
    let requests = count(program.requests, "request");
    match (program.software_id, program.software) {
        (None, _) => format!("{requests} of HID++ 1.0, which has no ids"),
        (Some(id), Some(name)) => format!("{requests} under id {id:X}: {name}"),
        (Some(id), None) => format!("{requests} under id {id:X}: unknown program"),
    }
}

struct Page(String);

impl Page {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    /// A text after a label, wrapped at its own margin.
    fn row(&mut self, label: &str, text: &str) {
        if !text.is_empty() {
            self.paragraph(&format!("  {label:width$}", width = INDENT - 2), text);
        }
    }

    /// A text after `first`, in lines that begin below it.
    fn paragraph(&mut self, first: &str, text: &str) {
        let margin = first.chars().count();
        let mut column = margin;
        self.0.push_str(first);
        for (at, word) in text.split(' ').enumerate() {
            let length = word.chars().count();
            if at > 0 && column + 1 + length > WIDTH {
                // Writing to a String cannot fail.
                let _ = write!(self.0, "\n{:margin$}", "");
                column = margin;
            } else if at > 0 {
                self.0.push(' ');
                column += 1;
            }
            self.word(word, margin);
            column += length;
        }
        self.0.push('\n');
    }

    /// A word; one that is longer than a line is cut.
    fn word(&mut self, word: &str, margin: usize) {
        let room = WIDTH.saturating_sub(margin);
        if word.chars().count() <= room {
            self.0.push_str(word);
        } else {
            self.0.extend(word.chars().take(room.saturating_sub(1)));
            self.0.push('…');
        }
    }

    fn device(&mut self, device: &DeviceReport) {
        self.paragraph("", &title(device));
        self.row("is", &identity(device));
        self.row("firmware", &firmware(device));
        self.row("features", &features(device));
        self.row("link", &states(&device.links));
        self.row("traffic", &traffic(device));
        self.row("answers", &answers(device));
        for (error, &times) in &device.errors {
            self.row("error", &format!("{error} ({})", count(times, "time")));
        }
        self.row("battery", &battery(device));
        self.row("light", &series(device.lux.as_ref(), "lux"));
        for (what, &times) in &device.unexplained {
            let words = format!("{what} ({})", count(times, "time"));
            self.row("unknown", &words);
        }
        if device.not_listed > 0 {
            let words = format!("{} more errors or unknown reports", device.not_listed);
            self.row("", &words);
        }
    }
}

fn title(device: &DeviceReport) -> String {
    let what = match (device.slot, device.is_receiver) {
        (Some(slot), _) => format!("Slot {slot}"),
        (None, true) => "Receiver".to_owned(),
        (None, false) => "Device".to_owned(),
    };
    let name = device.name.as_deref().or(device.model);
    let name = name.map(|name| format!(": {name}"));
    let kind = device.kind.as_ref().map(|kind| format!(" ({kind})"));
    format!(
        "{what}{}{}, at {}",
        name.unwrap_or_default(),
        kind.unwrap_or_default(),
        device.source
    )
}

fn identity(device: &DeviceReport) -> String {
    let parts = [
        ("USB id ", &device.usb_id),
        ("wireless id ", &device.wpid),
        ("models ", &device.model_ids),
        ("serial ", &device.serial),
        ("unit ", &device.unit_id),
        ("HID++ ", &device.hidpp),
    ];
    let parts = parts.iter();
    let model = device.model.filter(|_| device.name.is_some());
    let mut parts: Vec<String> = parts
        .filter_map(|(label, value)| Some(format!("{label}{}", value.as_ref()?)))
        .collect();
    parts.splice(0..0, model.map(ToOwned::to_owned));
    if let Some(slots) = device.slots {
        parts.push(format!("{slots} slots"));
    }
    parts.join(", ")
}

/// The version of the firmware, then those of other parts.
fn firmware(device: &DeviceReport) -> String {
    const MAIN: &str = "firmware";
    const BUILD: &str = "firmware build";
    let version = |part| device.firmware.get(part).map(String::as_str);
    let main: Vec<&str> = [MAIN, BUILD].into_iter().filter_map(version).collect();
    let others = device.firmware.iter();
    let others = others.filter(|(part, _)| !matches!(part.as_str(), MAIN | BUILD));
    let others = others.map(|(part, version)| format!("{part} {version}"));
    let all = std::iter::once(main.join(".")).chain(others);
    all.filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn features(device: &DeviceReport) -> String {
    let names = device.features.iter().map(|feature| match &feature.name {
        Some(name) => format!("{name} ({})", feature.id),
        None => feature.id.clone(),
    });
    names.collect::<Vec<_>>().join(", ")
}

fn traffic(device: &DeviceReport) -> String {
    let mut parts = Vec::new();
    if device.requests > 0 {
        parts.push(count(device.requests, "request"));
    }
    for (number, what) in [
        (device.answered, "answered"),
        (device.refused, "refused"),
        (device.unreachable, "with the device asleep or away"),
        (device.unanswered, "without an answer in the capture"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    if device.unsolicited > 0 {
        parts.push(format!(
            "{} on its own",
            count(device.unsolicited, "report")
        ));
    }
    if device.input > 0 {
        parts.push(format!(
            "{} of keys or motion",
            count(device.input, "report")
        ));
    }
    parts.join(", ")
}

fn answers(device: &DeviceReport) -> String {
    match device.round_trip_ms {
        None => String::new(),
        Some(times) if times.count == 1 => format!("after {}", times.median),
        Some(times) => format!(
            "after {} to {}, half of them within {}",
            times.least, times.most, times.median
        ),
    }
}

fn battery(device: &DeviceReport) -> String {
    let battery = &device.battery;
    let parts = [
        series(battery.percent.as_ref(), "%"),
        series(battery.voltage_mv.as_ref(), "mV"),
        states(&battery.levels),
        states(&battery.states),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("; ")
}

/// `57 %, later 61 %; 4 readings from 57 to 61`.
fn series(series: Option<&Series>, unit: &str) -> String {
    let Some(series) = series else {
        return String::new();
    };
    let Series { first, last, .. } = series;
    let readings = count(series.readings, "reading");
    if series.changes == 0 {
        return format!("{first} {unit} ({readings})");
    }
    format!(
        "{first} {unit} first, {last} {unit} last, {} to {} {unit} in {readings}, {}",
        series.lowest,
        series.highest,
        count(series.changes, "change")
    )
}

fn states(states: &States) -> String {
    let mut words = states.seen.join(", then ");
    if let Some(last) = &states.last {
        let _ = write!(words, " …, last {last}");
    }
    words
}

/// `1 report`, `2 reports`.
fn count(number: u64, one: &str) -> String {
    match (number, one) {
        (1, one) => format!("1 {one}"),
        (number, one) => format!("{number} {one}s"),
    }
}
