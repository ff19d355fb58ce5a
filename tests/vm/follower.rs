//! Uses the library like the daemon: follows the guest's nodes and keeps them closed where possible
//! (standby).

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hidpp_proto::session::Wanted;
use hidpp_proto::units::Timestamp;
use rustix::event::{EventfdFlags, eventfd};
use solar_status::clock::{Clock, RealClock, Wake};
use solar_status::device::{Change, Changed, Device, Presence};
use solar_status::manager::{Follow, Memory, MonitorEvent, NoCommands, NodeSource, Query, follow};
use solar_status::transport::{
    HidrawTransport, NodeEvent, NodeInfo, NodeWatch, Transport, TransportError, WatchError,
};
use test_support::wait::eventually;

use crate::kernel::PATIENCE;

/// Follows until dropped.
pub(crate) struct Follower {
    events: Arc<Mutex<Vec<String>>>,
    wakes: Arc<AtomicUsize>,
    end: Arc<OwnedFd>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    pub(crate) fn start() -> Self {
        let events = Arc::new(Mutex::new(Vec::new()));
        let wakes = Arc::new(AtomicUsize::new(0));
        let end = Arc::new(eventfd(0, EventfdFlags::CLOEXEC).expect("an eventfd"));
        let (reported, counting, ending) = (events.clone(), wakes.clone(), end.clone());
        let thread = thread::spawn(move || run(&reported, counting, &ending));
        Self {
            events,
            wakes,
            end,
            thread: Some(thread),
        }
    }

    /// Waits until all of these events were reported, in any order, without a failure; earlier
    /// events are discarded.
    pub(crate) fn expect(&self, words: &[&str]) {
        let events = || self.events.lock().unwrap_or_else(PoisonError::into_inner);
        eventually(&format!("{words:?}"), PATIENCE, || {
            let events = events();
            words
                .iter()
                .all(|word| events.iter().any(|it| it == word))
                .then_some(())
        });
        for word in std::mem::take(&mut *events()) {
            println!("        {word}");
            assert!(!word.starts_with('!'), "a failure");
        }
    }

    /// How many times it has woken up.
    pub(crate) fn wakes(&self) -> usize {
        self.wakes.load(Ordering::Relaxed)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        _ = rustix::io::write(&self.end, &1_u64.to_ne_bytes());
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || ended.is_some_and(|it| it.is_ok()));
    }
}

fn run(events: &Mutex<Vec<String>>, wakes: Arc<AtomicUsize>, end: &OwnedFd) {
    let query = Query {
        follow: true,
        quiet: true,
        ..Query::once(Wanted::BATTERY, Duration::from_secs(30))
    };
    let mut clock = Counting {
        clock: RealClock::new(Some(end.as_fd())),
        wakes,
    };
    let followed = follow(
        Follow {
            source: &mut Machine(NodeWatch::open().expect("a watch")),
            commands: &mut NoCommands,
            query: &query,
            memory: &mut Memory::default(),
            clock: &mut clock,
            until: None,
        },
        &mut |_, event| {
            let mut events = events.lock().unwrap_or_else(PoisonError::into_inner);
            events.extend(in_words(&event));
            Ok(())
        },
    );
    assert_eq!(followed.expect("following"), Wake::Interrupted);
}

/// The nodes that this process has open.
pub(crate) fn open_nodes() -> Vec<PathBuf> {
    let descriptors = std::fs::read_dir("/proc/self/fd").expect("descriptors");
    let paths = descriptors.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    let mut nodes: Vec<PathBuf> = paths
        .filter(|path| path.to_string_lossy().starts_with("/dev/hidraw"))
        .collect();
    nodes.sort();
    nodes
}

struct Machine(NodeWatch);

impl NodeSource for Machine {
    fn next_event(&mut self) -> Result<Option<NodeEvent>, WatchError> {
        self.0.next_event()
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.0.as_fd())
    }

    fn open(&mut self, info: &NodeInfo) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(HidrawTransport::open(&info.path)?))
    }
}

/// The real clock, counting its waits.
struct Counting<'a> {
    clock: RealClock<'a>,
    wakes: Arc<AtomicUsize>,
}

impl Clock for Counting<'_> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn wait(&mut self, fds: &[BorrowedFd<'_>], until: Option<Timestamp>) -> io::Result<Wake> {
        let wake = self.clock.wait(fds, until);
        self.wakes.fetch_add(1, Ordering::Relaxed);
        wake
    }
}

/// An event in words; `None`: only a repeated reading.
fn in_words(event: &MonitorEvent) -> Option<String> {
    let change = match event {
        MonitorEvent::Change(change) => &**change,
        MonitorEvent::Failure(failure) => return Some(format!("! {failure}")),
        MonitorEvent::Unreadable(unreadable) => return Some(format!("? {unreadable}")),
        MonitorEvent::Settled { .. } => return None,
    };
    let name = |device: &Device| device.name.clone().unwrap_or_default();
    Some(match change {
        Change::ReceiverAdded(_) => "+ receiver".to_owned(),
        Change::ReceiverRemoved(_) => "- receiver".to_owned(),
        Change::DeviceAdded(device) => format!("+ {}: {}", name(device), value(device)),
        Change::DeviceRemoved(device) => format!("- {}", name(device)),
        Change::LightKey(device) => format!("{} light key", name(device)),
        Change::DeviceChanged(device, changed) => {
            let known = [Changed::Presence, Changed::Battery, Changed::Light];
            if !changed.iter().any(|it| known.contains(it)) {
                return None;
            }
            format!("{}: {}", name(device), value(device))
        }
        Change::DeviceRead(_) | Change::Identified { .. } => return None,
    })
}

fn value(device: &Device) -> String {
    if device.presence != Presence::Online {
        return "away".to_owned();
    }
    let battery = device.battery.as_ref();
    let percent = battery.and_then(|it| it.percent).map(|it| it.to_string());
    let level = battery
        .and_then(|it| it.level)
        .map(|it| it.name().to_owned());
    let light = device.light.map(|light| format!("{} lux", light.lux.0));
    let parts: Vec<String> = [percent, level, light].into_iter().flatten().collect();
    parts.join(", ")
}
