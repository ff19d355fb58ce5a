/// What is at the other end of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A receiver, with devices in its pairing slots.
    Receiver,
    /// A single device that speaks HID++, on a cable, on Bluetooth or behind a dongle of its own.
    Device,
    /// A headset that speaks Centurion, on its cable or behind its dongle.
    Centurion,
}
