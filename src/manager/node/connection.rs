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

/// What happens while a node is closed.
pub(super) struct Listening<'a> {
    /// The nodes the kernel made for the solar keyboards: a pressed light key is reported nowhere else,
    /// and they show nothing of the other devices.
    nodes: Vec<Box<dyn Transport + 'a>>,
    /// When to look for sleeping devices that the kernel may miss.
    seek_due: Option<Timestamp>,
}

impl<'a> Connection<'a> {
    /// A closed one, to which nothing is listened yet.
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

    /// Listens to this node too while it is closed.
    pub(super) fn listen(&mut self, transport: Box<dyn Transport + 'a>) {
        if let Self::Closed(listening) = self {
            listening.nodes.push(transport);
        }
    }

    /// Stops listening while it is closed: the nodes may be others than before.
    pub(super) fn stop_listening(&mut self) {
        if let Self::Closed(listening) = self {
            listening.nodes.clear();
        }
    }

    /// When to look for sleeping devices, as long as it is closed.
    pub(super) const fn seek_due(&self) -> Option<Timestamp> {
        match self {
            Self::Open(_) => None,
            Self::Closed(listening) => listening.seek_due,
        }
    }

    /// Whether it is time to look for sleeping devices, once.
    pub(super) fn take_seek(&mut self, now: Timestamp) -> bool {
        match self {
            Self::Open(_) => false,
            Self::Closed(listening) => listening.seek_due.take_if(|due| *due <= now).is_some(),
        }
    }

    /// The next thing that arrived. Losing a node that is only listened to is not a failure.
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

    /// What becomes readable when something arrives.
    pub(super) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let (open, listening) = match self {
            Self::Open(transport) => (Some(transport), [].as_slice()),
            Self::Closed(listening) => (None, listening.nodes.as_slice()),
        };
        open.into_iter()
            .chain(listening)
            .filter_map(|transport| transport.descriptor())
    }

    /// When something will arrive, where that is known beforehand.
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
