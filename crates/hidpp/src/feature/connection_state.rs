//! Register 02 of a receiver: how many devices are paired, and the request to announce them.

use crate::wire::{Register, RegisterRequest, Report};

/// How full the receiver is.
///
/// Answer bytes: unused, paired devices, remaining pairings + 5. Source: Logitech's HID++ 1.0
/// extract; the + 5 from Solaar, seen in its issue 598.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionState {
    /// How many devices are paired.
    pub paired: u8,
    /// How many more pairings the receiver allows; `None`: unlimited or not reported.
    pub remaining_pairings: Option<u8>,
}

/// The request for the number of paired devices.
pub const fn get() -> RegisterRequest {
    RegisterRequest::get(Register::CONNECTION_STATE, [0; 3])
}

/// Makes the receiver send notification 41 for every paired slot, online or not; it acknowledges
/// after the last one. Without the wireless flag of register 00 it does not answer. The kernel
/// driver treats each 41 as a reconnected device and sets it up again: send this only to receivers
/// without pairing records.
pub const fn announce_devices() -> RegisterRequest {
    RegisterRequest::set(Register::CONNECTION_STATE, [0x02, 0, 0])
}

/// The state in an answer to [`get`].
pub const fn read(report: &Report) -> ConnectionState {
    let [_, paired, remaining] = report.head();
    ConnectionState {
        paired,
        remaining_pairings: remaining.checked_sub(5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn vectors_15_to_17_and_36() {
        // Lekensteyn (C52B), Solaar issue 598 (C534, before and after), EX100 (C517).
        let read_hex = |hex| read(&report(hex));
        assert_eq!(
            read_hex("10 FF 81 02 00 01 00"),
            ConnectionState {
                paired: 1,
                remaining_pairings: None
            }
        );
        assert_eq!(
            read_hex("10 FF 81 02 00 02 0F"),
            ConnectionState {
                paired: 2,
                remaining_pairings: Some(10)
            }
        );
        assert_eq!(
            read_hex("10 FF 81 02 00 02 05"),
            ConnectionState {
                paired: 2,
                remaining_pairings: Some(0)
            }
        );
        assert_eq!(
            read_hex("10 FF 81 02 00 02 00"),
            ConnectionState {
                paired: 2,
                remaining_pairings: None
            }
        );
    }
}
