//! Rooms in a crate of their own, and crates that are not part of the program.

use super::{ROOMS, folder_of};
use crate::arrows::Arrows;
use crate::{forbidden, source};

/// What is forbidden in a program that has its lowest room, of two modules, in a crate of its own.
fn with_a_crate(low: &str, high: &str) -> Vec<String> {
    let folder = folder_of(&[
        (
            "src/lib.rs",
            "pub mod high;\npub mod middle;\npub use own::low;\n",
        ),
        ("src/middle/mod.rs", "pub struct Middle;\n"),
        ("src/high/mod.rs", high),
        ("own/lib.rs", "pub mod low;\npub mod middle;\n"),
        ("own/low/mod.rs", low),
        ("own/middle.rs", "pub struct Inner;\n"),
    ]);
    let own = ("own", folder.path().join("own"));
    let program = source::read(&folder.path().join("src"), &[own]).unwrap();
    let room = |names: &[String]| match names {
        [first, rest @ ..] if first == "own" => rest.first().cloned(),
        names => names.first().cloned(),
    };
    forbidden(&Arrows::of(&program).modules(), ROOMS, room)
        .into_iter()
        .collect()
}

#[test]
fn a_room_in_another_crate_has_the_same_rules() {
    let nothing = "pub struct Low;\npub fn act() {}\n";
    for high in [
        "use crate::low::Low;",
        "use own::low::Low;",
        "fn act(_: own::low::Low) {}",
        "fn act() { crate::low::act() }",
        "use crate::{low, middle}; fn act() { low::act() }",
        "use own as other; fn act() { other::low::act() }",
        "use ::own::low;",
        "use ::{own::low};",
        "fn act() { ::own::low::act() }",
        "fn act() { own!(::own::low::act()) }",
        // Another module of this name is in sight.
        "mod own {} fn act() { ::own::low::act() }",
        "mod own {} fn act() { own!(::own::low::act()) }",
        "fn other() { mod own {} } fn act() { own::low::act() }",
        "macro_rules! it { ($a:ident, $b:ident) => { $a::$b::act() } } fn act() { it!(own, low) }",
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

/// The modules of a program that use the crate `foreign`.
fn users(files: &[(&str, &str)]) -> Vec<String> {
    let mut program = super::program(files);
    program.foreign = ["foreign", "other"].map(str::to_owned).into();
    let users = Arrows::of(&program).foreign.into_iter();
    let users = users.filter(|(_, it)| it == "foreign");
    users.map(|(module, _)| module.join("::")).collect()
}

#[test]
fn a_crate_is_used_however_it_is_named() {
    for text in [
        "use foreign::Thing;",
        "use foreign;",
        "use foreign as mine;",
        "use {other::Thing, ::foreign::{self as mine}};",
        "fn act() { foreign::act() }",
        "fn act() { ::foreign::act() }",
        "fn act() { foreign::act!() }",
        "fn act() { println!(\"{}\", foreign::act()) }",
        "#[derive(foreign::Thing)] struct Own;",
        "#[foreign::thing] struct Own;",
        "#[serde(with = \"foreign::thing\")] struct Own;",
        "mod foreign {} fn act() { ::foreign::act() }",
    ] {
        assert_eq!(users(&[("low/mod.rs", text)]), ["low"], "{text}");
    }
    for passes in [
        "pub use foreign::Thing;",
        "pub use foreign::*; pub struct Thing;",
        "pub type Thing = foreign::Thing;",
    ] {
        let files = [
            ("low/mod.rs", passes),
            ("middle/mod.rs", "use crate::low::Thing;"),
        ];
        assert_eq!(users(&files), ["low", "middle"], "{passes}");
    }
    for text in [
        "fn act(foreign: u8) -> u8 { foreign }",
        "fn act() { println!(\"{}\", foreign) }",
        "struct Own { foreign: u8 }",
        "#[cfg(test)] use foreign::Thing;",
        "use self::inner::foreign; mod inner { pub mod foreign {} }",
    ] {
        assert_eq!(
            users(&[("low/mod.rs", text)]),
            Vec::<String>::new(),
            "{text}"
        );
    }
}
