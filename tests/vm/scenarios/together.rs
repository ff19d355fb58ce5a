//! For a minute the kernel, Solaar and we work on the same receiver while its devices change: nobody is told a wrong value.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use solar_status::sim::battery::State;
use solar_status::sim::receiver::Receiver;
use solar_status::units::{Lux, Percent, Timestamp};

use crate::comparison::{kernel_says, solaar_says, we_say};
use crate::descriptors::UNIFYING;
use crate::devices;
use crate::kernel::Seen;
use crate::program::Program;
use crate::scenarios::plug_in_receiver;
use crate::solaar;

const K750: u8 = 1;
const M705: u8 = 2;
const K800: u8 = 3;
const MX_MASTER: u8 = 4;
const G903: u8 = 5;
const PRO_X: u8 = 6;

/// A device, and all that each of the three may ever say of it, in this order. Who looks away
/// misses some; the last is what all three must have arrived at.
struct Story {
    codename: &'static str,
    slot: u8,
    serial: [u8; 4],
    state: State,
    kernel: &'static [&'static str],
    solaar: &'static [&'static str],
    ours: &'static [&'static str],
}

const STORIES: [Story; 6] = [
    Story {
        codename: "K750",
        slot: K750,
        serial: [0x39, 0x2A, 0x07, 0x50],
        state: State::Discharging,
        // After a reconnection it asks for another feature, which a K750 does not have: without
        // our measurement it would stay offline.
        kernel: &[
            "57 %, Discharging, online",
            "57 %, Charging, online",
            "57 %, Unknown, offline",
            "57 %, Charging, online",
        ],
        // It understands the events of 4301, but does not ask for them.
        solaar: &[
            "Battery status unavailable.",
            "Battery: unknown (device is offline).",
            "Battery status unavailable.",
        ],
        ours: &[
            "57 %, 2540 mV, discharging, 12 lux",
            "57 %, 2540 mV, charging, 400 lux",
            "57 %, 2540 mV, charging, 400 lux, offline",
            "57 %, 2540 mV, charging, 400 lux",
        ],
    },
    Story {
        codename: "M705 (M-R0009)",
        slot: M705,
        serial: [0x1C, 0x5E, 0x07, 0x05],
        state: State::Discharging,
        // It does not take the notification of register 0D over until the next link-up.
        kernel: &["65 %, Discharging, online"],
        solaar: &["Battery: 65%, discharging.", "Battery: 40%, discharging."],
        ours: &["65 %, discharging", "40 %, discharging"],
    },
    Story {
        codename: "K800",
        slot: K800,
        serial: [0xFB, 0x84, 0x1B, 0x86],
        state: State::Charging,
        kernel: &["High, Charging, offline", "High, Full, online"],
        solaar: &["Battery: full, recharging.", "Battery: full, full."],
        ours: &["full, charging", "full, full"],
    },
    Story {
        codename: "MX Master",
        slot: MX_MASTER,
        serial: [0x4D, 0x58, 0x40, 0x41],
        state: State::Discharging,
        kernel: &[
            "Normal, Discharging, online",
            "Unknown, Unknown, offline",
            "Low, Discharging, online",
        ],
        solaar: &[
            "Battery: 50%, discharging, next level 20%.",
            "Battery: unknown (device is offline).",
            "Battery: 20%, discharging, next level 5%.",
        ],
        ours: &[
            "50 %, good, discharging",
            "50 %, good, discharging, offline",
            "20 %, low, discharging",
        ],
    },
    Story {
        codename: "G903 LS",
        slot: G903,
        serial: [0x47, 0x90, 0x40, 0x87],
        state: State::Discharging,
        kernel: &[
            "91 %, 4079 mV, Discharging, online",
            "50 %, 3811 mV, Discharging, online",
        ],
        // A line of its table that is equal counts as too high.
        solaar: &[
            "Battery: 90% 4079mV , discharging.",
            "Battery: 40% 3811mV , discharging.",
        ],
        ours: &["91 %, 4079 mV, discharging", "50 %, 3811 mV, discharging"],
    },
    Story {
        codename: "PRO X",
        slot: PRO_X,
        serial: [0x50, 0x58, 0x40, 0x93],
        state: State::Charging,
        kernel: &["71 %, Charging, online", "71 %, Discharging, online"],
        solaar: &["Battery: 71%, recharging.", "Battery: 71%, discharging."],
        ours: &["71 %, good, charging", "71 %, good, discharging"],
    },
];

/// What happens on the desk, one thing after the other.
type Deed = fn(&mut Receiver, Timestamp) -> bool;
const DEEDS: [(&str, Deed); 10] = [
    ("the M705's battery falls to 40 %", |desk, now| {
        desk.set_charge(now, M705, percent(40))
    }),
    ("the G903's battery falls to 50 %", |desk, now| {
        desk.set_charge(now, G903, percent(50))
    }),
    ("the PRO X is taken off its charger", |desk, now| {
        desk.set_charging(now, PRO_X, State::Discharging)
    }),
    ("the sun comes out over the K750", |desk, now| {
        desk.set_sun(now, K750, Lux(400))
    }),
    ("the MX Master falls asleep", |desk, now| {
        desk.sleep(now, MX_MASTER)
    }),
    ("the K800 is full", |desk, now| {
        desk.set_charging(now, K800, State::Charged)
    }),
    ("the MX Master's battery falls meanwhile", |desk, now| {
        desk.set_charge(now, MX_MASTER, percent(20))
    }),
    ("the MX Master wakes", |desk, now| desk.wake(now, MX_MASTER)),
    ("the K750 is switched off", |desk, now| {
        desk.switch_off(now, K750)
    }),
    ("the K750 is switched on", |desk, now| {
        desk.switch_on(now, K750)
    }),
];

/// From one deed to the next.
const PAUSE: Duration = Duration::from_secs(6);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Kernel,
    Solaar,
    Ours,
}

/// What each was heard to say of each device, repetitions left out.
#[derive(Default)]
struct Heard(Mutex<BTreeMap<(u8, Who), Vec<String>>>);

impl Heard {
    fn note(&self, who: Who, what: impl Fn(&Story) -> String) {
        let said = STORIES.iter().map(|story| (story.slot, what(story)));
        let said: Vec<_> = said.collect();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (slot, says) in said {
            let history = all.entry((slot, who)).or_default();
            if history.last() != Some(&says) {
                history.push(says);
            }
        }
    }

    fn of(&self, slot: u8, who: Who) -> Vec<String> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&(slot, who)).cloned().unwrap_or_default()
    }
}

pub(crate) fn prove(program: &Program) {
    let empty = Receiver::new([0xAF, 0x4F, 0x95, 0xEA]);
    let receiver = STORIES.iter().fold(empty, |receiver, story| {
        let device = devices::paired(story.codename, story.serial, story.state);
        receiver.with(story.slot, device)
    });
    let desk = plug_in_receiver(&UNIFYING, receiver);
    let heard = Heard::default();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let kernel = scope.spawn(|| look_until(&over, || look_at_kernel(desk.seen(), &heard)));
        let solaar = scope.spawn(|| look_until(&over, || run_solaar(&heard)));
        let ours = scope.spawn(|| look_until(&over, || run_ours(program, &heard)));
        let started = Instant::now();
        for (what, deed) in DEEDS {
            thread::sleep(PAUSE);
            println!("        {:4.1} s: {what}", started.elapsed().as_secs_f32());
            assert!(desk.with(deed), "{what}");
        }
        thread::sleep(PAUSE);
        over.store(true, Ordering::Relaxed);
        let [kernel, solaar, ours] =
            [kernel, solaar, ours].map(|looks| looks.join().expect("somebody who looks"));
        println!(
            "        {} looks at sysfs, {} times solaar show, {} readings",
            kernel.len(),
            solaar.len(),
            ours.len()
        );
        assert_eq!(solaar.last(), Some(&true), "the last solaar show");
        // Only a reading that is under way when the K750 goes may lack its light.
        let without_light = ours.iter().filter(|complete| !**complete).count();
        assert!(without_light <= 1, "{without_light} readings without light");
    });
    let mut wrong = String::new();
    for story in &STORIES {
        for (who, may_say) in [
            (Who::Kernel, story.kernel),
            (Who::Solaar, story.solaar),
            (Who::Ours, story.ours),
        ] {
            let said = heard.of(story.slot, who);
            if !is_told(may_say, &said) {
                writeln!(wrong, "{}, {who:?}: {said:#?}", story.codename)
                    .expect("a string takes it");
            }
        }
    }
    assert_eq!(wrong, "", "what does not follow its story");
}

/// Whether something was said in the order of the story, and its end.
fn is_told(story: &[&str], said: &[String]) -> bool {
    let mut rest = story.iter();
    let in_order = said.iter().all(|says| rest.any(|may_say| says == may_say));
    in_order && said.last().map(String::as_str) == story.last().copied()
}

/// Looks again and again, the last time after all is over.
fn look_until<T>(over: &AtomicBool, mut look: impl FnMut() -> T) -> Vec<T> {
    let mut looks = Vec::new();
    loop {
        let last = over.load(Ordering::Relaxed);
        looks.push(look());
        if last {
            return looks;
        }
    }
}

fn look_at_kernel(seen: Seen, heard: &Heard) -> bool {
    heard.note(Who::Kernel, |story| {
        kernel_says(seen, story.slot, story.serial)
    });
    thread::sleep(Duration::from_millis(100));
    true
}

/// Whether `solaar show` came to its end: it stumbles over a device that goes in its middle.
fn run_solaar(heard: &Heard) -> bool {
    let run = solaar::start().finish(solaar::LIMIT);
    let complete = run.status.success();
    if complete {
        let listed = solaar::listed(&run);
        heard.note(Who::Solaar, |story| solaar_says(&listed, story.serial));
    } else {
        let last = run.stderr.trim_end().lines().next_back();
        println!("        Solaar: {}", last.unwrap_or_default());
    }
    complete
}

/// Whether a reading is complete.
fn run_ours(program: &Program, heard: &Heard) -> bool {
    let run = program.run(&["--json", "--fields", "battery"]);
    let complete = run.status.success();
    if !complete {
        println!("        {}", run.one_complaint());
    }
    let document = run.printed();
    heard.note(Who::Ours, |story| we_say(&document, story.serial));
    complete
}

fn percent(number: u8) -> Percent {
    Percent::new(number).expect("at most 100")
}
