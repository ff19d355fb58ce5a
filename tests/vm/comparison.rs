//! Compares the batteries of a desk as reported by the kernel, by Solaar and by us.

use std::fmt::Write;

use hidpp_sim::battery::State;
use serde_json::Value;

use crate::kernel::Seen;
use crate::solaar::Listed;

/// A device, and the expected report of each of the three.
pub(crate) struct Row {
    /// Its codename, and the feature or register of its battery.
    pub(crate) codename: &'static str,
    pub(crate) source: &'static str,
    /// The real state of its battery; the charge is that of the catalogue.
    pub(crate) state: State,
    /// Its slot; 0 for a direct device.
    pub(crate) slot: u8,
    /// Its serial number, by which all three identify it.
    pub(crate) serial: [u8; 4],
    /// The kernel's `power_supply`.
    pub(crate) kernel: &'static str,
    /// The line of `solaar show`.
    pub(crate) solaar: &'static str,
    /// Our document.
    pub(crate) ours: &'static str,
    /// The reason for differences, if there are any.
    pub(crate) because: &'static str,
}

/// The report about a device that is not listed or has no battery.
pub(crate) const NOTHING: &str = "nothing";

/// Prints the reports of all three, and compares them with the expected ones.
pub(crate) fn compare(rows: &[Row], seen: Seen, solaar: &[Listed], ours: &Value) {
    let mut wrong = String::new();
    for row in rows {
        let reports = [
            (
                "kernel",
                kernel_report(seen, row.slot, row.serial),
                row.kernel,
            ),
            ("Solaar", solaar_report(solaar, row.serial), row.solaar),
            ("ours", our_report(ours, row.serial), row.ours),
        ];
        println!("        {}, {}", row.codename, row.source);
        for (source, report, expected) in reports {
            println!("            {source:<8}{report}");
            if report != expected {
                let codename = row.codename;
                writeln!(wrong, "{codename}, {source}: {report:?}, not {expected:?}")
                    .expect("writing to a string succeeds");
            }
        }
        if !row.because.is_empty() {
            println!("            ({})", row.because);
        }
    }
    assert_eq!(wrong, "", "the reported batteries");
}

/// The kernel's report about the device in a slot; slot 0 is a direct device.
pub(crate) fn kernel_report(seen: Seen, slot: u8, serial: [u8; 4]) -> String {
    let battery = if slot == 0 {
        seen.battery()
    } else {
        seen.battery_of(slot)
    };
    let Some(battery) = battery else {
        return NOTHING.to_owned();
    };
    if let Some(whose) = &battery.serial {
        assert_eq!(
            *whose,
            with_dashes(serial),
            "the serial number of the kernel's battery"
        );
    }
    battery.to_string()
}

/// Solaar's report about a device.
pub(crate) fn solaar_report(listed: &[Listed], serial: [u8; 4]) -> String {
    let serial = plain(serial);
    let device = listed.iter().find(|device| device.serial == serial);
    device.map_or_else(|| NOTHING.to_owned(), |device| device.battery.clone())
}

/// Our report about a device.
pub(crate) fn our_report(document: &Value, serial: [u8; 4]) -> String {
    // For a corded device, our serial number is the kernel's.
    let serials = [plain(serial), with_dashes(serial)];
    let mut devices = document["devices"].as_array().into_iter().flatten();
    let device = devices.find(|device| serials.iter().any(|serial| device["serial"] == **serial));
    device.map_or_else(|| NOTHING.to_owned(), our_report_of)
}

/// Our report from a device's entry.
fn our_report_of(device: &Value) -> String {
    let offline = (device["online"] == false).then(|| "offline".to_owned());
    let parts = [battery_text(device), light_text(device)];
    let known = parts.into_iter().chain(offline);
    let known: Vec<String> = known.filter(|part| !part.is_empty()).collect();
    known.join(", ")
}

/// The battery of a device's entry.
pub(crate) fn battery_text(device: &Value) -> String {
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

/// The light of a device's entry; empty if none was measured.
pub(crate) fn light_text(device: &Value) -> String {
    let lux = device["light"]["lux"].as_u64();
    lux.map(|lux| format!("{lux} lux")).unwrap_or_default()
}

/// A serial number in the format of our document and of Solaar.
pub(crate) fn plain(serial: [u8; 4]) -> String {
    serial.map(|byte| format!("{byte:02X}")).concat()
}

/// The same in the kernel's format.
pub(crate) fn with_dashes(serial: [u8; 4]) -> String {
    serial.map(|byte| format!("{byte:02x}")).join("-")
}
