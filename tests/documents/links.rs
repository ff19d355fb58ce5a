//! Links, anchors, pictures and paths in documents.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use test_support::documents::{DOCUMENTS, code_spans, is_manual, prose};
use test_support::project;

use crate::vocabulary::sources;

/// The targets of `[text](target)` and `![text](target)`. A link can span lines.
fn targets(path: &'static str) -> Vec<String> {
    let lines: Vec<String> = prose(path).into_iter().map(|(_, line)| line).collect();
    let text = lines.join("\n");
    let starts = text.split("](").skip(1);
    starts
        .filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
        .collect()
}

/// The anchor that a heading gets: lower case, spaces as hyphens, other punctuation left out.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c),
        _ => None,
    });
    kept.flat_map(char::to_lowercase).collect()
}

fn anchors(path: &'static str) -> BTreeSet<String> {
    let lines = prose(path).into_iter();
    lines
        .filter_map(|(_, line)| {
            let heading = line.trim_start_matches('#');
            (heading.len() < line.len()).then(|| anchor(heading))
        })
        .collect()
}

/// The path without `..`.
fn normalized(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = normal.pop(),
            part => normal.push(part),
        }
    }
    normal
}

#[test]
fn an_anchor_is_made_as_on_github() {
    assert_eq!(anchor(" On D-Bus, `--watch`!"), "on-d-bus---watch");
}

#[test]
fn every_link_resolves() {
    let mut checked = 0;
    for from in DOCUMENTS {
        let folder = Path::new(from).parent().unwrap();
        for target in targets(from) {
            if target.contains("://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let path = if file.is_empty() {
                PathBuf::from(from)
            } else {
                normalized(&folder.join(file))
            };
            assert!(project().join(&path).exists(), "{from}: {target}");
            if !anchor.is_empty() {
                let to = DOCUMENTS.iter().find(|it| Path::new(it) == path);
                let to = to.unwrap_or_else(|| panic!("{from}: {target} is not a document"));
                assert!(anchors(to).contains(anchor), "{from}: {target}");
            }
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}

/// Folders whose files are named by their path in the project.
const FOLDERS: [&str; 10] = [
    ".cargo/",
    ".ci/",
    "benches/",
    "crates/",
    "docs/",
    "fuzz/",
    "packaging/",
    "src/",
    "tests/",
    "udev/",
];

/// Whether it names a file or folder of this project, and not one of another program.
fn is_path(span: &str) -> bool {
    let is_plain = !span.contains(|c: char| c.is_whitespace() || "*<>{}…".contains(c));
    is_plain && FOLDERS.iter().any(|folder| span.starts_with(folder))
}

#[test]
fn every_path_exists() {
    // The comparison cites files of other projects.
    let documents = DOCUMENTS.into_iter().filter(|path| {
        (is_manual(path) || *path == "CONTRIBUTING.md") && *path != "docs/comparison.md"
    });
    let mut checked = 0;
    for path in documents {
        for (number, line) in prose(path) {
            for span in code_spans(&line).filter(|span| is_path(span)) {
                // The dumps that the simulated devices come from are Solaar's.
                if span == "docs/devices" && path == "docs/devices.md" {
                    continue;
                }
                assert!(project().join(span).exists(), "{path}:{number}: {span}");
                checked += 1;
            }
        }
    }
    assert!(checked > 50, "{checked}");
}

/// The names of all Rust files, and of the folders that they are in, with a slash.
fn names() -> BTreeSet<String> {
    let folders = ["benches", "crates", "fuzz", "src", "tests"];
    let sources = folders
        .iter()
        .flat_map(|folder| sources(&project().join(folder)));
    let mut names = BTreeSet::new();
    for path in sources {
        names.insert(path.file_name().unwrap().to_str().unwrap().to_owned());
        let folders = path.ancestors().skip(1);
        let folders = folders.filter_map(|folder| folder.file_name()?.to_str());
        names.extend(folders.map(|folder| format!("{folder}/")));
    }
    names
}

/// Modules are called by their file or folder, where a sentence says in which folder that is.
#[test]
fn every_module_that_is_named_exists() {
    let names = names();
    let mut checked = 0;
    for path in ["docs/architecture.md", "CONTRIBUTING.md"] {
        for (number, line) in prose(path) {
            let is_module = |span: &&str| {
                let file = span.strip_suffix(".rs").or_else(|| span.strip_suffix('/'));
                file.is_some_and(|file| file.chars().all(|c| c.is_alphanumeric() || c == '_'))
            };
            for span in code_spans(&line).filter(is_module) {
                let is_folder = project().join(span).is_dir();
                assert!(is_folder || names.contains(span), "{path}:{number}: {span}");
                checked += 1;
            }
        }
    }
    assert!(checked > 30, "{checked}");
}

#[test]
fn a_document_has_no_heading_twice() {
    for path in DOCUMENTS.into_iter().filter(|path| is_manual(path)) {
        let mut seen = BTreeSet::new();
        let headings = prose(path).into_iter().map(|(_, line)| line);
        let twice: Vec<String> = headings
            .filter(|line| {
                line.starts_with('#') && !seen.insert(anchor(line.trim_start_matches('#')))
            })
            .collect();
        assert_eq!(twice, [""; 0], "{path}");
    }
}
