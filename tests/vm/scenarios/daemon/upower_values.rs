//! Six devices with six kinds of battery: what upowerd publishes from the kernel, and what we
//! publish.

use std::fmt::Write;

use super::{KINDS, find, in_words, plug_in_six, word};
use crate::bus::{Device, OURS, UPOWER, Values};
use crate::daemon::System;
use crate::program::Program;
use crate::scenarios::{batteries, wait_for_quiet};
use crate::upowerd::Upowerd;

/// The published values of a device.
struct Row {
    upower: &'static str,
    ours: &'static str,
    /// Values that UPower does not have.
    more: &'static str,
    /// The reason for a difference between the first two, if there is one.
    because: &'static str,
}

/// In the order of the comparison with Solaar. upowerd reports every device as a keyboard: it finds
/// keys on the receiver and does not distinguish further.
const EXPECTED: [Row; 6] = [
    Row {
        upower: "keyboard, 57 %, discharging",
        ours: "keyboard, 57 %, discharging",
        more: "2540 mV, 12 lux, dark, by 4301",
        because: "",
    },
    Row {
        upower: "keyboard, 65 %, discharging",
        ours: "mouse, 65 %, discharging",
        more: "by register 0D",
        because: "it is a mouse",
    },
    Row {
        upower: "keyboard, level high, charging",
        ours: "keyboard, level full, charging",
        more: "by register 07",
        because: "the kernel maps level 7 to high",
    },
    Row {
        upower: "keyboard, level normal, discharging",
        ours: "mouse, level normal, discharging",
        more: "50 %, then 20 %, by 1000",
        because: "it is a mouse, and its steps have numbers",
    },
    Row {
        upower: "keyboard, 91 %, discharging",
        ours: "mouse, 91 %, discharging",
        more: "4079 mV, by 1001",
        because: "it is a mouse",
    },
    Row {
        upower: "keyboard, 71 %, charging",
        ours: "mouse, 71 %, charging",
        more: "by 1004",
        because: "it is a mouse",
    },
];

/// Values that differ by nature or that upowerd has for none of the devices: identity, reading
/// time, whether it is rechargeable; and values that are in the table.
const OWN: [&str; 11] = [
    "BatteryLevel",
    "IconName",
    "IsRechargeable",
    "Luminosity",
    "NativePath",
    "Percentage",
    "Serial",
    "Type",
    "UpdateTime",
    "Vendor",
    "Voltage",
];

pub(crate) fn prove(program: &Program) {
    let system = System::install();
    let desk = plug_in_six();
    let _upowerd = Upowerd::start(&system.client);
    let daemon = system.start(program, &[]);
    wait_for_quiet(&desk);
    let mut wrong = String::new();
    for (row, expected) in batteries::EXPECTED.iter().zip(&EXPECTED) {
        let codename = row.codename;
        let [upower, ours] = [UPOWER, OURS].map(|it| find(&system.client, it, row.serial));
        println!("        {codename}");
        for (source, report, expected) in [
            ("upowerd", in_words(&upower.upower), expected.upower),
            ("ours", in_words(&ours.upower), expected.ours),
            ("more", more(&ours), expected.more),
            ("else", differences(&upower.upower, &ours.upower), ""),
        ] {
            println!("            {source:<8}{report}");
            if report != expected {
                writeln!(wrong, "{codename}, {source}: {report:?}, not {expected:?}")
                    .expect("writing to a string succeeds");
            }
        }
        if !expected.because.is_empty() {
            println!("            ({})", expected.because);
        }
        let is_same = expected.upower == expected.ours;
        assert_eq!(
            is_same,
            expected.because.is_empty(),
            "a reason for {codename}"
        );
        assert_eq!(
            word(&KINDS, &upower.upower["Type"]),
            "keyboard",
            "{codename}"
        );
    }
    assert_eq!(wrong, "", "the published batteries");
    let run = daemon.stop();
    assert_eq!(run.stderr, "", "standard error of the daemon");
}

/// The values that only we publish.
fn more(device: &Device) -> String {
    let number = |name: &str, unknown: &str, unit: &str| {
        let value = &device.ours[name];
        (value != unknown).then(|| format!("{value} {unit}"))
    };
    let text = |name: &str| Some(device.ours[name].clone()).filter(|text| !text.is_empty());
    let next = number("NextCharge", "-1", "%").map(|next| format!("then {next}"));
    let parts = [
        next.as_ref().and_then(|_| number("Charge", "-1", "%")),
        next,
        number("VoltageMillivolts", "0", "mV"),
        number("Lux", "-1", "lux"),
        text("LightLevel"),
        text("Source").map(|source| format!("by {source}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// All other differences between upowerd's values and ours.
fn differences(upower: &Values, ours: &Values) -> String {
    let others = upower
        .iter()
        .filter(|(name, _)| !OWN.contains(&name.as_str()));
    let differing = others.filter(|(name, value)| ours.get(*name) != Some(value));
    let differing = differing.map(|(name, value)| format!("{name}: {value}, {:?}", ours.get(name)));
    differing.collect::<Vec<_>>().join("; ")
}
