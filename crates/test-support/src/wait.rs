//! The one way to wait for something: until it is there or so long that the test has failed.

use std::thread;
use std::time::{Duration, Instant};

/// The deadline for anything that a program does at once: nothing takes so long on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The time between two looks for what is to come.
const INTERVAL: Duration = Duration::from_millis(5);

/// The time between two looks at what is to stay.
const STEADY_INTERVAL: Duration = Duration::from_millis(100);

/// Looks again and again until something is there, and returns it. Panics with `what` was waited for
/// after `limit`.
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

/// Waits until something is so, at most for [`PATIENCE`].
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    eventually(what, PATIENCE, || is_so().then_some(()));
}

/// Looks for the whole of `span` whether something stays so.
pub fn throughout(what: &str, span: Duration, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    loop {
        let left = span.saturating_sub(start.elapsed());
        assert!(holds(), "{what}: no longer so after {:?}", start.elapsed());
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
    fn what_comes_late_is_returned() {
        let mut looks = 0;
        let found = eventually("the third look", PATIENCE, || {
            looks += 1;
            (looks == 3).then_some(looks)
        });
        assert_eq!(found, 3);
    }

    #[test]
    #[should_panic(expected = "in vain for the sun")]
    fn what_never_comes_is_named() {
        eventually("the sun", Duration::ZERO, || None::<()>);
    }

    #[test]
    fn what_is_to_stay_is_looked_at_at_the_end_too() {
        let mut looks = 0;
        throughout("the rain", Duration::from_millis(1), || {
            looks += 1;
            true
        });
        assert_eq!(looks, 2);
    }

    #[test]
    #[should_panic(expected = "the rain: no longer so")]
    fn what_does_not_stay_is_named() {
        throughout("the rain", PATIENCE, || false);
    }
}
