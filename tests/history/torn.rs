//! Files torn or damaged by a power failure or a kill.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

/// A history with five entries: its directory, path and bytes.
fn written() -> (TempDir, PathBuf, Vec<u8>) {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(directory.path());
    for percent in [60, 59, 58, 57, 56] {
        let sample = Sample {
            light: Some(light(500, at(1))),
            ..charge(percent)
        };
        let now = at(HOUR * u64::from(60 - percent));
        history.record(KEYBOARD, now, &sample).unwrap();
    }
    let path = directory.path().join(format!("{KEYBOARD}.jsonl"));
    let bytes = fs::read(&path).unwrap();
    (directory, path, bytes)
}

/// Records one more entry, as the next process would.
fn record_more(directory: &Path) {
    let mut history = open(directory);
    history.record(KEYBOARD, at(DAY), &charge(55)).unwrap();
}

#[test]
fn a_file_truncated_at_any_byte_loses_only_the_torn_line() {
    let (directory, path, whole) = written();
    for length in 0..=whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let lines = whole[..length].split(|it| *it == b'\n').count() - 1;
        let mut expected = [60, 59, 58, 57, 56][..lines.saturating_sub(1)].to_vec();
        // Only the line feed is missing.
        if lines > 0 && whole.get(length) == Some(&b'\n') {
            expected.push(60 - u8::try_from(lines - 1).unwrap());
        }
        assert_eq!(charges(&all(directory.path())), expected, "{length}");

        record_more(directory.path());
        expected.push(55);
        assert_eq!(charges(&all(directory.path())), expected, "{length}");
    }
}

#[test]
fn a_flipped_bit_in_the_last_line_affects_no_other_line() {
    let (directory, path, whole) = written();
    let last = whole[..whole.len() - 1].iter().rposition(|it| *it == b'\n');
    for byte in last.unwrap() + 1..whole.len() {
        for bit in 0..8 {
            let mut flipped = whole.clone();
            flipped[byte] ^= 1 << bit;
            fs::write(&path, flipped).unwrap();
            record_more(directory.path());
            let entries = all(directory.path());
            let before: Vec<Entry> = entries
                .iter()
                .filter(|it| it.at < at(4 * HOUR) && it.charge > Percent::new(56))
                .copied()
                .collect();
            assert_eq!(charges(&before), [60, 59, 58, 57], "{byte} {bit}");
            assert!(entries.iter().any(|it| it.at == at(DAY)), "{byte} {bit}");
        }
    }
}

#[test]
fn garbage_at_the_end_affects_no_other_entry() {
    let (directory, path, whole) = written();
    proptest!(|(garbage in prop::collection::vec(any::<u8>(), 0..200))| {
        fs::write(&path, [whole.as_slice(), &garbage].concat()).unwrap();
        record_more(directory.path());
        prop_assert_eq!(charges(&all(directory.path())), [60, 59, 58, 57, 56, 55]);
    });
}

#[test]
fn no_file_contents_make_the_reader_panic() {
    let (directory, path, whole) = written();
    let header = whole.iter().position(|it| *it == b'\n').unwrap();
    proptest!(|(bytes in prop::collection::vec(any::<u8>(), 0..400))| {
        fs::write(&path, &bytes).unwrap();
        _ = read(directory.path(), KEYBOARD, Timestamp::START);
        fs::write(&path, [&whole[..=header], &bytes].concat()).unwrap();
        prop_assert!(all(directory.path()).is_empty());
    });
}

#[test]
fn zeros_after_a_power_failure_are_one_damaged_line() {
    let (directory, path, mut bytes) = written();
    bytes.extend([0; 4096]);
    fs::write(&path, bytes).unwrap();
    record_more(directory.path());
    assert_eq!(charges(&all(directory.path())), [60, 59, 58, 57, 56, 55]);
}
