//! The limits on the size of the history.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::SystemTime;

use solar_status::history::{Span, devices};

use super::*;

/// The largest size of a file in bytes: the threshold for thinning, and a line.
const MOST: u64 = (512 << 10) + 200;

fn file(directory: &Path) -> PathBuf {
    directory.join(format!("{KEYBOARD}.jsonl"))
}

/// A solar keyboard that is awake from 8 to 20 o'clock and measures light every ten minutes
/// meanwhile.
fn solar(tens: u64) -> Sample {
    let awake = (48..120).contains(&(tens % 144));
    let measured = if awake { tens } else { tens - tens % 144 };
    let lux = u16::try_from(100 + measured * 37 % 700).unwrap();
    Sample {
        light: Some(light(lux, at(measured * 10 * MINUTE))),
        online: awake,
        ..charge(u8::try_from(50 + tens / 144 % 40).unwrap())
    }
}

#[test]
fn a_year_of_a_solar_keyboard_is_thinned_by_age() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(directory.path());
    let mut rewritten = 0;
    let mut inode = 0;
    let end = 365 * 144;
    for tens in 0..end {
        let now = at(tens * 10 * MINUTE);
        history.record(KEYBOARD, now, &solar(tens)).unwrap();
        let metadata = fs::metadata(file(directory.path())).unwrap();
        assert!(metadata.len() < MOST);
        rewritten += usize::from(metadata.ino() != inode);
        inode = metadata.ino();
    }
    assert!((5..30).contains(&rewritten), "{rewritten}");
    let entries = all(directory.path());
    let end = at(end * 10 * MINUTE);
    let aged = |from: u64, to: u64| {
        let entries = entries.iter();
        entries.filter(move |it| (from..to).contains(&(end.since(it.at).as_secs() / DAY)))
    };
    // 72 readings a day, and one per hour of the night.
    assert!(aged(0, 7).all(|it| it.span == Span::Moment));
    assert!(aged(0, 7).count() > 7 * 80);
    // Thinning runs only every few weeks: entries in between are between hourly and daily.
    assert!(aged(150, 360).all(|it| it.span == Span::Day));
    assert!((209..=211).contains(&aged(150, 360).count()));
    assert!(aged(150, 360).all(|it| (300..600).contains(&it.light.unwrap().0)));
    assert!(aged(150, 360).all(|it| it.online));
    let gaps = entries.windows(2).filter(|it| !it[1].follows(&it[0]));
    assert_eq!(gaps.count(), 0);
}

#[test]
fn a_very_active_device_loses_detail_but_keeps_its_years() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(directory.path());
    for day in 0..400 {
        history
            .record(KEYBOARD, at(day * DAY), &charge(50))
            .unwrap();
    }
    for second in 0..15_000 {
        let sample = Sample {
            online: second % 2 == 0,
            ..charge(50)
        };
        let now = at(400 * DAY + second);
        history.record(KEYBOARD, now, &sample).unwrap();
        assert!(fs::metadata(file(directory.path())).unwrap().len() < MOST);
    }
    let entries = all(directory.path());
    let days: BTreeSet<u64> = entries
        .iter()
        .map(|it| it.at.since(at(0)).as_secs() / DAY)
        .collect();
    assert_eq!(days.len(), 401);
}

#[test]
fn as_a_last_resort_the_oldest_entries_are_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(directory.path());
    for day in 0..9000 {
        history
            .record(KEYBOARD, at(day * DAY), &charge(50))
            .unwrap();
        assert!(fs::metadata(file(directory.path())).unwrap().len() < MOST);
    }
    let entries = all(directory.path());
    assert!(entries.len() > 4000);
    assert!(entries[0].at > at(0));
    assert_eq!(entries[entries.len() - 1].at, at(8999 * DAY));
}

#[test]
fn with_too_many_devices_the_least_recently_written_is_removed() {
    let directory = tempfile::tempdir().unwrap();
    for number in 0..200 {
        let id = format!("C52B-{number}");
        let header =
            format!("{{\"device\":\"{id}\",\"format\":\"solar-status history\",\"version\":1}}\n");
        let path = directory.path().join(format!("{id}.jsonl"));
        fs::write(&path, header).unwrap();
        let age = Duration::from_secs(DAY * (1 + (number + 100) % 200));
        let file = fs::File::options().append(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }
    fs::write(directory.path().join("notes.jsonl"), "mine").unwrap();
    let mut history = open(directory.path());
    history.record(KEYBOARD, at(0), &charge(57)).unwrap();
    let ids = devices(directory.path()).unwrap();
    assert_eq!(ids.len(), 200);
    assert!(ids.contains(&KEYBOARD.to_owned()));
    assert!(!ids.contains(&"C52B-99".to_owned()));
    assert!(directory.path().join("notes.jsonl").exists());
}
