//! The history on disk: what is written, its size, and what survives failures.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test panics on the first failure"
)]

mod bounds;
mod changes;
mod damaged;
mod killed;
mod lost;
mod others;
mod torn;

use std::path::Path;
use std::time::Duration;

use hidpp_proto::units::{Lux, Millivolts, Percent, Timestamp};
use solar_status::device::{ChargeState, Light};
use solar_status::history::{Entry, History, Sample, read};

const KEYBOARD: &str = "4002-5692B2EC";
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// This many seconds after a midnight in 2025.
fn at(seconds: u64) -> Timestamp {
    Timestamp::from_start(Duration::from_secs(1_764_028_800 + seconds))
}

/// A keyboard in use.
fn charge(percent: u8) -> Sample {
    Sample {
        charge: Percent::new(percent),
        voltage: None,
        light: None,
        state: ChargeState::Discharging,
        online: true,
    }
}

fn light(lux: u16, at: Timestamp) -> Light {
    Light {
        lux: Lux(lux),
        trusted: true,
        at,
    }
}

fn open(directory: &Path) -> History {
    History::open(directory.to_owned(), at(0)).unwrap()
}

fn all(directory: &Path) -> Vec<Entry> {
    read(directory, KEYBOARD, Timestamp::START).unwrap()
}

fn charges(entries: &[Entry]) -> Vec<u8> {
    entries.iter().map(|it| it.charge.unwrap().get()).collect()
}
