//! The usual way: the hidraw node, beside the kernel driver and every other program.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::{Transport, TransportError};
use crate::units::Timestamp;
use crate::wire::{Incoming, Report, classify};

/// An open hidraw node, non-blocking. One for each node and process: every open one gets a copy
/// of every report.
#[derive(Debug)]
pub struct HidrawTransport {
    path: String,
    file: OwnedFd,
}

impl HidrawTransport {
    /// Opens a node.
    pub fn open(path: &str) -> Result<Self, TransportError> {
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let node = || path.to_owned();
        match rustix::fs::open(path, flags, Mode::empty()) {
            Ok(file) => Ok(Self { path: node(), file }),
            Err(Errno::ACCESS | Errno::PERM) => {
                Err(TransportError::PermissionDenied { node: node() })
            }
            Err(Errno::NOENT | Errno::NODEV | Errno::NXIO) => {
                Err(TransportError::Gone { node: node() })
            }
            Err(error) => Err(TransportError::Io {
                node: node(),
                source: error.into(),
            }),
        }
    }

    fn gone(&self) -> TransportError {
        TransportError::Gone {
            node: self.path.clone(),
        }
    }
}

impl Transport for HidrawTransport {
    fn send(&mut self, _now: Timestamp, report: &Report) -> Result<(), TransportError> {
        let node = self.path.clone();
        loop {
            return match rustix::io::write(&self.file, report.as_bytes()) {
                Ok(_) => Ok(()),
                Err(Errno::INTR) => continue,
                Err(Errno::NODEV | Errno::NXIO | Errno::SHUTDOWN) => Err(self.gone()),
                // Control transfers fail now and then. If the device is gone, reading says so.
                Err(
                    error @ (Errno::PIPE
                    | Errno::IO
                    | Errno::PROTO
                    | Errno::TIMEDOUT
                    | Errno::AGAIN
                    | Errno::OVERFLOW),
                ) => Err(TransportError::Stalled {
                    node,
                    source: error.into(),
                }),
                Err(error) => Err(TransportError::Io {
                    node,
                    source: error.into(),
                }),
            };
        }
    }

    fn receive(&mut self, _now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        // Longer than any report: what a read does not take is lost.
        let mut buffer = [0; 4096];
        loop {
            return match rustix::io::read(&self.file, &mut buffer) {
                // EIO: unplugged while open, ENODEV: the access was revoked.
                Ok(0) | Err(Errno::IO | Errno::NODEV | Errno::NXIO) => Err(self.gone()),
                Ok(len) => Ok(Some(classify(buffer.get(..len).unwrap_or_default()))),
                Err(Errno::INTR) => continue,
                Err(Errno::AGAIN) => Ok(None),
                Err(error) => {
                    let node = self.path.clone();
                    Err(TransportError::Io {
                        node,
                        source: error.into(),
                    })
                }
            };
        }
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.file.as_fd())
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
}
