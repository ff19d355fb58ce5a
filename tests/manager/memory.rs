//! The cache saves requests and provides the values of sleeping devices; a device's own reply
//! always takes precedence over it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use hidpp_proto::units::Timestamp;
use hidpp_sim::catalogue::{self, FeatureLine};
use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
use serde_json::Value;
use solar_status::device::{Device, Presence};
use solar_status::manager::Memory;

use crate::desk::{SIX, Shared, hours, in_slot, percent};
use crate::follow_harness::FollowHarness;
use crate::logged::{logged, warned};

/// A cache file in a temporary folder.
struct Cache(tempfile::TempDir);

impl Cache {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("solar-status/devices.json")
    }

    /// The path to which a damaged file is moved.
    fn aside(&self) -> PathBuf {
        self.0.path().join("solar-status/devices.json.damaged")
    }

    fn open(&self) -> Memory {
        Memory::open(self.path())
    }
}

#[test]
fn a_cached_status_is_one_request_per_device_for_every_battery() {
    let cache = Cache::new();
    let desk = Shared::receiver(&SIX);
    let mut memory = cache.open();
    let cold = desk.read(hours(1), &mut memory);
    memory.save().unwrap();
    assert!(desk.take_radio().len() > 12);

    for known in &cold.devices {
        let mut device = Device::new(known.id.clone(), known.link.clone());
        cache.open().describe(&mut device);
        assert_eq!((&device.name, device.kind), (&known.name, known.kind));
    }

    let warm = desk.read(hours(2), &mut cache.open());
    let mut requests = desk.take_radio();
    requests.sort();
    assert_eq!(
        requests,
        [
            "10 01 04 06 00 00 00",
            "10 02 81 0d 00 00 00",
            "10 03 81 07 00 00 00",
            "10 04 04 06 00 00 00",
            "10 05 06 16 00 00 00",
            "10 06 09 06 01 01 00",
        ]
    );
    for slot in 1..=6 {
        let (cold, warm) = (in_slot(&cold, slot), in_slot(&warm, slot));
        assert_eq!(
            (&warm.id, &warm.name, warm.kind, percent(warm)),
            (&cold.id, &cold.name, cold.kind, percent(cold))
        );
        assert_eq!(
            warm.battery.unwrap().value_kind,
            cold.battery.unwrap().value_kind
        );
        assert_eq!(warm.presence, Presence::Online);
    }
}

#[test]
fn cached_names_are_not_read_from_the_receiver() {
    let desk = Shared::receiver(&["M525"]);
    let mut memory = Memory::default();
    let names = |requests: Vec<String>| {
        let of_names = requests.iter().filter(|it| it.starts_with("10 ff 83 b5 4"));
        of_names.count()
    };
    desk.read(hours(1), &mut memory);
    assert_eq!(names(desk.take_requests()), 1);
    let warm = desk.read(hours(2), &mut memory);
    assert_eq!(names(desk.take_requests()), 0);
    assert_eq!(in_slot(&warm, 1).name.as_deref(), Some("M525"));
}

#[test]
fn a_sleeping_device_has_its_last_known_values_with_their_times() {
    let desk = Shared::receiver(&SIX);
    let mut memory = Memory::default();
    let awake = desk.read(hours(1), &mut memory);
    for slot in 1..=6 {
        desk.act(|receiver| receiver.sleep(hours(2), slot));
    }
    let asleep = desk.read(hours(50), &mut memory);
    assert!(asleep.failures.is_empty(), "{:?}", asleep.failures);
    for slot in 1..=6 {
        let (before, now) = (in_slot(&awake, slot), in_slot(&asleep, slot));
        assert_eq!(now.presence, Presence::Offline);
        assert_eq!(now.battery, before.battery);
        assert_eq!(now.light, before.light);
        assert_eq!(now.seen, before.seen);
        assert!(now.seen.unwrap() < hours(2));
    }
}

/// The device after a firmware update that moved its features.
fn moved(name: &str, change: impl FnOnce(&mut Vec<FeatureLine>)) -> hidpp_sim::device::Device {
    let mut entry = catalogue::find(name).unwrap();
    change(&mut entry.features);
    entry.paired([0xD0, 0, 0, 1]).unwrap()
}

/// Reads a device, moves its features, and reads again: the charge must be the new one.
fn assert_rebuilt(
    name: &str,
    change: impl FnOnce(&mut Vec<FeatureLine>),
    true_percent: Option<u8>,
) {
    let desk = Shared::receiver(&[name]);
    let mut memory = Memory::default();
    desk.read(hours(1), &mut memory);
    let device = moved(name, change);
    desk.act(|receiver| *receiver.device_mut(1).unwrap() = device);
    desk.take_requests();

    let after = desk.read(hours(2), &mut memory);
    assert!(after.failures.is_empty(), "{name}: {:?}", after.failures);
    assert_eq!(percent(in_slot(&after, 1)), true_percent, "{name}");
    assert!(
        desk.take_radio().len() > 2,
        "{name}: its features were looked up again"
    );

    let warm = desk.read(hours(3), &mut memory);
    assert_eq!(percent(in_slot(&warm, 1)), true_percent, "{name}");
    assert_eq!(
        desk.take_radio().len(),
        1,
        "{name}: the new indices are cached"
    );
}

#[test]
fn a_cached_index_past_the_end_of_the_table_is_detected() {
    // The battery is the first feature, and the table is shorter.
    let first = |features: &mut Vec<FeatureLine>| {
        let battery = features
            .iter()
            .position(|it| matches!(it.id, 0x1000 | 0x1004))
            .unwrap();
        let line = features.remove(battery);
        features.insert(0, line);
        features.truncate(3);
    };
    assert_rebuilt("M525", first, Some(90));
    assert_rebuilt("PRO X", first, Some(71));
}

#[test]
fn another_feature_at_a_cached_index_is_detected() {
    for by in 1..=3 {
        let rotate = |features: &mut Vec<FeatureLine>| features.rotate_right(by);
        assert_rebuilt("M525", rotate, Some(90));
        assert_rebuilt("PRO X", rotate, Some(71));
        assert_rebuilt("K750", rotate, Some(57));
    }
}

#[test]
fn a_battery_that_moved_to_another_feature_is_found() {
    // A firmware update replaced 1000 by 1004.
    let desk = Shared::receiver(&["M525"]);
    let mut memory = Memory::default();
    desk.read(hours(1), &mut memory);
    let other = catalogue::find("PRO X")
        .unwrap()
        .paired([0xD0, 0, 0, 1])
        .unwrap();
    desk.act(|receiver| {
        let device = receiver.device_mut(1).unwrap();
        device.protocol = other.protocol;
    });
    let after = desk.read(hours(2), &mut memory);
    let battery = in_slot(&after, 1).battery.unwrap();
    assert_eq!(
        (battery.source.name(), percent(in_slot(&after, 1))),
        ("1004", Some(71))
    );
}

#[test]
fn feature_indices_are_looked_up_again_after_a_week() {
    let desk = Shared::receiver(&["M525"]);
    let mut memory = Memory::default();
    desk.read(hours(1), &mut memory);
    desk.take_radio();
    desk.read(hours(1 + 6 * 24), &mut memory);
    assert_eq!(desk.take_radio().len(), 1);
    desk.read(hours(1 + 8 * 24), &mut memory);
    assert!(desk.take_radio().len() > 1);
    desk.read(hours(2 + 8 * 24), &mut memory);
    assert_eq!(desk.take_radio().len(), 1);
}

#[test]
fn a_damaged_file_is_moved_aside_and_replaced() {
    let cache = Cache::new();
    let desk = Shared::receiver(&SIX);
    let mut memory = cache.open();
    desk.read(hours(1), &mut memory);
    memory.save().unwrap();
    let whole = fs::read(cache.path()).unwrap();
    let mut damaged: Vec<Vec<u8>> = (0..whole.len())
        .step_by(97)
        .map(|len| whole[..len].to_vec())
        .collect();
    damaged.push(b"\xFF\x00nonsense".to_vec());
    damaged.push(br#"{"schema":0,"devices":{}}"#.to_vec());
    damaged.push(br#"{"schema":1,"devices":{"4013-D0000001":{"checked":"never"}}}"#.to_vec());
    damaged.push(
        String::from_utf8(whole.clone())
            .unwrap()
            .replace("\"percent\":90", "\"percent\":190")
            .into_bytes(),
    );
    for bytes in damaged {
        fs::write(cache.path(), &bytes).unwrap();
        let mut memory = cache.open();
        let snapshot = desk.read(hours(2), &mut memory);
        assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
        assert_eq!(percent(in_slot(&snapshot, 1)), Some(90));
        memory.save().unwrap();
        assert_eq!(fs::read(cache.aside()).unwrap(), bytes);
        fs::remove_file(cache.aside()).unwrap();
        desk.take_requests();
        desk.read(hours(3), &mut cache.open());
        assert_eq!(desk.take_radio().len(), 6, "the new file is complete");
    }
}

#[test]
fn a_flipped_bit_invalidates_only_one_device() {
    let cache = Cache::new();
    let desk = Shared::receiver(&SIX);
    let mut memory = cache.open();
    desk.read(hours(1), &mut memory);
    memory.save().unwrap();
    let text = fs::read_to_string(cache.path()).unwrap();
    // 90 becomes 10 %, which is equally plausible.
    let flipped = text.replacen("\"percent\":90", "\"percent\":10", 1);
    assert_ne!(flipped, text);
    fs::write(cache.path(), flipped).unwrap();
    desk.take_requests();
    let snapshot = desk.read(hours(2), &mut cache.open());
    assert_eq!(percent(in_slot(&snapshot, 1)), Some(90));
    let radio = desk.take_radio();
    let slots: BTreeSet<&str> = radio.iter().map(|it| &it[3..5]).collect();
    assert_eq!(slots.len(), 6);
    let asked_anew = radio.len() - 6;
    assert!((1..20).contains(&asked_anew), "{radio:#?}");
}

#[test]
fn a_file_of_a_newer_version_is_left_untouched_until_it_is_moved() {
    let cache = Cache::new();
    let newer = r#"{"schema":2,"devices":["of another form"]}"#;
    fs::create_dir_all(cache.path().parent().unwrap()).unwrap();
    fs::write(cache.path(), newer).unwrap();
    let desk = Shared::receiver(&SIX);
    let mut harness = FollowHarness::new();
    harness.memory = cache.open();
    harness.port.plug(&desk);
    let lines = logged(|| _ = harness.follow(3600));
    assert_eq!(fs::read_to_string(cache.path()).unwrap(), newer);
    let error = harness.memory.save().unwrap_err().to_string();
    assert!(
        error.contains("update solar-status, or move it away"),
        "{error}"
    );
    // The cache in memory is still used.
    desk.take_requests();
    desk.read(hours(2), &mut harness.memory);
    assert_eq!(desk.take_radio().len(), 6);
    assert!(!lines.iter().any(|it| it.contains("written again")));

    fs::remove_file(cache.path()).unwrap();
    let lines = logged(|| harness.memory.save_or_log());
    assert!(
        lines.iter().any(|it| it.ends_with("can be written again")),
        "{lines:?}"
    );
    desk.read(hours(3), &mut cache.open());
    assert_eq!(desk.take_radio().len(), 6, "the cache file is used");
}

#[test]
fn the_reason_for_not_saving_is_logged_once() {
    let cache = Cache::new();
    fs::create_dir_all(cache.path().parent().unwrap()).unwrap();
    fs::write(cache.path(), r#"{"schema":2}"#).unwrap();
    let lines = warned(|| {
        let mut harness = FollowHarness::new();
        harness.memory = cache.open();
        let desk = Shared::receiver(&SIX);
        harness.port.plug(&desk);
        for second in [100, 200, 300] {
            let handle = desk.clone();
            harness.at(second, move |now| {
                _ = handle.act(|receiver| {
                    if second == 200 {
                        receiver.wake(now, 1)
                    } else {
                        receiver.sleep(now, 1)
                    }
                });
            });
        }
        harness.follow(3600);
    });
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("update solar-status, or move it away"));
}

#[test]
fn special_files_instead_of_the_cache_neither_block_nor_are_replaced() {
    type Make<'a> = &'a dyn Fn(&Path);
    let cache = Cache::new();
    let desk = Shared::receiver(&["M525"]);
    fs::create_dir_all(cache.path().parent().unwrap()).unwrap();
    let fifo = |path: &Path| mknodat(CWD, path, FileType::Fifo, Mode::RWXU, makedev(0, 0)).unwrap();
    let socket = |path: &Path| drop(UnixListener::bind(path).unwrap());
    let device = |path: &Path| symlink("/dev/zero", path).unwrap();
    let special_files: [(&str, Make<'_>); 3] = [
        ("it is a FIFO", &fifo),
        ("it is a socket", &socket),
        ("it is a device node", &device),
    ];
    for (what, make) in special_files {
        make(&cache.path());
        let mut memory = cache.open();
        desk.read(hours(1), &mut memory);
        let error = memory.save().unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
        assert!(error.contains("move it away"), "{error}");
        fs::remove_file(cache.path()).unwrap();
        memory.save().unwrap();
        fs::remove_file(cache.path()).unwrap();
    }
}

#[test]
fn a_removed_file_is_rewritten_with_all_devices() {
    let cache = Cache::new();
    let desk = Shared::receiver(&SIX);
    let mut memory = cache.open();
    desk.read(hours(1), &mut memory);
    memory.save().unwrap();
    fs::remove_dir_all(cache.path().parent().unwrap()).unwrap();
    // Only one device has changed.
    desk.act(|receiver| receiver.sleep(hours(2), 2));
    desk.read(hours(2), &mut memory);
    memory.save().unwrap();
    desk.act(|receiver| receiver.wake(hours(3), 2));
    desk.take_requests();
    desk.read(hours(3), &mut cache.open());
    assert_eq!(desk.take_radio().len(), 6);
}

#[test]
fn a_file_of_an_earlier_version_is_used() {
    let cache = Cache::new();
    let desk = Shared::receiver(&SIX);
    let mut memory = cache.open();
    desk.read(hours(1), &mut memory);
    memory.save().unwrap();
    let mut value: Value = serde_json::from_slice(&fs::read(cache.path()).unwrap()).unwrap();
    let document = value.as_object_mut().unwrap();
    document.remove("crc").unwrap();
    for entry in document["devices"].as_object_mut().unwrap().values_mut() {
        let entry = entry.as_object_mut().unwrap();
        entry.remove("crc").unwrap();
        let known = entry["known"].as_object_mut().unwrap();
        known.remove("one_at_a_time").unwrap();
    }
    fs::write(cache.path(), value.to_string()).unwrap();
    desk.take_requests();
    desk.read(hours(2), &mut cache.open());
    assert_eq!(desk.take_radio().len(), 6);
}

#[test]
fn the_file_is_private_and_replaced_atomically() {
    let cache = Cache::new();
    let desk = Shared::receiver(&["M525"]);
    let mut memory = cache.open();
    desk.read(hours(1), &mut memory);
    memory.save().unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(cache.path()), 0o600);
    assert_eq!(mode(cache.path().parent().unwrap().to_owned()), 0o700);
    let files = fs::read_dir(cache.path().parent().unwrap())
        .unwrap()
        .count();
    assert_eq!(files, 1, "no temporary file is left");
}

#[test]
fn two_programs_merge_their_findings() {
    let cache = Cache::new();
    let (one, other) = (
        Shared::receiver(&["M525"]),
        Shared::receiver(&["K520", "G703"]),
    );
    let (mut first, mut second) = (cache.open(), cache.open());
    one.read(hours(1), &mut first);
    other.read(hours(1), &mut second);
    first.save().unwrap();
    second.save().unwrap();
    one.take_requests();
    one.read(hours(2), &mut cache.open());
    assert_eq!(one.take_radio().len(), 1);
    other.take_requests();
    other.read(hours(2), &mut cache.open());
    assert_eq!(other.take_radio().len(), 2);
}

#[test]
fn an_unchanged_cache_is_not_written() {
    let desk = Shared::receiver(&["M525"]);
    let cache = Cache::new();
    let mut memory = cache.open();
    memory.save().unwrap();
    assert!(!cache.path().exists());
    desk.read(hours(1), &mut memory);
    memory.save().unwrap();
    fs::remove_file(cache.path()).unwrap();
    memory.save().unwrap();
    assert!(!cache.path().exists());
}

#[test]
fn an_unwritable_path_is_named_in_the_error() {
    let cache = Cache::new();
    let file = cache.0.path().join("file");
    fs::write(&file, "").unwrap();
    let mut memory = Memory::open(file.join("devices.json"));
    Shared::receiver(&["M525"]).read(Timestamp::START, &mut memory);
    let error = memory.save().unwrap_err().to_string();
    assert!(error.contains("file/devices.json"), "{error}");
}

#[test]
fn a_failed_write_is_retried_on_the_next_save() {
    let cache = Cache::new();
    let folder = cache.path().parent().unwrap().to_owned();
    fs::write(&folder, "in its place").unwrap();
    let mut memory = cache.open();
    let desk = Shared::receiver(&["M525"]);
    desk.read(hours(1), &mut memory);
    memory.save().unwrap_err();
    fs::remove_file(&folder).unwrap();
    memory.save().unwrap();
    desk.take_requests();
    desk.read(hours(2), &mut cache.open());
    assert_eq!(desk.take_radio().len(), 1, "the cache file is used");
}

#[test]
fn findings_of_the_start_are_written_within_half_a_minute() {
    let cache = Cache::new();
    let mut harness = FollowHarness::new();
    harness.memory = cache.open();
    harness.port.plug(&Shared::receiver(&SIX));
    let path = cache.path();
    harness.at(30, move |_| {
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(text.matches("\"battery\":{").count(), 6, "{text}");
    });
    harness.follow(31);
}

#[test]
fn a_cached_device_without_a_battery_gets_only_a_ping() {
    let desk = Shared::receiver(&["Candy"]);
    let mut memory = Memory::default();
    let candy = catalogue::find("Candy")
        .unwrap()
        .paired([0xD0, 0, 0, 1])
        .unwrap();
    desk.act(|receiver| receiver.pair(Timestamp::START, 1, candy));
    let cold = desk.read(hours(1), &mut memory);
    assert_eq!(in_slot(&cold, 1).has_battery, Some(false));
    desk.take_requests();
    let warm = desk.read(hours(2), &mut memory);
    let asked = desk.take_radio();
    assert!(
        matches!(&asked[..], [ping] if ping.starts_with("10 01 00 1")),
        "{asked:?}"
    );
    assert_eq!(in_slot(&warm, 1).presence, Presence::Online);
}
