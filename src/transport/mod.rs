//! How reports reach a receiver: one door for the hidraw node and the USB device.
//!
//! What passes here is bytes. Input is dropped at this door ([`hidpp_proto::wire::classify`]).

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

/// A way to a receiver, or something that behaves like one.
///
/// It does not wait for what may come; sending over USB can take as long as the transfer. A
/// transport on real hardware has a descriptor to poll; one that is simulated
/// or replayed says when it next has something.
pub trait Transport {
    /// Sends one report.
    fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError>;

    /// The next thing that arrived, or `None` when nothing waits.
    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError>;

    /// What becomes readable when something arrives.
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// When something will arrive, where that is known beforehand.
    fn next_due(&self) -> Option<Timestamp> {
        None
    }
}
