//! Files that a test generates and that are checked in: readers find them, and packages can be made
//! without building the tests.

use std::fs;

use crate::tools::path;

/// Asserts that a text equals a file of the project. With `BLESS=1` in the environment the file is
/// written instead, to be reviewed before it is committed.
pub(crate) fn assert_fresh(file: &str, text: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path(file).parent().unwrap()).unwrap();
        fs::write(path(file), text).unwrap();
        return;
    }
    let found = fs::read_to_string(path(file)).unwrap_or_default();
    let first = found
        .lines()
        .zip(text.lines())
        .find(|(old, new)| old != new);
    assert!(
        found == text,
        "{file} is not up to date, first at {first:#?};\n\
         rewrite it with BLESS=1 cargo test --test packaging"
    );
}

/// Asserts that a folder has no files except these.
pub(crate) fn assert_all(folder: &str, names: &[String]) {
    for entry in fs::read_dir(path(folder)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            names.contains(&name),
            "{folder}/{name} is no longer generated: remove it"
        );
    }
}
