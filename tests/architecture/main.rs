//! The rooms of the program and the direction of their arrows: nothing uses what lies above it, and
//! nothing lies in a circle.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod circles;
mod guards;
mod names;
mod planted;
mod source;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use crate::names::Arrow;
use crate::source::Program;

/// Each room with those it may use. docs/architecture.md describes them.
const ROOMS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("clock", &["units"]),
    ("storage", &[]),
    ("text", &[]),
    ("wire", &[]),
    ("transport", &["wire", "text", "units"]),
    ("feature", &["wire", "units"]),
    (
        "capture",
        &["feature", "transport", "wire", "text", "units"],
    ),
    ("device", &["feature", "wire", "units"]),
    ("history", &["storage", "device", "units"]),
    ("session", &["feature", "wire", "units"]),
    // Firmware: of the program it simulates a device for, it may know the frames.
    ("sim", &["wire", "units"]),
    (
        "manager",
        &[
            "storage",
            "device",
            "session",
            "capture",
            "transport",
            "feature",
            "wire",
            "clock",
            "text",
            "units",
        ],
    ),
    (
        "nodes",
        &["manager", "sim", "capture", "transport", "wire", "units"],
    ),
    ("alerts", &["device", "units"]),
    ("chart", &["history", "device", "feature", "units"]),
    (
        "bus",
        &["history", "device", "feature", "wire", "text", "units"],
    ),
    (
        "service",
        &[
            "bus",
            "history",
            "nodes",
            "manager",
            "device",
            "session",
            "transport",
            "feature",
            "wire",
            "clock",
            "text",
            "units",
        ],
    ),
    (
        "client",
        &[
            "bus", "history", "device", "feature", "clock", "text", "units",
        ],
    ),
    (
        "doctor",
        &[
            "storage",
            "client",
            "bus",
            "history",
            "nodes",
            "manager",
            "device",
            "session",
            "capture",
            "transport",
            "feature",
            "wire",
            "clock",
            "text",
            "units",
        ],
    ),
    (
        "decode",
        &["capture", "device", "feature", "wire", "text", "units"],
    ),
    (
        "cli",
        &[
            "storage",
            "decode",
            "client",
            "doctor",
            "alerts",
            "chart",
            "bus",
            "nodes",
            "manager",
            "history",
            "sim",
            "device",
            "session",
            "capture",
            "transport",
            "feature",
            "wire",
            "clock",
            "text",
            "units",
        ],
    ),
];

/// The crate of the lowest rooms, and its folder.
const CORE: (&str, &str) = ("hidpp_proto", "crates/hidpp");
/// The crate that is the room `sim`.
const SIM: (&str, &str) = ("hidpp_sim", "crates/hidpp-sim");

/// The program and its arrows, which take seconds to read.
static READ: LazyLock<(Program, BTreeSet<Arrow>)> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = [CORE, SIM].map(|(name, folder)| (name, root.join(folder).join("src")));
    let program = source::read(&root.join("src"), &crates).unwrap();
    let arrows = names::arrows(&program);
    (program, arrows)
});

/// The room that a module is in; `None` for the root of a crate with several.
fn room(names: &[String]) -> Option<String> {
    match names {
        [first, rest @ ..] if first == CORE.0 => top(rest),
        [first, ..] if first == SIM.0 => Some("sim".to_owned()),
        names => top(names),
    }
}

/// The module at the top that a module is in.
fn top(names: &[String]) -> Option<String> {
    names.first().cloned()
}

/// The arrows from one room into another one that these rules do not allow.
fn forbidden(
    arrows: &BTreeSet<Arrow>,
    rooms: &[(&str, &[&str])],
    room: impl Fn(&[String]) -> Option<String>,
) -> BTreeSet<String> {
    let is_allowed = |from: &str, to: &str| {
        let rules = rooms.iter().find(|(room, _)| *room == from);
        rules.is_some_and(|(_, allowed)| allowed.contains(&to))
    };
    let arrows = arrows
        .iter()
        .filter(|(from, to)| match (room(from), room(to)) {
            (Some(from), Some(to)) => from != to && !is_allowed(&from, &to),
            _ => false,
        });
    arrows
        .map(|(from, to)| format!("{} uses {}", from.join("::"), to.join("::")))
        .collect()
}

/// What the root of a crate with several rooms uses besides its modules. It is in no room: whatever uses
/// code there would get around the rules.
fn code_in_roots(program: &Program, room: impl Fn(&[String]) -> Option<String>) -> Vec<String> {
    let roots = program.modules.iter().filter(|(names, _)| {
        let is_root =
            names.is_empty() || matches!(&names[..], [name] if program.crates.contains(name));
        is_root && room(names).is_none()
    });
    let paths = roots.flat_map(|(_, module)| &module.paths);
    paths.map(|path| path.join("::")).collect()
}

#[test]
fn the_root_of_a_crate_only_has_modules() {
    let (program, _) = &*READ;
    assert_eq!(code_in_roots(program, room), Vec::<String>::new());
}

#[test]
fn arrows_point_down() {
    let (_, arrows) = &*READ;
    assert!(
        arrows.len() > 1000,
        "only {} arrows were found",
        arrows.len()
    );
    assert_eq!(forbidden(arrows, ROOMS, room), BTreeSet::new());
}

#[test]
fn every_room_uses_only_rooms_above_it_in_the_list() {
    for (place, (room, allowed)) in ROOMS.iter().enumerate() {
        let before: Vec<&str> = ROOMS[..place].iter().map(|(room, _)| *room).collect();
        for used in *allowed {
            assert!(
                before.contains(used),
                "{room} uses {used}, which is listed later"
            );
        }
    }
}

#[test]
fn every_room_uses_what_it_may() {
    let (_, arrows) = &*READ;
    let rooms = |(from, to): &Arrow| Some((room(from)?, room(to)?));
    let used: BTreeSet<(String, String)> = arrows.iter().filter_map(rooms).collect();
    let allowed = ROOMS.iter().flat_map(|(from, allowed)| {
        let pair = |to: &&str| ((*from).to_owned(), (*to).to_owned());
        allowed.iter().map(pair)
    });
    let idle: Vec<(String, String)> = allowed.filter(|it| !used.contains(it)).collect();
    assert_eq!(idle, [], "take these out of the list");
}

#[test]
fn every_module_at_the_top_is_a_room_with_rules() {
    let (program, _) = &*READ;
    let top: BTreeSet<String> = program.modules.keys().filter_map(|it| room(it)).collect();
    let rooms: BTreeSet<String> = ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(top, rooms);
}

#[test]
fn nothing_lies_in_a_circle() {
    let (program, arrows) = &*READ;
    assert_eq!(circles::circles(program, arrows), []);
}
