use super::unreadable::Unreadable;
use crate::device::{Device, Receiver};
use crate::transport::{TransportError, UsbError};
use hidpp_proto::session::RequestError;
use hidpp_proto::units::Timestamp;

/// The result of [`read_status`](super::read_status): what was read, and what failed.
#[derive(Debug)]
pub struct Snapshot {
    /// When it was completed.
    pub at: Timestamp,
    /// All receivers that answered.
    pub receivers: Vec<Receiver>,
    /// The devices that the query may select.
    pub devices: Vec<Device>,
    /// The other devices, as far as they are known without being read.
    pub others: Vec<Device>,
    /// The failures.
    pub failures: Vec<Failure>,
    /// The number of reports sent.
    pub sent: usize,
    /// Connected hardware that this program cannot read.
    pub unreadable: Vec<Unreadable>,
    /// Whether the user interrupted it.
    pub interrupted: bool,
}

/// Why a receiver or device could not be read, or not completely.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Its node failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// It cannot be used over USB.
    #[error(transparent)]
    Usb(#[from] UsbError),
    /// The receiver did not answer.
    #[error("{node} is a receiver that does not answer ({error}): plug it in again")]
    NoReceiver {
        /// The path of its node.
        node: String,
        /// How the request failed.
        error: RequestError,
    },
    /// A request to a device failed.
    #[error("{device}: {error}; {}", advice(*.error))]
    Device {
        /// The device's id.
        device: String,
        /// How the request failed.
        error: RequestError,
    },
    /// A solar keyboard accepted a request to measure light and sent no measurement.
    #[error("{device} was asked to measure light and sent no measurement; try again")]
    NoMeasurement {
        /// The device's id.
        device: String,
    },
    /// The timeout expired before everything was answered.
    #[error(
        "{node}: not everything was answered in time{}; try again, or with a longer --timeout",
        list(.devices)
    )]
    TimedOut {
        /// The path of the node.
        node: String,
        /// The ids of its devices with unanswered requests: their presence is unknown.
        devices: Vec<String>,
    },
}

fn list(devices: &[String]) -> String {
    if devices.is_empty() {
        return String::new();
    }
    format!(" (unfinished: {})", devices.join(", "))
}

/// The remedy for a failed request to a device. A retry is suggested only for transient errors.
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

    fn text(error: RequestError) -> String {
        let device = "4002-392A0750".to_owned();
        Failure::Device { device, error }.to_string()
    }

    #[test]
    fn the_remedy_for_a_transient_error_is_a_retry() {
        for error in [
            RequestError::Silent,
            RequestError::Busy,
            RequestError::Stalled,
        ] {
            let text = text(error);
            assert!(text.ends_with("; try again in a moment"), "{text}");
        }
    }

    #[test]
    fn a_timeout_names_the_unfinished_devices() {
        let text = |devices: &[&str]| {
            let devices = devices.iter().map(|it| (*it).to_owned()).collect();
            let node = "/dev/hidraw0".to_owned();
            Failure::TimedOut { node, devices }.to_string()
        };
        assert_eq!(
            text(&["101B-1C5E0705", "2010-FB841B86"]),
            "/dev/hidraw0: not everything was answered in time \
             (unfinished: 101B-1C5E0705, 2010-FB841B86); try again, or with a longer --timeout"
        );
        assert!(text(&[]).contains("in time; try again"));
    }

    #[test]
    fn the_remedy_for_a_refusal_is_a_report_with_a_trace() {
        let unsupported = RequestError::Refused(ErrorCode::Hidpp20(Error20::Unsupported));
        assert_eq!(
            text(unsupported),
            "4002-392A0750: refused: unsupported (FF/09); \
             if it does so again, report it with a trace (--record)"
        );
    }

    #[test]
    fn the_remedy_for_an_unreachable_device_is_to_switch_it_on() {
        let away = RequestError::Unreachable(Error10::ResourceError);
        for error in [away, RequestError::Disconnected] {
            let text = text(error);
            assert!(text.ends_with("; switch it on and bring it near"), "{text}");
        }
    }
}
