//! The D-Bus wire protocol, as much as an attack needs.
//!
//! Source: the D-Bus Specification, sections "Message Protocol", "Type System" and "Authentication
//! Protocol".

mod body;
mod message;
mod peer;
mod received;

pub(crate) use body::Body;
pub(crate) use message::Message;
pub(crate) use peer::{Hearing, Peer};
pub(crate) use received::Received;

/// Parameters of a message and fields of its header, in little-endian order.
#[derive(Clone, Debug, Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn align(&mut self, to: usize) {
        self.0.resize(self.0.len().next_multiple_of(to), 0);
    }

    fn u32(&mut self, value: u32) {
        self.align(4);
        self.0.extend(value.to_le_bytes());
    }

    /// A length, its bytes, and a terminating zero; types `s` and `o`.
    fn string(&mut self, value: &str) {
        self.u32(value.len().try_into().unwrap());
        self.0.extend(value.as_bytes());
        self.0.push(0);
    }

    /// The same with a length of one byte; type `g`.
    fn signature(&mut self, value: &str) {
        self.0.push(value.len().try_into().unwrap());
        self.0.extend(value.as_bytes());
        self.0.push(0);
    }
}
