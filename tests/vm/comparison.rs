//! The batteries of a desk three times: as the kernel shows them, as Solaar does, and as we do.

use std::fmt::Write;

use serde_json::Value;
use solar_status::sim::battery::State;

use crate::kernel::Seen;
use crate::solaar::Listed;

/// One device, and what each of the three says of its battery.
pub(crate) struct Row {
    /// What it is, and what shows its battery.
    pub(crate) codename: &'static str,
    pub(crate) source: &'static str,
    /// What its battery really does; its charge is that of the catalogue.
    pub(crate) state: State,
    /// Its slot, 0 for a device of its own.
    pub(crate) slot: u8,
    /// Its serial number, which all three know it by.
    pub(crate) serial: [u8; 4],
    /// The kernel's `power_supply`.
    pub(crate) kernel: &'static str,
    /// The line of `solaar show`.
    pub(crate) solaar: &'static str,
    /// Our document.
    pub(crate) ours: &'static str,
    /// Why they differ, where they do.
    pub(crate) because: &'static str,
}

/// What is said of a device that somebody does not list, or that has no battery to him.
pub(crate) const NOTHING: &str = "nothing";

/// Prints what all three say, and holds it to what is expected.
pub(crate) fn compare(rows: &[Row], seen: Seen, solaar: &[Listed], ours: &Value) {
    let mut wrong = String::new();
    for row in rows {
        let said = [
            ("kernel", kernels(row, seen), row.kernel),
            ("Solaar", solaars(row, solaar), row.solaar),
            ("ours", our(row, ours), row.ours),
        ];
        println!("        {}, {}", row.codename, row.source);
        for (who, says, expected) in said {
            println!("            {who:<8}{says}");
            if says != expected {
                let codename = row.codename;
                writeln!(wrong, "{codename}, {who}: {says:?}, not {expected:?}")
                    .expect("a string takes it");
            }
        }
        if !row.because.is_empty() {
            println!("            ({})", row.because);
        }
    }
    assert_eq!(wrong, "", "what was said of the batteries");
}

fn kernels(row: &Row, seen: Seen) -> String {
    let battery = if row.slot == 0 {
        seen.battery()
    } else {
        seen.battery_of(row.slot)
    };
    let Some(battery) = battery else {
        return NOTHING.to_owned();
    };
    // A device on a cable tells the kernel no serial number.
    if let Some(serial) = battery
        .serial
        .as_deref()
        .filter(|serial| !serial.is_empty())
    {
        assert_eq!(serial, hex(row.serial, "-"), "whose battery the kernel has");
    }
    battery.to_string()
}

fn solaars(row: &Row, solaar: &[Listed]) -> String {
    let serial = hex(row.serial, "").to_uppercase();
    let device = solaar.iter().find(|device| device.serial == serial);
    device.map_or_else(|| NOTHING.to_owned(), |device| device.battery.clone())
}

fn our(row: &Row, ours: &Value) -> String {
    let serials = [hex(row.serial, "").to_uppercase(), hex(row.serial, "-")];
    let mut devices = ours["devices"].as_array().into_iter().flatten();
    let device = devices.find(|device| serials.iter().any(|serial| device["serial"] == **serial));
    let Some(battery) = device.map(|device| &device["battery"]) else {
        return NOTHING.to_owned();
    };
    let number = |value: &Value, unit| value.as_u64().map(|number| format!("{number} {unit}"));
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let parts = [
        number(&battery["percent"], "%"),
        word(&battery["level"]),
        number(&battery["voltage_mv"], "mV"),
        word(&battery["state"]),
    ];
    let known: Vec<String> = parts.into_iter().flatten().collect();
    if known.is_empty() {
        NOTHING.to_owned()
    } else {
        known.join(", ")
    }
}

fn hex(bytes: [u8; 4], between: &str) -> String {
    bytes.map(|byte| format!("{byte:02x}")).join(between)
}
