//! Batteries from public bug reports through the whole program: a device's replies, and what is
//! printed.

#![expect(clippy::unwrap_used, reason = "a test panics on the first failure")]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use hidpp_proto::feature::BatteryFeature;
use serde_json::{Value, json};
use test_support::program::Program;

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

/// The features of the device, each with its index.
type Features = &'static [(u16, u8)];

/// A device on its own node.
struct Device {
    /// Part of the name of its trace.
    case: &'static str,
    product: u16,
    features: Features,
    name: &'static str,
    /// The replies of its battery feature: feature index, function, parameters.
    battery: &'static [(u8, u8, &'static [u8])],
    /// The messages with software id 0 that follow: feature index, event number, parameters.
    unasked: &'static [(u8, u8, &'static [u8])],
}

const HEADSET: Features = &[(0x0001, 1), (0x0003, 2), (0x0005, 3), (0x1F20, 8)];
const MOUSE_OF_1000: Features = &[(0x0001, 1), (0x0003, 2), (0x0005, 3), (0x1000, 4)];
const MOUSE_OF_1001: Features = &[(0x0001, 1), (0x0003, 2), (0x0005, 3), (0x1001, 4)];

/// A headset that replies with these parameters.
const fn headset(
    case: &'static str,
    product: u16,
    name: &'static str,
    battery: &'static [(u8, u8, &'static [u8])],
) -> Device {
    Device {
        case,
        product,
        features: HEADSET,
        name,
        battery,
        unasked: &[],
    }
}

impl Device {
    /// A trace with every request that the program may send and its reply, each several times.
    fn trace(&self) -> String {
        let mut calls: Vec<(u8, u8, Vec<u8>, Vec<u8>)> = vec![(0, 1, vec![], vec![4, 2])];
        let batteries = BatteryFeature::ALL.map(|feature| feature.id().0);
        for id in [0x0001_u16, 0x0003, 0x0005, 0x0007, 0x1D4B]
            .into_iter()
            .chain(batteries)
        {
            let index = self.features.iter().find(|(it, _)| *it == id);
            let index = index.map_or(0, |(_, index)| *index);
            calls.push((0, 0, id.to_be_bytes().to_vec(), vec![index]));
        }
        // Identity: a unit id, no serial number.
        calls.push((2, 0, vec![], vec![1, 0xA1, 0xB2, 0xC3, 0xD4]));
        let name = self.name.as_bytes();
        calls.push((3, 0, vec![], vec![u8::try_from(name.len()).unwrap()]));
        for (piece, offset) in name.chunks(16).zip((0..).step_by(16)) {
            calls.push((3, 1, vec![offset], piece.to_vec()));
        }
        calls.push((3, 2, vec![], vec![8]));
        for (index, function, reply) in self.battery {
            calls.push((*index, *function, vec![], reply.to_vec()));
        }
        let mut trace = format!(
            "# solar-status trace 1\nnode 1 046D:{:04X} long /dev/hidraw8\n",
            self.product
        );
        let mut micros = 0;
        let mut line = |direction: char, index: u8, address: u8, params: &[u8]| {
            micros += 1000;
            let mut bytes = vec![0x11, 0xFF, index, address];
            bytes.extend(params);
            bytes.resize(20, 0);
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let seconds = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
            writeln!(trace, "{seconds} 1 {direction} {}", hex.join(" ")).unwrap();
        };
        for (index, function, request, reply) in calls {
            for _ in 0..3 {
                line('>', index, function << 4 | 6, &request);
                line('<', index, function << 4 | 6, &reply);
            }
        }
        for (index, number, params) in self.unasked {
            line('<', *index, number << 4, params);
        }
        trace
    }

    fn run(&self, arguments: &[&str]) -> String {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let path = folder.join(format!(
            "readings-{}-{}.trace",
            self.case,
            arguments.join("")
        ));
        fs::write(&path, self.trace()).unwrap();
        let mut command = SOLAR_STATUS.command(arguments);
        let output = command.arg("--replay").arg(&path).output().unwrap();
        fs::remove_file(&path).unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Its battery in JSON.
    fn battery(&self) -> Value {
        let document: Value = serde_json::from_str(&self.run(&["--json"])).unwrap();
        document.pointer("/devices/0/battery").unwrap().clone()
    }

    /// The output for Waybar.
    fn waybar(&self) -> Value {
        serde_json::from_str(&self.run(&["--format=waybar"])).unwrap()
    }
}

fn assert_has(battery: &Value, expected: &Value) {
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(battery.get(key), Some(value), "{key} of {battery}");
    }
}

#[test]
fn a_g933_at_3701_mv_is_more_than_half_full() {
    // Solaar issue 272: 60 % by the map of ashkitten/g933-utils, 57 % by the kernel's curve.
    let g933 = headset("g933", 0x0A5B, "G933 Headset", &[(8, 0, &[0x0E, 0x75, 1])]);
    let battery = g933.battery();
    assert_has(
        &battery,
        &json!({ "percent": 59, "state": "discharging", "value_kind": "voltage" }),
    );
    assert_eq!(battery["percent_margin"], 8);
    assert!(g933.run(&[]).contains("≈59 %"));
    assert_eq!(g933.waybar()["class"], json!(["good"]));
}

#[test]
fn a_g935_at_3640_mv_is_not_low() {
    // 44 % by the map of its sister model, 40 % by the kernel's curve for it.
    let g935 = headset("g935", 0x0A87, "G935 Headset", &[(8, 0, &[0x0E, 0x38, 1])]);
    let battery = g935.battery();
    let percent = battery["percent"].as_u64().unwrap();
    assert!((40..=44).contains(&percent), "{battery}");
    assert_eq!(g935.waybar()["class"], json!(["good"]));
}

#[test]
fn a_headset_with_an_unknown_curve_is_not_low_if_it_may_be_half_full() {
    let pro_x = headset("pro-x", 0x0ABA, "PRO X", &[(8, 0, &[0x0E, 0x38, 1])]);
    let battery = pro_x.battery();
    assert_has(&battery, &json!({ "percent": 5, "percent_margin": 48 }));
    assert_eq!(pro_x.waybar()["class"], json!(["good"]));
    let empty = headset("empty", 0x0ABA, "PRO X", &[(8, 0, &[0x0D, 0x48, 1])]);
    assert_eq!(
        empty.waybar()["class"],
        json!(["critical"]),
        "low with any curve"
    );
}

#[test]
fn a_fully_charged_g933_on_external_power_is_full() {
    // Solaar issue 272: flags 07 at 4150 mV.
    let g933 = headset("full", 0x0A5B, "G933 Headset", &[(8, 0, &[0x10, 0x36, 7])]);
    assert_has(
        &g933.battery(),
        &json!({
            "percent": 100, "percent_margin": 0, "state": "full", "external_power": true,
            "voltage_mv": 4150,
        }),
    );
    let table = g933.run(&[]);
    assert!(
        table.contains(" 100 %") && table.contains("full"),
        "{table}"
    );
}

#[test]
fn a_charging_fault_of_1f20_is_a_charging_error() {
    let g933 = headset(
        "fault",
        0x0A5B,
        "G933 Headset",
        &[(8, 0, &[0x10, 0x36, 0x0F])],
    );
    assert_has(
        &g933.battery(),
        &json!({ "percent": null, "percent_margin": null, "state": "charging error" }),
    );
    assert_eq!(g933.waybar()["class"], json!(["critical"]));
}

#[test]
fn an_m310_on_dry_cells_has_an_invalid_battery_and_no_charger() {
    // Solaar issue 512: 70 %, status 5, not rechargeable.
    let m310 = Device {
        case: "m310",
        product: 0x4031,
        features: MOUSE_OF_1000,
        name: "Wireless Mouse M310",
        battery: &[(4, 0, &[70, 5, 5]), (4, 1, &[3, 0, 0x0C, 0, 5])],
        unasked: &[],
    };
    assert_has(
        &m310.battery(),
        &json!({ "percent": 70, "state": "invalid battery" }),
    );
    assert!(m310.run(&[]).contains("invalid battery"));
    let waybar = m310.waybar();
    assert_eq!(waybar["class"], json!(["good"]));
    let tooltip = waybar["tooltip"].as_str().unwrap();
    assert!(tooltip.contains("invalid battery"), "{tooltip}");
}

#[test]
fn a_hardware_error_of_1001_is_a_charging_error() {
    // linux-input, September 2019: flags 87.
    let mouse = Device {
        case: "hardware-error",
        product: 0xC088,
        features: MOUSE_OF_1001,
        name: "G Pro",
        battery: &[(4, 0, &[0x0F, 0xFA, 0x87])],
        unasked: &[],
    };
    assert_has(
        &mouse.battery(),
        &json!({ "percent": null, "state": "charging error", "external_power": true }),
    );
}

#[test]
fn the_curve_of_1001_depends_on_the_product_id_too() {
    let at_3747_mv = |case, product| Device {
        case,
        product,
        features: MOUSE_OF_1001,
        name: "Mouse",
        battery: &[(4, 0, &[0x0E, 0xA3, 0])],
        unasked: &[],
    };
    for (case, product, percent) in [
        ("g-pro", 0xC088, 29),
        ("g900", 0xC081, 40),
        ("g703", 0xC087, 29),
        ("unknown", 0xC0FF, 29),
    ] {
        let battery = at_3747_mv(case, product).battery();
        assert_eq!(battery["percent"], percent, "{case}: {battery}");
    }
    let margin = |case, product| at_3747_mv(case, product).battery()["percent_margin"].as_u64();
    assert!(margin("g-pro-margin", 0xC088) < margin("unknown-margin", 0xC0FF));
}
