//! The checks find what is planted for them.

use std::fs;

use crate::circles::circles;
use crate::source::{self, Program};
use crate::{code_in_roots, forbidden, names, top};

/// Two rooms, of which the second may use the first; nothing else is allowed.
const ROOMS: &[(&str, &[&str])] = &[("low", &[]), ("middle", &["low"]), ("high", &["middle"])];

/// A program of these files, with three rooms.
fn program(files: &[(&str, &str)]) -> Program {
    let folder = tempfile::tempdir().unwrap();
    let rooms = [
        ("lib.rs", "pub mod high;\npub mod low;\npub mod middle;\n"),
        ("low/mod.rs", "pub struct Low;\n"),
        ("middle/mod.rs", "pub struct Middle;\n"),
        ("high/mod.rs", "pub struct High;\npub fn act() {}\n"),
    ];
    for (file, text) in rooms.iter().chain(files) {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    source::read(folder.path(), &[]).unwrap()
}

/// What is forbidden in the room in the middle, with this text.
fn of_middle(text: &str) -> Vec<String> {
    let program = program(&[("middle/mod.rs", text)]);
    forbidden(&names::arrows(&program), ROOMS, top)
        .into_iter()
        .collect()
}

#[test]
fn an_arrow_up_is_found_wherever_it_stands() {
    for text in [
        "use crate::high::High;",
        "use crate::{low::Low, high::{self, High}};",
        "use crate::{low::Low, high::{High as Other}};",
        "use super::high::*;",
        "use crate::high; fn act() { high::act(); }",
        "fn act() { crate::high::act(); }",
        "fn act(of: &super::high::High) {}",
        "fn act() { use crate::high::act; act(); }",
        "fn act() { println!(\"{:?}\", crate::high::act()); }",
        "struct Own(Vec<Option<crate::high::High>>);",
        "#[error(\"{}\", crate::high::act(.0))] struct Own(u8);",
        "struct Own { #[arg(value_parser = crate::high::act)] own: u8 }",
        "impl From<crate::high::High> for u8 { fn from(_: u8) -> Self { 0 } }",
        "mod inner { use crate::high::High; }",
        // After a test, and beside one.
        "#[cfg(test)] mod tests {} use crate::high::High;",
        "#[cfg(test)] use crate::low::Low; fn act() { crate::high::act() }",
        "#[cfg(not(test))] use crate::high::High;",
    ] {
        let found = of_middle(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].ends_with(" uses high"), "{text}: {found:?}");
    }
}

#[test]
fn what_points_down_or_is_for_tests_is_allowed() {
    for text in [
        "use crate::low::Low;",
        "// crate::high\n/* use crate::high::High; */\n/// [`crate::high::High`]\nfn act() { let _ = \"crate::high\"; }",
        "#[cfg(test)] use crate::high::High;",
        "#[cfg(test)] mod tests { use crate::high::High; }",
        "struct Own; impl Own { #[cfg(test)] fn act() { crate::high::act() } }",
        // Names of its own.
        "mod high { pub fn act() {} } fn act() { high::act() }",
        "fn act(high: u8) -> u8 { high }",
    ] {
        assert_eq!(of_middle(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_room_that_another_one_passes_on_is_used_all_the_same() {
    let through = |passes: &str, uses: &str| {
        let program = program(&[("middle/mod.rs", passes), ("high/mod.rs", uses)]);
        forbidden(&names::arrows(&program), ROOMS, top)
            .into_iter()
            .collect::<Vec<_>>()
    };
    for (passes, uses) in [
        ("pub use crate::low::Low;", "use crate::middle::Low;"),
        (
            "pub use crate::low::Low as Other;",
            "fn act(_: crate::middle::Other) {}",
        ),
        ("pub use crate::low::*;", "use crate::middle::Low;"),
        ("pub use crate::low;", "use crate::middle::low::Low;"),
        (
            "pub mod inner { pub use crate::low::Low; } pub use inner::Low;",
            "use crate::middle::Low;",
        ),
    ] {
        assert_eq!(through(passes, uses), ["high uses low"], "{passes} {uses}");
    }
    assert_eq!(
        through("pub struct Low;", "use crate::middle::Low;"),
        Vec::<String>::new()
    );
}

/// The circles in a room with these files.
fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let program = program(files);
    let found = circles(&program, &names::arrows(&program)).into_iter();
    let found = found.map(|(module, circle)| format!("{}: {circle:?}", module.join("::")));
    found.collect()
}

#[test]
fn children_that_use_each_other_are_a_circle() {
    let parent = ("low/mod.rs", "mod a;\nmod b;\nmod c;\npub use a::A;\n");
    assert_eq!(
        circles_of(&[
            parent,
            ("low/a.rs", "use super::b::B;\npub struct A;"),
            ("low/b.rs", "use crate::low::c::C;\npub struct B;"),
            // By way of what the parent passes on.
            ("low/c/mod.rs", "mod inner;\npub struct C;"),
            ("low/c/inner.rs", "use crate::low::A;"),
        ]),
        ["low: {\"a\", \"b\", \"c\"}"]
    );
}

#[test]
fn what_children_use_of_their_parent_is_no_circle() {
    let parent = (
        "low/mod.rs",
        "mod a;\nmod b;\nuse a::A;\nuse b::B;\npub struct Low(A, B);\n",
    );
    let circles = circles_of(&[
        parent,
        ("low/a.rs", "use super::Low;\npub struct A;"),
        ("low/b.rs", "use super::{Low, a::A};\npub struct B;"),
    ]);
    assert_eq!(circles, Vec::<String>::new());
}

#[test]
fn a_module_without_a_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("lib.rs"), "mod gone;").unwrap();
    let error = source::read(folder.path(), &[]).unwrap_err();
    assert!(error.ends_with("mod gone has no file"), "{error}");
}

#[test]
fn what_hides_a_module_is_an_error() {
    for (text, what) in [
        ("#[path = \"other.rs\"] mod low;", "#[path]"),
        ("extern crate self as me;", "extern crate"),
        ("mod inner { #[path = \"other.rs\"] mod low; }", "#[path]"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("lib.rs"), text).unwrap();
        let error = source::read(folder.path(), &[]).unwrap_err();
        let expected = format!("{what} hides what a module uses");
        assert!(error.ends_with(&expected), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let text = "#[cfg(test)] #[path = \"other.rs\"] mod low;";
    fs::write(folder.path().join("lib.rs"), text).unwrap();
    assert!(source::read(folder.path(), &[]).is_ok());
}

#[test]
fn the_root_is_no_way_around_the_rules() {
    let with = |root: &str| {
        let program = program(&[("lib.rs", &format!("pub mod high;\npub mod low;\n{root}"))]);
        code_in_roots(&program, top)
    };
    assert_eq!(with("pub use high::High;"), Vec::<String>::new());
    assert_eq!(with("pub fn act() { high::act() }"), ["high::act"]);
}

/// What is forbidden in a program that has its lowest room, of two modules, in a crate of its own.
fn with_a_crate(low: &str, high: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in [
        (
            "src/lib.rs",
            "pub mod high;\npub mod middle;\npub use own::low;\n",
        ),
        ("src/middle/mod.rs", "pub struct Middle;\n"),
        ("src/high/mod.rs", high),
        ("own/lib.rs", "pub mod low;\npub mod middle;\n"),
        ("own/low/mod.rs", low),
        ("own/middle.rs", "pub struct Inner;\n"),
    ] {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let own = ("own", folder.path().join("own"));
    let program = source::read(&folder.path().join("src"), &[own]).unwrap();
    let room = |names: &[String]| match names {
        [first, rest @ ..] if first == "own" => rest.first().cloned(),
        names => names.first().cloned(),
    };
    forbidden(&names::arrows(&program), ROOMS, room)
        .into_iter()
        .collect()
}

#[test]
fn a_room_in_another_crate_has_the_same_rules() {
    let nothing = "pub struct Low;\n";
    for high in [
        "use crate::low::Low;",
        "use own::low::Low;",
        "fn act(_: own::low::Low) {}",
        "fn act() { crate::low::act() }",
        "use crate::{low, middle}; fn act() { low::act() }",
        "use own as other; fn act() { other::low::act() }",
    ] {
        assert_eq!(
            with_a_crate(nothing, high),
            ["high uses own::low"],
            "{high}"
        );
    }
    for high in [
        "use crate::middle::Middle;",
        "use own::middle::Inner;",
        "mod own { pub mod low { pub struct Low; } } use self::own::low::Low;",
    ] {
        assert_eq!(with_a_crate(nothing, high), Vec::<String>::new(), "{high}");
    }
    // Names in the crate are its own, and so is its root.
    for low in ["use crate::middle::Inner;", "use super::middle::*;"] {
        assert_eq!(
            with_a_crate(low, "pub struct High;"),
            ["own::low uses own::middle"],
            "{low}"
        );
    }
}
