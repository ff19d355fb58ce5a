//! The cost of a moving mouse at a thousand reports per second: nothing while the node is closed
//! because the kernel driver covers its devices (standby), next to nothing while it must stay open.
//!
//! Runs in real time on sockets instead of hidraw; the simulated firmware of receiver and mouse
//! runs in its own thread. `cargo bench --bench quiet` takes about half a minute.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver as Taking, Sender, TryRecvError, channel};
use std::time::{Duration, Instant};

use hidpp_proto::session::Wanted;
use hidpp_proto::units::{Percent, Timestamp};
use hidpp_proto::wire::Slot;
use hidpp_sim::Firmware;
use hidpp_sim::catalogue;
use hidpp_sim::receiver::Receiver;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use solar_status::clock::{Clock, RealClock, Wake};
use solar_status::manager::{Follow, Memory, NoCommands, NodeSource, Query, follow};
use solar_status::transport::{
    HidrawTransport, NodeEvent, NodeInfo, Place, Supply, SupplyId, Transport, TransportError,
    WatchError,
};

const NODE: &str = "/dev/hidraw0";

/// A motion report of the mouse in slot 2, as it appears on the receiver's node.
const MOTION: [u8; 15] = [0x20, 2, 2, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const BETWEEN_MOTIONS: Duration = Duration::from_millis(1);

/// All requests are done by then.
const SETTLED: Duration = Duration::from_secs(4);
/// How long the mouse moves and everything is counted.
const MEASURED: Duration = Duration::from_secs(10);

/// The limit on CPU use while the node is open, in percent of a core.
const LIMIT: f64 = 0.5;

/// The work of the following thread so far.
#[derive(Clone, Copy)]
struct Tally {
    /// Waits that returned.
    wakes: usize,
    /// Its voluntary context switches.
    switches: u64,
    /// Its CPU time.
    ran: Duration,
}

fn main() -> io::Result<()> {
    println!(
        "A mouse at 1000 reports a second, for {} s",
        MEASURED.as_secs()
    );
    for (name, driven) in [("closed", true), ("open", false)] {
        let (spent, motions) = measure(driven)?;
        let percent = 100.0 * spent.ran.as_secs_f64() / MEASURED.as_secs_f64();
        let Tally {
            wakes, switches, ..
        } = spent;
        println!(
            "node {name:6}  {motions:5} reports  {wakes:5} wakes  {switches:5} voluntary context \
             switches  {percent:.3} % of a core"
        );
        if driven {
            println!("             limit: 0 wakes");
        } else {
            println!("             limit: {LIMIT} % of a core");
        }
    }
    Ok(())
}

/// Follows a receiver with two mice; `driven`: alongside a kernel driver that reports their
/// batteries. Returns the cost while one was moved, and how many reports that made.
fn measure(driven: bool) -> io::Result<(Tally, usize)> {
    let wakes = Arc::new(AtomicUsize::new(0));
    let (giving, taking) = channel();
    // PID/task/TID
    let thread = Path::new("/proc").join(fs::read_link("/proc/thread-self")?);
    let counted = Arc::clone(&wakes);
    let hardware = std::thread::spawn(move || play(&taking, &thread, &counted));
    let mut source = Source {
        events: events(driven),
        giving,
    };
    let query = Query {
        follow: true,
        quiet: true,
        ..Query::once(Wanted::BATTERY, Duration::from_secs(30))
    };
    let mut clock = Counting {
        clock: RealClock::new(None),
        wakes,
    };
    let until = clock.now() + SETTLED + MEASURED + Duration::from_secs(1);
    let followed = follow(
        Follow {
            source: &mut source,
            commands: &mut NoCommands,
            query: &query,
            memory: &mut Memory::default(),
            clock: &mut clock,
            until: Some(until),
        },
        &mut |_, _| Ok(()),
    );
    followed.map_err(io::Error::other)?;
    drop(source);
    hardware
        .join()
        .map_err(|_| io::Error::other("the hardware failed"))?
}

/// The real clock, counting its waits.
struct Counting {
    clock: RealClock<'static>,
    wakes: Arc<AtomicUsize>,
}

impl Clock for Counting {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn wait(&mut self, fds: &[BorrowedFd<'_>], until: Option<Timestamp>) -> io::Result<Wake> {
        let wake = self.clock.wait(fds, until);
        self.wakes.fetch_add(1, Ordering::Relaxed);
        wake
    }
}

/// One node, which can be opened repeatedly.
struct Source {
    events: VecDeque<NodeEvent>,
    /// Passes the other end of each opened socket to the hardware.
    giving: Sender<OwnedFd>,
}

impl NodeSource for Source {
    fn next_event(&mut self) -> Result<Option<NodeEvent>, WatchError> {
        Ok(self.events.pop_front())
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    fn open(&mut self, info: &NodeInfo) -> Result<Box<dyn Transport>, TransportError> {
        let gone = || TransportError::Gone {
            node: info.path.clone(),
        };
        let (ours, hardwares) = socketpair(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::NONBLOCK | SocketFlags::CLOEXEC,
            None,
        )
        .map_err(|_| gone())?;
        self.giving.send(hardwares).map_err(|_| gone())?;
        Ok(Box::new(HidrawTransport::over(NODE, ours)))
    }
}

fn events(driven: bool) -> VecDeque<NodeEvent> {
    let info = NodeInfo::unifying(NODE);
    let hid = info.place().hid;
    let supplies = [1, 2].map(|slot| {
        NodeEvent::Supply(Supply {
            id: SupplyId::new(format!("hidpp_battery_{slot}")),
            place: Place {
                hid: hid.clone(),
                slot: Slot::new(slot),
            },
            charge: Percent::new(90),
            lost: false,
        })
    });
    let supplies = supplies.into_iter().filter(|_| driven);
    std::iter::once(NodeEvent::Appeared(info))
        .chain(supplies)
        .collect()
}

/// Runs the receiver and its mice until the node source is dropped. Returns the cost of the
/// following thread while the mouse moved, and the number of motion reports.
fn play(
    taking: &Taking<OwnedFd>,
    thread: &Path,
    wakes: &AtomicUsize,
) -> io::Result<(Tally, usize)> {
    let mut receiver = receiver();
    let mut node: Option<OwnedFd> = None;
    let start = Instant::now();
    let mut next = start + SETTLED;
    let (mut before, mut after) = (None, None);
    let mut motions = 0;
    loop {
        match taking.try_recv() {
            Ok(opened) => node = Some(opened),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => break,
        }
        let now = Timestamp::from_start(start.elapsed());
        if let Some(file) = &node {
            serve(&mut receiver, file, now);
        }
        if start.elapsed() >= SETTLED && before.is_none() {
            before = Some(tally(thread, wakes)?);
        }
        if start.elapsed() >= SETTLED + MEASURED {
            if after.is_none() {
                after = Some(tally(thread, wakes)?);
            }
        } else if Instant::now() >= next {
            next += BETWEEN_MOTIONS;
            motions += 1;
            if let Some(file) = &node {
                // A closed node drops it, as the kernel does.
                _ = rustix::io::write(file, &MOTION);
            }
        }
        std::thread::sleep(
            next.saturating_duration_since(Instant::now())
                .min(BETWEEN_MOTIONS),
        );
    }
    let (Some(before), Some(after)) = (before, after) else {
        return Err(io::Error::other("it ended early"));
    };
    let spent = Tally {
        wakes: after.wakes - before.wakes,
        switches: after.switches - before.switches,
        ran: after.ran.saturating_sub(before.ran),
    };
    Ok((spent, motions))
}

fn receiver() -> Receiver {
    let receiver = Receiver::new([0xA0, 0, 0, 1]);
    ["M525", "PRO X"]
        .into_iter()
        .zip(1..)
        .filter_map(|(name, slot)| {
            let entry = catalogue::find(name)?;
            Some((slot, entry.paired([0xD0, 0, 0, slot])?))
        })
        .fold(receiver, |receiver, (slot, device)| {
            receiver.with(slot, device)
        })
}

/// Passes written reports to the receiver, and its reports to the node.
fn serve(receiver: &mut Receiver, file: &OwnedFd, now: Timestamp) {
    let mut buffer = [0; 64];
    while let Ok(len @ 1..) = rustix::io::read(file, &mut buffer) {
        receiver.output_report(now, buffer.get(..len).unwrap_or_default());
    }
    while let Some(report) = receiver.input_report(now) {
        _ = rustix::io::write(file, &report);
    }
}

fn tally(thread: &Path, wakes: &AtomicUsize) -> io::Result<Tally> {
    let status = fs::read_to_string(thread.join("status"))?;
    let switches = status
        .lines()
        .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))
        .and_then(|count| count.trim().parse().ok());
    // The first number is the time spent on a CPU, in ns (Linux
    // Documentation/scheduler/sched-stats).
    let schedule = fs::read_to_string(thread.join("schedstat"))?;
    let ran = schedule.split(' ').next().and_then(|ns| ns.parse().ok());
    match (switches, ran) {
        (Some(switches), Some(ran)) => Ok(Tally {
            wakes: wakes.load(Ordering::Relaxed),
            switches,
            ran: Duration::from_nanos(ran),
        }),
        _ => Err(io::Error::other("the kernel keeps no count")),
    }
}
