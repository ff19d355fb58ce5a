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
    /// Whoever began it, the user or the system wants the end.
    End,
    /// solar-statusd has come to a bus.
    Arrived,
    /// The last bus is gone.
    NoBus,
    /// Nobody reads standard output any more.
    Unread,
}

impl Ring {
    const fn byte(self) -> u8 {
        match self {
            // signal-hook writes this one.
            Self::End => b'X',
            Self::Arrived => b'a',
            Self::NoBus => b'n',
            Self::Unread => b'u',
        }
    }

    fn of(byte: u8) -> Self {
        let others = [Self::Arrived, Self::NoBus, Self::Unread];
        let ring = others.into_iter().find(|ring| ring.byte() == byte);
        ring.unwrap_or(Self::End)
    }
}

/// The end that is rung; each thread can have its own.
#[derive(Debug)]
pub(in crate::cli) struct Bell(UnixStream);

/// The end that hears it.
#[derive(Debug)]
pub(in crate::cli) struct Ear(UnixStream);

/// A bell, and who hears it.
pub(in crate::cli) fn bell() -> io::Result<(Bell, Ear)> {
    let (bell, ear) = UnixStream::pair()?;
    Ok((Bell(bell), Ear(ear)))
}

impl Bell {
    pub(super) fn ring(&self, ring: Ring) -> io::Result<()> {
        (&self.0).write_all(&[ring.byte()])
    }

    /// Ends the following that hears it. It fails where that has ended.
    pub(in crate::cli) fn end(&self) -> io::Result<()> {
        self.ring(Ring::End)
    }

    /// Ends it when the user or the system wants the program to end.
    pub(in crate::cli) fn for_signals(&self) -> io::Result<()> {
        setting::on_signals(&self.0)
    }

    pub(in crate::cli) fn try_clone(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// Ends it when nobody reads standard output any more: who writes seldom would learn it late.
    pub(in crate::cli) fn for_reader(self) -> io::Result<()> {
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
