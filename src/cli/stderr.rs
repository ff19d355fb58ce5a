//! Standard error. While a screen is drawn on the same terminal, its lines are held back.

use crate::text;
use std::collections::VecDeque;
use std::fmt::Display;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many lines are held back at most. Beyond that the oldest are dropped.
const WAITING_AT_MOST: usize = 200;

/// The lines held back; `None`: each line is written at once.
static WAITING: Mutex<Option<Waiting>> = Mutex::new(None);

struct Waiting {
    lines: VecDeque<String>,
    /// Wakes the thread that draws: there is another line.
    wake: Box<dyn Fn() + Send>,
    /// Lines that [`take_last`] has not returned yet.
    new: usize,
}

/// Writes one line to standard error. Text in it that comes from a device, a file or another
/// program is made displayable.
pub(super) fn complain(what: &dyn Display) {
    write_line(text::line(&format!("solar-status: {what}")));
}

/// Holds lines back until it is dropped, which writes them.
#[must_use = "they are written when it is dropped"]
pub(super) struct Held(());

/// Holds lines back from now on, and calls `wake` for each.
pub(super) fn hold(wake: impl Fn() + Send + 'static) -> Held {
    *waiting() = Some(Waiting {
        lines: VecDeque::new(),
        wake: Box::new(wake),
        new: 0,
    });
    Held(())
}

impl Drop for Held {
    fn drop(&mut self) {
        let held = waiting().take();
        for line in held.into_iter().flat_map(|it| it.lines) {
            write_line(line);
        }
    }
}

/// Returns the last line that was held back, once.
pub(super) fn take_last() -> Option<String> {
    let mut waiting = waiting();
    let waiting = waiting.as_mut()?;
    let new = std::mem::take(&mut waiting.new);
    waiting.lines.back().filter(|_| new > 0).cloned()
}

fn write_line(line: String) {
    if let Some(waiting) = waiting().as_mut() {
        if waiting.lines.len() == WAITING_AT_MOST {
            waiting.lines.pop_front();
        }
        waiting.lines.push_back(line);
        waiting.new += 1;
        (waiting.wake)();
        return;
    }
    _ = writeln!(io::stderr(), "{line}");
}

fn waiting() -> MutexGuard<'static, Option<Waiting>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The target of the logger, which writes whole lines.
pub(super) struct Log;

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        for line in String::from_utf8_lossy(text).lines() {
            write_line(line.to_owned());
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

    // One test: standard error is a global shared by all tests.
    #[test]
    fn lines_are_held_back_and_the_last_can_be_read() {
        assert_eq!(take_last(), None);
        let (woken, wakes) = std::sync::mpsc::channel();
        let held = hold(move || woken.send(()).unwrap());
        assert_eq!(take_last(), None);
        complain(&"one");
        Log.write_all(b"two\nthree\n").unwrap();
        assert_eq!(take_last().as_deref(), Some("three"));
        assert_eq!(take_last(), None, "it was returned already");
        assert_eq!(wakes.try_iter().count(), 3);
        for number in 0..1000 {
            complain(&number);
        }
        assert_eq!(take_last().as_deref(), Some("solar-status: 999"));
        let count = waiting().as_ref().map(|it| it.lines.len());
        assert_eq!(count, Some(WAITING_AT_MOST));
        // Keep them out of the output of the tests.
        *waiting() = None;
        drop(held);
    }
}
