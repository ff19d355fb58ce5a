//! The way to a node: open, or closed while the kernel tells what happens there.

use std::os::fd::BorrowedFd;

use log::debug;

use crate::transport::{Transport, TransportError};
use crate::units::Timestamp;
use crate::wire::Incoming;

pub(super) enum Connection<'a> {
    Open(Box<dyn Transport + 'a>),
    /// With the nodes the kernel made for the solar keyboards: of a pressed light key it tells
    /// nobody else, and they show nothing of the other devices.
    Closed(Vec<Box<dyn Transport + 'a>>),
}

impl<'a> Connection<'a> {
    pub(super) const fn is_open(&self) -> bool {
        matches!(self, Self::Open(_))
    }

    pub(super) fn open(&mut self) -> Option<&mut (dyn Transport + 'a)> {
        match self {
            Self::Open(transport) => Some(&mut **transport),
            Self::Closed(_) => None,
        }
    }

    /// The next thing that arrived. A node that is listened at beside this one is no loss.
    pub(super) fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        match self {
            Self::Open(transport) => transport.receive(now),
            Self::Closed(beside) => {
                let mut at = 0;
                while let Some(transport) = beside.get_mut(at) {
                    match transport.receive(now) {
                        Ok(None) => at += 1,
                        Ok(incoming) => return Ok(incoming),
                        Err(error) => {
                            debug!("{error}");
                            drop(beside.swap_remove(at));
                        }
                    }
                }
                Ok(None)
            }
        }
    }

    /// What becomes readable when something arrives.
    pub(super) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let (open, beside) = match self {
            Self::Open(transport) => (Some(transport), [].as_slice()),
            Self::Closed(beside) => (None, beside.as_slice()),
        };
        open.into_iter()
            .chain(beside)
            .filter_map(|transport| transport.descriptor())
    }

    /// When something will arrive, where that is known beforehand.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        match self {
            Self::Open(transport) => transport.next_due(),
            Self::Closed(beside) => beside.iter().filter_map(|it| it.next_due()).min(),
        }
    }
}
