//! Requests to a receiver or device, and how they can fail.

use crate::wire::{
    Call, DeviceIndex, Error10, ErrorCode, RegisterRequest, Report, ReportId, SoftwareId,
};

/// A request to a receiver or device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// To a register of HID++ 1.0.
    Register(RegisterRequest),
    /// To a feature of HID++ 2.0.
    Call(Call),
    /// To a feature of Centurion, with this many parameters.
    Message(Call, usize),
}

impl From<RegisterRequest> for Request {
    fn from(request: RegisterRequest) -> Self {
        Self::Register(request)
    }
}

impl From<Call> for Request {
    fn from(call: Call) -> Self {
        Self::Call(call)
    }
}

/// Why a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Timeout: there was no answer to the request, nor to its retries where there were any.
    #[error("no answer")]
    Silent,
    /// It is asleep, switched off or out of range, as its receiver reports.
    #[error("it cannot be reached: {0}")]
    Unreachable(Error10),
    /// The answer was an error.
    #[error("refused: {0}")]
    Refused(ErrorCode),
    /// A headset's dongle reports that the headset is off or out of range.
    #[error("it is switched off or out of range of its dongle")]
    Disconnected,
    /// It answered "busy" to the request and to all retries.
    #[error("still busy after all retries")]
    Busy,
    /// The USB endpoint stalled (EPIPE) on all retries.
    #[error("the receiver did not accept the request")]
    Stalled,
}

impl RequestError {
    /// Whether the device may be asleep or away, rather than unable to answer this.
    pub const fn is_absence(self) -> bool {
        matches!(self, Self::Silent | Self::Unreachable(_))
    }

    /// Whether a HID++ 1.0 error means that there is no such register or record.
    pub(super) const fn is_missing(self) -> bool {
        matches!(
            self,
            Self::Refused(ErrorCode::Hidpp10(
                Error10::InvalidSubId
                    | Error10::InvalidAddress
                    | Error10::InvalidValue
                    | Error10::UnsupportedParameter
            ))
        )
    }

    /// Whether a receiver reports that it has no such pairing record: the slot is empty. Bolt
    /// receivers have a separate error for that (notes of the Exo project).
    pub(super) const fn is_empty_slot(self) -> bool {
        matches!(
            self,
            Self::Refused(ErrorCode::Hidpp10(
                Error10::InvalidValue | Error10::UnsupportedParameter
            ))
        )
    }
}

impl Request {
    /// The report that sends this request to `device`.
    pub(super) fn report(
        self,
        device: DeviceIndex,
        software: SoftwareId,
        form: ReportId,
    ) -> Report {
        match self {
            Self::Register(request) => request.report(device),
            Self::Call(call) => call.report(device, software, form),
            Self::Message(call, parameters) => {
                crate::wire::centurion::request(call, device, software, parameters)
            }
        }
    }
}
