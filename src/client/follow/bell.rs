//! What can interrupt following: bytes on a socket, so that the first of several is never lost.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use crate::manager::{Clock, RealClock, Wake};
use crate::units::Timestamp;

/// The byte for the bus that is asked first.
const FIRST_RANK: u8 = b'0';

/// Why it rang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ring {
    /// Whoever began it, the user or the system wants the end.
    End,
    /// solar-statusd has come to a bus.
    Arrived {
        /// The place of the bus in the order in which buses are asked.
        rank: u8,
    },
    /// The last bus is gone, and was waited for as long as it may be.
    NoBus,
    /// Nobody reads standard output any more.
    Unread,
}

impl Ring {
    const fn byte(self) -> u8 {
        match self {
            // signal-hook writes this one.
            Self::End => b'X',
            Self::Arrived { rank } => FIRST_RANK.wrapping_add(rank),
            Self::NoBus => b'n',
            Self::Unread => b'u',
        }
    }

    fn of(byte: u8) -> Self {
        match byte {
            b'n' => Self::NoBus,
            b'u' => Self::Unread,
            b'0'..=b'9' => Self::Arrived {
                rank: byte - FIRST_RANK,
            },
            _ => Self::End,
        }
    }
}

/// The end that is rung; each thread can have its own.
#[derive(Debug)]
pub struct Bell(UnixStream);

/// The end that hears it.
#[derive(Debug)]
pub struct Ear {
    rings: UnixStream,
    /// Whether the last bus is gone.
    has_no_bus: bool,
}

/// A bell, and who hears it.
pub fn bell() -> io::Result<(Bell, Ear)> {
    let (bell, rings) = UnixStream::pair()?;
    let has_no_bus = false;
    Ok((Bell(bell), Ear { rings, has_no_bus }))
}

impl Bell {
    pub(super) fn ring(&self, ring: Ring) -> io::Result<()> {
        (&self.0).write_all(&[ring.byte()])
    }

    /// Ends the following that hears it. It fails where that has ended.
    pub fn end(&self) -> io::Result<()> {
        self.ring(Ring::End)
    }

    /// Ends it because standard output is not read any more. It fails where that has ended.
    pub fn end_unread(&self) -> io::Result<()> {
        self.ring(Ring::Unread)
    }

    /// A stream that ends it when an `X` is written there, as a handler of signals can.
    pub fn stream(&self) -> &UnixStream {
        &self.0
    }

    /// Another one for the same end, for another thread.
    pub fn try_clone(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }
}

impl Ear {
    /// What becomes readable when it rings, and stays so until it is heard.
    pub(super) fn interrupt(&self) -> io::Result<UnixStream> {
        self.rings.try_clone()
    }

    /// Whether it rang that the last bus is gone.
    pub(super) const fn has_no_bus(&self) -> bool {
        self.has_no_bus
    }

    /// What rang, where something did.
    pub(super) fn heard(&mut self) -> io::Result<Ring> {
        let mut bytes = [0; 1];
        self.rings.read_exact(&mut bytes)?;
        let [byte] = bytes;
        let ring = Ring::of(byte);
        self.has_no_bus |= ring == Ring::NoBus;
        Ok(ring)
    }

    /// Waits for the next ring; `None`: not until then.
    pub(super) fn next(
        &mut self,
        clock: &mut RealClock<'_>,
        until: Option<Timestamp>,
    ) -> io::Result<Option<Ring>> {
        loop {
            match clock.wait(&[self.rings.as_fd()], until)? {
                Wake::Readable(_) => return self.heard().map(Some),
                // A signal may come in between.
                Wake::Due | Wake::Interrupted => {
                    if until.is_some_and(|until| until <= clock.now()) {
                        return Ok(None);
                    }
                }
            }
        }
    }
}

impl AsFd for Ear {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.rings.as_fd()
    }
}
