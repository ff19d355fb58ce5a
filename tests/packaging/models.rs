//! The list of models in `docs/models.md`: whether each works, and why not. It is made from the
//! simulated devices, from the table of known models, and from what is published about others.

use std::collections::{BTreeMap, BTreeSet};

use hidpp_proto::feature::DeviceKind;
use hidpp_proto::feature::discharge::{HEADSETS, MICE_AND_KEYBOARDS};
use hidpp_proto::wire::Wpid;
use hidpp_sim::catalogue::{Connection, Entry, devices};
use hidpp_sim::device::Kind;
use solar_status::device::Model;

use crate::written::assert_fresh;

const FILE: &str = "docs/models.md";

/// Whether a model works; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Works {
    Yes,
    Likely,
    Partly,
    No,
}

impl Works {
    const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Likely => "likely",
            Self::Partly => "partly",
            Self::No => "no",
        }
    }
}

use Works::{Likely, No, Partly, Yes};

/// The headsets with the protocol Centurion, simulated after frames in logs of users.
const CENTURION: (Works, &str) = (Yes, "feature 0104 of the protocol Centurion: percent");
/// What has no battery.
const CORDED: (Works, &str) = (No, "on a cable only, without a battery");
const LOOKED_UP: (Works, &str) = (Likely, "its battery feature or register is looked up");
const MHZ_27: (Works, &str) = (Likely, "read if its 27 MHz receiver announces it");

/// The mice and keyboards that work on a cable only, by Logitech's descriptions of them.
const ON_A_CABLE: [u16; 38] = [
    0x0A5C, 0x0A6D, 0x0A89, 0x0A9C, 0xC041, 0xC048, 0xC049, 0xC066, 0xC068, 0xC07D, 0xC07E, 0xC07F,
    0xC080, 0xC083, 0xC084, 0xC085, 0xC08B, 0xC08C, 0xC08E, 0xC08F, 0xC092, 0xC093, 0xC099, 0xC09D,
    0xC246, 0xC249, 0xC24A, 0xC24E, 0xC318, 0xC332, 0xC335, 0xC336, 0xC339, 0xC33A, 0xC33C, 0xC33F,
    0xC341, 0xC366,
];

/// What is published about models of the table that are not simulated.
const PUBLISHED: [(u16, Works, &str); 12] = [
    (0x0A66, Likely, "feature 1F20 (Solaar pull request 1582)"),
    (0x0A87, Likely, "feature 1F20 (kernel, Solaar)"),
    (0x0AA7, Likely, "feature 1F20 (Solaar issue 1615)"),
    (0x0AC4, Likely, "feature 1F20 (Solaar pull request 2034)"),
    (0x0AFE, Likely, "feature 1F20 (Solaar)"),
    (0x0B1F, Likely, "feature 1F20 (HeadsetControl)"),
    (
        0x0ACB,
        No,
        "does not speak HID++ (HeadsetControl issue 224, Solaar issue 2227)",
    ),
    (0x0AF7, CENTURION.0, CENTURION.1),
    (0x0B18, CENTURION.0, CENTURION.1),
    (0x0B19, CENTURION.0, CENTURION.1),
    (
        0xC24D,
        No,
        "on a cable only, does not speak HID++ (Solaar issue 2628)",
    ),
    (
        0xC542,
        No,
        "a receiver that does not speak HID++ (Solaar issues 1350 and 1835)",
    ),
];

/// Headsets that are not in the table: name, ids, and what is published about them.
const OTHER_HEADSETS: [(&str, &str, Works, &str); 12] = [
    (
        "A20 X",
        "0B34",
        No,
        "no way to read its battery is published (HeadsetControl issue 582)",
    ),
    (
        "ASTRO A50, generation 4",
        "9886:002C",
        No,
        "a protocol of its own (HeadsetControl issue 207)",
    ),
    (
        "ASTRO A50, generation 5",
        "0B1C",
        No,
        "a protocol of its own (HeadsetControl pull request 531)",
    ),
    (
        "ASTRO A50 X",
        "",
        Likely,
        "protocol Centurion; no frame of it is public",
    ),
    (
        "G325 LIGHTSPEED",
        "0B21",
        No,
        "neither HID++ nor the requests of other Centurion headsets (HeadsetControl issue 581)",
    ),
    ("G430", "", CORDED.0, CORDED.1),
    (
        "G930",
        "",
        No,
        "a protocol of its own (Solaar issue 272; HeadsetControl reads it)",
    ),
    ("G PRO X, on a cable", "", CORDED.0, CORDED.1),
    (
        "Wireless Headset H800",
        "0A29",
        No,
        "no way to read its battery is published (Solaar issue 502)",
    ),
    (
        "Zone 900",
        "",
        No,
        "the headset does not speak HID++ (Solaar issue 1324); devices paired with its receiver are read",
    ),
    (
        "Zone Wireless, Zone Wireless Plus",
        "",
        No,
        "the headset does not speak HID++ (Solaar issue 1060); devices paired with its receiver are read",
    ),
    (
        "Zone Vibe and other Zone headsets",
        "",
        No,
        "not known to speak HID++",
    ),
];

/// The sections of the list, headsets first.
const SECTIONS: [&str; 4] = [
    "Headsets",
    "Keyboards",
    "Mice, trackballs and touchpads",
    "Others",
];

const fn section(kind: DeviceKind) -> usize {
    match kind {
        DeviceKind::Headset => 0,
        DeviceKind::Keyboard | DeviceKind::Numpad => 1,
        DeviceKind::Mouse | DeviceKind::Trackball | DeviceKind::Touchpad => 2,
        _ => 3,
    }
}

/// The reasons for one verdict about one name, and the ids that it is about.
#[derive(Debug, Default)]
struct Row {
    why: BTreeSet<String>,
    ids: BTreeSet<String>,
}

/// By section, name and verdict: versions of a model can differ.
type Rows = BTreeMap<(usize, String, Works), Row>;

fn add(rows: &mut Rows, section: usize, name: &str, id: &str, (works, why): (Works, &str)) {
    let row = rows.entry((section, name.to_owned(), works)).or_default();
    row.why.insert(why.to_owned());
    row.ids.extend((!id.is_empty()).then(|| id.to_owned()));
}

const fn id_of(entry: &Entry) -> u16 {
    match entry.connection {
        Connection::Receiver(id)
        | Connection::Pad(id)
        | Connection::Usb(_, id)
        | Connection::Bluetooth(_, id) => id,
    }
}

/// What is read of a simulated device.
fn read(entry: &Entry) -> (Works, &'static str) {
    let product = Wpid(id_of(entry));
    let Some((source, _)) = &entry.battery else {
        return match entry.connection {
            Connection::Pad(_) => (No, "a charging pad, without a battery"),
            _ if entry.kind == Kind::Headset => {
                (Partly, "one published device has no battery feature")
            }
            _ => CORDED,
        };
    };
    let is_measured = match source.number() {
        0x1001 => MICE_AND_KEYBOARDS.is_known(product),
        _ => HEADSETS.is_known(product),
    };
    match source.number() {
        0x07 => (Yes, "charge as a word (register 07)"),
        0x0D => (Yes, "charge in percent (register 0D)"),
        0x1000 => (Yes, "charge in steps (feature 1000)"),
        0x1004 => (Yes, "charge in percent (feature 1004)"),
        0x4301 => (Yes, "charge in percent, voltage and light (feature 4301)"),
        0x1001 if is_measured => (Yes, "charge estimated from the voltage (feature 1001)"),
        0x1F20 if is_measured => (Yes, "charge estimated from the voltage (feature 1F20)"),
        0x1001 => (
            Partly,
            "charge estimated with the curve of another mouse (feature 1001)",
        ),
        0x1F20 => (
            Partly,
            "charge estimated with the curve of another product (feature 1F20)",
        ),
        other => panic!("{}: what is read from {other:04X}?", entry.name),
    }
}

/// What is known about a model that is not simulated.
fn expected(id: u16) -> (Works, &'static str) {
    let mut published = PUBLISHED.iter().filter(|(known, ..)| *known == id);
    if let Some((_, works, why)) = published.next() {
        return (*works, why);
    }
    match id {
        _ if ON_A_CABLE.contains(&id) => CORDED,
        0..=0xFF => MHZ_27,
        _ => LOOKED_UP,
    }
}

fn rows() -> Rows {
    let mut rows = Rows::new();
    let mut simulated = BTreeSet::new();
    for entry in devices() {
        let id = id_of(&entry);
        simulated.insert(id);
        // Dumps have some odd names, such as those of a charging pad's chip or "Wireless Mouse".
        let model = Model::of(id);
        let name = model.map_or(entry.name, |model| model.name);
        let kind = model.map_or(DeviceKind::from_pairing(entry.kind as u8), |model| {
            model.kind
        });
        add(
            &mut rows,
            section(kind),
            name,
            &format!("{id:04X}"),
            read(&entry),
        );
    }
    for (id, model) in Model::all() {
        if !simulated.contains(&id) {
            let id_text = format!("{id:04X}");
            add(
                &mut rows,
                section(model.kind),
                model.name,
                &id_text,
                expected(id),
            );
        }
    }
    for (name, id, works, why) in OTHER_HEADSETS {
        add(&mut rows, 0, name, id, (works, why));
    }
    rows
}

fn line(name: &str, works: Works, row: &Row) -> String {
    let why: Vec<&str> = row.why.iter().map(String::as_str).collect();
    let ids: Vec<&str> = row.ids.iter().map(String::as_str).collect();
    let ids = match ids[..] {
        [] => "–".to_owned(),
        _ => ids.join(", "),
    };
    let (works, why) = (works.word(), why.join("; "));
    format!("| {name} | {works} | {why} | {ids} |\n")
}

fn text() -> String {
    let rows = rows();
    let sections = SECTIONS.iter().enumerate().map(|(number, heading)| {
        let lines = rows.iter().filter(|((section, ..), _)| *section == number);
        let lines = lines.map(|((_, name, works), row)| line(name, *works, row));
        let lines: Vec<String> = lines.collect();
        format!(
            "\n## {heading}\n\n| model | works | what is read, or why not | ids |\n\
             |---|---|---|---|\n{}",
            lines.concat()
        )
    });
    let parts: Vec<String> = sections.collect();
    include_str!("models.md").to_owned() + &parts.concat()
}

#[test]
fn the_list_of_models_is_up_to_date() {
    assert_fresh(FILE, &text());
}

#[test]
fn every_published_fact_is_about_a_known_model_that_is_not_simulated() {
    let simulated: BTreeSet<u16> = devices().iter().map(id_of).collect();
    for (id, ..) in PUBLISHED {
        assert!(
            Model::of(id).is_some() && !simulated.contains(&id),
            "{id:04X}"
        );
    }
    for id in ON_A_CABLE {
        assert!(Model::of(id).is_some(), "{id:04X}");
    }
}

#[test]
fn an_owner_finds_a_headset_with_the_reason() {
    let text = text();
    for (start, works) in [
        ("| G533 Gaming Headset |", "likely"),
        ("| G733 Gaming Headset |", "yes"),
        ("| G933 Gaming Wireless Headset |", "yes"),
        ("| G935 Gaming Headset |", "likely"),
        ("| G PRO Wireless Gaming Headset |", "likely"),
        ("| PRO X Wireless Gaming Headset |", "partly"),
        ("| G435 Wireless Gaming Headset |", "no"),
        ("| PRO X 2 LIGHTSPEED |", CENTURION.0.word()),
        ("| Zone 900 |", "no"),
    ] {
        let line = text.lines().find(|line| line.starts_with(start));
        let line = line.unwrap_or_else(|| panic!("no {start}"));
        assert!(line.starts_with(&format!("{start} {works} |")), "{line}");
    }
}

/// The ids of a model can have different verdicts: a G733 of one id is simulated, and a G403 exists
/// with and without a battery.
#[test]
fn every_id_has_the_verdict_of_its_facts() {
    let simulated: BTreeSet<u16> = devices().iter().map(id_of).collect();
    let read = devices().into_iter().map(|it| (id_of(&it), read(&it).0));
    let others = Model::all().filter(|(id, _)| !simulated.contains(id));
    let others = others.map(|(id, _)| (id, expected(id).0));
    let facts: BTreeSet<(String, &str)> = read
        .chain(others)
        .map(|(id, works)| (format!("{id:04X}"), works.word()))
        .collect();
    let text = text();
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let ["", name, works, _, ids, ""] = cells[..] else {
            return None;
        };
        let is_other = OTHER_HEADSETS.iter().any(|(other, ..)| *other == name);
        let is_model = works != "works" && !works.starts_with('-') && !is_other;
        is_model.then_some((works, ids))
    });
    let listed: BTreeSet<(String, &str)> = rows
        .flat_map(|(works, ids)| ids.split(", ").map(move |id| (id.to_owned(), works)))
        .collect();
    assert_eq!(listed, facts);
}
