/// What is at the other end of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A receiver, with devices in its pairing slots.
    Receiver,
    /// A single device, on a cable or on Bluetooth.
    Device,
}
