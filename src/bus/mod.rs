//! The D-Bus interfaces and the connection to a bus. Each interface is one file with both
//! directions: its list of properties, what the service sends, and how a client decodes it
//! (`property.rs`). In addition: names, paths and histories, and the socket to a bus, which refuses
//! file descriptors and limits the length of messages.

#[cfg(test)]
pub(crate) mod any;
pub mod device1;
pub mod entries;
mod head;
mod links;
mod names;
mod passing;
pub(crate) mod property;
pub mod receiver1;
mod socket;
mod splitter;
pub mod upower;
mod values;
mod which;

pub use device1::device;
pub use head::{Head, Incoming, MessageKind};
pub use names::{
    DEVICE_INTERFACE, Layout, NAME, RECEIVER_INTERFACE, UPOWER_DEVICE_INTERFACE, UPOWER_INTERFACE,
    UPOWER_NAME,
};
pub use property::{Pace, Property, ServedValues, Values, text_of};
pub use receiver1::receiver;
pub use socket::{Intake, yield_now};
pub use splitter::Limits;
pub use which::Bus;
