//! What goes over D-Bus: names, paths, the facts about a device in UPower's words, its
//! history. And the socket to a bus, which refuses descriptors and bounds messages.

pub mod entries;
mod facts;
mod head;
pub mod links;
mod names;
mod passing;
mod socket;
mod splitter;
pub mod upower;
mod which;

pub use facts::{Values, device, receiver, yes_no};
pub use head::{Head, Incoming, MessageKind};
pub use names::{
    DEVICE_INTERFACE, Layout, NAME, RECEIVER_INTERFACE, UPOWER_DEVICE_INTERFACE, UPOWER_INTERFACE,
    UPOWER_NAME,
};
pub use socket::{Intake, yield_now};
pub use splitter::Limits;
pub use which::Bus;
