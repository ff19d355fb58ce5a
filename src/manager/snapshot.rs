use super::query::Selector;
use crate::device::{Device, Receiver};
use crate::session::RequestError;
use crate::transport::{TransportError, UsbError};
use crate::units::Timestamp;

/// What was found out, and what went wrong.
#[derive(Debug)]
pub struct Snapshot {
    /// When it was complete.
    pub at: Timestamp,
    /// All receivers that answered.
    pub receivers: Vec<Receiver>,
    /// The devices that were wanted.
    pub devices: Vec<Device>,
    /// What went wrong.
    pub failures: Vec<Failure>,
    /// How many reports were sent.
    pub sent: usize,
    /// What no device is called by, of what was asked for.
    pub unmatched: Vec<Selector>,
    /// Whether the user ended it.
    pub interrupted: bool,
}

/// Why a receiver could not be read, or not completely.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The way to it failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// It cannot be used over USB.
    #[error(transparent)]
    Usb(#[from] UsbError),
    /// It did not answer as a receiver.
    #[error("{node} is a receiver that does not answer ({error}): plug it in again")]
    NoReceiver {
        /// Where it is.
        node: String,
        /// What came instead.
        error: RequestError,
    },
    /// A device could not be asked.
    #[error("{device}: {error}; try again in a moment")]
    Device {
        /// The device's id.
        device: String,
        /// What came instead of an answer.
        error: RequestError,
    },
    /// A solar keyboard agreed to measure and did not.
    #[error("{device} was asked to measure light and sent no measurement; try again")]
    NoMeasurement {
        /// The device's id.
        device: String,
    },
    /// Time ran out.
    #[error("{node}: not everything was answered in time; try again, or with a longer --timeout")]
    TimedOut {
        /// Where it is.
        node: String,
    },
}
