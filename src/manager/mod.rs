//! Connects transports, sessions and device state in one event loop that sleeps in poll(2).
//!
//! [`read_status`] polls all devices once and returns a [`Snapshot`]; [`follow`] keeps running,
//! reports changes and executes [`Command`]s.

mod command;
mod facts;
mod joined;
mod kernel_coverage;
mod memory;
mod monitor;
mod node;
mod query;
mod rivals;
mod snapshot;
mod unreadable;

use std::io;
use std::iter;
use std::os::fd::BorrowedFd;
use std::time::Duration;

pub use command::{
    Command, CommandReceiver, CommandSender, Commands, NoCommands, NotSent, command_channel,
};
pub use memory::{Memory, MemoryError, Saved};
pub use monitor::{Follow, FollowError, MonitorEvent, NodeSource, follow};
pub use query::Query;
pub use snapshot::{Failure, Snapshot};
pub use unreadable::{Obstacle, Unreadable, unreadable};

use joined::{BluetoothUse, Joined, Request};
use node::Node;
use rivals::Sign;

use crate::clock::{Clock, Wake};
use crate::device::{Change, Link, ReceiverModel, is_mute_receiver};
use crate::transport::{NodeInfo, NodeRole, Transport};
use hidpp_proto::units::Timestamp;

/// Timeout for the shutdown requests: cancelling a measurement, clearing flags. In recordings, an
/// idle device answered the first message after up to 1.94 s and the next one after 113 ms.
const CLOSING: Duration = Duration::from_millis(2500);

/// An opened node of a receiver, or of a device connected directly (by cable or Bluetooth).
pub struct OpenNode<'a> {
    /// Its description: path, ids, HID++ reports.
    pub info: NodeInfo,
    /// The open connection to it.
    pub transport: Box<dyn Transport + 'a>,
}

/// How a node is used: as a receiver, as a directly connected device, or not at all.
pub fn role(info: &NodeInfo) -> NodeRole {
    let role = info.role(|vendor, product| ReceiverModel::of(vendor, product).is_some());
    match role {
        NodeRole::Direct if is_mute_receiver(info.vendor, info.product) => NodeRole::Plain,
        role => role,
    }
}

/// Polls all receivers and devices concurrently for what the query requests, until the last one has
/// answered or the query's timeout expires.
pub fn read_status(
    opened: Vec<OpenNode<'_>>,
    query: &Query,
    memory: &mut Memory,
    clock: &mut dyn Clock,
) -> io::Result<Snapshot> {
    let start = clock.now();
    let nodes = opened.into_iter().map(|open| {
        let model = ReceiverModel::of(open.info.vendor, open.info.product);
        let mut node = Node::new(open.info, model, open.transport, query);
        node.begin(start, memory);
        node
    });
    let mut nodes: Vec<Node<'_>> = nodes.collect();
    let mut all: Vec<&mut Node<'_>> = nodes.iter_mut().collect();
    let deadline = start + query.timeout;
    let mut joined = Joined::new(query);
    let ended = loop {
        let ended = run(&mut all, memory, clock, deadline, Node::is_done)?;
        let now = clock.now();
        look(&mut all, &mut joined, now, memory);
        let over = ended == Wake::Interrupted || now >= deadline;
        if over || !join(&mut all, &mut joined, now, memory) {
            break ended;
        }
    };
    let at = clock.now();
    let interrupted = ended == Wake::Interrupted;
    let closed = close(&mut all, memory, clock, interrupted)?;
    look(&mut all, &mut joined, clock.now(), memory);
    joined.remember(clock.now(), memory);
    let mut snapshot = Snapshot {
        at,
        receivers: Vec::new(),
        devices: nodes
            .iter()
            .flat_map(Node::views)
            .filter_map(|view| joined.device_at(view))
            .cloned()
            .collect(),
        others: joined.unselected().collect(),
        failures: Vec::new(),
        sent: nodes.iter().map(Node::sent).sum(),
        interrupted: interrupted || closed == Wake::Interrupted,
        unreadable: Vec::new(),
    };
    for node in nodes {
        let (receiver, failures) = node.into_parts();
        snapshot.receivers.extend(receiver);
        snapshot.failures.extend(failures);
    }
    Ok(snapshot)
}

/// Updates the joined devices from the current state of their nodes, and records which links
/// answered or connected.
fn look(nodes: &mut [&mut Node<'_>], joined: &mut Joined<'_>, now: Timestamp, memory: &mut Memory) {
    let mut changes = Vec::new();
    for node in &mut *nodes {
        changes.extend(iter::from_fn(|| node.poll_change()));
    }
    for change in changes {
        if let Change::Identified { from, to } = change {
            for node in &mut *nodes {
                node.adopt(now, &from, &to, memory);
            }
        }
    }
    for node in &mut *nodes {
        for view in node.views() {
            joined.put(view.clone(), node.port(), memory);
        }
    }
    for (link, claim) in nodes.iter_mut().flat_map(|node| node.take_claims()) {
        joined.on_claim(now, link, claim, memory);
    }
    let signs = nodes.iter_mut().flat_map(|node| node.take_signs());
    let mut signs: Vec<(Timestamp, Link, Sign)> = signs.collect();
    signs.sort();
    for (at, link, sign) in signs {
        joined.on_sign(at, &link, sign, memory);
    }
}

/// Assigns separate ids to devices that share one, and polls links that may belong to two devices
/// or to an already identified one. Returns whether a request was made.
fn join(
    nodes: &mut [&mut Node<'_>],
    joined: &mut Joined<'_>,
    now: Timestamp,
    memory: &mut Memory,
) -> bool {
    let mut asked = false;
    let mut put_off = Vec::new();
    // All nodes were polled.
    let bluetooth = BluetoothUse::Known;
    while let Some(request) = joined.next_request(now, &put_off, bluetooth, memory) {
        if fulfil(&request, nodes.iter_mut().map(|it| &mut **it), now, memory) {
            asked = true;
            look(nodes, joined, now, memory);
        } else {
            joined.put_off(&request);
            put_off.push(request);
        }
    }
    let alike: Vec<Request> = joined.find_alike(memory).collect();
    for request in alike {
        asked |= fulfil(&request, nodes.iter_mut().map(|it| &mut **it), now, memory);
    }
    asked
}

/// Passes a request of link joining to the node that has the link. Returns whether a node took it.
fn fulfil<'n, 'a: 'n>(
    request: &Request,
    mut nodes: impl Iterator<Item = &'n mut Node<'a>>,
    now: Timestamp,
    memory: &mut Memory,
) -> bool {
    nodes.any(|node| match request {
        Request::SetApart(link) => node.set_apart(now, link, memory),
        Request::Check(link) => node.check(now, link),
        Request::Identify(link) => node.ask_identity(now, link),
        Request::Join(link, unit) => node.grant_claim(now, link, unit, memory),
    })
}

/// Closes the sessions of all nodes and restores flags and measurements on the devices. A first
/// interrupt does not cut this short, a second one does. `on_request`: see [`Node::close`].
fn close(
    nodes: &mut [&mut Node<'_>],
    memory: &mut Memory,
    clock: &mut dyn Clock,
    on_request: bool,
) -> io::Result<Wake> {
    let at = clock.now();
    for node in &mut *nodes {
        node.close(at, on_request);
    }
    let deadline = at + CLOSING;
    let closed = run(nodes, memory, clock, deadline, Node::is_closed)?;
    if closed == Wake::Interrupted {
        run(nodes, memory, clock, deadline, Node::is_closed)?;
    }
    Ok(closed)
}

/// Runs all nodes until `done` holds for each, the deadline passes, or the clock is interrupted.
fn run<'a>(
    nodes: &mut [&mut Node<'a>],
    memory: &mut Memory,
    clock: &mut dyn Clock,
    deadline: Timestamp,
    done: impl Fn(&Node<'a>) -> bool,
) -> io::Result<Wake> {
    loop {
        let now = clock.now();
        for node in &mut *nodes {
            node.pump(now, memory);
        }
        if now >= deadline || nodes.iter().all(|node| done(node)) {
            return Ok(Wake::Due);
        }
        let due = nodes.iter().filter_map(|node| node.poll_timeout()).min();
        let until = due.map_or(deadline, |due| due.min(deadline));
        if wait(
            nodes.iter_mut().map(|node| &mut **node),
            &[],
            clock,
            Some(until),
        )? == Wake::Interrupted
        {
            return Ok(Wake::Interrupted);
        }
    }
}

/// Waits until a node, one of the additional descriptors, or `until` is due, and marks the nodes
/// that became readable.
fn wait<'n, 'a: 'n>(
    nodes: impl Iterator<Item = &'n mut Node<'a>>,
    additional: &[BorrowedFd<'_>],
    clock: &mut dyn Clock,
    until: Option<Timestamp>,
) -> io::Result<Wake> {
    let mut nodes: Vec<&mut Node<'a>> = nodes.collect();
    let watched = nodes.iter().enumerate();
    let (places, mut descriptors): (Vec<usize>, Vec<BorrowedFd<'_>>) = watched
        .flat_map(|(place, node)| node.descriptors().map(move |fd| (place, fd)))
        .unzip();
    descriptors.extend(additional);
    let wake = clock.wait(&descriptors, until)?;
    if let Wake::Readable(readable) = &wake {
        for place in readable.iter().filter_map(|at| places.get(*at)) {
            if let Some(node) = nodes.get_mut(*place) {
                node.on_readable();
            }
        }
    }
    Ok(wake)
}
