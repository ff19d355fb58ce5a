//! When the cache is saved: soon after a change, with few writes, and never without a change.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use hidpp_proto::feature::solar_dashboard::LightMeasure;
use hidpp_proto::units::Timestamp;
use serde_json::Value;
use solar_status::device::Change;
use solar_status::manager::{Command, Memory, MonitorEvent};

use crate::desk::{Shared, id};
use crate::follow_harness::FollowHarness;

const SLOT: u8 = 1;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How old the newest saved values may be when the process is killed.
const LOST_AT_MOST: Duration = Duration::from_secs(60);

/// A followed device with a cache file.
struct Kept {
    harness: FollowHarness,
    desk: Shared,
    folder: tempfile::TempDir,
}

impl Kept {
    fn new(device: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut harness = FollowHarness::new();
        let desk = Shared::receiver(&[device]);
        harness.memory = Memory::open(folder.path().join("devices.json"));
        harness.port.plug(&desk);
        Self {
            harness,
            desk,
            folder,
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("devices.json")
    }

    /// Inspects the file periodically.
    fn look_every<T: 'static>(
        &mut self,
        seconds: u64,
        until: u64,
        look: impl Fn(&Path) -> T + 'static,
    ) -> Rc<RefCell<Vec<(u64, T)>>> {
        let looks = Rc::new(RefCell::new(Vec::new()));
        let look = Rc::new(look);
        for second in (0..until).step_by(usize::try_from(seconds).unwrap()) {
            let (file, looks, look) = (self.file(), Rc::clone(&looks), Rc::clone(&look));
            self.harness.at(second, move |now| {
                let now = now.since_start().as_secs();
                looks.borrow_mut().push((now, look(&file)));
            });
        }
        looks
    }

    /// How many times the file is written while the device is followed.
    fn writes(mut self, seconds: u64) -> usize {
        let looks = self.look_every(5, seconds, |file| {
            let file = fs::metadata(file).ok()?;
            Some((file.ino(), file.mtime(), file.mtime_nsec()))
        });
        self.harness.follow(seconds);
        let looks = looks.borrow();
        let versions: Vec<_> = looks.iter().map(|(_, version)| version).collect();
        versions.windows(2).filter(|it| it[0] != it[1]).count()
    }

    /// Requests light every second from a second on, for this many hours.
    fn flood(&mut self, from: u64, hours: u64) {
        let mut start = from;
        while start < from + hours * HOUR {
            let series = LightMeasure {
                reports: 250,
                period_s: 1,
            };
            let device = id("K750", SLOT);
            let series = Some(series);
            self.harness
                .send_command_at(start, Command::MeasureLight { device, series });
            start += 240;
        }
    }
}

/// The time of the light measurement in the file.
fn saved_light(file: &Path) -> Option<Duration> {
    let value: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    let devices = value.get("devices")?.as_object()?;
    let at = devices.values().next()?.get("light")?.get("at")?.clone();
    let at: Timestamp = serde_json::from_value(at).ok()?;
    Some(at.since_start())
}

/// The longest time for which a published value was missing in the file.
fn worst_age(mut kept: Kept, every: u64, seconds: u64) -> Duration {
    let looks = kept.look_every(every, seconds, saved_light);
    let events = kept.harness.follow(seconds);
    let lights: Vec<(u64, Duration)> = events
        .iter()
        .filter_map(|(second, event)| match event {
            MonitorEvent::Change(change) => match &**change {
                Change::DeviceAdded(it) | Change::DeviceChanged(it, _) => {
                    Some((*second, it.light?.at.since_start()))
                }
                _ => None,
            },
            _ => None,
        })
        .collect();
    let looks = looks.borrow();
    let ages = looks.iter().map(|(now, saved)| {
        let newer = |(_, at): &&(u64, Duration)| saved.is_none_or(|saved| *at > saved);
        let first = lights.iter().find(newer);
        Duration::from_secs(first.map_or(0, |(events, _)| now.saturating_sub(*events)))
    });
    ages.max().unwrap()
}

#[test]
fn a_kill_loses_less_than_a_minute_of_values() {
    let mut kept = Kept::new("K750");
    kept.flood(30, 2);
    let worst = worst_age(kept, 7, 2 * HOUR);
    assert!(worst < LOST_AT_MOST, "{worst:?}");
    assert!(
        worst > LOST_AT_MOST / 2,
        "the cache must not be saved for every change"
    );
}

#[test]
fn a_reading_every_ten_minutes_causes_a_write_every_ten_minutes() {
    let mut kept = Kept::new("K750");
    kept.harness.query.light_every = Some(Duration::from_secs(600));
    let writes = kept.writes(DAY);
    assert!((140..=146).contains(&writes), "{writes}");
}

#[test]
fn a_mouse_is_saved_when_it_falls_asleep_or_wakes() {
    let mut kept = Kept::new("M705 (M-R0009)");
    for hour in 8..18 {
        for (minute, awake) in [(0, true), (25, false), (30, true), (55, false)] {
            let handle = kept.desk.clone();
            kept.harness.at(hour * HOUR + minute * MINUTE, move |now| {
                handle.act(|receiver| {
                    _ = if awake {
                        receiver.wake(now, SLOT)
                    } else {
                        receiver.sleep(now, SLOT)
                    };
                });
            });
        }
    }
    let writes = kept.writes(DAY);
    assert!((38..=42).contains(&writes), "{writes}");
}

#[test]
fn a_flood_of_changes_is_coalesced_to_about_one_write_a_minute() {
    let mut kept = Kept::new("K750");
    kept.flood(30, 24);
    let writes = kept.writes(DAY);
    assert!((1400..=1730).contains(&writes), "{writes}");
}

#[test]
fn without_changes_nothing_is_written_and_no_timer_runs() {
    let mut kept = Kept::new("M525");
    kept.harness.at(DAY - 1, |_| {});
    kept.harness.follow(DAY);
    assert_eq!(kept.harness.wakes_between(HOUR, DAY - 1), 0);
    assert!(Kept::new("M525").writes(DAY) <= 2);
}

#[test]
fn without_a_cache_file_a_change_starts_no_timer() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["M525"]);
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(HOUR, move |now| {
        _ = handle.act(|receiver| receiver.sleep(now, SLOT));
    });
    harness.at(2 * HOUR, |_| {});
    harness.follow(2 * HOUR);
    let without = harness.wakes_between(HOUR + 20, 2 * HOUR - 1);
    assert_eq!(without, 0);
}

#[test]
fn a_failed_save_is_retried_with_the_next_change_and_not_earlier() {
    let mut kept = Kept::new("M525");
    let (file, handle) = (kept.file(), kept.desk.clone());
    kept.harness.at(HOUR, {
        let file = file.clone();
        move |now| {
            fs::remove_file(&file).unwrap();
            fs::create_dir(&file).unwrap();
            _ = handle.act(|receiver| receiver.sleep(now, SLOT));
        }
    });
    kept.harness.at(2 * HOUR, {
        let file = file.clone();
        move |_| fs::remove_dir(file).unwrap()
    });
    let handle = kept.desk.clone();
    kept.harness.at(3 * HOUR, {
        let file = file.clone();
        move |now| {
            assert!(!file.exists(), "there was no change to save");
            _ = handle.act(|receiver| receiver.wake(now, SLOT));
        }
    });
    kept.harness.at(3 * HOUR + MINUTE, move |_| {
        assert!(file.is_file(), "the file is written again");
    });
    kept.harness.follow(4 * HOUR);
    // The failing save, without a timer after it.
    assert!(kept.harness.wakes_between(HOUR, 2 * HOUR) <= 2);
    assert_eq!(kept.harness.wakes_between(2 * HOUR + 1, 3 * HOUR - 1), 0);
}
