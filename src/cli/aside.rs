//! Standard error, whose lines wait aside while a screen is drawn on the same terminal.

use crate::text;
use std::collections::VecDeque;
use std::fmt::Display;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many lines wait at most; the first of more are lost.
const WAITING_AT_MOST: usize = 200;

/// `None`: nothing waits, all is written at once.
static WAITING: Mutex<Option<Waiting>> = Mutex::new(None);

struct Waiting {
    lines: VecDeque<String>,
    /// Tells who draws that there is another line.
    ring: Box<dyn Fn() + Send>,
    /// Lines that were not looked at yet.
    new: usize,
}

/// One line on standard error. What it quotes of a device, a file or another program is made
/// displayable.
pub(super) fn complain(what: &dyn Display) {
    say(text::line(&format!("solar-status: {what}")));
}

/// Lines wait until this is dropped.
#[must_use = "they are written when it is dropped"]
pub(super) struct Held(());

/// From now on lines wait, and `ring` is called for each.
pub(super) fn hold(ring: impl Fn() + Send + 'static) -> Held {
    *waiting() = Some(Waiting {
        lines: VecDeque::new(),
        ring: Box::new(ring),
        new: 0,
    });
    Held(())
}

impl Drop for Held {
    fn drop(&mut self) {
        let held = waiting().take();
        for line in held.into_iter().flat_map(|it| it.lines) {
            say(line);
        }
    }
}

/// The last line, if it was not looked at yet.
pub(super) fn look() -> Option<String> {
    let mut waiting = waiting();
    let waiting = waiting.as_mut()?;
    let new = std::mem::take(&mut waiting.new);
    waiting.lines.back().filter(|_| new > 0).cloned()
}

fn say(line: String) {
    if let Some(waiting) = waiting().as_mut() {
        if waiting.lines.len() == WAITING_AT_MOST {
            waiting.lines.pop_front();
        }
        waiting.lines.push_back(line);
        waiting.new += 1;
        (waiting.ring)();
        return;
    }
    _ = writeln!(io::stderr(), "{line}");
}

fn waiting() -> MutexGuard<'static, Option<Waiting>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the logger writes: it gives whole lines.
pub(super) struct Log;

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        for line in String::from_utf8_lossy(text).lines() {
            say(line.to_owned());
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // One test: standard error is there once for all of them.
    #[test]
    fn lines_wait_while_they_are_held_and_the_last_is_to_be_seen() {
        assert_eq!(look(), None);
        let (rang, heard) = std::sync::mpsc::channel();
        let held = hold(move || rang.send(()).unwrap());
        assert_eq!(look(), None);
        complain(&"one");
        Log.write_all(b"two\nthree\n").unwrap();
        assert_eq!(look().as_deref(), Some("three"));
        assert_eq!(look(), None, "it was looked at");
        assert_eq!(heard.try_iter().count(), 3);
        for number in 0..1000 {
            complain(&number);
        }
        assert_eq!(look().as_deref(), Some("solar-status: 999"));
        let count = waiting().as_ref().map(|it| it.lines.len());
        assert_eq!(count, Some(WAITING_AT_MOST));
        // They are no news of the tests.
        *waiting() = None;
        drop(held);
    }
}
