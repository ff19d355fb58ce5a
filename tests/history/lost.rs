//! A directory, lock or file that was removed, moved or replaced.

use std::fs;
use std::os::unix::net::UnixListener;

use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
use solar_status::history::{HistoryError, Recorded, devices};

use super::*;

/// The path of a new history in a temporary directory.
fn place() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("history");
    (folder, directory)
}

#[test]
fn recording_returns_whether_an_entry_was_written() {
    let (_folder, directory) = place();
    let mut history = open(&directory);
    let mut record = |seconds, percent| history.record(KEYBOARD, at(seconds), &charge(percent));
    assert_eq!(record(0, 57).unwrap(), Recorded::Written);
    assert_eq!(record(1, 57).unwrap(), Recorded::NotDue);
    assert_eq!(record(2, 56).unwrap(), Recorded::Written);
}

#[test]
fn a_removed_directory_is_recreated_and_locked() {
    let (_folder, directory) = place();
    let mut history = open(&directory);
    history.record(KEYBOARD, at(0), &charge(57)).unwrap();
    fs::remove_dir_all(&directory).unwrap();
    history.record(KEYBOARD, at(1), &charge(56)).unwrap();
    assert_eq!(charges(&all(&directory)), [56]);
    let second = History::open(directory, at(0)).unwrap_err();
    assert!(matches!(second, HistoryError::InUse { .. }), "{second}");
}

#[test]
fn after_a_removal_every_device_is_recorded_again() {
    let (_folder, directory) = place();
    let mut history = open(&directory);
    for device in [KEYBOARD, "101B-1"] {
        history.record(device, at(0), &charge(57)).unwrap();
    }
    fs::remove_dir_all(&directory).unwrap();
    history.record(KEYBOARD, at(1), &charge(56)).unwrap();
    // Its values are unchanged, but its file is gone.
    let other = history.record("101B-1", at(2), &charge(57)).unwrap();
    assert_eq!(other, Recorded::Written);
}

#[test]
fn a_process_that_lost_its_lock_does_not_write_alongside_another() {
    let (_folder, directory) = place();
    let mut first = open(&directory);
    first.record(KEYBOARD, at(0), &charge(57)).unwrap();
    fs::remove_file(directory.join("lock")).unwrap();
    // The lock on a deleted file protects nothing.
    let mut second = open(&directory);
    second.record(KEYBOARD, at(1), &charge(56)).unwrap();
    let error = first.record(KEYBOARD, at(2), &charge(55)).unwrap_err();
    assert!(matches!(error, HistoryError::InUse { .. }), "{error}");
    assert_eq!(charges(&all(&directory)), [57, 56]);
    drop(second);
    first.record(KEYBOARD, at(3), &charge(54)).unwrap();
    assert_eq!(charges(&all(&directory)), [57, 56, 54]);
}

#[test]
fn a_directory_that_was_moved_is_no_longer_written() {
    let (folder, directory) = place();
    let mut history = open(&directory);
    history.record(KEYBOARD, at(0), &charge(57)).unwrap();
    let moved = folder.path().join("moved");
    fs::rename(&directory, &moved).unwrap();
    history.record(KEYBOARD, at(1), &charge(56)).unwrap();
    assert_eq!(
        (charges(&all(&moved)), charges(&all(&directory))),
        (vec![57], vec![56])
    );
}

/// Puts each kind of special file at a path and runs `act`.
fn special_files(directory: &Path, name: &str, act: impl Fn(&str)) {
    let path = directory.join(name);
    fs::create_dir_all(directory).unwrap();
    mknodat(CWD, &path, FileType::Fifo, Mode::RWXU, makedev(0, 0)).unwrap();
    act("a FIFO");
    fs::remove_file(&path).unwrap();
    let _listener = UnixListener::bind(&path).unwrap();
    act("a socket");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    act("a directory");
    fs::remove_dir(&path).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    act("a symbolic link");
    fs::remove_file(&path).unwrap();
}

#[test]
fn special_files_instead_of_a_history_are_rejected_without_blocking() {
    let (_folder, directory) = place();
    special_files(&directory, &format!("{KEYBOARD}.jsonl"), |what| {
        let mut history = open(&directory);
        let writing = history.record(KEYBOARD, at(0), &charge(57)).unwrap_err();
        let reading = history.read(KEYBOARD, Timestamp::START).unwrap_err();
        for error in [writing, reading] {
            assert!(error.to_string().contains(what), "{error}");
        }
        assert!(devices(&directory).unwrap().is_empty());
        // Other devices are still recorded.
        history.record("101B-1", at(0), &charge(57)).unwrap();
        fs::remove_file(directory.join("101B-1.jsonl")).unwrap();
    });
}

#[test]
fn special_files_instead_of_the_lock_are_rejected_without_blocking() {
    let (_folder, directory) = place();
    special_files(&directory, "lock", |what| {
        let error = History::open(directory.clone(), at(0)).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    });
    History::open(directory, at(0)).unwrap();
}
