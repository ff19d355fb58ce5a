//! A harness for following devices: scheduled actions on virtual time, and the reported events.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::time::Duration;

use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Incoming, Report, Slot};
use solar_status::clock::{Clock, VirtualClock, Wake};
use solar_status::device::Change;
use solar_status::manager::{
    Command, Commands, Follow, Memory, MonitorEvent, NodeSource, Query, follow,
};
use solar_status::transport::{NodeEvent, NodeInfo, Transport, TransportError, WatchError};

use crate::desk::{Shared, query};

type Act = Box<dyn FnOnce(Timestamp)>;

/// A virtual clock that runs scheduled actions.
struct ScheduledClock {
    clock: VirtualClock,
    acts: VecDeque<(Timestamp, Act)>,
    /// When a wait ended without an action.
    wakes: Rc<RefCell<Vec<Timestamp>>>,
}

impl Clock for ScheduledClock {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn wait(&mut self, fds: &[BorrowedFd<'_>], until: Option<Timestamp>) -> io::Result<Wake> {
        let next = self.acts.front().map(|(at, _)| *at);
        if next.is_some_and(|at| until.is_none_or(|until| at <= until)) {
            let (at, act) = self.acts.pop_front().unwrap();
            self.clock.wait(fds, Some(at))?;
            act(self.clock.now());
            return Ok(Wake::Readable((0..fds.len()).collect()));
        }
        let wake = self.clock.wait(fds, until)?;
        self.wakes.borrow_mut().push(self.clock.now());
        Ok(wake)
    }
}

/// A source of nodes that the test controls.
#[derive(Clone, Default)]
pub(crate) struct Port {
    events: Rc<RefCell<VecDeque<NodeEvent>>>,
    nodes: Rc<RefCell<Vec<Shared>>>,
    /// How many more attempts to open a node fail with a permission error.
    pub(crate) denials: Rc<RefCell<usize>>,
    pub(crate) opened: Rc<RefCell<usize>>,
    /// Whether nodes have just appeared.
    pub(crate) fresh: bool,
    /// How many nodes are open, without those of paired devices.
    pub(crate) in_use: Rc<RefCell<usize>>,
}

impl Port {
    pub(crate) fn plug(&self, node: &Shared) {
        self.plug_as(node, node.info());
    }

    /// The same with other information about the node.
    pub(crate) fn plug_as(&self, node: &Shared, info: NodeInfo) {
        node.set_gone(false);
        self.nodes.borrow_mut().push(node.clone());
        self.push_event(NodeEvent::Appeared(info));
    }

    /// Sends a kernel event.
    pub(crate) fn push_event(&self, event: NodeEvent) {
        self.events.borrow_mut().push_back(event);
    }

    pub(crate) fn unplug(&self, node: &Shared) {
        node.set_gone(true);
        self.events
            .borrow_mut()
            .push_back(NodeEvent::Disappeared(node.info().id));
    }
}

impl NodeSource for Port {
    fn next_event(&mut self) -> Result<Option<NodeEvent>, WatchError> {
        Ok(self.events.borrow_mut().pop_front())
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    fn age(&self, _info: &NodeInfo) -> Option<Duration> {
        self.fresh.then_some(Duration::ZERO)
    }

    fn open(&mut self, info: &NodeInfo) -> Result<Box<dyn Transport>, TransportError> {
        let mut denials = self.denials.borrow_mut();
        if *denials > 0 {
            *denials -= 1;
            return Err(TransportError::PermissionDenied {
                node: info.path.clone(),
            });
        }
        let place = info.place();
        let nodes = self.nodes.borrow();
        let node = nodes
            .iter()
            .rev()
            .find(|node| node.info().place().hid == place.hid);
        let counter = place.slot.is_none().then(|| Rc::clone(&self.in_use));
        if let Some(counter) = &counter {
            *self.opened.borrow_mut() += 1;
            *counter.borrow_mut() += 1;
        }
        Ok(Box::new(Opened {
            node: node.unwrap().clone(),
            is_fresh: true,
            slot: place.slot,
            counter,
        }))
    }
}

/// An open node. Reports that arrived before it was opened are not received; the node of a paired
/// device receives only that device's reports.
struct Opened {
    node: Shared,
    is_fresh: bool,
    slot: Option<Slot>,
    counter: Option<Rc<RefCell<usize>>>,
}

impl Transport for Opened {
    fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError> {
        self.node.send(now, report)
    }

    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        if std::mem::take(&mut self.is_fresh) {
            self.node.miss(now);
        }
        while let Some(incoming) = self.node.receive(now)? {
            match &incoming {
                Incoming::HidPp(report) if self.slot.is_some() => {
                    if report.device().slot() == self.slot {
                        return Ok(Some(incoming));
                    }
                }
                _ => return Ok(Some(incoming)),
            }
        }
        Ok(None)
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.node.descriptor()
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.node.next_due()
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(counter) = &self.counter {
            *counter.borrow_mut() -= 1;
        }
    }
}

/// Commands sent by the test.
#[derive(Clone, Default)]
pub(crate) struct CommandQueue(Rc<RefCell<VecDeque<Command>>>);

impl CommandQueue {
    pub(crate) fn push(&self, command: Command) {
        self.0.borrow_mut().push_back(command);
    }
}

impl Commands for CommandQueue {
    fn next_command(&mut self) -> Option<Command> {
        self.0.borrow_mut().pop_front()
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// The scheduled actions, the manager's inputs, and its results.
pub(crate) struct FollowHarness {
    pub(crate) port: Port,
    pub(crate) commands: CommandQueue,
    pub(crate) query: Query,
    pub(crate) memory: Memory,
    /// When following starts.
    pub(crate) start: Timestamp,
    acts: Vec<(Timestamp, Act)>,
    wakes: Rc<RefCell<Vec<Timestamp>>>,
}

impl FollowHarness {
    pub(crate) fn new() -> Self {
        Self {
            port: Port::default(),
            commands: CommandQueue::default(),
            query: query(true),
            memory: Memory::default(),
            start: Timestamp::START,
            acts: Vec::new(),
            wakes: Rc::default(),
        }
    }

    /// Schedules an action at this second.
    pub(crate) fn at(&mut self, second: u64, act: impl FnOnce(Timestamp) + 'static) {
        self.at_time(Duration::from_secs(second), act);
    }

    /// Schedules an action at this time after the start.
    pub(crate) fn at_time(&mut self, since: Duration, act: impl FnOnce(Timestamp) + 'static) {
        self.acts
            .push((Timestamp::from_start(since), Box::new(act)));
    }

    /// Schedules a command at this second.
    pub(crate) fn send_command_at(&mut self, second: u64, command: Command) {
        let commands = self.commands.clone();
        self.at(second, move |_| commands.push(command));
    }

    /// Follows until this second, and returns the reported events with their seconds.
    pub(crate) fn follow(&mut self, seconds: u64) -> Vec<(u64, MonitorEvent)> {
        let mut acts = std::mem::take(&mut self.acts);
        acts.sort_by_key(|(at, _)| *at);
        let mut clock = ScheduledClock {
            clock: VirtualClock::at(self.start),
            acts: acts.into(),
            wakes: Rc::clone(&self.wakes),
        };
        let until = Timestamp::from_start(Duration::from_secs(seconds));
        let mut events = Vec::new();
        follow(
            Follow {
                source: &mut self.port.clone(),
                commands: &mut self.commands.clone(),
                query: &self.query,
                memory: &mut self.memory,
                clock: &mut clock,
                until: Some(until),
            },
            &mut |now, event| {
                events.push((now.since_start().as_secs(), event));
                Ok(())
            },
        )
        .unwrap();
        events
    }

    /// How many times the manager woke up on its own between these seconds.
    pub(crate) fn wakes_between(&self, from: u64, to: u64) -> usize {
        let second = |at: &&Timestamp| (from..to).contains(&at.since_start().as_secs());
        self.wakes.borrow().iter().filter(second).count()
    }
}

/// The events in short form: `1 + K750`, `30 K750 battery light`.
pub(crate) fn words(events: &[(u64, MonitorEvent)]) -> Vec<String> {
    let name = |device: &solar_status::device::Device| device.name.clone().unwrap_or_default();
    let word = |event: &MonitorEvent| match event {
        MonitorEvent::Change(change) => match &**change {
            Change::ReceiverAdded(_) => "+ receiver".to_owned(),
            Change::ReceiverRemoved(_) => "- receiver".to_owned(),
            Change::DeviceAdded(device) => format!("+ {}", name(device)),
            Change::DeviceRemoved(device) => format!("- {}", name(device)),
            Change::DeviceChanged(device, what) => {
                let what: Vec<&str> = what.iter().map(|it| it.name()).collect();
                format!("{} {}", name(device), what.join(" "))
            }
            Change::DeviceRead(device) => format!("{} read", name(device)),
            Change::LightKey(device) => format!("{} key", name(device)),
            Change::Identified { from, to } => format!("{from} is {to}"),
        },
        MonitorEvent::Failure(failure) => format!("! {failure}"),
        MonitorEvent::Unreadable(unreadable) => format!("? {unreadable}"),
        MonitorEvent::Settled { .. } => "settled".to_owned(),
    };
    events
        .iter()
        .filter(|(_, event)| !matches!(event, MonitorEvent::Settled { .. }))
        .map(|(second, event)| format!("{second} {}", word(event)))
        .collect()
}

/// Asserts that the events include these, in short form.
pub(crate) fn assert_lines(events: &[(u64, MonitorEvent)], expected: &[&str]) {
    let lines = words(events);
    for line in expected {
        assert!(lines.iter().any(|it| it == line), "{line}: {lines:?}");
    }
}
