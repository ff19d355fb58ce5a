//! Texts that are checked in and compared.

use std::fs;

use crate::project;

/// Compares with a file of the project. With `BLESS=1` in the environment the file is written
/// instead, to be read before it is committed.
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
        "{file} says otherwise, first at {different:#?};\n\
         if that is right, write it anew with BLESS=1. Now it is\n{text}"
    );
}
