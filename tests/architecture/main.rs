//! The rooms of the program and the direction of their arrows: nothing uses what lies above it, and
//! nothing lies in a circle.
//!
//! Names are followed as the compiler follows them, without types: where one may mean several things,
//! all of them count. So a method called on a value counts only where the type of the value is written
//! (`self`, a parameter, a field), and all methods stand in the room of their type or trait. What only
//! the compiler could follow is refused: `#[path]`, `include!`, `extern crate`, macros that declare
//! modules or pass names on.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod arrows;
mod circles;
mod guards;
mod names;
mod planted;
mod reader;
mod rooms;
mod source;
mod tests_only;
mod tokens;
mod written;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::arrows::{Arrow, Arrows};
use crate::names::Ends;
use crate::rooms::{CRATES, ROOMS, pairs};
use crate::source::{Names, Program};

/// The crate of the lowest rooms, and its folder.
const CORE: (&str, &str) = ("hidpp_proto", "crates/hidpp");
/// The crate that is the room `sim`.
const SIM: (&str, &str) = ("hidpp_sim", "crates/hidpp-sim");

/// The program and its arrows, which take seconds to read.
static READ: LazyLock<(Program, Arrows)> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = [CORE, SIM].map(|(name, folder)| (name, root.join(folder).join("src")));
    let mut program = source::read(&root.join("src"), &crates).unwrap();
    program.foreign = dependencies();
    let arrows = Arrows::of(&program);
    (program, arrows)
});

/// The crates that the program and its crates depend on, as code names them.
fn dependencies() -> BTreeSet<String> {
    let folders = ["", CORE.1, SIM.1].map(|it| Path::new(env!("CARGO_MANIFEST_DIR")).join(it));
    let mut names = BTreeSet::new();
    for folder in folders {
        let text = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let manifest: toml::Table = toml::from_str(&text).unwrap();
        assert!(
            !folder.join("build.rs").exists(),
            "a script may write modules"
        );
        let of = |table: &toml::Table| {
            table
                .get("dependencies")
                .and_then(|it| it.as_table().cloned())
        };
        let systems = manifest.get("target").and_then(|it| it.as_table());
        let systems = systems.into_iter().flat_map(|it| it.values());
        let tables = systems
            .filter_map(|it| of(it.as_table()?))
            .chain(of(&manifest));
        names.extend(tables.flat_map(|it| it.into_iter().map(|it| it.0.replace('-', "_"))));
    }
    names.retain(|it| it != CORE.0 && it != SIM.0);
    names
}

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
    rooms: &[(&str, &str)],
    room: impl Fn(&[String]) -> Option<String>,
) -> BTreeSet<String> {
    let allowed = pairs(rooms);
    let arrows = arrows
        .iter()
        .filter(|(from, to)| match (room(from), room(to)) {
            (Some(from), Some(to)) => from != to && !allowed.contains(&(from, to)),
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
    let paths = roots.flat_map(|(_, module)| &module.uses);
    paths.map(|it| it.names.join("::")).collect()
}

/// Methods for a type and a trait of other rooms: those would use them without naming this one.
fn methods_elsewhere(program: &Program, room: impl Fn(&[String]) -> Option<String>) -> Vec<String> {
    let is_own = |module: &Names, names: &Names| {
        Ends::of(program, module, names)
            .places
            .iter()
            .any(|(at, names)| {
                let own = program.modules.get(at);
                let has = |name: &String| own.is_some_and(|it| it.defines(name));
                room(at) == room(module) && names.first().is_some_and(has)
            })
    };
    let mut found = Vec::new();
    for (module, own) in &program.modules {
        let blocks = own.impls.iter();
        let elsewhere = blocks.filter(|it| !it.head.iter().any(|it| is_own(module, it)));
        found.extend(elsewhere.map(|it| format!("{} for {:?}", module.join("::"), it.head)));
    }
    found
}

#[test]
fn the_root_of_a_crate_only_has_modules() {
    let (program, _) = &*READ;
    assert_eq!(code_in_roots(program, room), Vec::<String>::new());
}

#[test]
fn arrows_point_down() {
    let arrows = READ.1.modules();
    assert!(
        arrows.len() > 1000,
        "only {} arrows were found",
        arrows.len()
    );
    assert_eq!(forbidden(&arrows, ROOMS, room), BTreeSet::new());
}

#[test]
fn every_room_uses_only_rooms_above_it_in_the_list() {
    for (place, (room, allowed)) in ROOMS.iter().enumerate() {
        let before: Vec<&str> = ROOMS[..place].iter().map(|(room, _)| *room).collect();
        for used in allowed.split_whitespace() {
            assert!(
                before.contains(&used),
                "{room} uses {used}, which is listed later"
            );
        }
    }
}

#[test]
fn every_room_uses_what_it_may() {
    let arrows = READ.1.modules();
    let rooms = |(from, to): &Arrow| Some((room(from)?, room(to)?));
    let used: BTreeSet<(String, String)> = arrows.iter().filter_map(rooms).collect();
    let idle: Vec<_> = pairs(ROOMS).difference(&used).cloned().collect();
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
fn every_crate_is_used_by_the_rooms_in_its_row() {
    let (program, arrows) = &*READ;
    let used = arrows.foreign.iter();
    let used: BTreeSet<(String, String)> = used
        .map(|(by, name)| (name.clone(), room(by).unwrap_or_default()))
        .collect();
    let rows = pairs(CRATES);
    assert_eq!(
        used.difference(&rows).collect::<Vec<_>>(),
        Vec::<&(_, _)>::new()
    );
    assert_eq!(
        rows.difference(&used).collect::<Vec<_>>(),
        Vec::<&(_, _)>::new(),
        "idle"
    );
    let listed = CRATES.iter().map(|(name, _)| (*name).to_owned());
    assert_eq!(program.foreign, listed.collect());
}

#[test]
fn methods_stand_in_the_room_of_their_type_or_trait() {
    let (program, _) = &*READ;
    assert_eq!(methods_elsewhere(program, room), Vec::<String>::new());
}

#[test]
fn nothing_lies_in_a_circle() {
    let (program, arrows) = &*READ;
    assert_eq!(circles::circles(program, arrows), []);
}
