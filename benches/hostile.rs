//! The cost of attacks on the service for itself and its honest clients, compared with an
//! undisturbed service.
//!
//! The attacks are those of `tests/hostile`, against a release build with three years of history
//! for each device. Measured are the peak memory, and how long an honest client waits for a `Get`
//! during and after the attack. As root, attacker and honest client are different users; a client
//! of the attacker's own user is measured as well, and so is the bus, with a call that it answers
//! itself. `-- small` or `-- full` measures one desk only.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark panics on the first failure"
)]

use std::env;
use std::fmt::Write;
use std::time::{Duration, Instant};

use test_support::attacked::{Desk, Policy, Programs, Trial};
use test_support::attacker::attack::Attack;
use test_support::attacker::attacks;
use test_support::attacker::user;
use test_support::bus::Broker;
use test_support::program::Program;

const PROGRAMS: Programs = Programs {
    solar_status: Program::new(env!("CARGO_BIN_EXE_solar-status")),
    solar_statusd: Program::new(env!("CARGO_BIN_EXE_solar-statusd")),
};

/// Attacks that do not fit into this time are left out.
const LONGEST: Duration = Duration::from_secs(170);

/// The limits: peak memory in kB, and the time of a reply.
const PEAK_AT_MOST: u64 = 24_000;
const WORST_AT_MOST: Duration = Duration::from_secs(1);

const BARS: &str = "bar: peak 24 MB; other user: p99 100 ms, worst 1000 ms";

fn main() {
    if !user::can_change() {
        println!("not run as root: all clients are of one user");
    }
    // `cargo test --benches` only checks that it runs.
    let is_asked_for = |argument: &str| env::args().any(|it| it == argument);
    let is_bench = is_asked_for("--bench");
    let all_desks = !is_asked_for("small") && !is_asked_for("full");
    let attacks = chosen();
    let start = Instant::now();
    for (desk, argument, devices) in [(Desk::Small, "small", 3), (Desk::Full, "full", 73)] {
        if !all_desks && !is_asked_for(argument) {
            continue;
        }
        heading(devices);
        let mut service = None;
        for attack in &attacks {
            if start.elapsed() > LONGEST {
                println!("{:<45} left out: no time", attack.name);
                continue;
            }
            let on = service
                .get_or_insert_with(|| PROGRAMS.serve(Broker::DbusDaemon, desk, Policy::Open));
            let trial = Trial::of(on, attack);
            row(&trial);
            // A service damaged by one attack must not affect the figures of the next.
            if !trial.faults(PEAK_AT_MOST, WORST_AT_MOST).is_empty() {
                service = None;
            }
            if !is_bench {
                return;
            }
        }
    }
}

/// The attacks with one of the other arguments in their name; all, without such arguments.
fn chosen() -> Vec<Attack> {
    let parts: Vec<String> = env::args()
        .skip(1)
        .filter(|it| !["--bench", "small", "full"].contains(&it.as_str()))
        .collect();
    let is_chosen =
        |it: &Attack| parts.is_empty() || parts.iter().any(|part| it.name.contains(part));
    all().into_iter().filter(is_chosen).collect()
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

fn heading(devices: usize) {
    println!("\n{devices} devices, 3 years of history; milliseconds as p50 / p99 / worst; {BARS}");
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

/// Replies that did not arrive, and the end of the service.
fn remarks(trial: &Trial) -> String {
    let mut remarks = String::new();
    for (name, experience) in [("other", &trial.other), ("same", &trial.same)] {
        let (limited, lost) = (experience.limited, experience.lost.len());
        if limited + lost > 0 {
            _ = write!(remarks, "  {name} user: {limited} refused, {lost} lost");
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
    if all.is_empty() {
        return "-".to_owned();
    }
    // Nearest rank: with fewer than a hundred values, the 99th percentile is the maximum.
    let rank = |percent: usize| (all.len() * percent).div_ceil(100).max(1) - 1;
    let at = |percent: usize| all[rank(percent)].as_secs_f64() * 1000.0;
    format!("{:.1} / {:.0} / {:.0}", at(50), at(99), at(100))
}
