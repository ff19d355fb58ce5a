//! Other programs, other versions and other devices.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use solar_status::history::{HistoryError, devices};

use super::*;

#[test]
fn a_second_writer_is_rejected() {
    let directory = tempfile::tempdir().unwrap();
    let first = open(directory.path());
    let second = History::open(directory.path().to_owned(), at(0));
    let error = second.unwrap_err();
    assert!(matches!(error, HistoryError::InUse { .. }));
    assert!(
        error
            .to_string()
            .contains("another program records the history")
    );
    drop(first);
    open(directory.path());
}

#[test]
fn reading_needs_neither_write_permission_nor_the_lock() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(directory.path());
    history.record(KEYBOARD, at(0), &charge(57)).unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o555)).unwrap();
    assert_eq!(charges(&all(directory.path())), [57]);
    assert_eq!(devices(directory.path()).unwrap(), [KEYBOARD]);
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn foreign_files_are_left_untouched_and_reported() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(format!("{KEYBOARD}.jsonl"));
    let longer = vec![b'x'; 2 << 20];
    let foreign = [
        (
            b"1764000000\t57.000\tcharging\n".as_slice(),
            "is not a history of that device",
        ),
        (
            b"{\"format\":\"solar-status history\",\"version\":2}\n",
            "has version 2",
        ),
        (
            b"{\"device\":\"4002-2\",\"format\":\"solar-status history\",\"version\":1}\n",
            "is not a history of that device",
        ),
        (&longer, "left alone"),
    ];
    for (text, message) in foreign {
        fs::write(&path, text).unwrap();
        let mut history = open(directory.path());
        let writing = history.record(KEYBOARD, at(0), &charge(57)).unwrap_err();
        let reading = history.read(KEYBOARD, Timestamp::START).unwrap_err();
        for error in [writing, reading] {
            let error = error.to_string();
            assert!(error.contains(message), "{error}");
            assert!(error.contains(path.to_str().unwrap()), "{error}");
        }
        assert!(devices(directory.path()).unwrap().is_empty());
        assert_eq!(fs::read(&path).unwrap(), text);
    }
    // After it is moved away, a new file is started.
    let mut history = open(directory.path());
    fs::remove_file(&path).unwrap();
    history.record(KEYBOARD, at(0), &charge(57)).unwrap();
    assert_eq!(charges(&all(directory.path())), [57]);
}

#[test]
fn every_id_has_its_own_file_within_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let inside = directory.path().join("inside");
    let mut history = open(&inside);
    // The longest id that the kernel's strings allow: 64 bytes of name, four of product.
    let long = format!("B034-{}", "\u{FF}".repeat(32));
    let ids = [
        "../up",
        "/root",
        "..",
        "a_b",
        "a_5Fb",
        "a b",
        "A B",
        "B034-E4:5F:01:02:03:04",
        "b034-e4:5f:01:02:03:04",
        "new\nline\0\u{1B}[2J",
        long.as_str(),
    ];
    for (id, percent) in ids.iter().zip(1..) {
        history.record(id, at(0), &charge(percent)).unwrap();
    }
    for (id, percent) in ids.iter().zip(1..) {
        let entries = history.read(id, Timestamp::START).unwrap();
        assert_eq!(charges(&entries), [percent], "{id:?}");
    }
    let mut sorted = ids.map(str::to_owned);
    sorted.sort();
    assert_eq!(devices(&inside).unwrap(), sorted);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    for found in fs::read_dir(&inside).unwrap() {
        let name = found.unwrap().file_name().into_string().unwrap();
        assert!(!name.starts_with('.') && name.is_ascii(), "{name}");
    }
}

#[test]
fn temporary_files_of_a_killed_process_are_removed() {
    let directory = tempfile::tempdir().unwrap();
    let leftover = directory.path().join(".history-x8Tq2p");
    fs::write(&leftover, "half of it").unwrap();
    open(directory.path());
    assert!(!leftover.exists());
}

#[test]
fn a_directory_that_cannot_be_created_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let error = History::open(file.join("below"), at(0)).unwrap_err();
    assert!(error.to_string().contains("file/below cannot be written"));
}
