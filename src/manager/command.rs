//! What those above want done while all nodes are followed.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::event::{EventfdFlags, eventfd};

use hidpp_proto::feature::solar_dashboard::LightMeasure;

/// So many different commands wait at most; a desk has fewer.
const WAITING_AT_MOST: usize = 1024;

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Measure light in this series. It replaces the one before, and ends by itself: when its
    /// reports have come, or the device sleeps.
    MeasureLight {
        /// The id of the device.
        device: String,
        /// `None`: no longer.
        series: Option<LightMeasure>,
    },
    /// Ask the device with this id for its battery again.
    Refresh(String),
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
pub struct CommandSender(Arc<Channel>);

/// The end that takes them.
#[derive(Debug)]
pub struct CommandReceiver(Arc<Channel>);

#[derive(Debug)]
struct Channel {
    /// `None`: nobody takes them any more.
    waiting: Mutex<Option<VecDeque<Command>>>,
    wakeup: OwnedFd,
}

/// A channel from any threads to the one that follows the nodes.
///
/// A command that waits already is not taken twice, and of the series for a device the last one
/// counts. So whoever asks without end neither fills the memory nor crowds others out.
pub fn command_channel() -> io::Result<(CommandSender, CommandReceiver)> {
    let channel = Arc::new(Channel {
        waiting: Mutex::new(Some(VecDeque::new())),
        wakeup: eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?,
    });
    Ok((
        CommandSender(Arc::clone(&channel)),
        CommandReceiver(channel),
    ))
}

impl Channel {
    fn waiting(&self) -> MutexGuard<'_, Option<VecDeque<Command>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Command {
    /// Whether it makes one that was given before it void.
    fn replaces(&self, before: &Self) -> bool {
        match (self, before) {
            (Self::MeasureLight { device, .. }, Self::MeasureLight { device: other, .. }) => {
                device == other
            }
            _ => self == before,
        }
    }
}

impl CommandSender {
    /// Gives a command, without waiting.
    pub fn send(&self, command: Command) -> Result<(), NotSent> {
        {
            let mut waiting = self.0.waiting();
            let waiting = waiting.as_mut().ok_or(NotSent::Gone)?;
            waiting.retain(|before| !command.replaces(before));
            if waiting.len() >= WAITING_AT_MOST {
                return Err(NotSent::Full);
            }
            waiting.push_back(command);
        }
        // It fails only where the event is signalled already, more often than can be counted.
        _ = rustix::io::write(&self.0.wakeup, &1_u64.to_ne_bytes());
        Ok(())
    }
}

impl Commands for CommandReceiver {
    fn next_command(&mut self) -> Option<Command> {
        // Before the look: what comes after it signals again.
        _ = rustix::io::read(&self.0.wakeup, &mut [0; 8]);
        self.0.waiting().as_mut()?.pop_front()
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.0.wakeup.as_fd())
    }
}

impl Drop for CommandReceiver {
    fn drop(&mut self) {
        *self.0.waiting() = None;
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::clock::{Clock, RealClock, Wake};

    /// What the clock says about the descriptor of the channel.
    fn look(receiver: &CommandReceiver, wait: Duration) -> Wake {
        let mut clock = RealClock::new(None);
        let until = clock.now() + wait;
        let wakeup = receiver.descriptor().unwrap();
        clock.wait(&[wakeup], Some(until)).unwrap()
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

    fn device(number: usize) -> String {
        format!("C099-{number:08X}")
    }

    #[test]
    fn a_flood_is_one_command_and_crowds_nobody_out() {
        let (sender, mut receiver) = command_channel().unwrap();
        let measure = |reports| Command::MeasureLight {
            device: device(0),
            series: Some(LightMeasure {
                reports,
                period_s: 1,
            }),
        };
        for _ in 0..10_000 {
            sender.send(Command::Refresh(device(0))).unwrap();
        }
        for reports in 1..=60 {
            sender.send(measure(reports)).unwrap();
        }
        sender.send(Command::Resumed).unwrap();
        let arrived: Vec<Command> = std::iter::from_fn(|| receiver.next_command()).collect();
        let expected = [Command::Refresh(device(0)), measure(60), Command::Resumed];
        assert_eq!(arrived, expected);
    }

    #[test]
    fn there_is_an_end_even_to_different_commands() {
        let (sender, mut receiver) = command_channel().unwrap();
        let refresh = |node| sender.send(Command::Refresh(device(node)));
        assert_eq!(
            (0..5000).filter(|node| refresh(*node).is_ok()).count(),
            1024
        );
        assert_eq!(refresh(5000), Err(NotSent::Full));
        assert_eq!(receiver.next_command(), Some(Command::Refresh(device(0))));
        assert_eq!(refresh(5000), Ok(()), "there is room again");
    }

    #[test]
    fn who_sends_to_nobody_is_told_so() {
        let (sender, receiver) = command_channel().unwrap();
        drop(receiver);
        assert_eq!(sender.send(Command::Resumed), Err(NotSent::Gone));
    }
}
