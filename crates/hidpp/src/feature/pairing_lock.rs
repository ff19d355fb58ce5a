//! Register B2 and notification 4A: the lock that prevents a receiver from pairing new devices.
//!
//! Decoded only to explain what other programs do: nothing here pairs a device.
//!
//! Source: Logitech's HID++ 1.0 extract, Lekensteyn's captures; errors 4 to 6 from cpg-docs
//! issue 2.

use crate::wire::{Report, codes};

codes! {
    /// What a write to register B2 does.
    pub enum Action {
        /// Accept new devices for a while.
        Open = 1 => "open",
        /// Accept no more.
        Close = 2 => "close",
        /// Forget the device in a slot.
        Unpair = 3 => "unpair",
    }
}

codes! {
    /// Why the lock closed.
    pub enum LockError {
        /// As requested, or after a pairing.
        None = 0 => "no error",
        /// Timeout: no device was paired in time.
        Timeout = 1 => "timeout",
        /// The device is not of a supported kind.
        Unsupported = 2 => "device not supported",
        /// The receiver has no free slot.
        TooMany = 3 => "too many devices",
        /// The receiver's pairing memory is full.
        ReceiverMemory = 4 => "receiver out of pairing memory",
        /// The device's pairing memory is full.
        DeviceMemory = 5 => "device out of memory",
        /// The pairing took too long.
        SequenceTimeout = 6 => "connection sequence timeout",
    }
}

/// A write to register B2: `10 FF 80 B2 action device seconds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockRequest {
    /// What to do.
    pub action: Action,
    /// The slot to unpair; other actions carry any number here.
    pub device: u8,
    /// How long the lock stays open; 0 is the receiver's default of 30 s.
    pub timeout_s: u8,
}

/// Notification `10 FF 4A state error 00 00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockNotice {
    /// Bit 0: the lock is open.
    pub open: bool,
    /// Why it closed.
    pub error: LockError,
}

/// Reads a request.
pub fn read_request(report: &Report) -> LockRequest {
    let [action, device, timeout_s] = report.head();
    LockRequest {
        action: action.into(),
        device,
        timeout_s,
    }
}

/// Reads a notification.
pub fn read_notification(report: &Report) -> LockNotice {
    let [error, ..] = report.head();
    LockNotice {
        open: report.address() & 0x01 != 0,
        error: error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn requests_vectors_30_31_and_33() {
        for (hex, action, device, timeout_s) in [
            ("10 FF 80 B2 01 53 3C", Action::Open, 0x53, 60),
            ("10 FF 80 B2 02 53 94", Action::Close, 0x53, 148),
            ("10 FF 80 B2 03 01 00", Action::Unpair, 1, 0),
        ] {
            let expected = LockRequest {
                action,
                device,
                timeout_s,
            };
            assert_eq!(read_request(&report(hex)), expected, "{hex}");
        }
    }

    #[test]
    fn notices_vectors_30_to_32() {
        for (hex, open, error) in [
            ("10 FF 4A 01 00 00 00", true, LockError::None),
            ("10 FF 4A 00 00 00 00", false, LockError::None),
            ("10 FF 4A 00 01 00 00", false, LockError::Timeout),
        ] {
            let expected = LockNotice { open, error };
            assert_eq!(read_notification(&report(hex)), expected, "{hex}");
        }
    }
}
