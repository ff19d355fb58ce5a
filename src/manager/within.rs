//! Doing something that may hang, for so long and no longer.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It ended, with this.
    Ended(T),
    /// It did not end in time, and goes on.
    Late,
    /// It panicked, and said so itself.
    Died,
}

/// Does something in a thread of this name. What is late is left behind: the program does not live
/// long, and nothing waits for it any more. An error: there is no thread.
pub fn within<T: Send + 'static>(
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

    /// Nobody waits for so long.
    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn what_ends_what_hangs_and_what_panics_are_told_apart() {
        assert_eq!(within("test", LONG, || 7).unwrap(), Outcome::Ended(7));
        let (_never, forever) = sync_channel::<()>(0);
        let hang = move || forever.recv().is_ok();
        assert_eq!(within("test", Duration::ZERO, hang).unwrap(), Outcome::Late);
        let panic = || panic!("as it should");
        assert_eq!(within::<()>("test", LONG, panic).unwrap(), Outcome::Died);
    }
}
