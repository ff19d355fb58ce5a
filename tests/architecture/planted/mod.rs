//! The checks find what is planted for them.

mod arrows;
mod circles;
mod crates;
mod hidden;
mod passed_on;

use std::fs;

use tempfile::TempDir;

use crate::arrows::Arrows;
use crate::source::{self, Program};
use crate::{forbidden, top};

/// Two rooms, of which the second may use the first; nothing else is allowed.
const ROOMS: &[(&str, &str)] = &[("low", ""), ("middle", "low"), ("high", "middle")];

/// A program of these files, with three rooms; or what is wrong with it.
fn read(files: &[(&str, &str)]) -> Result<Program, String> {
    let rooms = [
        ("lib.rs", "pub mod high;\npub mod low;\npub mod middle;\n"),
        ("low/mod.rs", "pub struct Low;\npub fn below() {}\n"),
        ("middle/mod.rs", "pub struct Middle;\n"),
        ("high/mod.rs", "pub struct High;\npub fn act() {}\n"),
    ];
    let folder = folder_of(rooms.iter().chain(files));
    source::read(folder.path(), &[])
}

/// A folder with these files.
fn folder_of<'a>(files: impl IntoIterator<Item = &'a (&'a str, &'a str)>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn program(files: &[(&str, &str)]) -> Program {
    read(files).unwrap()
}

/// What is forbidden in a program of these files.
fn forbidden_in(files: &[(&str, &str)]) -> Vec<String> {
    let arrows = Arrows::of(&program(files)).modules();
    forbidden(&arrows, ROOMS, top).into_iter().collect()
}

/// What is forbidden in the room in the middle, with this text.
fn of_middle(text: &str) -> Vec<String> {
    forbidden_in(&[("middle/mod.rs", text)])
}
