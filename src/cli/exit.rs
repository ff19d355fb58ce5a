use std::process::{ExitCode, Termination};

use crate::manager::Failure;
use crate::transport::{TransportError, UsbError};

/// How the command ended, as scripts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: everything that was asked for was answered.
    Ok,
    /// 1: something failed; what could be read is shown all the same.
    Failure,
    /// 2: the arguments make no sense.
    Usage,
    /// 3: there is no such device.
    NoDevice,
    /// 4: there is one, but it may not be opened.
    NoPermission,
    /// 130: ended by the user (SIGINT) or the system (SIGTERM).
    Interrupted,
}

impl Exit {
    /// How the command ends where this went wrong.
    pub(super) const fn of_failure(failure: &Failure) -> Self {
        match failure {
            Failure::Transport(TransportError::PermissionDenied { .. })
            | Failure::Usb(UsbError::PermissionDenied { .. }) => Self::NoPermission,
            _ => Self::Failure,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Ok => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::NoDevice => 3,
            Self::NoPermission => 4,
            Self::Interrupted => 130,
        })
    }
}
