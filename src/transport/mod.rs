//! Transports: sending and receiving reports through a hidraw node or a USB device.
//!
//! This layer handles bytes only. Input reports (keys, motion) are dropped here
//! ([`hidpp_proto::wire::classify`]).

mod discovery;
mod error;
mod hidraw;
mod hotplug;
mod node;
mod supply;
mod sysfs;
mod uevent;
mod usb;
mod watch;

#[cfg(test)]
#[path = "../../crates/hidpp/src/wire/samples.rs"]
mod samples;

use std::os::fd::BorrowedFd;

pub use discovery::{DiscoveryError, list_nodes};
pub use error::TransportError;
pub use hidraw::HidrawTransport;
pub use node::{Bus, NodeId, NodeInfo, NodeRole, Place};
pub use supply::{Supply, SupplyId};
pub use sysfs::Sysfs;
pub use usb::{Opened, UsbError, UsbTransport, open_usb_receivers};
pub use watch::{NodeEvent, NodeWatch, WatchError};

use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Incoming, Report};

/// A connection to a receiver or device, real, simulated or replayed.
///
/// Receiving does not block; sending over USB blocks for the duration of the transfer. A transport
/// on real hardware has a descriptor to poll; a simulated or replayed one returns when its next
/// message is due.
pub trait Transport {
    /// Sends one report.
    fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError>;

    /// The next received message, if any.
    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError>;

    /// The descriptor that becomes readable when a message arrives.
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// When the next message will arrive, if known in advance.
    fn next_due(&self) -> Option<Timestamp> {
        None
    }
}
