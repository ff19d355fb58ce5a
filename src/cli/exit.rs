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
    /// 0 to 3: the state that `check` found.
    Checked(Checked),
    /// 130: ended by the user (SIGINT) or the system (SIGTERM).
    Interrupted,
}

/// The state of a check, from the best to the worst, as the monitoring plugins rank them. Its exit
/// status is that of their guidelines, “Plugin Return Codes”.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Checked {
    /// 0: nothing needs attention.
    Ok,
    /// 3: the state could not be determined, or the arguments are wrong.
    Unknown,
    /// 1: attention is needed soon.
    Warning,
    /// 2: attention is needed now.
    Critical,
}

impl Checked {
    const fn status(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    /// Returns the word for it in the guidelines.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
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
            Self::Checked(state) => state.status(),
            Self::Interrupted => 130,
        })
    }
}
