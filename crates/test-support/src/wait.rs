//! Waits for a condition by polling it until a deadline.

use std::thread;
use std::time::{Duration, Instant};

/// The deadline for anything that a program does without delay, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The polling interval while waiting for a condition.
const INTERVAL: Duration = Duration::from_millis(5);

/// The polling interval while a condition must hold.
const STEADY_INTERVAL: Duration = Duration::from_millis(100);

/// Polls until `look` returns a value, and returns it. Panics after `limit`, naming `what`.
pub fn eventually<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            start.elapsed() < limit,
            "waited {limit:?} in vain for {what}"
        );
        thread::sleep(INTERVAL);
    }
}

/// Polls until `is_so` returns true, for at most [`PATIENCE`].
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    eventually(what, PATIENCE, || is_so().then_some(()));
}

/// Checks for the whole of `span` that a condition holds.
pub fn throughout(what: &str, span: Duration, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    loop {
        let left = span.saturating_sub(start.elapsed());
        assert!(
            holds(),
            "{what}: no longer true after {:?}",
            start.elapsed()
        );
        if left.is_zero() {
            return;
        }
        thread::sleep(left.min(STEADY_INTERVAL));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eventually_returns_a_value_that_appears_late() {
        let mut looks = 0;
        let found = eventually("the third look", PATIENCE, || {
            looks += 1;
            (looks == 3).then_some(looks)
        });
        assert_eq!(found, 3);
    }

    #[test]
    #[should_panic(expected = "in vain for the sun")]
    fn eventually_names_what_is_missing_at_the_deadline() {
        eventually("the sun", Duration::ZERO, || None::<()>);
    }

    #[test]
    fn throughout_checks_once_more_at_the_end() {
        let mut looks = 0;
        throughout("the rain", Duration::from_millis(1), || {
            looks += 1;
            true
        });
        assert_eq!(looks, 2);
    }

    #[test]
    #[should_panic(expected = "the rain: no longer true")]
    fn throughout_names_the_condition_that_no_longer_holds() {
        throughout("the rain", PATIENCE, || false);
    }
}
