//! The words of comments and documents, as far as a machine can count them: the house style in
//! CONTRIBUTING.md.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use test_support::documents::{DOCUMENTS, prose};
use test_support::project;

/// Words that people say and programs do not, and how often they may occur in 1,000 lines of
/// comments: plain comments have them, too, where they mean people.
const RARE: [(&[&str], usize); 4] = [
    (&["tell", "tells", "told"], 1),
    (&["who", "whoever"], 1),
    (&["nobody", "somebody", "anybody"], 1),
    (&["so long", "so many", "so often"], 1),
];

/// The string literals of the programs, including those of unit tests, that may have a word that is
/// avoided: the file and the word.
const ALLOWED_TEXTS: [(&str, &str); 4] = [
    // The user of that name.
    ("src/doctor/look/whose.rs", "nobody"),
    ("src/doctor/look/whose.rs", "nobody"),
    // A field of a stored file.
    ("src/alerts/memory.rs", "told"),
    ("src/cli/notify/store.rs", "told"),
];

/// Words that the documents do without.
const AVOIDED: [&str; 16] = [
    "anew",
    "anybody",
    "by way of",
    "hears",
    "is none",
    "nobody",
    "of its own accord",
    "so long",
    "so many",
    "so often",
    "somebody",
    "tells",
    "thereof",
    "told",
    "wants",
    "whoever",
];

/// The terms of the field, and where the mechanism is that each names: a reader who searches for
/// the term must find it in the comments there.
const TERMS: [(&str, &str); 24] = [
    ("atomically", "src/storage"),
    ("back pressure", "src"),
    ("backoff", "crates/hidpp/src/session"),
    ("backoff", "src/client"),
    ("cache", "src/manager"),
    ("coalesced", "src/manager"),
    ("deadline", "crates/hidpp/src/session"),
    ("deadline", "src/client"),
    ("debounce", "src/alerts"),
    ("debounce", "src/manager"),
    ("hotplug", "src/transport"),
    ("lease", "src/service"),
    ("retry", "crates/hidpp/src/session"),
    ("retry", "src/client"),
    ("settle", "src/manager"),
    ("snapshot", "src/client"),
    ("snapshot", "src/manager"),
    ("stale", "crates/hidpp/src/session"),
    ("stale", "src/manager"),
    ("standby", "src/manager"),
    ("timeout", "crates/hidpp/src/session"),
    ("timeout", "src/client"),
    ("timeout", "src/doctor"),
    ("watchdog", "src/service"),
];

/// The Rust files below a folder of the project.
pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut sources = Vec::new();
    for path in paths {
        // `fuzz` is a workspace with a target folder of its own.
        if path.is_dir() && !path.ends_with("target") {
            sources.extend(self::sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            sources.push(path);
        }
    }
    sources
}

/// The lines of comments below a folder of the project.
fn comments(folder: &str) -> Vec<String> {
    let sources = sources(&project().join(folder));
    let texts = sources.iter().map(|path| fs::read_to_string(path).unwrap());
    let mut lines = Vec::new();
    for text in texts {
        let comments = text
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("//"));
        lines.extend(comments.map(|line| line.trim_start_matches(['/', '!']).to_owned()));
    }
    lines
}

/// The words of some text in lower case, one space apart, with one at both ends.
fn words<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut words = " ".to_owned();
    for line in lines {
        let letters = |c: char| !(c.is_alphanumeric() || c == '_' || c == '\'');
        for word in line.split(letters).filter(|word| !word.is_empty()) {
            words.push_str(&word.to_lowercase());
            words.push(' ');
        }
    }
    words
}

/// How often a word or phrase occurs.
fn count(words: &str, phrase: &str) -> usize {
    words.matches(&format!(" {phrase} ")).count()
}

#[test]
fn comments_are_in_plain_terms() {
    let folders = ["benches", "crates", "fuzz", "src", "tests"];
    let lines: Vec<String> = folders.into_iter().flat_map(comments).collect();
    assert!(lines.len() > 5000, "{}", lines.len());
    let words = words(lines.iter().map(String::as_str));
    for (group, limit) in RARE {
        let found: usize = group.iter().map(|phrase| count(&words, phrase)).sum();
        let most = limit * lines.len() / 1000;
        assert!(
            found <= most,
            "{group:?}: {found} times in {} lines of comments, at most {most}: see House style in \
             CONTRIBUTING.md",
            lines.len()
        );
    }
}

/// The string literals of some code. Doc comments are attributes to the compiler, and left out.
fn literals(code: TokenStream, found: &mut Vec<String>) {
    for token in code {
        match token {
            TokenTree::Group(group) => {
                let inside = group.stream();
                let first = inside.clone().into_iter().next();
                if !matches!(first, Some(TokenTree::Ident(name)) if name == "doc") {
                    literals(inside, found);
                }
            }
            TokenTree::Literal(literal) => found.push(literal.to_string()),
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

#[test]
fn texts_of_the_programs_are_in_plain_terms() {
    let mut found = Vec::new();
    let mut read = 0;
    for path in sources(&project().join("src")) {
        let mut texts = Vec::new();
        let code = fs::read_to_string(&path).unwrap();
        literals(code.parse().unwrap(), &mut texts);
        read += texts.len();
        for text in texts {
            let words = words([text.as_str()].into_iter());
            let avoided = AVOIDED.iter().filter(|phrase| count(&words, phrase) > 0);
            let file = path.strip_prefix(project()).unwrap().display().to_string();
            found.extend(avoided.map(|phrase| (file.clone(), *phrase)));
        }
    }
    assert!(read > 5000, "{read}");
    found.sort();
    let mut allowed = ALLOWED_TEXTS.map(|(file, phrase)| (file.to_owned(), phrase));
    allowed.sort();
    assert_eq!(found, allowed);
}

#[test]
fn documents_are_in_plain_terms() {
    for path in DOCUMENTS {
        let prose = prose(path);
        // Inline code has names of others, such as the user `nobody`.
        let outside_code = prose
            .iter()
            .flat_map(|(_, line)| line.split('`').step_by(2));
        let words = words(outside_code);
        for phrase in AVOIDED {
            assert_eq!(count(&words, phrase), 0, "{path}: {phrase}");
        }
    }
}

#[test]
fn mechanisms_are_found_by_their_terms() {
    for (term, folder) in TERMS {
        let lines = comments(folder);
        let words = words(lines.iter().map(String::as_str));
        assert!(
            count(&words, term) > 0,
            "{term} in the comments of {folder}"
        );
    }
}

#[test]
fn a_phrase_is_found_across_lines_and_only_whole() {
    let words = words(["It waits so", "long as, toldest."].into_iter());
    assert_eq!(count(&words, "so long"), 1);
    assert_eq!(count(&words, "told"), 0);
}
