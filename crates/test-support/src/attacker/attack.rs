//! An attack is data: how many connections send how many messages of which kind, and how they read.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::thread;
use std::time::{Duration, Instant};

use super::calls::{self, Make};
use super::target::Target;
use super::user::User;
use super::wire::ReadMode;

/// An attack of one user.
#[derive(Clone, Copy)]
pub struct Attack {
    /// Its name in reports.
    pub name: &'static str,
    /// How many connections it has.
    pub connections: usize,
    /// How many messages each connection sends.
    pub messages: usize,
    /// Builds each message.
    pub message: Make,
    /// How many file descriptors each message carries.
    pub descriptors: usize,
    /// Whether and how its connections read.
    pub read_mode: ReadMode,
    /// Whether each message has its own connection, which the bus may close.
    pub one_by_one: bool,
    /// How long the connections stay open after the last message.
    pub linger: Duration,
}

/// What was sent and received.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// How many connections the bus accepted.
    pub connected: usize,
    /// How many messages were sent.
    pub sent: usize,
    /// Bytes of answers that were read.
    pub received: usize,
}

impl Attack {
    /// One connection that reads, sends no descriptors, and closes one second after the last
    /// message.
    pub const fn new(name: &'static str, messages: usize, message: Make) -> Self {
        Self {
            name,
            connections: 1,
            messages,
            message,
            descriptors: 0,
            read_mode: ReadMode::Always,
            one_by_one: false,
            linger: Duration::from_secs(1),
        }
    }

    /// The same over this many connections.
    pub const fn from(self, connections: usize) -> Self {
        Self {
            connections,
            ..self
        }
    }

    /// The same with this many file descriptors in each message.
    pub const fn with_descriptors(self, descriptors: usize) -> Self {
        Self {
            descriptors,
            ..self
        }
    }

    /// The same with this way of reading.
    pub const fn read_mode(self, read_mode: ReadMode) -> Self {
        Self { read_mode, ..self }
    }

    /// The same, staying connected for this long after the last message.
    pub const fn lingering(self, linger: Duration) -> Self {
        Self { linger, ..self }
    }

    /// The same with a separate connection for each message: the bus closes some because of what
    /// they send.
    pub const fn one_by_one(self) -> Self {
        Self {
            one_by_one: true,
            ..self
        }
    }

    /// How many messages are sent in total, unless the bus closes a connection.
    pub const fn size(&self) -> usize {
        self.connections * self.messages
    }

    /// Attacks until everything is sent or this time is up.
    pub fn run(&self, target: &Target, user: User, at_most: Duration) -> Tally {
        let until = Instant::now() + at_most;
        let one = || self.connection(target, user, until);
        thread::scope(|scope| {
            let all: Vec<_> = (0..self.connections).map(|_| scope.spawn(one)).collect();
            let tallies = all.into_iter().map(|one| one.join().unwrap());
            tallies.fold(Tally::default(), |sum, one| Tally {
                connected: sum.connected + one.connected,
                sent: sum.sent + one.sent,
                received: sum.received + one.received,
            })
        })
    }

    /// Runs one connection; if the bus closes it, the attack has not failed.
    fn connection(&self, target: &Target, user: User, until: Instant) -> Tally {
        let mut tally = Tally::default();
        if self.one_by_one {
            for number in 0..self.messages {
                drop(self.single(target, user, until, number, &mut tally));
            }
            tally.connected = usize::from(tally.sent > 0);
        } else {
            drop(self.attempt(target, user, until, &mut tally));
        }
        tally
    }

    /// Sends one message, and waits until the bus has processed it.
    fn single(
        &self,
        target: &Target,
        user: User,
        until: Instant,
        number: usize,
        tally: &mut Tally,
    ) -> io::Result<()> {
        let mut peer = target.connect(user, self.descriptors > 0)?;
        let file = File::open("/dev/null")?;
        let descriptors = vec![file.as_fd(); self.descriptors];
        let message = (self.message)(target, number);
        peer.send(&message, &descriptors, self.read_mode, until)?;
        tally.sent += 1;
        let left = until.saturating_duration_since(Instant::now());
        peer.call(&calls::to_bus("GetId"), left)?;
        Ok(())
    }

    fn attempt(
        &self,
        target: &Target,
        user: User,
        until: Instant,
        tally: &mut Tally,
    ) -> io::Result<()> {
        let mut peer = target.connect(user, self.descriptors > 0)?;
        tally.connected += 1;
        let file = File::open("/dev/null")?;
        let descriptors = vec![file.as_fd(); self.descriptors];
        for number in 0..self.messages {
            let message = (self.message)(target, number);
            peer.send(&message, &descriptors, self.read_mode, until)?;
            tally.sent += 1;
            if self.read_mode == ReadMode::Always {
                tally.received += peer.read_available(self.read_mode)?;
            }
        }
        let end = until.min(Instant::now() + self.linger);
        tally.received += peer.linger(self.read_mode, end)?;
        Ok(())
    }
}
