//! `solar-status watch`: charge and light on the whole screen, live.
//!
//! One thread follows the devices and never draws; the other draws and never waits for a device. It
//! sleeps in poll(2) until an event, a key, a signal, or the time at which a shown text changes
//! because of an age: there is no frame rate. The screen is a pure function ([`draw()`]) of the
//! [`model`], the user's [`view`], the size and the time.
//!
//! ratatui supplies cells and lines of text, and the difference between two screens. Output to the
//! terminal and input of keys are implemented here: its back ends have no single wait for keys,
//! signals and events, and each of them is larger than these files.

mod args;
mod draw;
mod follower;
mod key;
mod model;
mod paint;
#[cfg(test)]
mod picture;
mod renewal;
mod signals;
mod terminal;
#[cfg(test)]
mod tests;
mod track;
mod view;

use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use log::debug;
use rustix::process::{Signal, getpid, kill_process};

pub(super) use self::args::WatchArgs;
use self::draw::draw;
use self::follower::{Follower, Waker};
use self::key::Input;
use self::model::{Model, Remark};
use self::renewal::WatchRenewal;
use self::signals::Signals;
use self::terminal::Screen;
use self::view::{Action, View};
use super::exit::Exit;
use super::options::Field;
use super::style::Style;
use super::{color, io_errors, monitor, stderr};
use crate::client::follow::{FollowEvent, SessionEvent};
use crate::clock::{Clock, RealClock, Wake};
use hidpp_proto::units::Timestamp;

/// Returns whether there is a terminal to draw on.
pub(super) fn has_screen() -> bool {
    let able = std::env::var_os("TERM").is_some_and(|name| !name.is_empty() && name != "dumb");
    able && io::stdout().is_terminal()
}

pub(super) fn run(mut args: WatchArgs) -> io::Result<Exit> {
    if !has_screen() {
        return monitor::run(&args.into_monitor());
    }
    // The details show it. It is read once, and not if the fields were narrowed down.
    if args.common.reads(Field::Name) && args.common.reads(Field::Battery) {
        args.common.fields.push(Field::Firmware);
    }
    let out = io::stdout();
    let style = Style::of_environment(color::color(args.common.color, &out), None);
    let signals = Signals::listen()?;
    let waker = Waker::new()?;
    let out = out.as_fd().try_clone_to_owned()?;
    let keys = io::stdin().as_fd().try_clone_to_owned()?;
    let screen = Screen::enter(out, keys, style.color).map_err(io_errors::unwritable)?;
    let lines_waker = waker.clone();
    let _held = stderr::hold(move || lines_waker.wake());
    let mut watch = Watch::start(&args, style, screen, waker)?;
    let ended = watch.run(signals);
    watch.end(ended)
}

/// How long the response to a key is shown.
const PASSING: Duration = Duration::from_secs(5);

/// Why the watch ends.
enum End {
    /// By a key or a signal, or after the duration.
    Wanted(Exit),
    /// Following the devices ended.
    Nothing,
}

struct Watch {
    model: Model,
    view: View,
    renewal: WatchRenewal,
    follower: Follower,
    screen: Screen,
    keys: Option<OwnedFd>,
    style: Style,
    until: Option<Timestamp>,
}

impl Watch {
    fn start(args: &WatchArgs, style: Style, screen: Screen, waker: Waker) -> io::Result<Self> {
        let clock = RealClock::new(None);
        Ok(Self {
            model: Model::new(args.common.naming()),
            view: View::default(),
            renewal: WatchRenewal::every(args.light_every.0),
            keys: screen.keys()?,
            until: args.duration.map(|duration| clock.now() + duration),
            follower: Follower::start(&args.common, waker)?,
            screen,
            style,
        })
    }

    /// Draws until the end.
    fn run(&mut self, mut signals: Signals) -> io::Result<End> {
        let mut clock = RealClock::new(None);
        loop {
            let now = clock.now();
            if self.listen() {
                return Ok(End::Nothing);
            }
            for (device, series) in self.renewal.due(now, &self.model) {
                if let Err(error) = self.follower.control().measure_light(&device.id, series) {
                    // Such as just after the daemon was lost. It is requested again later.
                    debug!("{}: no light measurement requested: {error}", device.id);
                }
            }
            let size = self.screen.size();
            let drawn = draw(&self.model, &self.view, size, self.style, now);
            self.screen
                .show(drawn.buffer)
                .map_err(io_errors::unwritable)?;
            let due = [drawn.changes, self.renewal.next(&self.model), self.until];
            let due = due.into_iter().flatten().min();
            let mut awaited: Vec<BorrowedFd<'_>> = vec![
                self.follower.descriptor(),
                signals.ending.as_fd(),
                signals.stopping.as_fd(),
                signals.looking.as_fd(),
            ];
            awaited.extend(self.keys.as_ref().map(AsFd::as_fd));
            let keys = awaited.len() - 1;
            let typed = match clock.wait(&awaited, due)? {
                Wake::Readable(places) => self.keys.is_some() && places.contains(&keys),
                Wake::Due | Wake::Interrupted => false,
            };
            if signals.ending.came() {
                return Ok(End::Wanted(Exit::Interrupted));
            }
            if signals.stopping.came() {
                self.screen.leave()?;
                kill_process(getpid(), Signal::STOP)?;
                self.screen.again()?;
            }
            if signals.looking.came() {
                self.screen.again()?;
            }
            if typed && self.type_keys(clock.now())? == Action::Leave
                || self.until.is_some_and(|until| until <= clock.now())
            {
                return Ok(End::Wanted(Exit::Ok));
            }
        }
    }

    /// Processes pending events; `true`: following has ended.
    fn listen(&mut self) -> bool {
        loop {
            match self.follower.next() {
                Ok(Some((at, event))) => on_event(&mut self.model, at, event),
                Ok(None) => break,
                Err(_) => return true,
            }
        }
        if let Some(text) = stderr::take_last() {
            let until = None;
            self.model.remark = Some(Remark { text, until });
        }
        false
    }

    /// Processes the keys that were typed.
    fn type_keys(&mut self, now: Timestamp) -> io::Result<Action> {
        let mut bytes = [0; 256];
        let read = match &self.keys {
            Some(keys) => rustix::io::retry_on_intr(|| rustix::io::read(keys, &mut bytes))?,
            None => 0,
        };
        if read == 0 {
            // The terminal is gone; a signal follows.
            self.keys = None;
        }
        for input in key::inputs(bytes.get(..read).unwrap_or_default()) {
            let size = self.screen.size();
            match on_key(&mut self.view, &self.model, input, size, self.style, now) {
                Action::Nothing => {}
                Action::Leave => return Ok(Action::Leave),
                Action::MeasureLight => self.measure_light(now),
            }
        }
        Ok(Action::Nothing)
    }

    fn measure_light(&mut self, now: Timestamp) {
        let Some(entry) = self.view.entry(&self.model) else {
            return;
        };
        let name = super::value_text::name(&entry.device);
        let text = if !entry.measures_light() {
            format!("{name} has no light meter")
        } else if !entry.device.is_online() {
            format!("{name} is offline: press a key on it to wake it")
        } else {
            let series = self.renewal.at_once(now, entry);
            let control = self.follower.control();
            match control.measure_light(&entry.device.id, series) {
                Ok(()) => format!("{name}: light measurement requested"),
                Err(error) => format!("{name}: {error}"),
            }
        };
        let until = Some(now + PASSING);
        self.model.remark = Some(Remark { text, until });
    }

    /// Restores the terminal, then the devices.
    fn end(self, ended: io::Result<End>) -> io::Result<Exit> {
        let left = self.screen.leave();
        let followed = self.follower.end();
        match ended? {
            End::Wanted(exit) => left.map_err(io_errors::unwritable).map(|()| exit),
            End::Nothing => followed.unwrap_or(Ok(Exit::Failure)),
        }
    }
}

/// Processes a key on the screen as it is now: an earlier one of the same read may have opened
/// another page, which is not shown yet.
fn on_key(
    view: &mut View,
    model: &Model,
    input: Input,
    size: (u16, u16),
    style: Style,
    now: Timestamp,
) -> Action {
    let scroll = draw(model, view, size, style, now).scroll;
    view.on_input(input, model, scroll)
}

/// Processes an event.
fn on_event(model: &mut Model, at: Timestamp, event: SessionEvent) {
    match event {
        SessionEvent::Begun(_) => model.begin(at),
        SessionEvent::Follow(FollowEvent::Change(change)) => model.on_change(at, *change),
        SessionEvent::Follow(FollowEvent::Settled { .. }) => model.settle(),
        SessionEvent::Follow(FollowEvent::Alarm | FollowEvent::Remark(_)) => {}
        SessionEvent::Lost | SessionEvent::Away => model.lose(at),
    }
}
