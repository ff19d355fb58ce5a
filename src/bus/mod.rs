//! What goes over D-Bus: names, paths, the facts about a device in UPower's words, its
//! history.
//!
//! It does no I/O; the service serves these values, and the command line reads them.

pub mod entries;
mod facts;
mod names;
pub mod upower;
mod which;

pub use facts::{Values, device, receiver, yes_no};
pub use names::{
    DEVICE_INTERFACE, Layout, NAME, RECEIVER_INTERFACE, UPOWER_DEVICE_INTERFACE, UPOWER_INTERFACE,
    UPOWER_NAME,
};
pub use which::Bus;
