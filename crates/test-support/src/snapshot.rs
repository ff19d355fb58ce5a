//! Compares texts with files that are checked in.

use std::fs;

use crate::project;

/// Asserts that a text equals a file of the project. With `BLESS=1` in the environment the file is
/// written instead, to be reviewed before it is committed.
pub fn assert_is(file: &str, text: &str) {
    let path = project().join(file);
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let different = expected.lines().zip(text.lines()).find(|(a, b)| a != b);
    assert!(
        expected == text,
        "{file} differs, first at {different:#?};\n\
         if the change is meant, rewrite the file with BLESS=1. The text is now\n{text}"
    );
}
