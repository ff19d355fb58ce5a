//! The licences of the package's contents: the project's own, written by hand, and those of the
//! crates.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use toml::{Table, Value};

use crate::crates::{Crate, linked};
use crate::written::assert_fresh;
use test_support::documents::document;

const TEMPLATE: &str = "packaging/debian/copyright.in";
const FILE: &str = "packaging/debian/copyright";

/// The licences with texts in the template, in order of preference.
const KNOWN: [&str; 2] = ["MIT", "Apache-2.0"];

/// The licences chosen for a crate; with AND, one from each part.
fn choice(licence: &str) -> Vec<&str> {
    let parts = licence.split(" AND ");
    parts
        .map(|part| choice_of_one(part.trim_matches(['(', ')'])))
        .collect()
}

fn choice_of_one(licence: &str) -> &str {
    // The slash is an old notation for OR.
    let alternatives = || licence.split(" OR ").flat_map(|part| part.split('/'));
    let known = KNOWN
        .into_iter()
        .find(|known| alternatives().any(|one| one == *known));
    known.unwrap_or(licence)
}

/// The copyright holders named in its licence files.
fn holders(one: &Crate) -> BTreeSet<String> {
    let mut holders = BTreeSet::new();
    for file in one.licence_files() {
        let licence = fs::read_to_string(file).unwrap();
        holders.extend(licence.lines().filter_map(holder));
    }
    if holders.is_empty() {
        holders.insert(format!("the authors of {}", one.name));
    }
    holders
}

fn holder(line: &str) -> Option<String> {
    let rest = line.trim().strip_prefix("Copyright ")?;
    let rest = rest.trim_start_matches("(c) ").trim_start_matches("(C) ");
    let rest = rest.trim_start_matches("© ");
    // Excludes the example in the Apache License, and mentions of copyright notices in licence
    // texts.
    let is_example = rest.contains("name of copyright owner") || rest.starts_with("notice");
    (!is_example).then(|| rest.to_owned())
}

/// The stanzas of the crates, grouped by holders and licence, then the licence texts that the
/// template does not have.
fn stanzas() -> String {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut texts = BTreeMap::new();
    for one in linked() {
        let licences = choice(&one.licence);
        for licence in licences.iter().filter(|name| !KNOWN.contains(name)) {
            let text = texts.entry((*licence).to_owned());
            text.or_insert_with(|| full(&one, licence));
        }
        let key = (licences.join(" and "), holders(&one));
        groups.entry(key).or_default().push(one.name);
    }
    let mut stanzas = Vec::new();
    for ((licence, holders), names) in groups {
        let files: Vec<_> = names.iter().map(|name| format!(" {name}/*")).collect();
        let holders: Vec<_> = holders.iter().map(|name| format!(" {name}")).collect();
        let (files, holders) = (files.join("\n"), holders.join("\n"));
        let stanza = format!("Files:\n{files}\nCopyright:\n{holders}\nLicense: {licence}\n");
        stanzas.push(stanza);
    }
    for (licence, text) in texts {
        stanzas.push(format!("License: {licence}\n{text}"));
    }
    stanzas.join("\n") + "\n"
}

/// The text of a licence from a crate, formatted for Debian.
fn full(one: &Crate, licence: &str) -> String {
    // LICENSE-UNICODE holds Unicode-3.0. A crate with one licence has one file with any name.
    let family = licence.split('-').next().unwrap().to_uppercase();
    let mut files = one.licence_files();
    if files.len() > 1 {
        files.retain(|file| file.to_string_lossy().to_uppercase().ends_with(&family));
    }
    let mut text = String::new();
    for file in files {
        for line in fs::read_to_string(file).unwrap().lines() {
            let line = line.trim_end();
            text.push(' ');
            text.push_str(if line.is_empty() { "." } else { line });
            text.push('\n');
        }
    }
    let name = &one.name;
    assert!(
        !text.is_empty(),
        "no text of {licence} in {name}: add it to {TEMPLATE}"
    );
    text
}

#[test]
fn every_linked_crate_is_named_with_its_licence() {
    let template = document(TEMPLATE);
    assert!(template.contains("\n@crates@\n"), "{TEMPLATE}");
    assert_fresh(FILE, &template.replace("@crates@\n", &stanzas()));
}

#[test]
fn cargo_deny_allows_exactly_the_licences_in_use() {
    let rules: Table = document("deny.toml").parse().unwrap();
    let allowed = rules["licenses"]["allow"].as_array().unwrap();
    let allowed: BTreeSet<_> = allowed.iter().filter_map(Value::as_str).collect();
    let linked = linked();
    let named = linked.iter().flat_map(|one| choice(&one.licence));
    let named: BTreeSet<_> = named.chain(KNOWN).collect();
    assert_eq!(allowed, named);
}

#[test]
fn the_preferred_licence_is_chosen() {
    assert_eq!(choice("Apache-2.0 OR MIT"), ["MIT"]);
    assert_eq!(choice("Unlicense/MIT"), ["MIT"]);
    assert_eq!(choice("Apache-2.0"), ["Apache-2.0"]);
    assert_eq!(choice("Zlib"), ["Zlib"]);
    let both = choice("(MIT OR Apache-2.0) AND Unicode-3.0");
    assert_eq!(both, ["MIT", "Unicode-3.0"]);
}
