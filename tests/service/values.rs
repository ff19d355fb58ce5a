//! All published values of simulated devices.

use std::fmt::Write;

use hidpp_sim::scenario;
use solar_status::nodes::numbered;
use test_support::bus::Bus;
use test_support::client::{Client, DEVICE, ROOT, UPOWER, UPOWER_DEVICE, Values};
use test_support::signal::{lines, plain};
use test_support::snapshot;

use crate::desk::{Desk, Hardware};

const RECEIVER: &str = "org.solarstatus.Receiver1";

#[test]
fn every_value_of_the_desk_equals_the_reviewed_one() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let hardware = Hardware::desk();
    let _desk = Desk::serve(&bus, &client, std::slice::from_ref(&hardware));
    hardware.act(|desk, now| desk.wake(now, scenario::K800));
    let k800 = format!("{ROOT}/devices/hidpp_2010_FB841B86");
    client.wait_until(&k800, UPOWER_DEVICE, "Percentage", "100");
    client.wait_until(&k800, DEVICE, "Firmware", "\"22.01.B0019\"");
    let mut text = String::new();
    let mut show = |path: &str, interface: &str| {
        let values = client.values(path, interface).unwrap();
        writeln!(text, "{path}\n{interface}\n{}", lines(&values)).unwrap();
    };
    show(ROOT, UPOWER);
    show(&format!("{ROOT}/devices/DisplayDevice"), UPOWER_DEVICE);
    show(&format!("{ROOT}/receivers/AF4F95EA"), RECEIVER);
    for path in client.enumerate() {
        show(&path, UPOWER_DEVICE);
        show(&path, DEVICE);
    }
    snapshot::assert_is("tests/service/snapshots/desk.txt", &text);
}

#[test]
fn the_values_of_73_devices_equal_the_reviewed_ones() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let all_hardware: Vec<Hardware> = numbered("simulated", scenario::full())
        .into_iter()
        .map(|(info, plugged)| Hardware::new(&info.path, plugged))
        .collect();
    let _desk = Desk::serve(&bus, &client, &all_hardware);
    let objects = client.managed_objects();
    let mut text = String::new();
    for (path, interfaces) in &objects {
        let Some(ours) = interfaces.get(DEVICE) else {
            continue;
        };
        let path = path.rsplit('/').next().unwrap();
        let show = |values: &Values, names: &[&str]| {
            let shown: Vec<String> = names
                .iter()
                .map(|name| format!("{name}={}", plain(values.get(*name).unwrap())))
                .collect();
            shown.join(" ")
        };
        let names = [
            "FullName",
            "Kind",
            "Presence",
            "HasBattery",
            "Source",
            "ValueKind",
            "Charge",
            "Level",
            "State",
        ];
        writeln!(text, "{path}\n  {}", show(ours, &names)).unwrap();
        if let Some(upower) = interfaces.get(UPOWER_DEVICE) {
            let names = [
                "Model",
                "Serial",
                "Type",
                "Percentage",
                "BatteryLevel",
                "State",
                "WarningLevel",
                "IsRechargeable",
                "Voltage",
                "Luminosity",
                "IconName",
            ];
            writeln!(text, "  UPower: {}", show(upower, &names)).unwrap();
        }
    }
    snapshot::assert_is("tests/service/snapshots/full.txt", &text);
}
