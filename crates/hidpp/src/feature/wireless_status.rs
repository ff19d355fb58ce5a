//! Feature 1D4B: the device has reconnected and may have lost its settings.
//!
//! Source: Solaar `notifications.py`, OpenLogi.

use crate::wire::Report;

/// Number of the only event.
pub const STATUS_EVENT: u8 = 0;

/// Event 0: `reconnection reconfigure power-switch`, each 0 or 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WirelessStatus {
    /// The device reconnected.
    pub reconnected: bool,
    /// The host should set it up again.
    pub wants_configuration: bool,
    /// The user switched it on.
    pub power_switch: bool,
}

/// Reads the event.
pub const fn read_event(report: &Report) -> WirelessStatus {
    let [status, request, reason] = report.head();
    WirelessStatus {
        reconnected: status == 1,
        wants_configuration: request == 1,
        power_switch: reason == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn vector_129() {
        let status = read_event(&report("11 01 05 00 01 01 01 …"));
        assert!(status.reconnected && status.wants_configuration && status.power_switch);
    }
}
