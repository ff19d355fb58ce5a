//! README, `docs` and the words of comments: links resolve, commands work, and the vocabulary is that
//! of the house style in CONTRIBUTING.md.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod commands;
mod dbus;
mod links;
mod scratch;
mod shell;
mod values;
mod vocabulary;

use std::collections::BTreeSet;
use std::fs;

use test_support::documents::{DOCUMENTS, document};
use test_support::project;

/// README is an overview.
const README_LINES: usize = 250;

#[test]
fn the_readme_is_an_overview() {
    let lines = document("README.md").lines().count();
    assert!(lines <= README_LINES, "README.md has {lines} lines");
}

/// The Markdown files of a folder of the project.
fn markdown(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(project().join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let names = paths.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    let in_folder = |name| match folder {
        "" => name,
        folder => format!("{folder}/{name}"),
    };
    names.map(in_folder).collect()
}

#[test]
fn every_document_is_in_the_list() {
    let folders = ["", "docs", "packaging", "crates/hidpp", "crates/hidpp-sim"];
    let found: BTreeSet<String> = folders.into_iter().flat_map(markdown).collect();
    let listed = DOCUMENTS.map(str::to_owned);
    assert_eq!(found, BTreeSet::from(listed));
}

#[test]
fn the_readme_links_to_every_document_of_the_folder() {
    let readme = document("README.md");
    for path in markdown("docs") {
        assert!(readme.contains(&format!("]({path})")), "{path}");
    }
}
