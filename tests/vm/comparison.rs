//! The batteries of a desk three times: as the kernel shows them, as Solaar does, and as we do.

use std::fmt::Write;

use hidpp_sim::battery::State;
use serde_json::Value;

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
            (
                "kernel",
                kernel_says(seen, row.slot, row.serial),
                row.kernel,
            ),
            ("Solaar", solaar_says(solaar, row.serial), row.solaar),
            ("ours", we_say(ours, row.serial), row.ours),
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

/// What the kernel says of the device in a slot; slot 0 is a device of its own.
pub(crate) fn kernel_says(seen: Seen, slot: u8, serial: [u8; 4]) -> String {
    let battery = if slot == 0 {
        seen.battery()
    } else {
        seen.battery_of(slot)
    };
    let Some(battery) = battery else {
        return NOTHING.to_owned();
    };
    if let Some(whose) = &battery.serial {
        assert_eq!(*whose, with_dashes(serial), "whose battery the kernel has");
    }
    battery.to_string()
}

/// What Solaar says of a device.
pub(crate) fn solaar_says(listed: &[Listed], serial: [u8; 4]) -> String {
    let serial = plain(serial);
    let device = listed.iter().find(|device| device.serial == serial);
    device.map_or_else(|| NOTHING.to_owned(), |device| device.battery.clone())
}

/// What our document says of a device.
pub(crate) fn we_say(document: &Value, serial: [u8; 4]) -> String {
    // That of a corded device is what the kernel makes of it.
    let serials = [plain(serial), with_dashes(serial)];
    let mut devices = document["devices"].as_array().into_iter().flatten();
    let device = devices.find(|device| serials.iter().any(|serial| device["serial"] == **serial));
    device.map_or_else(|| NOTHING.to_owned(), we_say_of)
}

/// What our entry of a device says.
fn we_say_of(device: &Value) -> String {
    let offline = (device["online"] == false).then(|| "offline".to_owned());
    let parts = [battery_says(device), light_says(device)];
    let known = parts.into_iter().chain(offline);
    let known: Vec<String> = known.filter(|part| !part.is_empty()).collect();
    known.join(", ")
}

/// What it says of the battery.
pub(crate) fn battery_says(device: &Value) -> String {
    let number = |value: &Value, unit| value.as_u64().map(|number| format!("{number} {unit}"));
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let battery = &device["battery"];
    let parts = [
        number(&battery["percent"], "%"),
        word(&battery["level"]),
        number(&battery["voltage_mv"], "mV"),
        word(&battery["state"]),
    ];
    let known: Vec<String> = parts.into_iter().flatten().collect();
    known.join(", ")
}

/// What it says of the light; nothing where none was measured.
pub(crate) fn light_says(device: &Value) -> String {
    let lux = device["light"]["lux"].as_u64();
    lux.map(|lux| format!("{lux} lux")).unwrap_or_default()
}

/// A serial number as our document and Solaar have it.
pub(crate) fn plain(serial: [u8; 4]) -> String {
    serial.map(|byte| format!("{byte:02X}")).concat()
}

/// The same as the kernel has it.
pub(crate) fn with_dashes(serial: [u8; 4]) -> String {
    serial.map(|byte| format!("{byte:02x}")).join("-")
}
