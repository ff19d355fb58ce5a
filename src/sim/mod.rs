//! A simulated receiver and its devices, written as their firmware would be.
//!
//! Start with [`scenario::desk`]: a receiver with a solar keyboard, a mouse and a sleeping
//! keyboard. It is a [`Firmware`]: give it output reports and the time, take its input reports.
//! Everything a user's hand does (sun, sleep, keys, the power switch) is a method of
//! [`receiver::Receiver`].
//!
//! The simulator shares no code with the driver: both are written from the protocol, so that a
//! mistake in one is not hidden by the same mistake in the other. It reads no clock: the same calls
//! give the same bytes.

pub mod battery;
pub mod device;
pub mod hidpp10;
pub mod hidpp20;
pub mod models;
pub mod receiver;
pub mod scenario;
pub mod solar;

mod actions;
mod dj;
mod frame;
mod outbox;
mod registers;
#[cfg(test)]
mod testing;

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
