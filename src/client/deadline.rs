//! Runs futures on this thread until a deadline, or until a descriptor becomes readable.
//!
//! `zbus::block_on` has no timeout: on a bus that accepts connections and never answers it blocks
//! for ever, even after SIGTERM. Here a future that misses the deadline is dropped with the sockets
//! it holds, and no thread is left behind. The connections themselves are driven by the helper
//! thread of zbus, as under any executor other than its own.

use std::future::Future;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use rustix::event::{EventfdFlags, eventfd};

use crate::clock::{self, Clock, RealClock};
use hidpp_proto::units::Timestamp;

/// Why a future did not complete.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The deadline passed.
    #[error("no answer in time")]
    Late,
    /// The descriptor is readable.
    #[error("interrupted")]
    Interrupted,
    /// Waiting failed.
    #[error("cannot wait: {0}")]
    Io(#[from] io::Error),
}

/// How long a future may run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits<'a> {
    /// `None`: without a limit.
    pub timeout: Option<Duration>,
    /// Ends the wait when it becomes readable; nothing is read from it.
    pub interrupt: Option<BorrowedFd<'a>>,
}

impl Limits<'_> {
    /// Only a timeout.
    pub const fn timeout(timeout: Duration) -> Self {
        Self {
            timeout: Some(timeout),
            interrupt: None,
        }
    }
}

/// An executor for one future at a time.
#[derive(Debug)]
pub struct Executor {
    waker: Arc<EventWaker>,
    clock: RealClock<'static>,
}

impl Executor {
    /// Fails if no file descriptor is left.
    pub fn new() -> io::Result<Self> {
        let event = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?;
        Ok(Self {
            waker: Arc::new(EventWaker(event)),
            clock: RealClock::new(None),
        })
    }

    /// Runs the future within these limits.
    pub fn run<T>(
        &mut self,
        limits: Limits<'_>,
        future: impl Future<Output = T>,
    ) -> Result<T, Stopped> {
        let until = limits.timeout.map(|timeout| self.clock.now() + timeout);
        self.run_until(until, limits.interrupt, future)
    }

    /// Runs the future until this time. The interrupt takes precedence over a future that could
    /// complete, so that a flood of messages cannot suppress it.
    pub fn run_until<T>(
        &mut self,
        until: Option<Timestamp>,
        interrupt: Option<BorrowedFd<'_>>,
        future: impl Future<Output = T>,
    ) -> Result<T, Stopped> {
        let mut future = pin!(future);
        let waker = Waker::from(Arc::clone(&self.waker));
        let mut context = Context::from_waker(&waker);
        if self.is_readable(interrupt)? {
            return Err(Stopped::Interrupted);
        }
        loop {
            // Cleared before the poll: a wake-up after it counts for the next one.
            self.waker.clear();
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return Ok(output);
            }
            if until.is_some_and(|until| until <= self.clock.now()) {
                return Err(Stopped::Late);
            }
            let mut awaited = vec![self.waker.0.as_fd()];
            awaited.extend(interrupt);
            match self.clock.wait(&awaited, until)? {
                clock::Wake::Readable(places) if places.contains(&1) => {
                    return Err(Stopped::Interrupted);
                }
                // A signal may interrupt the wait.
                _ => {}
            }
        }
    }

    fn is_readable(&mut self, interrupt: Option<BorrowedFd<'_>>) -> io::Result<bool> {
        let Some(interrupt) = interrupt else {
            return Ok(false);
        };
        let now = self.clock.now();
        let wake = self.clock.wait(&[interrupt], Some(now))?;
        Ok(matches!(wake, clock::Wake::Readable(_)))
    }
}

/// Runs one future within these limits.
pub fn run<T>(limits: Limits<'_>, future: impl Future<Output = T>) -> Result<T, Stopped> {
    Executor::new()?.run(limits, future)
}

/// Makes a descriptor readable when the future can continue.
#[derive(Debug)]
struct EventWaker(OwnedFd);

impl EventWaker {
    fn clear(&self) {
        _ = rustix::io::read(&self.0, &mut [0; 8]);
    }
}

impl Wake for EventWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // It fails only if the counter would overflow; the descriptor is readable then anyway.
        _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn, ready};
    use std::io::Write;
    use std::os::unix::net::UnixStream;
    use std::thread;

    use super::*;

    #[test]
    fn a_future_that_never_completes_ends_at_its_deadline() {
        let stopped = run(Limits::timeout(Duration::ZERO), pending::<()>());
        assert!(matches!(stopped, Err(Stopped::Late)), "{stopped:?}");
        let done = run(Limits::timeout(Duration::ZERO), ready(7));
        assert!(matches!(done, Ok(7)), "{done:?}");
    }

    #[test]
    fn an_interrupt_counts_before_and_while_a_future_runs() {
        let (mut give, interrupt) = UnixStream::pair().unwrap();
        let limits = Limits {
            timeout: None,
            interrupt: Some(interrupt.as_fd()),
        };
        assert!(run(limits, ready(())).is_ok());
        let later = thread::spawn(move || give.write_all(b"X").map(|()| give));
        let stopped = run(limits, pending::<()>());
        assert!(matches!(stopped, Err(Stopped::Interrupted)), "{stopped:?}");
        let stopped = run(limits, ready(()));
        assert!(matches!(stopped, Err(Stopped::Interrupted)), "{stopped:?}");
        later.join().unwrap().unwrap();
    }

    #[test]
    fn a_future_continues_when_another_thread_wakes_it() {
        let mut polls = 0;
        let future = poll_fn(|context| {
            polls += 1;
            if polls == 3 {
                return Poll::Ready(polls);
            }
            let waker = context.waker().clone();
            thread::spawn(move || waker.wake());
            Poll::Pending
        });
        assert!(matches!(run(Limits::default(), future), Ok(3)));
    }
}
