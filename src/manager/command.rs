//! What those above want done while all nodes are followed.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use rustix::event::{EventfdFlags, eventfd};

use crate::device::Link;
use crate::feature::solar_dashboard::LightMeasure;

/// So many commands wait at most; nobody who is served has more to say.
const WAITING_AT_MOST: usize = 64;

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Measure light in this series. It replaces the one before, and ends by itself: when its
    /// reports have come, or the device sleeps.
    MeasureLight {
        /// Which device. Ids can collide where two receivers hold clones, links cannot.
        device: Link,
        /// `None`: no longer.
        series: Option<LightMeasure>,
    },
    /// Ask a device for its battery again.
    Refresh(Link),
    /// The computer was asleep: flags may be lost, what was asked is void.
    Resumed,
}

/// Where commands come from: another thread.
pub trait Commands {
    /// The next command, or `None` when nothing waits.
    fn next_command(&mut self) -> Option<Command>;

    /// What becomes readable when there may be a command.
    fn descriptor(&self) -> Option<BorrowedFd<'_>>;
}

/// Nobody has anything to say.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCommands;

impl Commands for NoCommands {
    fn next_command(&mut self) -> Option<Command> {
        None
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// Why a command was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// Too many wait already.
    #[error("too many commands wait")]
    Full,
    /// Nobody takes commands any more.
    #[error("nobody takes commands any more")]
    Gone,
}

/// The end of a channel that gives commands; each thread can have its own.
#[derive(Clone, Debug)]
pub struct CommandSender {
    channel: SyncSender<Command>,
    bell: Arc<OwnedFd>,
}

/// The end that takes them.
#[derive(Debug)]
pub struct CommandReceiver {
    channel: Receiver<Command>,
    bell: Arc<OwnedFd>,
}

/// A channel from any threads to the one that follows the nodes. It holds a few commands and then
/// refuses more, so that nobody can fill the memory.
pub fn command_channel() -> io::Result<(CommandSender, CommandReceiver)> {
    let bell = Arc::new(eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?);
    let (giving, taking) = sync_channel(WAITING_AT_MOST);
    let sender = CommandSender {
        channel: giving,
        bell: Arc::clone(&bell),
    };
    let receiver = CommandReceiver {
        channel: taking,
        bell,
    };
    Ok((sender, receiver))
}

impl CommandSender {
    /// Gives a command, without waiting.
    pub fn send(&self, command: Command) -> Result<(), NotSent> {
        self.channel
            .try_send(command)
            .map_err(|error| match error {
                TrySendError::Full(_) => NotSent::Full,
                TrySendError::Disconnected(_) => NotSent::Gone,
            })?;
        // It fails only where the bell rings already, more often than can be counted.
        _ = rustix::io::write(&self.bell, &1_u64.to_ne_bytes());
        Ok(())
    }
}

impl Commands for CommandReceiver {
    fn next_command(&mut self) -> Option<Command> {
        if let Ok(command) = self.channel.try_recv() {
            return Some(command);
        }
        // Before the second look: what comes after it rings again.
        _ = rustix::io::read(&self.bell, &mut [0; 8]);
        self.channel.try_recv().ok()
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.bell.as_fd())
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::manager::{Clock, RealClock, Wake};

    /// What the clock says about the descriptor of the channel.
    fn look(receiver: &CommandReceiver, wait: Duration) -> Wake {
        let mut clock = RealClock::new(None);
        let until = clock.now() + wait;
        let bell = receiver.descriptor().unwrap();
        clock.wait(&[bell], Some(until)).unwrap()
    }

    #[test]
    fn a_command_of_another_thread_ends_the_wait() {
        let (sender, mut receiver) = command_channel().unwrap();
        let other = sender.clone();
        let thread = thread::spawn(move || other.send(Command::Resumed));
        let minutes = Duration::from_secs(600);
        assert_eq!(look(&receiver, minutes), Wake::Readable(vec![0]));
        thread.join().unwrap().unwrap();
        assert_eq!(receiver.next_command(), Some(Command::Resumed));
        assert_eq!(receiver.next_command(), None);
        assert_eq!(look(&receiver, Duration::ZERO), Wake::Due, "taken");
    }

    #[test]
    fn a_flood_is_refused_and_what_was_taken_arrives() {
        let (sender, mut receiver) = command_channel().unwrap();
        let taken = (0..10_000).filter(|_| sender.send(Command::Resumed).is_ok());
        let taken = taken.count();
        assert_eq!(taken, WAITING_AT_MOST);
        assert_eq!(sender.send(Command::Resumed), Err(NotSent::Full));
        let arrived = std::iter::from_fn(|| receiver.next_command()).count();
        assert_eq!(arrived, taken);
        assert_eq!(sender.send(Command::Resumed), Ok(()), "there is room again");
    }

    #[test]
    fn who_sends_to_nobody_is_told_so() {
        let (sender, receiver) = command_channel().unwrap();
        drop(receiver);
        assert_eq!(sender.send(Command::Resumed), Err(NotSent::Gone));
    }
}
