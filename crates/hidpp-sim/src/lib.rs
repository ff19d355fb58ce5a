//! Simulated receivers and devices, written as their firmware would be.
//!
//! Start with [`scenario::desk`]: a receiver with a solar keyboard, a mouse and a sleeping
//! keyboard; [`scenario::full`] has all 73 devices of the [`catalogue`] on receivers of all families,
//! on cables and on Bluetooth; with [`scenario::days`] the sun rises and sets, with
//! [`scenario::months`] there are weather, work and weekends. Each is a [`Firmware`]: give it output
//! reports and the time, take its input reports.
//! Everything a user's hand does (sun, sleep, keys, the power switch) is a method of
//! [`receiver::Receiver`]; [`faults::Faulty`] makes any firmware unreliable.
//!
//! ```
//! use std::time::Duration;
//!
//! use hidpp_sim::{Firmware, scenario};
//! use hidpp_proto::units::Timestamp;
//!
//! let mut desk = scenario::desk();
//! // Ask the solar keyboard in slot 1 for one light measure, after one second.
//! desk.output_report(Timestamp::START, &[0x10, 0x01, 0x09, 0x0E, 0x01, 0x01, 0x00]);
//!
//! let soon = Timestamp::from_start(Duration::from_millis(12));
//! let reply = desk.input_report(soon).unwrap();
//! assert_eq!(reply[..6], [0x11, 0x01, 0x09, 0x0E, 0x01, 0x01]);
//!
//! let event = desk.input_report(soon + Duration::from_secs(1)).unwrap();
//! assert_eq!(event[..7], [0x11, 0x01, 0x09, 0x10, 57, 0, 12]); // 57 %, 12 lux
//! ```
//!
//! The simulator shares no code with the driver: both are written from the protocol, so that a
//! mistake in one is not hidden by the same mistake in the other. It reads no clock and draws
//! random numbers only from a given seed: the same calls give the same bytes.

pub mod battery;
pub mod battery_features;
pub mod catalogue;
pub mod device;
pub mod direct;
pub mod family;
pub mod faults;
pub mod hidpp10;
pub mod hidpp20;
pub mod information;
pub mod models;
pub mod patience;
pub mod rates;
pub mod receiver;
pub mod scenario;
pub mod solar;

mod actions;
mod dj;
mod frame;
mod history;
mod latency;
mod outbox;
mod plugged;
mod records;
mod registers;
#[cfg(test)]
mod testing;

pub use plugged::Plugged;

use hidpp_proto::units::Timestamp;

/// A USB HID device as its host sees it: output reports go in, input reports come out, time is told.
pub trait Firmware {
    /// The host sends one output report (its first byte is the report id).
    fn output_report(&mut self, now: Timestamp, report: &[u8]);

    /// The oldest input report that is due at `now`, if any; call until `None`.
    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>>;

    /// When the next input report will be due, or the device next does something by itself.
    fn next_due(&self) -> Option<Timestamp>;
}
