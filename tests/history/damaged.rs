//! Flipped bits are detected: no entry is read that was not written.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use solar_status::history::devices;
use tempfile::TempDir;

use super::*;

fn file(directory: &Path) -> PathBuf {
    directory.join(format!("{KEYBOARD}.jsonl"))
}

/// A history with these samples, one per hour: its directory, bytes and entries.
fn written(samples: &[Sample]) -> (TempDir, Vec<u8>, Vec<Entry>) {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(directory.path());
    for (hour, sample) in (0..).zip(samples) {
        history.record(KEYBOARD, at(hour * HOUR), sample).unwrap();
    }
    let bytes = fs::read(file(directory.path())).unwrap();
    let entries = all(directory.path());
    (directory, bytes, entries)
}

fn any_sample() -> impl Strategy<Value = Sample> {
    let states = [
        ChargeState::Unknown,
        ChargeState::Discharging,
        ChargeState::Charging,
        ChargeState::Full,
        ChargeState::NotCharging,
        ChargeState::ChargingError,
    ];
    let parts = (
        proptest::option::of(0..=100_u8),
        proptest::option::of(any::<u16>()),
        proptest::option::of(any::<u16>()),
        proptest::sample::select(states.to_vec()),
        any::<bool>(),
    );
    parts.prop_map(|(percent, volts, lux, state, online)| Sample {
        charge: percent.and_then(Percent::new),
        voltage: volts.map(Millivolts),
        light: lux.map(|lux| light(lux, at(1))),
        state,
        online,
    })
}

/// The entries read from damaged bytes, each of which must have been written. `None`: the file is
/// rejected.
fn read_damaged(directory: &Path, bytes: &[u8], entries: &[Entry]) -> Option<Vec<Entry>> {
    fs::write(file(directory), bytes).unwrap();
    let found = read(directory, KEYBOARD, Timestamp::START).ok()?;
    assert!(found.iter().all(|it| entries.contains(it)), "{found:#?}");
    Some(found)
}

#[test]
fn no_flipped_bit_yields_an_entry_that_was_not_written() {
    let samples = [60, 59, 58, 57, 56].map(charge);
    let (directory, bytes, entries) = written(&samples);
    for byte in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[byte] ^= 1 << bit;
            let found = read_damaged(directory.path(), &flipped, &entries).unwrap();
            // The damaged line; if its line feed is damaged, the next one too.
            let lost = entries.len() - found.len();
            assert!(lost <= 2, "{byte} {bit}");
            assert_eq!(devices(directory.path()).unwrap(), [KEYBOARD]);
        }
    }
}

#[test]
fn no_flipped_bit_turns_a_random_entry_into_another() {
    let samples = prop::collection::vec(any_sample(), 1..12);
    proptest!(|(samples in samples, at in any::<prop::sample::Index>(), bit in 0..8_u32)| {
        let (directory, mut bytes, entries) = written(&samples);
        let place = at.index(bytes.len());
        bytes[place] ^= 1_u8 << bit;
        read_damaged(directory.path(), &bytes, &entries);
    });
}

#[test]
fn a_file_with_a_damaged_header_is_repaired_by_the_next_entry() {
    let (directory, bytes, _) = written(&[60, 59, 58].map(charge));
    let header = bytes.iter().position(|it| *it == b'\n').unwrap();
    for byte in 0..header {
        let mut flipped = bytes.clone();
        flipped[byte] ^= 1;
        fs::write(file(directory.path()), flipped).unwrap();
        open(directory.path())
            .record(KEYBOARD, at(DAY), &charge(57))
            .unwrap();
        let text = fs::read(file(directory.path())).unwrap();
        assert_eq!(text[..bytes.len()], bytes, "{byte}");
        assert_eq!(charges(&all(directory.path())), [60, 59, 58, 57]);
    }
}

#[test]
fn a_file_of_an_earlier_version_is_read_and_continued() {
    let directory = tempfile::tempdir().unwrap();
    let earlier = format!(
        "{{\"device\":\"{KEYBOARD}\",\"format\":\"solar-status history\",\"version\":1}}\n\
         {{\"at\":1764028800,\"percent\":57,\"state\":\"discharging\",\"online\":true}}\n\
         {{\"at\":1764032400,\"percent\":56,\"online\":false,\"span\":\"hour\"}}\n"
    );
    fs::write(file(directory.path()), &earlier).unwrap();
    assert_eq!(charges(&all(directory.path())), [57, 56]);
    let mut history = open(directory.path());
    history.record(KEYBOARD, at(DAY), &charge(55)).unwrap();
    assert_eq!(charges(&all(directory.path())), [57, 56, 55]);
    let text = fs::read_to_string(file(directory.path())).unwrap();
    let line = text.strip_prefix(&earlier).unwrap();
    // An earlier version can read this line, because it ignores unknown members.
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    let members: HashSet<&str> = value.as_object().unwrap().keys().map(|it| &**it).collect();
    let expected = ["at", "percent", "state", "online", "crc"];
    assert_eq!(members, HashSet::from(expected));
    // Entries that an earlier version appends are read.
    let appended = text + "{\"at\":1764118800,\"percent\":54,\"online\":true}\n";
    fs::write(file(directory.path()), appended).unwrap();
    assert_eq!(charges(&all(directory.path())), [57, 56, 55, 54]);
}
