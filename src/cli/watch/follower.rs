//! The thread that follows the devices and sends events to the thread that draws.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, eventfd};

use crate::cli::exit::Exit;
use crate::cli::follow::Following;
use crate::cli::options::CommonArgs;
use crate::client::follow::{Control, Handle, SessionEvent};
use hidpp_proto::units::Timestamp;

/// The timeout for restoring the state of the devices. A thread that looks for a daemon that does
/// not answer has nothing to restore, and is abandoned.
const ENDING: Duration = Duration::from_secs(3);

/// How many events may be pending while the terminal is slow or stopped. Beyond that the queue
/// exerts back-pressure: the connection to the daemon is not read.
const WAITING_AT_MOST: usize = 256;

/// The events received, and the thread that sends them.
pub(super) struct Follower {
    events: Receiver<(Timestamp, SessionEvent)>,
    waker: Waker,
    handle: Handle,
    /// `None`: it was ended.
    thread: Option<JoinHandle<io::Result<Exit>>>,
}

impl Follower {
    /// Starts following these devices.
    pub(super) fn start(common: &CommonArgs, waker: Waker) -> io::Result<Self> {
        let (give, events) = sync_channel(WAITING_AT_MOST);
        // The screen shows that nothing was found.
        let following = Following::new(common, None)?.without_waiting();
        let handle = following.handle();
        let on_drop = WakeOnDrop(waker.clone());
        let follow = move || {
            // Wakes the drawing thread also when this thread ends or panics.
            let on_drop = on_drop;
            following.run(&mut |at, event| {
                let given = give.send((at, event));
                on_drop.0.wake();
                given.map_err(|_| io::ErrorKind::BrokenPipe)?;
                Ok(None)
            })
        };
        let thread = thread::Builder::new()
            .name("follower".to_owned())
            .spawn(follow)?;
        Ok(Self {
            events,
            waker,
            handle,
            thread: Some(thread),
        })
    }

    /// Returns the handle for requests to the devices.
    pub(super) const fn control(&self) -> &Control {
        self.handle.control()
    }

    /// Returns a descriptor that becomes readable when there is an event or the thread has ended.
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.waker.0.as_fd()
    }

    /// Returns the next event; `Ok(None)`: none yet. An error: the thread has ended.
    pub(super) fn next(&self) -> Result<Option<(Timestamp, SessionEvent)>, TryRecvError> {
        // First reset the eventfd: a later event makes it readable again.
        self.waker.reset();
        match self.events.try_recv() {
            Ok(event) => Ok(Some(event)),
            Err(TryRecvError::Empty) => Ok(None),
            Err(ended) => Err(ended),
        }
    }

    /// Ends the thread and returns its result; `None`: it did not end before the timeout.
    /// Propagates a panic of the thread.
    pub(super) fn end(mut self) -> Option<io::Result<Exit>> {
        match self.stop()? {
            Ok(ended) => Some(ended),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    fn stop(&mut self) -> Option<thread::Result<io::Result<Exit>>> {
        let thread = self.thread.take()?;
        self.handle.end();
        let start = Instant::now();
        loop {
            let patience = ENDING.saturating_sub(start.elapsed());
            match self.events.recv_timeout(patience) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => return Some(thread.join()),
            }
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        // Restore the state of the devices also after a panic of the drawing thread.
        drop(self.stop());
    }
}

/// Wakes the drawing thread; each thread can have a clone.
#[derive(Clone, Debug)]
pub(super) struct Waker(Arc<OwnedFd>);

impl Waker {
    pub(super) fn new() -> io::Result<Self> {
        let waker = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?;
        Ok(Self(Arc::new(waker)))
    }

    pub(super) fn wake(&self) {
        // It fails only if the counter is full, and then the eventfd is readable anyway.
        _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }

    fn reset(&self) {
        _ = rustix::io::read(&self.0, &mut [0; 8]);
    }
}

/// Wakes the drawing thread when it is dropped.
struct WakeOnDrop(Waker);

impl Drop for WakeOnDrop {
    fn drop(&mut self) {
        self.0.wake();
    }
}
