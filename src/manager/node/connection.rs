//! The connection to a node: open, or closed while the kernel driver reports on its devices.

use std::os::fd::BorrowedFd;

use log::debug;

use crate::transport::{Transport, TransportError};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::Incoming;

pub(super) enum Connection<'a> {
    Open(Box<dyn Transport + 'a>),
    Closed(Listening<'a>),
}

/// The state of a closed node.
pub(super) struct Listening<'a> {
    /// The nodes that the kernel created for solar keyboards, which stay open: only they deliver a
    /// press of the light key, and they carry no traffic of other devices.
    nodes: Vec<Box<dyn Transport + 'a>>,
    /// When to poll sleeping devices whose wake the kernel may miss.
    seek_due: Option<Timestamp>,
}

impl<'a> Connection<'a> {
    /// A closed connection without additional nodes.
    pub(super) const fn closed(seek_due: Option<Timestamp>) -> Self {
        Self::Closed(Listening {
            nodes: Vec::new(),
            seek_due,
        })
    }

    pub(super) const fn is_open(&self) -> bool {
        matches!(self, Self::Open(_))
    }

    pub(super) fn open(&mut self) -> Option<&mut (dyn Transport + 'a)> {
        match self {
            Self::Open(transport) => Some(&mut **transport),
            Self::Closed(_) => None,
        }
    }

    /// Adds a node to receive from while the connection is closed.
    pub(super) fn listen(&mut self, transport: Box<dyn Transport + 'a>) {
        if let Self::Closed(listening) = self {
            listening.nodes.push(transport);
        }
    }

    /// Drops the additional nodes, which may have been replaced.
    pub(super) fn stop_listening(&mut self) {
        if let Self::Closed(listening) = self {
            listening.nodes.clear();
        }
    }

    /// When to poll sleeping devices, if the connection is closed.
    pub(super) const fn seek_due(&self) -> Option<Timestamp> {
        match self {
            Self::Open(_) => None,
            Self::Closed(listening) => listening.seek_due,
        }
    }

    /// Whether polling sleeping devices is due; `true` once.
    pub(super) fn take_seek(&mut self, now: Timestamp) -> bool {
        match self {
            Self::Open(_) => false,
            Self::Closed(listening) => listening.seek_due.take_if(|due| *due <= now).is_some(),
        }
    }

    /// The next received message. Losing an additional node is not a failure.
    pub(super) fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        match self {
            Self::Open(transport) => transport.receive(now),
            Self::Closed(Listening { nodes, .. }) => {
                let mut at = 0;
                while let Some(transport) = nodes.get_mut(at) {
                    match transport.receive(now) {
                        Ok(None) => at += 1,
                        Ok(incoming) => return Ok(incoming),
                        Err(error) => {
                            debug!("{error}");
                            drop(nodes.swap_remove(at));
                        }
                    }
                }
                Ok(None)
            }
        }
    }

    /// The descriptors that become readable when a message arrives.
    pub(super) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let (open, listening) = match self {
            Self::Open(transport) => (Some(transport), [].as_slice()),
            Self::Closed(listening) => (None, listening.nodes.as_slice()),
        };
        open.into_iter()
            .chain(listening)
            .filter_map(|transport| transport.descriptor())
    }

    /// When the next message will arrive, if known in advance (simulation and replay).
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        match self {
            Self::Open(transport) => transport.next_due(),
            Self::Closed(listening) => {
                let nodes = listening.nodes.iter();
                nodes.filter_map(|transport| transport.next_due()).min()
            }
        }
    }
}
