//! A simulated receiver and its devices, written as their firmware would be.

use crate::units::Timestamp;

/// A USB HID device as its host sees it: output reports go in, input reports come out, time is told.
pub trait Firmware {
    /// The host sends one output report (its first byte is the report id).
    fn output_report(&mut self, now: Timestamp, report: &[u8]);

    /// The oldest input report that is due at `now`, if any; call until `None`.
    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>>;

    /// When the next input report will be due, or the device next does something by itself.
    fn next_due(&self) -> Option<Timestamp>;
}
