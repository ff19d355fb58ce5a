//! What can be asked of a receiver or device, and how asking can fail.

use crate::wire::{
    Call, DeviceIndex, Error10, Error20, ErrorCode, Message, Params, RegisterRequest, Report,
    ReportId, SoftwareId,
};

/// A question to a receiver or device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// To a register of HID++ 1.0.
    Register(RegisterRequest),
    /// To a feature of HID++ 2.0.
    Call(Call),
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

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Nobody answered, not even the second time.
    #[error("no answer")]
    Silent,
    /// The receiver cannot reach the device: asleep, switched off or out of range.
    #[error("the receiver cannot reach it: {0}")]
    Unreachable(Error10),
    /// The answer was an error.
    #[error("refused: {0}")]
    Refused(ErrorCode),
    /// It was busy each time it was asked.
    #[error("still busy after several tries")]
    Busy,
    /// The USB request was rejected again and again (EPIPE).
    #[error("the receiver did not take the request")]
    Stalled,
}

impl RequestError {
    /// Whether the device may be asleep or away, rather than unable to answer this.
    pub const fn is_absence(self) -> bool {
        matches!(self, Self::Silent | Self::Unreachable(_))
    }

    /// Whether a HID++ 1.0 error says that there is no such register or record.
    pub const fn is_missing(self) -> bool {
        matches!(
            self,
            Self::Refused(ErrorCode::Hidpp10(
                Error10::InvalidSubId | Error10::InvalidAddress | Error10::InvalidValue
            ))
        )
    }
}

/// How an incoming report relates to a question.
pub(super) enum Relation {
    /// Not an answer to it.
    None,
    /// Its answer.
    Answer,
    /// An error that answers it.
    Error(ErrorCode),
}

impl Request {
    /// The report that asks `device`.
    pub(super) fn report(
        &self,
        device: DeviceIndex,
        software: SoftwareId,
        form: ReportId,
    ) -> Report {
        match self {
            Self::Register(request) => request.report(device),
            Self::Call(call) => call.report(device, software, form),
        }
    }

    /// Whether `incoming` answers this question, asked under `software`. The device index was
    /// compared already.
    pub(super) fn relation(&self, software: SoftwareId, incoming: &Report) -> Relation {
        match (self, Message::of(incoming)) {
            (Self::Register(request), Message::Register { access, register }) => {
                let [asked, ..] = request.params;
                let [echoed, ..] = incoming.head();
                let same = access == request.access
                    && register == request.register
                    && (!register.has_sub_registers() || echoed == asked);
                if same {
                    Relation::Answer
                } else {
                    Relation::None
                }
            }
            (
                Self::Call(call),
                Message::Reply {
                    feature,
                    function,
                    software: id,
                },
            ) => {
                let same = feature == call.feature
                    && function == call.function
                    && id == software.get()
                    && self
                        .ping_mark()
                        .is_none_or(|mark| incoming.head() == with_mark(incoming, mark));
                if same {
                    Relation::Answer
                } else {
                    Relation::None
                }
            }
            (
                _,
                Message::Error {
                    sub_id,
                    address,
                    code,
                },
            ) => {
                let own = match self {
                    Self::Register(request) => (request.access.code(), request.register.0),
                    Self::Call(call) => {
                        (call.feature.0, (call.function.get() << 4) | software.get())
                    }
                };
                let space = matches!(self, Self::Call(_)) || matches!(code, ErrorCode::Hidpp10(_));
                if own == (sub_id, address) && space {
                    Relation::Error(code)
                } else {
                    Relation::None
                }
            }
            _ => Relation::None,
        }
    }

    /// The byte a ping's answer has to repeat.
    fn ping_mark(&self) -> Option<u8> {
        match self {
            Self::Call(Call {
                feature,
                function,
                params: Params::Short([0, 0, mark]),
            }) if *feature == crate::wire::FeatureIndex::ROOT
                && function.get() == crate::feature::root::PING =>
            {
                Some(*mark)
            }
            _ => None,
        }
    }
}

const fn with_mark(report: &Report, mark: u8) -> [u8; 3] {
    let [major, minor, _] = report.head();
    [major, minor, mark]
}

/// Whether an error means "ask again later".
pub(super) const fn is_busy(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Hidpp10(Error10::Busy) | ErrorCode::Hidpp20(Error20::Busy)
    )
}
