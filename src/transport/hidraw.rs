//! The default transport: the hidraw node, shared with the kernel driver and other programs.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::{Transport, TransportError};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Incoming, Report, classify};

/// An open hidraw node, non-blocking. Each open node receives a copy of every report, so a process
/// needs only one per node.
#[derive(Debug)]
pub struct HidrawTransport {
    path: String,
    file: OwnedFd,
}

impl HidrawTransport {
    /// Opens a node.
    pub fn open(path: &str) -> Result<Self, TransportError> {
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let path = path.to_owned();
        match rustix::fs::open(&path, flags, Mode::empty()) {
            Ok(file) => Ok(Self { path, file }),
            Err(errno) => Err(opening_failed(path, errno)),
        }
    }

    /// Uses a non-blocking node that was opened elsewhere, or a substitute: each read must return
    /// one report, and each write accept one.
    pub fn over(path: &str, file: OwnedFd) -> Self {
        let path = path.to_owned();
        Self { path, file }
    }
}

impl Transport for HidrawTransport {
    fn send(&mut self, _now: Timestamp, report: &Report) -> Result<(), TransportError> {
        loop {
            match rustix::io::write(&self.file, report.as_bytes()) {
                Ok(_) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(errno) => return Err(sending_failed(self.path.clone(), errno)),
            }
        }
    }

    fn receive(&mut self, _now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        // Longer than any accepted report. Longer ones are truncated, and rejected for their
        // length.
        let mut buffer = [0; 64];
        loop {
            match rustix::io::read(&self.file, &mut buffer) {
                Ok(0) => {
                    return Err(TransportError::Gone {
                        node: self.path.clone(),
                    });
                }
                Ok(len) => return Ok(Some(classify(buffer.get(..len).unwrap_or_default()))),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(None),
                Err(errno) => return Err(receiving_failed(self.path.clone(), errno)),
            }
        }
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.file.as_fd())
    }
}

fn opening_failed(node: String, errno: Errno) -> TransportError {
    match errno {
        Errno::ACCESS | Errno::PERM => TransportError::PermissionDenied { node },
        // It disappeared between listing and opening.
        Errno::NOENT | Errno::NODEV | Errno::NXIO => TransportError::Gone { node },
        errno => TransportError::Io {
            node,
            source: errno.into(),
        },
    }
}

fn receiving_failed(node: String, errno: Errno) -> TransportError {
    match errno {
        // EIO: unplugged while open; ENODEV: the access was revoked.
        Errno::IO | Errno::NODEV | Errno::NXIO => TransportError::Gone { node },
        errno => TransportError::Io {
            node,
            source: errno.into(),
        },
    }
}

fn sending_failed(node: String, errno: Errno) -> TransportError {
    match errno {
        Errno::NODEV | Errno::NXIO | Errno::SHUTDOWN => TransportError::Gone { node },
        // Control transfers fail occasionally. If the device is gone, the next read reports it.
        Errno::PIPE
        | Errno::IO
        | Errno::PROTO
        | Errno::TIMEDOUT
        | Errno::AGAIN
        | Errno::OVERFLOW => TransportError::Stalled {
            node,
            source: errno.into(),
        },
        errno => TransportError::Io {
            node,
            source: errno.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_node_is_gone() {
        let error = HidrawTransport::open("/dev/hidraw-nowhere").unwrap_err();
        assert!(matches!(error, TransportError::Gone { .. }), "{error}");
        assert!(error.to_string().starts_with("/dev/hidraw-nowhere "));
    }

    #[test]
    fn each_errno_is_mapped_to_its_error() {
        let node = || "/dev/hidraw3".to_owned();
        let denied = opening_failed(node(), Errno::ACCESS);
        assert!(matches!(denied, TransportError::PermissionDenied { .. }));
        let text = denied.to_string();
        assert!(
            text.contains("/dev/hidraw3") && text.contains("udev rule"),
            "{text}"
        );

        assert!(matches!(
            receiving_failed(node(), Errno::IO),
            TransportError::Gone { .. }
        ));
        assert!(matches!(
            sending_failed(node(), Errno::NODEV),
            TransportError::Gone { .. }
        ));
        // EIO on write is one failed transfer, on read it means that the device is gone.
        for errno in [Errno::PIPE, Errno::IO, Errno::TIMEDOUT] {
            let error = sending_failed(node(), errno);
            assert!(matches!(error, TransportError::Stalled { .. }), "{errno:?}");
        }
        let refused = sending_failed(node(), Errno::INVAL);
        assert!(matches!(refused, TransportError::Io { .. }), "{refused}");
    }
}
