use super::unreadable::Unreadable;
use crate::device::{Device, Receiver, Selector};
use crate::transport::{TransportError, UsbError};
use hidpp_proto::session::RequestError;
use hidpp_proto::units::Timestamp;

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
    /// What is there and cannot be read.
    pub unreadable: Vec<Unreadable>,
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
    #[error("{device}: {error}; {}", advice(*.error))]
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
    #[error(
        "{node}: not everything was answered in time{}; try again, or with a longer --timeout",
        list(.devices)
    )]
    TimedOut {
        /// Where it is.
        node: String,
        /// The ids of its devices that were still being asked: whether they are there is not known.
        devices: Vec<String>,
    },
}

fn list(devices: &[String]) -> String {
    if devices.is_empty() {
        return String::new();
    }
    format!(" (unfinished: {})", devices.join(", "))
}

/// What to do about a device that could not be asked. Only what passes is worth another try.
const fn advice(error: RequestError) -> &'static str {
    match error {
        RequestError::Silent | RequestError::Busy | RequestError::Stalled => {
            "try again in a moment"
        }
        RequestError::Unreachable(_) | RequestError::Disconnected => {
            "switch it on and bring it near"
        }
        RequestError::Refused(_) => "if it does so again, report it with a trace (--record)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hidpp_proto::wire::{Error10, Error20, ErrorCode};

    fn says(error: RequestError) -> String {
        let device = "4002-392A0750".to_owned();
        Failure::Device { device, error }.to_string()
    }

    #[test]
    fn what_passes_is_worth_another_try() {
        for error in [
            RequestError::Silent,
            RequestError::Busy,
            RequestError::Stalled,
        ] {
            let says = says(error);
            assert!(says.ends_with("; try again in a moment"), "{says}");
        }
    }

    #[test]
    fn what_is_not_finished_is_named() {
        let says = |devices: &[&str]| {
            let devices = devices.iter().map(|it| (*it).to_owned()).collect();
            let node = "/dev/hidraw0".to_owned();
            Failure::TimedOut { node, devices }.to_string()
        };
        assert_eq!(
            says(&["101B-1C5E0705", "2010-FB841B86"]),
            "/dev/hidraw0: not everything was answered in time \
             (unfinished: 101B-1C5E0705, 2010-FB841B86); try again, or with a longer --timeout"
        );
        assert!(says(&[]).contains("in time; try again"));
    }

    #[test]
    fn a_refusal_is_named_and_to_be_reported() {
        let unsupported = RequestError::Refused(ErrorCode::Hidpp20(Error20::Unsupported));
        assert_eq!(
            says(unsupported),
            "4002-392A0750: refused: unsupported (FF/09); \
             if it does so again, report it with a trace (--record)"
        );
    }

    #[test]
    fn a_device_out_of_reach_is_to_be_switched_on() {
        let away = RequestError::Unreachable(Error10::ResourceError);
        for error in [away, RequestError::Disconnected] {
            let says = says(error);
            assert!(says.ends_with("; switch it on and bring it near"), "{says}");
        }
    }
}
