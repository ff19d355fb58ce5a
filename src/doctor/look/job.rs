//! Runs jobs that may hang, each in a separate thread with a deadline.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome<T> {
    /// It returned this.
    Ended(T),
    /// It missed the deadline, and runs on.
    Late,
    /// It panicked and printed the reason.
    Died,
}

/// Runs a job in a thread of this name. A job that misses the deadline is abandoned, not cancelled: its
/// thread runs on until the process exits, which is soon. Fails only if no thread can be spawned.
pub(super) fn within<T: Send + 'static>(
    name: &str,
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<Outcome<T>> {
    let (give, take) = sync_channel(1);
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(move || give.send(work()))?;
    Ok(match take.recv_timeout(patience) {
        Ok(it) => Outcome::Ended(it),
        Err(RecvTimeoutError::Timeout) => Outcome::Late,
        Err(RecvTimeoutError::Disconnected) => Outcome::Died,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A duration longer than any test.
    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn jobs_that_end_hang_or_panic_are_distinguished() {
        assert_eq!(within("test", LONG, || 7).unwrap(), Outcome::Ended(7));
        let (_never, forever) = sync_channel::<()>(0);
        let hang = move || forever.recv().is_ok();
        assert_eq!(within("test", Duration::ZERO, hang).unwrap(), Outcome::Late);
        let panic = || panic!("as it should");
        assert_eq!(within::<()>("test", LONG, panic).unwrap(), Outcome::Died);
    }
}
