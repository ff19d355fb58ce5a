//! Daemons killed at random moments: no recorded entry is lost or torn, and the last saved values
//! are less than a minute old.
//!
//! Several daemons run in parallel, each with a desk of 73 devices or with light measurements every
//! second, and with a state directory that is kept across its kills. `KILLS` sets the number of
//! kills, and `KILLED_WITHIN` the longest time to each, in seconds.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hidpp_proto::units::Timestamp;
use rustix::process::Signal;
use serde_json::Value;
use solar_status::history::{Entry, devices, read};
use tempfile::TempDir;
use test_support::bus::Bus;
use test_support::client::{Client, DEVICE};
use test_support::torn::torn_lines;

use crate::daemon::Daemon;

/// How many daemons run in parallel.
const AT_ONCE: u64 = 10;

/// How old the newest saved values may be at a kill.
const LOST_AT_MOST: Duration = Duration::from_secs(60);

fn number(variable: &str, default: u64) -> u64 {
    env::var(variable).map_or(default, |text| text.parse().unwrap())
}

/// A pseudo-random sequence that is the same in each run (xorshift).
struct RandomTimes(u64);

impl RandomTimes {
    fn next(&mut self, within: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        within.mul_f64(f64::from(u32::try_from(self.0 >> 32).unwrap()) / f64::from(u32::MAX))
    }
}

/// The findings after the kills.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    kills: u64,
    /// Kills after the daemon owned its name.
    served: u64,
    lost: usize,
    torn: usize,
    worst_age: Duration,
}

impl Found {
    fn with(self, other: Self) -> Self {
        Self {
            kills: self.kills + other.kills,
            served: self.served + other.served,
            lost: self.lost + other.lost,
            torn: self.torn + other.torn,
            worst_age: self.worst_age.max(other.worst_age),
        }
    }
}

/// One daemon with its state directory.
struct Place {
    state: TempDir,
    name: String,
    simulate: &'static str,
    /// The path of an object that measures light every second, if any.
    keyboard: Option<String>,
}

impl Place {
    fn new(number: u64) -> Self {
        let name = format!("org.solarstatus.Killed{number}");
        let path = "/org/solarstatus/Monitor1/devices/hidpp_4002_392A0750";
        // Half of them write much, the other half often.
        let (simulate, keyboard) = match number % 2 {
            0 => ("--simulate=full", None),
            _ => ("--simulate", Some(path.to_owned())),
        };
        Self {
            state: TempDir::new().unwrap(),
            name,
            simulate,
            keyboard,
        }
    }

    fn history(&self) -> PathBuf {
        self.state.path().join("history")
    }

    /// Starts the daemon, kills it after this time, and examines its state directory.
    fn kill_after(&self, bus: &Bus, time: Duration) -> Found {
        let start = now();
        let args = [
            "--bus-name",
            &self.name,
            "--state",
            self.state.path().to_str().unwrap(),
            "--light-every",
            "1",
            self.simulate,
        ];
        let mut client = Client::without_broadcasts(bus);
        client.service.clone_from(&self.name);
        let daemon = Daemon::start(bus.address(), &args);
        let mut published: Vec<(Instant, Duration)> = Vec::new();
        let end = Instant::now() + time;
        while Instant::now() < end {
            published.extend(self.light(&client).map(|at| (Instant::now(), at)));
            let left = end.saturating_duration_since(Instant::now());
            thread::sleep(left.min(Duration::from_millis(200)));
        }
        // Published values were recorded before.
        let served: bool = client.ask_bus("NameHasOwner", &self.name).unwrap();
        let before = entries(&self.history());
        daemon.signal(Signal::KILL);
        let killed = Instant::now();
        daemon.wait();

        let after = entries(&self.history());
        let lost = before.iter().flat_map(|(device, entries)| {
            let after = after.get(device);
            let is_lost = move |it: &&Entry| after.is_none_or(|after| !after.contains(it));
            entries.iter().filter(is_lost)
        });
        let mut found = Found {
            kills: 1,
            served: served.into(),
            lost: lost.count(),
            torn: torn(&self.history()),
            worst_age: Duration::ZERO,
        };
        if served {
            let recorded = after
                .values()
                .filter(|it| it.iter().any(|it| it.at >= start));
            let with_battery = self
                .remembered()
                .values()
                .filter(|it| it.has_battery)
                .count();
            found.lost += with_battery.saturating_sub(recorded.count());
        }
        let saved = self.remembered();
        let saved = saved.values().filter_map(|it| it.light).max();
        let newer = published
            .iter()
            .find(|(_, at)| saved.is_none_or(|saved| *at > saved));
        found.worst_age = newer.map_or(Duration::ZERO, |(at, _)| killed - *at);
        found
    }

    /// The time of the keyboard's last light measurement, as published on the bus.
    fn light(&self, client: &Client) -> Option<Duration> {
        let path = self.keyboard.as_ref()?;
        let micros = client.value(path, DEVICE, "LightTime").ok()?.parse().ok()?;
        (micros > 0).then(|| Duration::from_micros(micros))
    }

    /// The last values in `devices.json`, which is never torn.
    fn remembered(&self) -> BTreeMap<String, Remembered> {
        let Ok(text) = fs::read(self.state.path().join("devices.json")) else {
            return BTreeMap::new();
        };
        let value: Value = serde_json::from_slice(&text).unwrap();
        let devices = value.get("devices").unwrap().as_object().unwrap();
        let remembered = devices.iter().map(|(id, it)| {
            let at = it.get("light").and_then(|it| it.get("at"));
            let at = at.map(|it| serde_json::from_value::<Timestamp>(it.clone()).unwrap());
            let remembered = Remembered {
                has_battery: it.get("battery").is_some_and(|it| !it.is_null()),
                light: at.map(Timestamp::since_start),
            };
            (id.clone(), remembered)
        });
        remembered.collect()
    }
}

struct Remembered {
    has_battery: bool,
    light: Option<Duration>,
}

fn now() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_start(Duration::from_secs(now.as_secs()))
}

fn entries(directory: &Path) -> BTreeMap<String, Vec<Entry>> {
    let ids = devices(directory).unwrap_or_default().into_iter();
    let entries = ids.map(|id| {
        let entries = read(directory, &id, Timestamp::START).unwrap();
        (id, entries)
    });
    entries.collect()
}

/// The number of lines torn by more than the kernel.
fn torn(directory: &Path) -> usize {
    let files = fs::read_dir(directory).into_iter().flatten().flatten();
    let files = files.filter(|it| it.path().extension().is_some_and(|it| it == "jsonl"));
    let torn = files.map(|file| {
        let text = fs::read_to_string(file.path()).unwrap();
        torn_lines(&text).len()
    });
    torn.sum()
}

#[test]
fn a_killed_daemon_loses_no_recorded_entry_and_leaves_no_torn_line() {
    let bus = Bus::open();
    let kills = number("KILLS", 20);
    let within = Duration::from_secs(number("KILLED_WITHIN", 6));
    let found = thread::scope(|scope| {
        let places = (0..AT_ONCE).map(|place| {
            let bus = &bus;
            scope.spawn(move || {
                let mut random_times = RandomTimes(0x9E37_79B9_7F4A_7C15 ^ (place + 1));
                let place = Place::new(place);
                let kills = (0..kills / AT_ONCE).map(|_| {
                    let moment = random_times.next(within);
                    place.kill_after(bus, moment)
                });
                kills.fold(Found::default(), Found::with)
            })
        });
        let places: Vec<_> = places.collect();
        let found = places.into_iter().map(|it| it.join().unwrap());
        found.fold(Found::default(), Found::with)
    });
    println!("{found:?}");
    assert!(found.served > 0, "{found:?}");
    assert_eq!((found.lost, found.torn), (0, 0), "{found:?}");
    assert!(found.worst_age < LOST_AT_MOST, "{found:?}");
}
