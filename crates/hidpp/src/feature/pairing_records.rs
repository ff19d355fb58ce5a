/// Where a receiver keeps its records of paired devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairingRecords {
    /// Register B5, sub-registers 2n to 4n, slots counted from 0: Unifying, Lightspeed, Nano. See
    /// [`super::pairing_information`].
    Legacy,
    /// Register B5, sub-registers 5n and 6n, slots counted from 1: Bolt. See
    /// [`super::bolt_pairing`].
    Bolt,
    /// Nowhere; it only announces its devices: 27 MHz. See [`super::device_connection`].
    None,
    /// Not known beforehand: both registers are tried.
    Unknown,
}
