#![doc = include_str!("../README.md")]

pub mod battery;
pub mod battery_features;
pub mod catalogue;
pub mod centurion;
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

mod dj;
mod frame;
mod history;
mod latency;
mod outbox;
mod plugged;
#[cfg(test)]
mod testing;

pub use plugged::Plugged;

use hidpp_proto::units::Timestamp;

/// A USB HID device as seen by its host: output reports go in, input reports come out, and the
/// caller provides the time.
pub trait Firmware {
    /// The host sends one output report (its first byte is the report id).
    fn output_report(&mut self, now: Timestamp, report: &[u8]);

    /// The oldest input report that is due at `now`, if any; call until `None`.
    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>>;

    /// When the next input report is due, or when the state of the device changes next.
    fn next_due(&self) -> Option<Timestamp>;
}
