//! Another program that owns the daemon's name, and devices with hostile names: none of their texts
//! can harm a terminal, a bar, a spreadsheet or a picture.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;
use solar_status::bus::entries::Row;
use solar_status::bus::{Layout, NAME};
use solar_status::cli::format;
use test_support::bus::Bus;
use zbus::connection::Builder;
use zbus::fdo::ObjectManager;
use zbus::{Connection, block_on, interface};

use crate::daemon_harness::Harness;

include!("../hostile/names.rs");

/// A device with only hostile texts.
struct ForeignDevice {
    text: String,
    number: u8,
}

#[expect(clippy::unused_self, reason = "D-Bus methods need a receiver")]
#[interface(name = "org.solarstatus.Device1")]
impl ForeignDevice {
    #[zbus(property)]
    fn id(&self) -> String {
        format!("{}{}", self.number, self.text)
    }

    #[zbus(property)]
    fn name(&self) -> String {
        self.text.clone()
    }

    #[zbus(property)]
    fn full_name(&self) -> String {
        self.text.clone()
    }

    #[zbus(property)]
    fn serial(&self) -> String {
        self.text.clone()
    }

    #[zbus(property)]
    fn firmware(&self) -> String {
        format!("{} 33.00.B0015", self.text)
    }

    #[zbus(property)]
    fn connection(&self) -> String {
        // Half of them are behind a receiver, half are direct.
        if self.number.is_multiple_of(2) {
            "receiver".to_owned()
        } else {
            self.text.clone()
        }
    }

    #[zbus(property)]
    fn receiver(&self) -> String {
        format!("R{}", self.text)
    }

    #[zbus(property)]
    fn node(&self) -> String {
        format!("/dev/{}", self.text)
    }

    #[zbus(property)]
    fn product_id(&self) -> &'static str {
        "C08D"
    }

    #[zbus(property)]
    fn slot(&self) -> u8 {
        1
    }

    #[zbus(property)]
    fn presence(&self) -> &'static str {
        "online"
    }

    #[zbus(property)]
    fn charge(&self) -> i32 {
        57
    }

    #[zbus(property)]
    fn value_kind(&self) -> &'static str {
        "percent"
    }

    #[zbus(property)]
    fn source(&self) -> &'static str {
        "1004"
    }

    fn get_entries(&self, since: u64) -> Vec<Row> {
        let at = 1_764_028_800;
        let row = (
            at,
            "moment".to_owned(),
            57,
            -1,
            12,
            "discharging".to_owned(),
            true,
        );
        if since <= at { vec![row] } else { Vec::new() }
    }
}

struct Receiver(String);

#[expect(clippy::unused_self, reason = "D-Bus methods need a receiver")]
#[interface(name = "org.solarstatus.Receiver1")]
impl Receiver {
    #[zbus(property)]
    fn id(&self) -> String {
        format!("R{}", self.0)
    }

    #[zbus(property)]
    fn serial(&self) -> String {
        self.0.clone()
    }

    #[zbus(property)]
    fn node(&self) -> String {
        format!("/dev/{}", self.0)
    }

    #[zbus(property)]
    fn vendor_id(&self) -> u16 {
        0x046D
    }

    #[zbus(property)]
    fn product_id(&self) -> u16 {
        0xC52B
    }
}

/// The hostile names without NUL, which D-Bus cannot carry.
fn texts() -> Vec<String> {
    HOSTILE.iter().map(|text| text.replace('\0', "")).collect()
}

fn serve_hostile_texts(bus: &Bus) -> Connection {
    let layout = Layout::of(NAME);
    let mut builder = Builder::address(bus.address()).serve_at(layout.root(), ObjectManager);
    for (number, text) in (0..).zip(texts()) {
        let receiver = layout.receiver(&number.to_string());
        builder = builder.serve_at(receiver, Receiver(text.clone()));
        let device = layout.device(&number.to_string());
        builder = builder.serve_at(device, ForeignDevice { text, number });
    }
    block_on(builder.name(NAME).build()).unwrap()
}

/// Asserts that a text is harmless: no control characters except line feeds (not even those of
/// colours), no bidirectional controls and no invisible characters.
fn assert_shown(text: &str, what: &str) {
    let harmful = Regex::new(
        r"[\p{Cc}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}&&[^\n]]",
    );
    let harmful = harmful.unwrap();
    for (line, shown) in text.lines().zip(1..).map(|(line, number)| (number, line)) {
        assert!(!harmful.is_match(shown), "{what}, line {line}: {shown:?}");
    }
}

#[test]
fn hostile_names_are_harmless_in_every_output() {
    let bus = Bus::open();
    let _strangers = serve_hostile_texts(&bus);
    let count = HOSTILE.len();
    let table = bus.stdout(&["--color", "never"]);
    assert_shown(&table, "table");
    assert!(table.matches("57 %").count() >= count / 2, "{table}");
    let template = "{name} {id} {serial} {receiver} {charge}".to_owned();
    for format in format::profiles().into_iter().chain([template]) {
        let text = bus.stdout(&["--format", &format]);
        assert!(!text.is_empty(), "{format}");
        // The line feeds of a tooltip are escaped in JSON.
        assert_shown(&text, &format);
    }
    for history in [
        &["history", "--since", "2025-11-01"][..],
        &["history", "--since", "2025-11-01", "--csv"],
    ] {
        let text = bus.stdout(&[history, &["--until", "2025-11-30"]].concat());
        assert!(text.lines().count() > count / 2, "{text}");
        assert_shown(&text, "history");
    }
    let csv = bus.stdout(&["history", "--since", "2025-11-01", "--csv"]);
    for line in csv.lines().skip(1) {
        let name = line.split_once(',').unwrap().1;
        assert!(
            !name
                .trim_start_matches('"')
                .starts_with(['=', '+', '-', '@']),
            "{line}"
        );
    }
    let svg = bus.stdout(&[
        "history",
        "--since",
        "2025-11-01",
        "--svg",
        "-",
        "--size",
        "900x16000",
    ]);
    assert_shown(&svg, "picture");
    let monitor = bus.solar_status(&["monitor", "--duration", "1", "--color", "never"]);
    assert_shown(&String::from_utf8(monitor.stdout).unwrap(), "monitor");
    let doctor = bus.solar_status(&["doctor", "--color", "never", "--report", "-"]);
    assert_shown(&String::from_utf8(doctor.stdout).unwrap(), "doctor");
}

#[test]
fn json_keeps_hostile_ids_and_has_no_control_characters() {
    let bus = Bus::open();
    let _strangers = serve_hostile_texts(&bus);
    let ids = |document: &Value| -> BTreeSet<String> {
        let devices = document["devices"].as_array().unwrap().iter();
        devices
            .map(|it| it["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let known: BTreeSet<String> = (0..)
        .zip(texts())
        .map(|(number, text): (u8, _)| format!("{number}{text}"))
        .collect();
    for arguments in [
        &["--json"][..],
        &["history", "--since", "2025-11-01", "--json"],
    ] {
        let text = bus.stdout(arguments);
        assert_shown(&text, "json");
        let document: Value = serde_json::from_str(&text).unwrap();
        let found = ids(&document);
        assert!(found.is_subset(&known));
        // Direct devices with an invisible bus name have no valid connection and are left out.
        assert!(found.len() > known.len() / 2, "{}", found.len());
        for device in document["devices"].as_array().unwrap() {
            let name = device["name"].as_str().unwrap_or("unknown");
            assert_shown(name, "name");
            assert!(!name.trim().is_empty());
        }
    }
    let monitor = bus.solar_status(&["monitor", "--duration", "1", "--json"]);
    assert_shown(&String::from_utf8(monitor.stdout).unwrap(), "monitor");
    let logged = bus.solar_status(&["--verbose"]);
    assert_shown(&String::from_utf8(logged.stderr).unwrap(), "standard error");
}
