//! The documents of the project, for tests that compare them with the programs.

use std::fs;

use crate::project;

/// Every document, all but `docs/models.md` written by hand. `tests/documents` compares the list with the folders.
pub const DOCUMENTS: [&str; 21] = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "crates/hidpp-sim/README.md",
    "crates/hidpp/README.md",
    "docs/architecture.md",
    "docs/bars.md",
    "docs/comparison.md",
    "docs/configuration.md",
    "docs/dbus.md",
    "docs/debugging.md",
    "docs/devices.md",
    "docs/history.md",
    "docs/json.md",
    "docs/models.md",
    "docs/notifications.md",
    "docs/permissions.md",
    "docs/releasing.md",
    "docs/traces.md",
    "packaging/README.md",
];

/// The text of a document, by its path in the project.
pub fn document(path: &str) -> String {
    fs::read_to_string(project().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Whether a document describes the program to its users, in README or `docs`.
pub fn is_manual(path: &str) -> bool {
    path == "README.md" || path.starts_with("docs/")
}

/// README and `docs`, one after the other.
pub fn manual() -> String {
    let paths = DOCUMENTS.into_iter().filter(|path| is_manual(path));
    paths.map(document).collect()
}

/// Checks that README or a file in `docs` shows this text.
pub fn assert_shown(text: &str) {
    assert!(
        manual().contains(text),
        "README.md or docs/ must show\n{text}"
    );
}

/// A fenced block of a document.
#[derive(Clone, Debug)]
pub struct Block {
    /// The path of the document.
    pub document: &'static str,
    /// The number of the line with its fence.
    pub line: usize,
    /// The language, as the fence names it.
    pub language: String,
    /// The lines between the fences, without the indentation of the fence.
    pub text: String,
}

/// The fenced blocks of a document.
pub fn blocks(path: &'static str) -> Vec<Block> {
    let text = document(path);
    let mut lines = text.lines().enumerate();
    let mut blocks = Vec::new();
    while let Some((number, line)) = lines.next() {
        let Some((indentation, language)) = line.split_once("```") else {
            continue;
        };
        // A span of inline code, not a fence.
        if !indentation.trim().is_empty() {
            continue;
        }
        let inside = lines.by_ref().map(|(_, line)| line);
        let inside = inside.take_while(|line| line.trim() != "```");
        let inside: Vec<&str> = inside
            .map(|line| line.strip_prefix(indentation).unwrap_or(line))
            .collect();
        blocks.push(Block {
            document: path,
            line: number + 1,
            language: language.to_owned(),
            text: inside.join("\n") + "\n",
        });
    }
    blocks
}

/// The texts of the fenced blocks of a document between this heading and the next.
pub fn blocks_below(path: &'static str, heading: &str) -> Vec<String> {
    let headings = prose(path).into_iter();
    let mut headings = headings.filter(|(_, line)| line.starts_with('#'));
    let is_it = |line: &str| line.trim_start_matches('#').trim() == heading;
    let start = headings.find(|(_, line)| is_it(line));
    let (start, _) = start.unwrap_or_else(|| panic!("{path} has no heading {heading}"));
    let end = headings.next().map_or(usize::MAX, |(number, _)| number);
    let blocks = blocks(path).into_iter();
    let below = blocks.filter(|block| (start..end).contains(&block.line));
    below.map(|block| block.text).collect()
}

/// The lines of a document outside its fenced blocks, with their numbers.
pub fn prose(path: &'static str) -> Vec<(usize, String)> {
    let text = document(path);
    let mut is_inside = false;
    let mut prose = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_inside = !is_inside;
        } else if !is_inside {
            prose.push((number + 1, line.to_owned()));
        }
    }
    prose
}

/// The spans of inline code in some prose.
pub fn code_spans(prose: &str) -> impl Iterator<Item = &str> {
    prose.split('`').skip(1).step_by(2)
}
