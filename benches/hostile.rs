//! What attacks on the service cost it and its honest clients, beside an undisturbed service.
//!
//! The attacks are those of `tests/hostile`, against a release build with three years of history of
//! each device: its peak memory, and how long an honest client waits for a `Get` during the attack
//! and after it. As root, attacker and honest client are different users; a client of the attacker's
//! own user is measured, too, and the bus by a call that it answers itself.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark stops at the first surprise"
)]

#[expect(dead_code, reason = "the tests and the guest use the rest")]
#[path = "../tests/hostile/attacker/mod.rs"]
mod attacker;
#[path = "../tests/hostile/stage/mod.rs"]
mod stage;
#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../tests/hostile/trial.rs"]
mod trial;

use std::env;
use std::fmt::Write;
use std::time::{Duration, Instant};

use attacker::attack::Attack;
use attacker::attacks;
use attacker::user;
use stage::{Desk, Policy, Stage};
use trial::Trial;

/// What does not fit into this time is left out.
const LONGEST: Duration = Duration::from_secs(170);

/// The most memory in MB, and the longest that an honest client of another user may wait.
const BARS: &str = "bar: peak 24 MB; other user: p99 100 ms, worst 1000 ms";

fn main() {
    if !user::can_change() {
        println!("not run as root: all clients are of one user");
    }
    // `cargo test --benches` only wants to know whether it runs.
    let is_bench = env::args().any(|argument| argument == "--bench");
    let start = Instant::now();
    for (desk, name) in [(Desk::Small, "3 devices"), (Desk::Full, "73 devices")] {
        heading(name);
        let mut stage = None;
        for attack in &all() {
            if start.elapsed() > LONGEST {
                println!("{:<45} left out: no time", attack.name);
                continue;
            }
            let on = stage.get_or_insert_with(|| Stage::new(desk, Policy::Open));
            let trial = Trial::of(on, attack);
            row(&trial);
            // What one attack spoilt is not part of the next one's figures.
            if trial.ended.is_some() || !trial.other.lost.is_empty() {
                stage = None;
            }
            if !is_bench {
                return;
            }
        }
    }
}

fn all() -> Vec<Attack> {
    let mut all = vec![attacks::NOTHING];
    all.extend(attacks::DESCRIPTORS);
    all.extend(attacks::BULK);
    all.extend(attacks::FLOODS);
    all.push(attacks::LONG_FLOOD);
    all.extend(attacks::OVERSIZE);
    all
}

fn heading(desk: &str) {
    println!("\n{desk}, 3 years of history; milliseconds as p50 / p99 / worst; {BARS}");
    println!(
        "{:<45} {:>8}  {:>20}  {:>20}  {:>20}  {:>20}",
        "attack",
        "peak MB",
        "other user, during",
        "other user, after",
        "same user",
        "the bus itself"
    );
}

fn row(trial: &Trial) {
    let Trial {
        over, same, other, ..
    } = trial;
    let during = other.gets.iter().filter(|(at, _)| at < over);
    let after = other.gets.iter().filter(|(at, _)| at >= over);
    let took = |(_, took): &(Instant, Duration)| *took;
    let megabytes = f64::from(u32::try_from(trial.peak).unwrap()) / 1024.0;
    println!(
        "{:<45} {megabytes:>8.1}  {:>20}  {:>20}  {:>20}  {:>20}{}",
        trial.attack,
        quantiles(during.map(took).collect()),
        quantiles(after.map(took).collect()),
        quantiles(same.gets.iter().map(took).collect()),
        quantiles(other.bus.clone()),
        remarks(trial)
    );
}

/// What is not a duration: answers that did not come, and the end of the service.
fn remarks(trial: &Trial) -> String {
    let mut remarks = String::new();
    for (who, experience) in [("other", &trial.other), ("same", &trial.same)] {
        let (limited, lost) = (experience.limited, experience.lost.len());
        if limited + lost > 0 {
            _ = write!(remarks, "  {who} user: {limited} refused, {lost} lost");
        }
    }
    if let Some(ended) = &trial.ended {
        _ = write!(remarks, "  the service ended: {ended}");
    }
    remarks
}

/// Median, 99th percentile and maximum in milliseconds.
fn quantiles(mut all: Vec<Duration>) -> String {
    all.sort();
    let Some(last) = all.len().checked_sub(1) else {
        return "-".to_owned();
    };
    let at = |percent: usize| all[last * percent / 100].as_secs_f64() * 1000.0;
    format!("{:.1} / {:.0} / {:.0}", at(50), at(99), at(100))
}
