//! Commands from other threads to the one that follows the nodes.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::event::{EventfdFlags, eventfd};

use hidpp_proto::feature::solar_dashboard::LightMeasure;

/// The capacity of the queue, in distinct commands; more than any desk has devices.
const WAITING_AT_MOST: usize = 1024;

/// A command to the monitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Measure light in this series, which replaces the one before. It ends after its number of
    /// reports, or when the device goes to sleep.
    MeasureLight {
        /// The id of the device.
        device: String,
        /// `None`: cancel the current series.
        series: Option<LightMeasure>,
    },
    /// Poll the battery of the device with this id.
    Refresh(String),
    /// The computer resumed from suspend: flags may be lost, and pending requests are void.
    Resumed,
}

/// A source of commands.
pub trait Commands {
    /// The next queued command, if any.
    fn next_command(&mut self) -> Option<Command>;

    /// The descriptor that becomes readable when a command may be queued.
    fn descriptor(&self) -> Option<BorrowedFd<'_>>;
}

/// A source without commands.
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

/// Why a command was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// The queue is full.
    #[error("the command queue is full")]
    Full,
    /// The receiving end was dropped.
    #[error("the monitor has stopped and accepts no commands")]
    Gone,
}

/// The sending end of a command channel; it can be cloned for each thread.
#[derive(Clone, Debug)]
pub struct CommandSender(Arc<Channel>);

/// The receiving end of a command channel.
#[derive(Debug)]
pub struct CommandReceiver(Arc<Channel>);

#[derive(Debug)]
struct Channel {
    /// `None`: the receiving end was dropped.
    waiting: Mutex<Option<VecDeque<Command>>>,
    wakeup: OwnedFd,
}

/// Creates a channel from any number of threads to the one that follows the nodes.
///
/// The queue coalesces: a command equal to a queued one is not queued twice, and a series for a
/// device replaces the one before. So a client that floods the queue neither exhausts memory nor
/// displaces the commands of others.
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
    /// Whether this command supersedes an earlier one.
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
    /// Queues a command, without blocking.
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
        // Fails only if the eventfd's counter is at its maximum: then it is signalled already.
        _ = rustix::io::write(&self.0.wakeup, &1_u64.to_ne_bytes());
        Ok(())
    }
}

impl Commands for CommandReceiver {
    fn next_command(&mut self) -> Option<Command> {
        // Cleared before the queue is read, so that a command queued later signals again.
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

    /// Waits on the descriptor of the channel.
    fn wait_on(receiver: &CommandReceiver, wait: Duration) -> Wake {
        let mut clock = RealClock::new(None);
        let until = clock.now() + wait;
        let wakeup = receiver.descriptor().unwrap();
        clock.wait(&[wakeup], Some(until)).unwrap()
    }

    #[test]
    fn a_command_from_another_thread_ends_the_wait() {
        let (sender, mut receiver) = command_channel().unwrap();
        let other = sender.clone();
        let thread = thread::spawn(move || other.send(Command::Resumed));
        let minutes = Duration::from_secs(600);
        assert_eq!(wait_on(&receiver, minutes), Wake::Readable(vec![0]));
        thread.join().unwrap().unwrap();
        assert_eq!(receiver.next_command(), Some(Command::Resumed));
        assert_eq!(receiver.next_command(), None);
        assert_eq!(wait_on(&receiver, Duration::ZERO), Wake::Due, "received");
    }

    fn device(number: usize) -> String {
        format!("C099-{number:08X}")
    }

    #[test]
    fn a_flood_coalesces_to_one_command_and_displaces_no_other() {
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
    fn the_number_of_distinct_commands_is_limited() {
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
    fn sending_fails_after_the_receiver_was_dropped() {
        let (sender, receiver) = command_channel().unwrap();
        drop(receiver);
        assert_eq!(sender.send(Command::Resumed), Err(NotSent::Gone));
    }
}
