//! The D-Bus wire protocol, as far as the attacks need it.
//!
//! Source: the D-Bus Specification, sections "Message Protocol", "Type System" and "Authentication
//! Protocol".

mod body;
mod bytes;
mod field;
mod message;
mod peer;
mod received;

pub use body::Body;
use bytes::Bytes;
pub use bytes::Order;
pub use field::{Field, VALUES};
pub use message::Message;
pub use peer::{Peer, ReadMode};
pub use received::Received;
