//! The cost of the daemon while nothing happens, and while it follows a solar keyboard's light.
//!
//! It is measured on a private bus (dbus-run-session) and in a separate process (this program
//! again), from `/proc/PID/task`: each voluntary context switch of a thread is one wake-up.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark panics on the first failure"
)]

use std::process::Command;
use std::time::Duration;
use std::{env, fs, thread};

use clap::Parser;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Incoming, Report, classify};
use hidpp_sim::receiver::Receiver;
use hidpp_sim::scenario::EACH_BATTERY;
use hidpp_sim::{Firmware, catalogue};
use solar_status::nodes::{Given, Tapping};
use solar_status::service::{self, Args, Shutdown};
use solar_status::transport::{NodeInfo, Transport, TransportError};
use test_support::process::Process;
use test_support::wait::until;
use zbus::Connection;

const NAME: &str = "org.solarstatus.Monitor1";
const K750: &str = "/org/solarstatus/Monitor1/devices/hidpp_4002_D0000006";

/// How long after their discovery the devices fall asleep.
const BEDTIME: Duration = Duration::from_secs(4);

fn main() {
    let args: Vec<String> = env::args().collect();
    let args: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
    match args[..] {
        ["serve", "asleep"] => serve(Some(BEDTIME)),
        ["serve", "awake"] => serve(None),
        ["measure", seconds] => measure(Duration::from_secs(seconds.parse().unwrap())),
        // `cargo test --benches` only checks that it runs.
        ["--bench", ..] => under_a_bus("60"),
        _ => under_a_bus("1"),
    }
}

/// Runs this program again on a private bus.
fn under_a_bus(seconds: &str) {
    let this = env::current_exe().unwrap();
    let status = Command::new("dbus-run-session")
        .arg("--")
        .arg(this)
        .args(["measure", seconds])
        .status();
    assert!(status.unwrap().success(), "it cannot be measured");
}

fn measure(span: Duration) {
    println!(
        "over {:3} s                          found  at most",
        span.as_secs()
    );
    let cost = Daemon::start("asleep").cost(span);
    println!(
        "six asleep: context switches    {:8}        4",
        cost.switches
    );
    println!(
        "six asleep: memory              {:8.1}      6.0 MB",
        cost.megabytes
    );

    let daemon = Daemon::start("awake");
    // Leaves the bus when dropped, which ends the series.
    let _watcher = watch_light(span);
    let cost = daemon.cost(span);
    let percent = 100.0 * cost.busy.as_secs_f64() / span.as_secs_f64();
    println!("K750 at 1 Hz: of a core         {percent:8.3}    0.100 %");
    println!("K750 at 1 Hz: context switches  {:8}", cost.switches);
    println!(
        "K750 at 1 Hz: memory            {:8.1}           MB",
        cost.megabytes
    );
}

/// Requests a light measurement once per second.
fn watch_light(span: Duration) -> Connection {
    let device = "org.solarstatus.Device1";
    let count = u32::try_from(span.as_secs() + 30).unwrap();
    let series = (count, 1_u32);
    zbus::block_on(async {
        let client = Connection::session().await.unwrap();
        let call = client.call_method(Some(NAME), K750, Some(device), "MeasureLight", &series);
        call.await.unwrap();
        client
    })
}

/// The daemon in a separate process.
struct Daemon(Process);

struct Cost {
    switches: u64,
    busy: Duration,
    megabytes: f64,
}

impl Daemon {
    /// Starts it with six devices, and waits until the start-up work is done.
    fn start(how: &str) -> Self {
        let this = env::current_exe().unwrap();
        let daemon = Process::start(Command::new(this).args(["serve", how]));
        let has_name = || {
            zbus::block_on(async {
                let client = Connection::session().await.unwrap();
                let bus = zbus::fdo::DBusProxy::new(&client).await.unwrap();
                bus.name_has_owner(NAME.try_into().unwrap()).await.unwrap()
            })
        };
        until("the name of the daemon", has_name);
        thread::sleep(2 * BEDTIME);
        Self(daemon)
    }

    fn cost(&self, span: Duration) -> Cost {
        let before = (self.switches(), self.busy());
        thread::sleep(span);
        Cost {
            switches: self.switches() - before.0,
            busy: self.busy().saturating_sub(before.1),
            megabytes: self.megabytes(),
        }
    }

    /// How often its threads woke up.
    fn switches(&self) -> u64 {
        let of = |text: &str| number(text, "voluntary_ctxt_switches:");
        self.threads("status").iter().map(|text| of(text)).sum()
    }

    /// The CPU time of its threads.
    fn busy(&self) -> Duration {
        let of = |text: &String| text.split(' ').next().unwrap().parse::<u64>().unwrap();
        Duration::from_nanos(self.threads("schedstat").iter().map(of).sum())
    }

    fn megabytes(&self) -> f64 {
        let kilobytes = self.0.status_number("VmRSS:").unwrap();
        f64::from(u32::try_from(kilobytes).unwrap()) / 1024.0
    }

    /// The contents of a `/proc` file for each of its threads.
    fn threads(&self, file: &str) -> Vec<String> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.0.id())).unwrap();
        let files = tasks.map(|task| task.unwrap().path().join(file));
        files
            .map(|path| fs::read_to_string(path).unwrap())
            .collect()
    }
}

/// The number after this prefix of a line.
fn number(text: &str, word: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(word));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap()
}

/// Serves a receiver with one device for each kind of battery.
fn serve(bedtime: Option<Duration>) {
    let args = ["solar-statusd", "--bus", "session", "--light-every", "0"];
    let args = Args::try_parse_from(args).unwrap();
    let mut receiver = Receiver::new([0xC0, 0, 0, 1]);
    for (slot, name) in (1..).zip(EACH_BATTERY) {
        let device = catalogue::find(name).unwrap().paired([0xD0, 0, 0, slot]);
        receiver = receiver.with(slot, device.unwrap());
    }
    let node: Box<dyn Transport> = Box::new(Bedroom {
        receiver,
        start: None,
        bedtime,
    });
    let nodes = vec![(NodeInfo::unifying("simulated"), node)];
    let mut source = Given::new(nodes, Tapping::default());
    let shutdown = Shutdown::of_signals().unwrap();
    service::serve(&args, &mut source, &shutdown).unwrap();
}

/// A receiver with devices that fall asleep. Its time starts with the first request.
struct Bedroom {
    receiver: Receiver,
    start: Option<Timestamp>,
    /// When, after the start; `None`: never, or they are already asleep.
    bedtime: Option<Duration>,
}

impl Bedroom {
    /// Advances the receiver to its own time and returns it.
    fn live(&mut self, now: Timestamp) -> Timestamp {
        let start = *self.start.get_or_insert(now);
        let now = Timestamp::from_start(now.since(start));
        if self
            .bedtime
            .take_if(|at| *at <= now.since_start())
            .is_some()
        {
            for slot in 1..=6 {
                self.receiver.sleep(now, slot);
            }
        }
        now
    }
}

impl Transport for Bedroom {
    fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError> {
        let now = self.live(now);
        self.receiver.output_report(now, report.as_bytes());
        Ok(())
    }

    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        let now = self.live(now);
        let report = self.receiver.input_report(now);
        Ok(report.map(|bytes| classify(&bytes)))
    }

    fn next_due(&self) -> Option<Timestamp> {
        let bedtime = self.bedtime.map(Timestamp::from_start);
        let due = [self.receiver.next_due(), bedtime]
            .into_iter()
            .flatten()
            .min()?;
        Some(self.start? + due.since_start())
    }
}
