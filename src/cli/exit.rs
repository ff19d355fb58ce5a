use std::process::{ExitCode, Termination};

use crate::manager::Failure;
use crate::transport::{TransportError, UsbError};

/// The exit status of the command, as scripts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: everything requested was read.
    Ok,
    /// 1: something failed. What could be read is shown anyway.
    Failure,
    /// 2: the arguments are wrong.
    Usage,
    /// 3: no such device was found.
    NoDevice,
    /// 4: permission denied for a node.
    NoPermission,
    /// 130: ended by the user (SIGINT) or the system (SIGTERM).
    Interrupted,
}

impl Exit {
    /// Returns the exit status for this failure.
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
