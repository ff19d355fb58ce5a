//! What can interrupt following: bytes on a socket, so that the first of several is never lost.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};

use crate::cli::setting;
use crate::manager::{Clock, RealClock, Wake};
use crate::units::Timestamp;

/// Why it rang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ring {
    /// The user or the system wants the program to end.
    Signal,
    /// solar-statusd has come to a bus.
    Arrived,
    /// A bus is gone.
    Ended,
    /// Nobody reads standard output any more.
    Unread,
}

impl Ring {
    const fn byte(self) -> u8 {
        match self {
            // signal-hook writes this one.
            Self::Signal => b'X',
            Self::Arrived => b'a',
            Self::Ended => b'e',
            Self::Unread => b'u',
        }
    }

    fn of(byte: u8) -> Self {
        let others = [Self::Arrived, Self::Ended, Self::Unread];
        let ring = others.into_iter().find(|ring| ring.byte() == byte);
        ring.unwrap_or(Self::Signal)
    }
}

/// The end that is rung.
#[derive(Debug)]
pub(super) struct Bell(UnixStream);

/// The end that hears it.
#[derive(Debug)]
pub(super) struct Ear(UnixStream);

/// A bell that rings for signals.
pub(super) fn bell() -> io::Result<(Bell, Ear)> {
    let (bell, ear) = UnixStream::pair()?;
    setting::on_signals(&bell)?;
    Ok((Bell(bell), Ear(ear)))
}

impl Bell {
    pub(super) fn ring(&mut self, ring: Ring) -> io::Result<()> {
        self.0.write_all(&[ring.byte()])
    }

    pub(super) fn try_clone(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// Rings when nobody reads standard output any more: who writes seldom would learn it late.
    pub(super) fn for_reader(mut self) -> io::Result<()> {
        let wait = move || {
            let out = io::stdout();
            let mut polled = [PollFd::new(&out, PollFlags::empty())];
            // Errors need not be asked for. A signal may come in between.
            while !poll(&mut polled, None).is_ok_and(|number| number > 0) {}
            self.ring(Ring::Unread)
        };
        let thread = thread::Builder::new().name("reader".to_owned());
        thread.spawn(wait).map(drop)
    }
}

impl Ear {
    /// What becomes readable when it rings, and stays so until it is heard.
    pub(super) fn interrupt(&self) -> io::Result<UnixStream> {
        self.0.try_clone()
    }

    /// What rang, where something did.
    pub(super) fn heard(&mut self) -> io::Result<Ring> {
        let mut bytes = [0; 1];
        self.0.read_exact(&mut bytes)?;
        let [byte] = bytes;
        Ok(Ring::of(byte))
    }

    /// Waits for the next ring; `None`: not until then.
    pub(super) fn next(&mut self, until: Option<Timestamp>) -> io::Result<Option<Ring>> {
        let mut clock = RealClock::new(Some(self.0.as_fd()));
        loop {
            match clock.wait(&[], until)? {
                Wake::Interrupted => return self.heard().map(Some),
                // A signal may come in between.
                Wake::Due | Wake::Readable(_) => {
                    if until.is_some_and(|until| until <= clock.now()) {
                        return Ok(None);
                    }
                }
            }
        }
    }
}
