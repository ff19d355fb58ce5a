//! The board: the latest state of all devices, written by the hardware thread and read by the
//! others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::wall_clock::{WallClock, today};
use crate::bus::{Layout, device1, upower};
use crate::device::{Change, Device, Receiver, TimeLeft};
use hidpp_proto::units::Timestamp;

/// The latest state of all devices and receivers. Each device has its own [`PublishedDevice`], which the
/// objects on the bus share.
#[derive(Debug)]
pub(super) struct Board {
    layout: Layout,
    state: Mutex<State>,
    /// Notified when there are changes that the publisher has not fetched yet.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// By id.
    devices: BTreeMap<String, Arc<PublishedDevice>>,
    receivers: BTreeMap<String, Receiver>,
    wall_clock: WallClock,
    work: Work,
    waiting: bool,
}

/// The state of a device, and its object path on the bus.
#[derive(Debug)]
pub(super) struct PublishedDevice {
    /// The id of the device.
    pub(super) name: String,
    pub(super) path: String,
    facts: Mutex<Facts>,
}

/// The state of a device.
#[derive(Debug)]
pub(super) struct Facts {
    /// The device, with the forecast from its history.
    pub(super) device: Device,
    /// When it was last updated.
    at: Timestamp,
    wall_clock: WallClock,
}

/// The changes since the publisher's last [`Board::wait`], and the present devices and receivers.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    /// All present devices.
    pub(super) devices: Vec<Arc<PublishedDevice>>,
    /// All present receivers.
    pub(super) receivers: Vec<Receiver>,
    /// The paths of the devices that changed.
    pub(super) touched: BTreeSet<String>,
    /// The number of light key presses, by path.
    pub(super) light_keys: BTreeMap<String, u32>,
    /// Ids that were replaced: data stored under the first belongs to the second.
    pub(super) identified: Vec<(String, String)>,
    /// Everything present at the start was polled.
    pub(super) settled: bool,
    /// The daemon is shutting down.
    pub(super) ended: bool,
}

/// The number of queued identifications; each device is identified once.
const IDENTIFIED_AT_MOST: usize = 256;

/// The number of light key presses of one device that are queued; further ones are dropped.
const LIGHT_KEYS_AT_MOST: u32 = 16;

impl Board {
    pub(super) fn new(layout: Layout, now: Timestamp) -> Self {
        let mut state = State::default();
        state.wall_clock.update(now);
        Self {
            layout,
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    pub(super) const fn layout(&self) -> Layout {
        self.layout
    }

    /// Applies a change.
    pub(super) fn take(&self, now: Timestamp, change: Change) {
        let mut state = self.lock();
        state.wall_clock.update(now);
        match change {
            Change::ReceiverAdded(receiver) => {
                state.receivers.insert(receiver.id.clone(), receiver);
            }
            Change::ReceiverRemoved(receiver) => {
                state.receivers.remove(&receiver.id);
            }
            Change::DeviceAdded(device)
            | Change::DeviceChanged(device, _)
            | Change::DeviceRead(device) => self.write(&mut state, now, device),
            Change::DeviceRemoved(device) => {
                state.devices.remove(&device.id);
            }
            Change::Identified { from, to } => {
                let moves = &mut state.work.identified;
                if moves.len() < IDENTIFIED_AT_MOST {
                    moves.push((from, to));
                }
            }
            Change::LightKey(device) => {
                if let Some(post) = state.devices.get(&device.id) {
                    let path = post.path.clone();
                    let presses = state.work.light_keys.entry(path).or_default();
                    *presses = (*presses + 1).min(LIGHT_KEYS_AT_MOST);
                }
            }
        }
        self.notify(&mut state);
    }

    /// Everything present at the start was polled.
    pub(super) fn settle(&self) {
        let mut state = self.lock();
        state.work.settled = true;
        self.notify(&mut state);
    }

    /// The daemon is shutting down.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.work.ended = true;
        self.notify(&mut state);
    }

    /// Waits for a change or until the given time, and returns the changes.
    pub(super) fn wait(&self, until: Option<Instant>) -> Work {
        let mut state = self.lock();
        while !state.waiting {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            state = match left {
                None => self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => break,
                Some(left) => {
                    let waited = self.changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        state.waiting = false;
        let next = Work {
            settled: state.work.settled,
            ended: state.work.ended,
            ..Work::default()
        };
        let work = std::mem::replace(&mut state.work, next);
        Work {
            devices: state.devices.values().cloned().collect(),
            receivers: state.receivers.values().cloned().collect(),
            ..work
        }
    }

    fn write(&self, state: &mut State, now: Timestamp, device: Device) {
        let mut facts = Facts {
            device,
            at: now,
            wall_clock: state.wall_clock,
        };
        let name = &facts.device.id;
        let path = if let Some(post) = state.devices.get(name) {
            let mut before = lock(&post.facts);
            facts.device.forecast = before.device.forecast;
            *before = facts;
            post.path.clone()
        } else {
            let name = name.clone();
            let path = self.layout.device(&name);
            let post = PublishedDevice {
                name: name.clone(),
                path: path.clone(),
                facts: Mutex::new(facts),
            };
            state.devices.insert(name, Arc::new(post));
            path
        };
        state.work.touched.insert(path);
    }

    fn notify(&self, state: &mut State) {
        state.waiting = true;
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl PublishedDevice {
    /// Passes the device's state to `read`. The hardware thread blocks on writes in the meantime.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Facts) -> T) -> T {
        read(&lock(&self.facts))
    }

    /// Sets the forecast from the device's history. Returns whether it changed. A forecast that
    /// would be displayed the same is dropped, to save signals.
    pub(super) fn set_forecast(&self, left: Option<TimeLeft>) -> bool {
        let mut facts = lock(&self.facts);
        let forecast = &mut facts.device.forecast;
        let before = forecast.zip(left).and_then(|(it, left)| it.later(left.at));
        let is_same = match (before, left) {
            (Some(before), Some(left)) => before.rounded() == left.rounded(),
            (_, left) => left.is_none() && forecast.is_none(),
        };
        if !is_same {
            *forecast = left;
        }
        !is_same
    }

    /// Whether the device has a battery reading, and so values for UPower's interface.
    pub(super) fn has_battery(&self) -> bool {
        self.read(|facts| facts.device.battery.is_some())
    }
}

impl Facts {
    /// The values for our own interface.
    pub(super) fn device1(&self) -> device1::Properties<'_> {
        device1::Properties::of(&self.device, today(), |at| self.wall_clock.unix(at))
    }

    /// The values for UPower's interface; `None`: no battery reading.
    pub(super) fn upower(&self) -> Option<upower::Properties<'_>> {
        let (device, battery) = (&self.device, self.device.battery.as_ref()?);
        let unix = |at| self.wall_clock.unix(at);
        let properties = upower::Properties::of(device, battery, &device.id, self.at, unix);
        Some(properties.with_time_left(device.time_left(today())))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
