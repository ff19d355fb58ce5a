//! Turns the terminal into a screen, and restores it however the program ends.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::panic;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ratatui_core::buffer::Buffer;
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize,
    tcsetattr,
};

use super::paint::paint;

/// Switches to the alternate screen.
const ENTER: &str = "\x1b[?1049h";

/// Hides the cursor.
const HIDE: &str = "\x1b[?25l";

/// Restores the terminal. One without an alternate screen is at least cleared.
const LEAVE: &str = "\x1b[0m\x1b[H\x1b[J\x1b[?25h\x1b[?1049l";

/// The assumed size if the terminal does not report one.
const USUAL: (u16, u16) = (80, 24);

/// The screen. The terminal is restored when this is dropped, and when any thread panics.
pub(super) struct Screen(Arc<Mutex<Inner>>);

struct Inner {
    out: File,
    /// The terminal that keys are read from, if there is one.
    keys: Option<Keys>,
    color: bool,
    entered: bool,
    /// The content of the screen; `None`: unknown.
    shown: Option<Buffer>,
}

struct Keys {
    terminal: OwnedFd,
    /// Its mode before the program started.
    cooked: Termios,
}

impl Screen {
    /// Turns the terminal `out` into a screen, with keys from the terminal `keys`, if it is one.
    pub(super) fn enter(out: OwnedFd, keys: OwnedFd, color: bool) -> io::Result<Self> {
        let cooked = tcgetattr(&keys);
        let screen = Self(Arc::new(Mutex::new(Inner {
            out: File::from(out),
            keys: cooked.ok().map(|cooked| Keys {
                terminal: keys,
                cooked,
            }),
            color,
            entered: false,
            shown: None,
        })));
        let inner = Arc::clone(&screen.0);
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            _ = lock(&inner).leave();
            before(panic);
        }));
        screen.again()?;
        Ok(screen)
    }

    /// Sets up the screen again after another program may have used the terminal.
    pub(super) fn again(&self) -> io::Result<()> {
        lock(&self.0).enter()
    }

    /// Restores the terminal.
    pub(super) fn leave(&self) -> io::Result<()> {
        lock(&self.0).leave()
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (u16, u16) {
        let size = tcgetwinsize(&lock(&self.0).out);
        let size = size.map(|size| (size.ws_col, size.ws_row));
        size.ok()
            .filter(|size| size.0 > 0 && size.1 > 0)
            .unwrap_or(USUAL)
    }

    /// Returns the descriptor that keys are read from, if there is one.
    pub(super) fn keys(&self) -> io::Result<Option<OwnedFd>> {
        let inner = lock(&self.0);
        let keys = inner.keys.as_ref();
        keys.map(|keys| keys.terminal.try_clone()).transpose()
    }

    /// Shows this; does nothing once the terminal was restored.
    pub(super) fn show(&self, buffer: Buffer) -> io::Result<()> {
        let mut inner = lock(&self.0);
        if !inner.entered {
            return Ok(());
        }
        let bytes = paint(inner.shown.as_ref(), &buffer, inner.color);
        inner.shown = Some(buffer);
        inner.out.write_all(bytes.as_bytes())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // An error cannot be reported here.
        _ = self.leave();
    }
}

impl Inner {
    fn enter(&mut self) -> io::Result<()> {
        self.shown = None;
        if let Some(keys) = &self.keys {
            tcsetattr(
                keys.terminal.as_fd(),
                OptionalActions::Now,
                &raw(&keys.cooked),
            )?;
        }
        // Sent twice, the cursor would be restored to a wrong position.
        if !std::mem::replace(&mut self.entered, true) {
            self.out.write_all(ENTER.as_bytes())?;
        }
        self.out.write_all(HIDE.as_bytes())
    }

    fn leave(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.entered) {
            return Ok(());
        }
        let written = self.out.write_all(LEAVE.as_bytes());
        if let Some(keys) = &self.keys {
            // Drops typed keys that were not read: they were meant for the screen.
            tcsetattr(keys.terminal.as_fd(), OptionalActions::Flush, &keys.cooked)?;
        }
        written
    }
}

/// Makes keys arrive at once and without echo; those for signals still send signals.
fn raw(cooked: &Termios) -> Termios {
    let mut raw = cooked.clone();
    raw.local_modes -= LocalModes::ICANON | LocalModes::ECHO | LocalModes::IEXTEN;
    // Enter arrives untranslated, and Ctrl-S does not stop the screen.
    raw.input_modes -= InputModes::ICRNL | InputModes::INLCR | InputModes::IXON;
    raw.special_codes[SpecialCodeIndex::VMIN] = 1;
    raw.special_codes[SpecialCodeIndex::VTIME] = 0;
    raw
}

fn lock(inner: &Mutex<Inner>) -> MutexGuard<'_, Inner> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::thread;

    use rustix::fs::{Mode, OFlags};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;

    /// Both ends of a terminal: the user's and the program's.
    fn terminal() -> (File, OwnedFd) {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let line = rustix::fs::open(path, flags, Mode::empty()).unwrap();
        (File::from(master), line)
    }

    fn modes(line: &OwnedFd) -> (LocalModes, InputModes) {
        let termios = tcgetattr(line).unwrap();
        (termios.local_modes, termios.input_modes)
    }

    fn enter(line: &OwnedFd) -> Screen {
        let end = || line.try_clone().unwrap();
        Screen::enter(end(), end(), true).unwrap()
    }

    /// Reads what was written until the screen was left. It may arrive in pieces.
    fn read(person: &mut File) -> String {
        let mut text = String::new();
        while !text.ends_with(LEAVE) {
            let mut bytes = [0; 4096];
            let read = person.read(&mut bytes).unwrap();
            text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        }
        text
    }

    /// All tests share one panic hook.
    static ALONE: Mutex<()> = Mutex::new(());

    #[test]
    fn a_panic_in_any_thread_restores_the_terminal_before_its_message() {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut person, line) = terminal();
        let before = modes(&line);
        let screen = enter(&line);
        assert_ne!(modes(&line), before);
        let other = thread::spawn(|| panic!("a thread of a watch"));
        assert!(other.join().is_err());
        drop(panic::take_hook());
        assert_eq!(modes(&line), before);
        // A thread that still draws has no effect.
        screen.show(Buffer::with_lines(["late"])).unwrap();
        drop(screen);
        assert_eq!(read(&mut person), format!("{ENTER}{HIDE}{LEAVE}"));
    }

    #[test]
    fn a_screen_set_up_again_is_redrawn_and_left_once() {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut person, line) = terminal();
        let screen = enter(&line);
        screen.show(Buffer::with_lines(["57 %"])).unwrap();
        screen.again().unwrap();
        screen.show(Buffer::with_lines(["57 %"])).unwrap();
        screen.leave().unwrap();
        drop(screen);
        drop(panic::take_hook());
        let drawn = "\x1b[0m\x1b[H\x1b[2J\x1b[1;1H57\x1b[1;4H%";
        let expected = format!("{ENTER}{HIDE}{drawn}{HIDE}{drawn}{LEAVE}");
        assert_eq!(read(&mut person), expected);
    }
}
