//! Joins the rest: transports, conversations and facts, in one loop that sleeps in poll(2).

mod clock;
mod node;
mod privacy;
mod query;
mod snapshot;

use std::io;
use std::time::Duration;

pub use clock::{Clock, RealClock, VirtualClock, Wake};
pub use privacy::Privacy;
pub use query::{Query, Selector};
pub use snapshot::{Failure, Snapshot};

use node::Node;

use crate::device::ReceiverModel;
use crate::transport::{NodeInfo, Transport};
use crate::units::Timestamp;

/// How long ending may take: cancelling a measurement, clearing flags.
const CLOSING: Duration = Duration::from_millis(500);

/// An opened receiver.
pub struct OpenReceiver<'a> {
    /// Where it is.
    pub info: NodeInfo,
    /// What sort of receiver it is.
    pub model: ReceiverModel,
    /// The way to it.
    pub transport: Box<dyn Transport + 'a>,
}

/// Asks all receivers at once what is wanted, and waits for the slowest.
pub fn read_status(
    receivers: Vec<OpenReceiver<'_>>,
    query: &Query,
    clock: &mut dyn Clock,
) -> io::Result<Snapshot> {
    let mut nodes: Vec<Node<'_>> = receivers
        .into_iter()
        .map(|open| Node::new(&open.info, open.model, open.transport, query))
        .collect();
    let deadline = clock.now() + query.timeout;
    let ended = run(&mut nodes, clock, deadline, Node::is_done)?;
    let at = clock.now();
    for node in &mut nodes {
        node.close(at, ended);
    }
    let closed = run(&mut nodes, clock, at + CLOSING, Node::is_closed)?;
    if closed == Wake::Interrupted {
        // Closing goes on all the same.
        run(&mut nodes, clock, at + CLOSING, Node::is_closed)?;
    }
    let mut snapshot = Snapshot {
        at,
        receivers: Vec::new(),
        devices: Vec::new(),
        failures: Vec::new(),
        sent: nodes.iter().map(Node::sent).sum(),
        interrupted: [ended, closed].contains(&Wake::Interrupted),
        unmatched: Vec::new(),
    };
    for selector in &query.devices {
        if !nodes.iter().any(|node| node.has_device_called(selector)) {
            snapshot.unmatched.push(selector.clone());
        }
    }
    for node in nodes {
        let (receiver, devices, failures) = node.into_parts();
        snapshot.receivers.push(receiver);
        snapshot.devices.extend(devices);
        snapshot.failures.extend(failures);
    }
    Ok(snapshot)
}

fn run<'a>(
    nodes: &mut [Node<'a>],
    clock: &mut dyn Clock,
    deadline: Timestamp,
    done: impl Fn(&Node<'a>) -> bool,
) -> io::Result<Wake> {
    loop {
        let now = clock.now();
        for node in &mut *nodes {
            node.pump(now);
        }
        if now >= deadline || nodes.iter().all(&done) {
            return Ok(Wake::Due);
        }
        let due = nodes.iter().filter_map(Node::poll_timeout).min();
        let descriptors: Vec<_> = nodes.iter().filter_map(Node::descriptor).collect();
        let until = due.map_or(deadline, |due| due.min(deadline));
        if clock.wait(&descriptors, until)? == Wake::Interrupted {
            return Ok(Wake::Interrupted);
        }
    }
}
