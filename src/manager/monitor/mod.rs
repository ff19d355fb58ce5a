//! The monitor: follows all nodes, including hotplug, and what their devices send.

mod commands;
mod joining;
mod opening;
mod settle_delay;
mod standby_events;
mod unreadable_nodes;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use super::command::Commands;
use super::joined::Joined;
use super::kernel_coverage::KernelCoverage;
use super::memory::Memory;
use super::node::Node;
use super::query::Query;
use super::snapshot::Failure;
use super::unreadable::Unreadable;
use super::{close, wait};
use crate::clock::{Clock, Wake};
use crate::device::{Change, Device};
use crate::transport::{NodeEvent, NodeId, NodeInfo, Transport, TransportError, WatchError};
use hidpp_proto::units::Timestamp;
use opening::Waiting;
use unreadable_nodes::UnreadableNodes;

/// The time after which a working node is considered stable: its next failure is reported, and its
/// reopening backoff starts from the beginning.
const STEADY: Duration = Duration::from_secs(600);

/// The cache is saved after the first poll, at the end, and within this time after a value changed,
/// so a process that is killed loses less than a minute, the write included. Changes within this
/// time are coalesced into one write; without changes nothing is written and no timer runs.
const SAVE_CHANGE: Duration = Duration::from_secs(50);

/// Within this time after an unchanged value was read again: a process that is killed loses only
/// its new time. An awake K750 sends its charge every 90 s.
const SAVE_AGE: Duration = Duration::from_secs(600);

/// A source of nodes and hotplug events.
pub trait NodeSource {
    /// The next queued event, if any.
    fn next_event(&mut self) -> Result<Option<NodeEvent>, WatchError>;

    /// The descriptor that becomes readable when an event may be queued.
    fn descriptor(&self) -> Option<BorrowedFd<'_>>;

    /// The time since a node was created, if known.
    fn age(&self, _info: &NodeInfo) -> Option<Duration> {
        None
    }

    /// Opens a node.
    fn open(&mut self, info: &NodeInfo) -> Result<Box<dyn Transport>, TransportError>;
}

/// An event that [`follow`] reports.
#[derive(Debug)]
pub enum MonitorEvent {
    /// A receiver or device changed.
    Change(Box<Change>),
    /// A node or device failed; the others are followed on.
    Failure(Failure),
    /// Hardware that cannot be read was found.
    Unreadable(Unreadable),
    /// Everything present at the start was polled, and the answers were reported. Sent once.
    Settled {
        /// The views of the devices that the query does not select: one for each link.
        unselected: Vec<Device>,
    },
}

impl MonitorEvent {
    /// The time within which the cache is to be saved because of this event.
    fn save_within(&self) -> Option<Duration> {
        let Self::Change(change) = self else {
            return None;
        };
        match **change {
            Change::DeviceAdded(_) | Change::DeviceRemoved(_) | Change::DeviceChanged(..) => {
                Some(SAVE_CHANGE)
            }
            Change::DeviceRead(_) => Some(SAVE_AGE),
            Change::ReceiverAdded(_)
            | Change::ReceiverRemoved(_)
            | Change::LightKey(_)
            | Change::Identified { .. } => None,
        }
    }
}

/// The arguments of [`follow`].
pub struct Follow<'a> {
    /// The source of nodes and hotplug events.
    pub source: &'a mut dyn NodeSource,
    /// The source of commands.
    pub commands: &'a mut dyn Commands,
    /// What to read, and from which devices.
    pub query: &'a Query,
    /// The cache; it is saved soon after a change, and at the end.
    pub memory: &'a mut Memory,
    /// The time, and the interrupt that ends following.
    pub clock: &'a mut dyn Clock,
    /// When to end; `None`: only when the clock is interrupted.
    pub until: Option<Timestamp>,
}

/// Follows all nodes and their devices until the clock is interrupted or the given time, and
/// reports events. At the end, flags and measurements on the devices are restored.
pub fn follow(
    follow: Follow<'_>,
    report: &mut dyn FnMut(Timestamp, MonitorEvent) -> io::Result<()>,
) -> Result<Wake, FollowError> {
    let Follow {
        source,
        commands,
        query,
        memory,
        clock,
        until,
    } = follow;
    let mut monitor = Monitor {
        query,
        nodes: BTreeMap::new(),
        joined: Joined::new(query),
        coverage: KernelCoverage::default(),
        waiting: Vec::new(),
        unreadable_nodes: UnreadableNodes::default(),
        failed: BTreeMap::new(),
        save_due: None,
        settled: false,
    };
    let ended = monitor.run(source, commands, memory, clock, until, report);
    // Flags and measurements are restored after a failure, too.
    let closed = monitor.close(memory, clock);
    memory.save_or_log();
    let ended = ended?;
    closed?;
    Ok(ended)
}

/// Why following ended.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// Hotplug events cannot be received.
    #[error(transparent)]
    Watch(#[from] WatchError),
    /// Waiting or reporting failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

struct Monitor<'a> {
    query: &'a Query,
    nodes: BTreeMap<NodeId, Node<'a>>,
    joined: Joined<'a>,
    coverage: KernelCoverage,
    waiting: Vec<Waiting>,
    unreadable_nodes: UnreadableNodes,
    /// The number of failures of nodes that are still present.
    failed: BTreeMap<NodeId, u32>,
    /// When to save the cache; `None`: nothing changed since it was saved.
    save_due: Option<Timestamp>,
    /// Whether everything present at the start was polled.
    settled: bool,
}

impl Monitor<'_> {
    fn run(
        &mut self,
        source: &mut dyn NodeSource,
        commands: &mut dyn Commands,
        memory: &mut Memory,
        clock: &mut dyn Clock,
        until: Option<Timestamp>,
        report: &mut dyn FnMut(Timestamp, MonitorEvent) -> io::Result<()>,
    ) -> Result<Wake, FollowError> {
        let save_due: Cell<Option<Timestamp>> = Cell::default();
        let report = &mut |now: Timestamp, event: MonitorEvent| {
            let due = event.save_within().map(|within| now + within);
            save_due.set(save_due.get().into_iter().chain(due).min());
            report(now, event)
        };
        loop {
            let now = clock.now();
            while let Some(event) = source.next_event()? {
                self.on_coverage(now, &event);
                match event {
                    NodeEvent::Appeared(info) => {
                        self.unreadable_nodes.appear(now, &info);
                        let age = source.age(&info);
                        self.appear(now, info, age);
                    }
                    NodeEvent::Disappeared(id) => {
                        self.waiting.retain(|waiting| waiting.info.id != id);
                        self.failed.remove(&id);
                        self.unreadable_nodes.disappear(&id);
                        self.remove(now, &id, memory, report)?;
                    }
                    NodeEvent::Supply(_) | NodeEvent::SupplyGone(_) => {}
                }
            }
            self.open(now, source, memory, report)?;
            let more = self.run_commands(now, commands);
            self.pump(now, memory, report)?;
            self.join(now, memory, report)?;
            self.settle(now, source);
            let settles = !self.settled && self.is_settled();
            for unreadable in self.unreadable_nodes.take(now, settles) {
                report(now, MonitorEvent::Unreadable(unreadable))?;
            }
            if settles {
                self.settled = true;
                let views = self.nodes.values().flat_map(Node::views);
                let unselected = views.filter(|view| !self.query.selects(view));
                let unselected = unselected.cloned().collect();
                report(now, MonitorEvent::Settled { unselected })?;
            }
            let save_due = save_due.take().filter(|_| memory.is_kept());
            self.save_due = self.save_due.into_iter().chain(save_due).min();
            // Saved at once after the first poll, which took the most requests.
            if settles || self.save_due.is_some_and(|due| due <= now) {
                self.save_due = None;
                self.remember(now, memory);
                memory.save_or_log();
            }
            if until.is_some_and(|until| until <= now) {
                return Ok(Wake::Due);
            }
            let due = self.nodes.values().filter_map(Node::poll_timeout);
            let due = due
                .chain(self.waiting.iter().map(|waiting| waiting.due))
                .chain(self.save_due)
                .chain(self.unreadable_nodes.due().filter(|_| self.settled))
                .chain(more.then_some(now))
                .chain(until);
            let due = due.min();
            let nodes = self.nodes.values_mut();
            let additional = source.descriptor().into_iter().chain(commands.descriptor());
            let additional: Vec<BorrowedFd<'_>> = additional.collect();
            if wait(nodes, &additional, clock, due)? == Wake::Interrupted {
                return Ok(Wake::Interrupted);
            }
        }
    }

    /// Whether all devices were polled once, and no node is about to be opened.
    fn is_settled(&self) -> bool {
        self.waiting.iter().all(Waiting::is_given_up) && self.nodes.values().all(Node::is_settled)
    }

    fn pump(
        &mut self,
        now: Timestamp,
        memory: &mut Memory,
        report: &mut dyn FnMut(Timestamp, MonitorEvent) -> io::Result<()>,
    ) -> io::Result<()> {
        for node in self.nodes.values_mut() {
            node.pump(now, memory);
        }
        self.report_changes(now, memory, report)?;
        let mut lost = Vec::new();
        for (id, node) in &mut self.nodes {
            for failure in node.take_device_failures() {
                report(now, MonitorEvent::Failure(failure))?;
            }
            if let Some(failure) = node.take_failure() {
                let gone = matches!(&failure, Failure::Transport(TransportError::Gone { .. }));
                if now.since(node.begun()) > STEADY {
                    self.failed.remove(id);
                }
                if !gone && !self.failed.contains_key(id) {
                    report(now, MonitorEvent::Failure(failure))?;
                }
                lost.push(node.info().clone());
            }
        }
        for info in lost {
            self.remove(now, &info.id, memory, report)?;
            self.open_again(now, info);
        }
        Ok(())
    }

    fn remove(
        &mut self,
        now: Timestamp,
        id: &NodeId,
        memory: &mut Memory,
        report: &mut dyn FnMut(Timestamp, MonitorEvent) -> io::Result<()>,
    ) -> io::Result<()> {
        self.report_changes(now, memory, report)?;
        let Some(node) = self.nodes.remove(id) else {
            return Ok(());
        };
        node.remember(now, memory);
        self.joined.remember(now, memory);
        memory.release(id);
        for change in node.removed() {
            for change in self.joined.take(change, None, memory) {
                report(now, MonitorEvent::Change(Box::new(change)))?;
            }
        }
        Ok(())
    }

    fn remember(&self, now: Timestamp, memory: &mut Memory) {
        for node in self.nodes.values() {
            node.remember(now, memory);
        }
        self.joined.remember(now, memory);
    }

    /// Saves the state of all devices to the cache, and restores flags and measurements.
    fn close(&mut self, memory: &mut Memory, clock: &mut dyn Clock) -> io::Result<()> {
        self.remember(clock.now(), memory);
        let mut nodes: Vec<&mut Node<'_>> = self.nodes.values_mut().collect();
        close(&mut nodes, memory, clock, true)?;
        Ok(())
    }
}
