//! Interrupts following through bytes on a socket, so that the first of several is never lost.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use crate::clock::{Clock, RealClock, Wake};
use hidpp_proto::units::Timestamp;

/// The byte for the first bus.
const FIRST_RANK: u8 = b'0';

/// Why following is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WakeReason {
    /// The end: by [`Handle::end`](super::Handle::end), or a signal.
    End,
    /// solar-statusd has started on a bus.
    Arrived {
        /// The position of the bus in the order of precedence.
        rank: u8,
    },
    /// The last bus is gone, and the retries are used up.
    NoBus,
}

impl WakeReason {
    const fn byte(self) -> u8 {
        match self {
            // signal-hook writes this one.
            Self::End => b'X',
            Self::Arrived { rank } => FIRST_RANK.wrapping_add(rank),
            Self::NoBus => b'n',
        }
    }

    fn of(byte: u8) -> Self {
        match byte {
            b'n' => Self::NoBus,
            b'0'..=b'9' => Self::Arrived {
                rank: byte - FIRST_RANK,
            },
            _ => Self::End,
        }
    }
}

/// Interrupts following; clones can be used from any thread.
#[derive(Clone, Debug)]
pub(super) struct Waker(Arc<UnixStream>);

/// Receives the reasons for interrupts.
#[derive(Debug)]
pub(super) struct WakeReceiver {
    stream: UnixStream,
    /// Whether the last bus is gone.
    has_no_bus: bool,
}

/// A waker and its receiver.
pub(super) fn wake_channel() -> io::Result<(Waker, WakeReceiver)> {
    let (waker, stream) = UnixStream::pair()?;
    let has_no_bus = false;
    Ok((Waker(Arc::new(waker)), WakeReceiver { stream, has_no_bus }))
}

impl Waker {
    /// It fails once the receiver is dropped.
    pub(super) fn wake(&self, reason: WakeReason) -> io::Result<()> {
        (&*self.0).write_all(&[reason.byte()])
    }

    /// A descriptor that ends following when an `X` is written there.
    pub(super) fn descriptor(&self) -> io::Result<OwnedFd> {
        self.0.as_fd().try_clone_to_owned()
    }
}

impl WakeReceiver {
    /// Becomes readable when following is interrupted, until the reason is received.
    pub(super) fn interrupt(&self) -> io::Result<UnixStream> {
        self.stream.try_clone()
    }

    /// Whether [`WakeReason::NoBus`] was received.
    pub(super) const fn has_no_bus(&self) -> bool {
        self.has_no_bus
    }

    /// The next reason; blocks until there is one.
    pub(super) fn receive(&mut self) -> io::Result<WakeReason> {
        let mut bytes = [0; 1];
        self.stream.read_exact(&mut bytes)?;
        let [byte] = bytes;
        let reason = WakeReason::of(byte);
        self.has_no_bus |= reason == WakeReason::NoBus;
        Ok(reason)
    }

    /// Waits for the next reason; `None`: timeout.
    pub(super) fn wait(
        &mut self,
        clock: &mut RealClock<'_>,
        until: Option<Timestamp>,
    ) -> io::Result<Option<WakeReason>> {
        loop {
            match clock.wait(&[self.stream.as_fd()], until)? {
                Wake::Readable(_) => return self.receive().map(Some),
                // A signal may interrupt the wait.
                Wake::Due | Wake::Interrupted => {
                    if until.is_some_and(|until| until <= clock.now()) {
                        return Ok(None);
                    }
                }
            }
        }
    }
}

impl AsFd for WakeReceiver {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
