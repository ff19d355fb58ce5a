//! The D-Bus wire protocol, as much as an attack needs.
//!
//! Source: the D-Bus Specification, sections "Message Protocol", "Type System" and "Authentication
//! Protocol".

mod body;
mod bytes;
mod field;
mod message;
mod peer;
mod received;

pub(crate) use body::Body;
use bytes::Bytes;
pub(crate) use bytes::Order;
pub(crate) use field::{Field, VALUES};
pub(crate) use message::Message;
pub(crate) use peer::{Hearing, Peer};
pub(crate) use received::Received;
