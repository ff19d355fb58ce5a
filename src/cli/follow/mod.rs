//! Following devices: through solar-statusd where it runs, else directly. The same changes come both
//! ways.

mod alarm_clock;
mod direct;
mod missing;

use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

use self::direct::Devices;
use self::missing::Missing;
use super::exit::Exit;
use super::options::CommonArgs;
use super::{setting, way};
use crate::client::follow::{
    Ended, FollowDaemon, FollowEvent, Handle, OnEvent, Origin, Remark, SessionEvent,
};
use crate::nodes::unreadable_here;
use hidpp_proto::units::Timestamp;

/// The remark when nothing is plugged in.
pub(super) const WAITING: &str =
    "no Logitech receiver or device found; waiting for one to be plugged in or to connect";

/// Follows what the arguments select.
pub(super) struct Following {
    duration: Option<Duration>,
    follower: FollowDaemon,
    handle: Handle,
    end: Arc<End>,
}

/// Why following was ended: the first of these counts.
#[derive(Debug, Default)]
struct End {
    /// Set by the handlers of signals.
    is_signalled: Arc<AtomicBool>,
    /// Standard output is not read any more.
    is_unread: AtomicBool,
}

impl Following {
    /// Follows for this long; `None`: until it is ended.
    pub(super) fn new(common: &CommonArgs, duration: Option<Duration>) -> io::Result<Self> {
        let (follower, handle) = FollowDaemon::new(way::buses(common))?;
        Ok(Self {
            duration,
            follower: follower
                .with_filter(common.filter())
                .with_duration(duration),
            handle,
            end: Arc::default(),
        })
    }

    /// Reaches it from other threads.
    pub(super) fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Ends it when the user or the system wants the program to end.
    pub(super) fn end_on_signals(&self) -> io::Result<()> {
        for signal in setting::ENDING {
            signal_hook::flag::register(signal, Arc::clone(&self.end.is_signalled))?;
        }
        setting::on_signals(|| self.handle.end_descriptor())
    }

    /// Ends it when standard output is not read any more: a program that writes seldom would notice
    /// late.
    pub(super) fn end_when_unread(&self) -> io::Result<()> {
        let (handle, end) = (self.handle(), Arc::clone(&self.end));
        let wait = move || {
            let out = io::stdout();
            let out = out.as_fd();
            let mut polled = [PollFd::new(&out, PollFlags::empty())];
            // Errors need not be asked for. A signal may come in between.
            while !poll(&mut polled, None).is_ok_and(|number| number > 0) {}
            end.is_unread
                .store(!end.is_signalled.load(Ordering::SeqCst), Ordering::SeqCst);
            handle.end();
        };
        let thread = thread::Builder::new().name("reader".to_owned());
        thread.spawn(wait).map(drop)
    }

    /// Reports events until the end, and returns how the command ends. The arguments are those it was
    /// made with. An error returned by `on_event` ends it too.
    pub(super) fn run(self, common: &CommonArgs, on_event: &mut OnEvent<'_>) -> io::Result<Exit> {
        let mut devices = Devices::new(common, self.duration);
        let mut follows_daemon = false;
        let mut missing = Missing::of(&common.device);
        let mut on_event = |at: Timestamp, event: SessionEvent| {
            match &event {
                SessionEvent::Begun(origin) => {
                    follows_daemon = matches!(origin, Origin::Daemon { .. });
                    way::tell_origin(common, way::direct(common), origin);
                }
                SessionEvent::Follow(FollowEvent::Change(change)) => missing.on_change(change),
                SessionEvent::Follow(FollowEvent::Settled { is_empty }) => {
                    let absent = follows_daemon.then(|| absent(*is_empty));
                    // That nothing at all is there was reported.
                    let missing = missing.settle().filter(|_| !is_empty);
                    for what in absent.into_iter().flatten().chain(missing) {
                        let remark = FollowEvent::Remark(Remark::Fallback(what));
                        on_event(at, SessionEvent::Follow(remark))?;
                    }
                }
                _ => {}
            }
            on_event(at, event)
        };
        let ended = match common.way.bus {
            // With --bus the daemon there is waited for.
            Some(_) => self.follower.run(&mut on_event),
            None => self.follower.run_or_fall_back(&mut devices, &mut on_event),
        };
        Ok(match ended? {
            Ended::Interrupted if self.end.is_unread.load(Ordering::SeqCst) => Exit::Ok,
            Ended::Due => Exit::Ok,
            Ended::Interrupted => Exit::Interrupted,
            Ended::Lost => Exit::Failure,
            Ended::Fallback => devices.exit(),
        })
    }
}

/// What is here and not known to a daemon; and that there is nothing, if that is so.
fn absent(is_empty: bool) -> Vec<String> {
    let unreadable = unreadable_here();
    let nothing = is_empty && unreadable.is_empty();
    let remarks = unreadable.iter().map(ToString::to_string);
    remarks.chain(nothing.then(|| WAITING.to_owned())).collect()
}

/// Whether the time is the simulation's own, which starts at zero and passes at once.
pub(super) const fn is_virtual(common: &CommonArgs, duration: Option<Duration>) -> bool {
    common.simulate.is_some() && duration.is_some()
}
