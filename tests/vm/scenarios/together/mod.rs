//! For a minute the kernel, Solaar and we use the same receiver while its devices change: none of
//! the three gets a wrong value or loses a reply.

mod events;
mod stories;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use hidpp_sim::receiver::Receiver;

use self::events::EVENTS;
use self::stories::{K800, M705, STORIES, Story};
use crate::comparison::{kernel_report, our_report, solaar_report};
use crate::descriptors::UNIFYING;
use crate::devices;
use crate::kernel::Seen;
use crate::monitor::{Monitor, MonitorLine, Watched};
use crate::program::Program;
use crate::scenarios::{Desk, plug_in_receiver, wait_for_quiet};
use crate::solaar;
use crate::traffic::{expect_answers_in_turn, expect_one_answer_each};

/// The receiver's serial number.
const SERIAL: [u8; 4] = [0xAF, 0x4F, 0x95, 0xEA];

/// The time between two events.
const PAUSE: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Observer {
    Kernel,
    Solaar,
    Ours,
}

/// The reports of each about each device, without repetitions.
#[derive(Default)]
struct Observations(Mutex<BTreeMap<(u8, Observer), Vec<String>>>);

impl Observations {
    fn note(&self, observer: Observer, what: impl Fn(&Story) -> String) {
        let reports = STORIES.iter().map(|story| (story.slot, what(story)));
        let reports: Vec<_> = reports.collect();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (slot, report) in reports {
            let history = all.entry((slot, observer)).or_default();
            if history.last() != Some(&report) {
                history.push(report);
            }
        }
    }

    fn of(&self, slot: u8, observer: Observer) -> Vec<String> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&(slot, observer)).cloned().unwrap_or_default()
    }
}

/// The flags that the kernel sets on the receiver, the M705 and the K800; on a busy machine it does
/// so after the monitor has started.
const KERNELS_FLAGS: ([u8; 3], [[u8; 3]; 2]) = ([0x00, 0x09, 0x00], [[0x10, 0x00, 0x00]; 2]);

pub(crate) fn prove(program: &Program) {
    let receiver = STORIES
        .iter()
        .fold(Receiver::new(SERIAL), |receiver, story| {
            let device = devices::paired(story.codename, story.serial, story.state);
            receiver.with(story.slot, device)
        });
    let desk = plug_in_receiver(&UNIFYING, receiver);
    desk.with(|receiver, _| receiver.forget_requests());
    let monitor = Monitor::start(program);
    // From here on it receives every reply.
    monitor.wait_for(1);
    let observations = Observations::default();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let kernel =
            scope.spawn(|| look_until(&over, || look_at_kernel(desk.seen(), &observations)));
        let solaar = scope.spawn(|| look_until(&over, || run_solaar(&observations)));
        let ours = scope.spawn(|| look_until(&over, || run_ours(program, &observations)));
        do_everything(&desk, &monitor);
        over.store(true, Ordering::Relaxed);
        let [kernel, solaar, ours] =
            [kernel, solaar, ours].map(|looks| looks.join().expect("the thread does not panic"));
        println!(
            "        {} looks at sysfs, {} times solaar show, {} readings",
            kernel.len(),
            solaar.len(),
            ours.len()
        );
        assert_eq!(solaar.last(), Some(&true), "the last solaar show");
        // Only a reading in progress when the K750 is switched off may lack its light.
        let without_light = ours.iter().filter(|complete| !**complete).count();
        assert!(without_light <= 1, "{without_light} readings without light");
    });
    wait_for_quiet(&desk);
    let watched = monitor.stop();
    let flags = desk.flags([M705, K800]);
    assert_eq!(flags, KERNELS_FLAGS, "the notification flags");
    expect_no_reply_lost(&desk, &watched);
    expect_stories(&observations, &watched);
}

/// Performs the events in sequence; the monitor must report each before the next.
fn do_everything(desk: &Desk, monitor: &Monitor) {
    let mut expected: Vec<MonitorLine> = STORIES
        .iter()
        .map(|story| MonitorLine::of(story.serial, &format!("added, {}", story.ours[0])))
        .collect();
    expected.push(MonitorLine::of(SERIAL, "receiver-added"));
    // The devices are found in any order.
    expected.sort();
    let mut found = monitor.wait_for(expected.len());
    found.sort();
    assert_eq!(found, expected, "the monitor's first lines");
    let found = expected.len();
    expected.clear();
    let started = Instant::now();
    for (event, due) in EVENTS.iter().zip(1..) {
        thread::sleep((PAUSE * due).saturating_sub(started.elapsed()));
        println!(
            "        {:4.1} s: {}",
            started.elapsed().as_secs_f32(),
            event.what
        );
        assert!(desk.with(event.act), "{}", event.what);
        let serial = story_of(event.slot).serial;
        expected.extend(event.lines.iter().map(|line| MonitorLine::of(serial, line)));
        let lines = monitor.wait_for(found + expected.len());
        assert_eq!(lines[found..], expected, "the monitor's lines");
    }
    thread::sleep(PAUSE);
    assert_eq!(monitor.lines()[found..], expected, "the monitor's lines");
}

/// Asserts that no reply was lost for any program, and, using the monitor's trace, that the monitor
/// got its replies in turn.
fn expect_no_reply_lost(desk: &Desk, watched: &Watched) {
    let all =
        desk.with(|receiver, _| expect_one_answer_each(receiver.requests(), &watched.entries));
    let monitors = expect_answers_in_turn(&watched.entries);
    println!(
        "        {all} requests in total, {monitors} of them by the monitor: one reply to each"
    );
}

/// Prints the reports of all, and compares them with the stories. The monitor's lines were already
/// compared after each event.
fn expect_stories(observations: &Observations, watched: &Watched) {
    let mut wrong = String::new();
    for story in &STORIES {
        println!("        {}", story.codename);
        for (name, observer, allowed) in [
            ("kernel", Observer::Kernel, story.kernel),
            ("Solaar", Observer::Solaar, story.solaar),
            ("status", Observer::Ours, story.ours),
        ] {
            let reports = observations.of(story.slot, observer);
            println!("            {name:<9}{}", reports.join(" → "));
            if !follows_story(allowed, &reports) {
                writeln!(wrong, "{}, {observer:?}: {reports:#?}", story.codename)
                    .expect("writing to a string succeeds");
            }
        }
        let lines: Vec<&str> = watched.lines_about(story.serial).collect();
        println!("            {:<9}{}", "monitor", lines.join(" → "));
    }
    assert_eq!(wrong, "", "reports that do not follow the story");
}

fn story_of(slot: u8) -> &'static Story {
    let story = STORIES.iter().find(|story| story.slot == slot);
    story.expect("a device with a story")
}

/// Whether the reports follow the order of the story, and end with its last state.
fn follows_story(story: &[&str], reports: &[String]) -> bool {
    let mut rest = story.iter();
    let in_order = reports
        .iter()
        .all(|report| rest.any(|allowed| report == allowed));
    in_order && reports.last().map(String::as_str) == story.last().copied()
}

/// Repeats a check until the end, and once more after it.
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

fn look_at_kernel(seen: Seen, observations: &Observations) -> bool {
    observations.note(Observer::Kernel, |story| {
        kernel_report(seen, story.slot, story.serial)
    });
    thread::sleep(Duration::from_millis(100));
    true
}

/// Whether `solaar show` completed: it fails if a device disappears while it runs.
fn run_solaar(observations: &Observations) -> bool {
    let run = solaar::start().finish(solaar::LIMIT);
    let complete = run.status.success();
    if complete {
        let listed = solaar::listed(&run);
        observations.note(Observer::Solaar, |story| {
            solaar_report(&listed, story.serial)
        });
    } else {
        let last = run.stderr.trim_end().lines().next_back();
        println!("        Solaar: {}", last.unwrap_or_default());
    }
    complete
}

/// Whether a reading is complete.
fn run_ours(program: &Program, observations: &Observations) -> bool {
    let run = program.run(&["--json", "--fields", "battery"]);
    let complete = run.status.success();
    if !complete {
        println!("        {}", run.only_error_line());
    }
    let document = run.printed();
    observations.note(Observer::Ours, |story| our_report(&document, story.serial));
    complete
}
