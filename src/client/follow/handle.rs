//! The handle that reaches a follower from other threads.

use std::io;
use std::os::fd::OwnedFd;

use super::Control;
use super::waker::{WakeReason, Waker};

/// Ends following, and reaches the devices meanwhile; clones reach the same follower, from any thread.
/// Dropping it does not end anything.
#[derive(Clone, Debug)]
pub struct Handle {
    waker: Waker,
    control: Control,
}

impl Handle {
    pub(super) const fn new(waker: Waker, control: Control) -> Self {
        Self { waker, control }
    }

    /// Ends following, with [`Ended::Interrupted`](super::Ended::Interrupted). Does nothing if
    /// following has ended.
    pub fn end(&self) {
        // It fails once the receiver is dropped.
        _ = self.waker.wake(WakeReason::End);
    }

    /// A descriptor that ends following when an `X` is written to it, as a signal handler can do:
    /// for `signal_hook::low_level::pipe::register`.
    pub fn end_descriptor(&self) -> io::Result<OwnedFd> {
        self.waker.descriptor()
    }

    /// Requests to the devices.
    pub const fn control(&self) -> &Control {
        &self.control
    }
}
