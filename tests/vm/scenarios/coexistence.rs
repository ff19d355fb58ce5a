//! The monitor alongside the kernel, phase by phase: all its requests.
//!
//! Each phase ends when no requests are sent any more. The monitor's own requests are in its trace;
//! the others are the kernel's or, in one phase, those of a reading.

use std::thread;
use std::time::{Duration, Instant};

use hidpp_proto::units::{Lux, Percent, Timestamp};
use hidpp_sim::Firmware;
use hidpp_sim::receiver::Sent;
use hidpp_sim::scenario::{K750, K800, M705};
use solar_status::capture::trace::Direction;

use crate::monitor::{Monitor, Watched};
use crate::program::Program;
use crate::scenarios::{Desk, plug_in, reading, requests, typing, wait_for_quiet};
use crate::traffic::{expect_answers_in_turn, expect_one_answer_each, text};

/// The requests at its start in addition to those of a reading: it enables the notifications of the
/// receiver and of the M705, which are disabled here.
const FOLLOWING: [&str; 4] = [
    "10 02 80 00 10 00 00", // M705: enable battery notifications
    "10 02 81 00 00 00 00", // M705: which notifications are enabled?
    "10 ff 80 00 00 01 00", // receiver: enable device notifications
    "10 ff 81 00 00 00 00", // receiver: which notifications are enabled?
];

/// After the light key.
const MEASURING: [&str; 1] = [
    "10 01 09 0s 01 01 00", // K750: measure once
];

/// When the K800 wakes.
const WAKING: [&str; 1] = [
    "10 03 00 1s 00 00 00", // ping
];

/// The flags of the K800: the kernel and the monitor both enable its battery notifications when it
/// wakes, and which of them sets the flag depends on the order. Setting it makes the K800 send its
/// battery; otherwise the register is read. These requests are therefore not counted.
const CONTESTED: [&str; 3] = ["10 03 80 00", "10 03 81 00", "10 03 81 07"];

/// The requests at its end: it clears the flags that it set.
const LEAVING: [&str; 4] = [
    "10 02 80 00 00 00 00",
    "10 02 81 00 00 00 00",
    "10 ff 80 00 00 00 00",
    "10 ff 81 00 00 00 00",
];

/// How long keys are typed while nothing else happens.
const TYPING: Duration = Duration::from_secs(10);

pub(crate) fn prove(program: &Program) {
    let desk = plug_in();
    // With the flags that the kernel sets there would be nothing to enable; other scenarios cover
    // that.
    desk.with(|receiver, now| {
        receiver.output_report(now, &[0x10, 0xFF, 0x80, 0x00, 0x00, 0x00, 0x00]);
        receiver.output_report(now, &[0x10, M705, 0x80, 0x00, 0x00, 0x00, 0x00]);
    });
    wait_for_quiet(&desk);
    let flags = desk.flags([M705]);
    let mut book = Book::open(&desk);
    let monitor = Monitor::start(program);
    let mut lines = 4;
    monitor.wait_for(lines);
    book.end_phase("it starts", &[&FOLLOWING[..], &requests::EXPECTED].concat());

    reading::expect_desk(&program.run(&["--json"]).document());
    book.end_phase_with("another program takes a reading", &[], &requests::EXPECTED);

    let started = Instant::now();
    typing::type_during(&desk, || {});
    thread::sleep(TYPING.saturating_sub(started.elapsed()));
    book.end_phase("for ten seconds keys are typed", &[]);

    // Not so low that it would be read again.
    let less = Percent::new(50).expect("at most 100");
    assert!(desk.with(|receiver, now| receiver.set_charge(now, M705, less)));
    lines += 1;
    monitor.wait_for(lines);
    book.end_phase("the M705's battery falls", &[]);

    assert!(desk.with(|receiver, now| {
        receiver.set_sun(now, K750, Lux(400)) && receiver.press_light_key(now, K750)
    }));
    lines += 2;
    monitor.wait_for(lines);
    book.end_phase("the light key is pressed", &MEASURING);

    assert!(desk.with(|receiver, now| receiver.wake(now, K800)));
    lines += 2;
    monitor.wait_for(lines);
    book.end_phase("the K800 wakes", &WAKING);

    let watched = monitor.stop();
    book.end_phase("it ends", &LEAVING);
    assert_eq!(desk.flags([M705]), flags, "the notification flags");
    book.check(&watched);
    let lines: Vec<&str> = watched
        .lines
        .iter()
        .map(|line| line.what.as_str())
        .collect();
    assert_eq!(
        lines[4..],
        [
            "50 %, discharging",
            "light-key",
            "57 %, 2540 mV, charging, 400 lux",
            "online",
            "full, discharging, another description",
        ],
        "the monitor's lines"
    );
}

/// The requests that the receiver got, phase by phase.
struct Book<'a> {
    desk: &'a Desk,
    phases: Vec<Phase>,
}

/// A phase, from the end of the previous one, on the receiver's clock.
struct Phase {
    what: &'static str,
    until: Timestamp,
    sent: Vec<Sent>,
    /// The requests expected from the monitor, and from another run of the program.
    monitors: Vec<&'static str>,
    readings: Vec<&'static str>,
}

impl<'a> Book<'a> {
    fn open(desk: &'a Desk) -> Self {
        desk.with(|receiver, _| receiver.forget_requests());
        Self {
            desk,
            phases: Vec::new(),
        }
    }

    /// Ends a phase in which only the monitor and the kernel send requests.
    fn end_phase(&mut self, what: &'static str, monitors: &[&'static str]) {
        self.end_phase_with(what, monitors, &[]);
    }

    fn end_phase_with(
        &mut self,
        what: &'static str,
        monitors: &[&'static str],
        readings: &[&'static str],
    ) {
        wait_for_quiet(self.desk);
        let (until, sent) = self.desk.with(|receiver, now| {
            let sent = receiver.requests().cloned().collect();
            receiver.forget_requests();
            (now, sent)
        });
        self.phases.push(Phase {
            what,
            until,
            sent,
            monitors: monitors.to_vec(),
            readings: readings.to_vec(),
        });
    }

    /// Prints the requests of each program, and compares them with the expected ones.
    fn check(&self, watched: &Watched) {
        let all = || self.phases.iter().flat_map(|phase| &phase.sent);
        expect_one_answer_each(all(), &watched.entries);
        expect_answers_in_turn(&watched.entries);
        let outgoing = watched.entries.iter();
        let mut outgoing = outgoing
            .filter(|entry| entry.direction == Direction::ToDevice)
            .peekable();
        // Only the monitor sent requests at its start.
        let first = all().next().expect("a first request").at;
        let trace_began = outgoing.peek().expect("a first request").at;
        for phase in &self.phases {
            let mut others: Vec<String> =
                phase.sent.iter().map(|sent| text(&sent.report)).collect();
            let mut monitors = Vec::new();
            while let Some(entry) =
                outgoing.next_if(|entry| first + entry.at.since(trace_began) <= phase.until)
            {
                let request = text(entry.report.as_bytes());
                let place = others.iter().position(|other| *other == request);
                let place = place.unwrap_or_else(|| {
                    panic!("{}: the receiver did not get {request}", phase.what)
                });
                others.remove(place);
                monitors.push(request);
            }
            monitors.sort();
            let (mut readings, kernels): (Vec<_>, Vec<_>) = others
                .into_iter()
                .partition(|request| !phase.readings.is_empty() && request.starts_with("10"));
            readings.sort();
            println!("        {}:", phase.what);
            print_requests("the monitor", &monitors);
            print_requests("the reading", &readings);
            print_requests("the kernel", &kernels);
            monitors.retain(|request| !CONTESTED.iter().any(|flags| request.starts_with(flags)));
            assert_eq!(monitors, sorted(&phase.monitors), "{}", phase.what);
            assert_eq!(readings, sorted(&phase.readings), "{}", phase.what);
            let under_our_id = |request: &String| request.contains('s');
            assert!(!kernels.iter().any(under_our_id), "{}", phase.what);
        }
        assert_eq!(outgoing.next(), None, "a request after the end");
    }
}

fn sorted(requests: &[&'static str]) -> Vec<&'static str> {
    let mut sorted = requests.to_vec();
    sorted.sort_unstable();
    sorted
}

fn print_requests(whose: &str, requests: &[String]) {
    println!("            {whose}: {}", requests.len());
    for request in requests {
        println!("                {request}");
    }
}
