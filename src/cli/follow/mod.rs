//! Follows devices through solar-statusd if it runs, otherwise directly. Both report the same
//! changes.

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
use super::{origin, setup};
use crate::client::follow::{
    Ended, FollowDaemon, FollowEvent, Handle, OnEvent, Origin, Remark, SessionEvent,
};
use crate::nodes::unreadable_here;
use hidpp_proto::units::Timestamp;

/// The remark if nothing is plugged in.
pub(super) const WAITING: &str =
    "no Logitech receiver or device found; waiting for one to be plugged in or to connect";

/// Follows the devices that the arguments select.
pub(super) struct Following {
    common: CommonArgs,
    duration: Option<Duration>,
    follower: FollowDaemon,
    handle: Handle,
    end: Arc<End>,
}

/// Why following ended. If both are set, the first counts.
#[derive(Debug, Default)]
struct End {
    /// Set by the signal handlers.
    is_signalled: Arc<AtomicBool>,
    /// The reader of standard output closed it.
    is_unread: AtomicBool,
}

impl Following {
    /// Follows for this long; `None`: until it is ended.
    pub(super) fn new(common: &CommonArgs, duration: Option<Duration>) -> io::Result<Self> {
        let (follower, handle) = FollowDaemon::new(origin::buses(common))?;
        Ok(Self {
            common: common.clone(),
            duration,
            follower: follower
                .with_filter(common.filter())
                .with_duration(duration),
            handle,
            end: Arc::default(),
        })
    }

    /// Returns a handle for other threads.
    pub(super) fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Ends following on a signal to end the program.
    pub(super) fn end_on_signals(&self) -> io::Result<()> {
        for signal in setup::ENDING {
            signal_hook::flag::register(signal, Arc::clone(&self.end.is_signalled))?;
        }
        setup::on_signals(|| self.handle.end_descriptor())
    }

    /// Ends following when the reader of standard output closes it. Without this, a program that
    /// rarely writes would notice late.
    pub(super) fn end_when_unread(&self) -> io::Result<()> {
        let (handle, end) = (self.handle(), Arc::clone(&self.end));
        let wait = move || {
            let out = io::stdout();
            let out = out.as_fd();
            let mut polled = [PollFd::new(&out, PollFlags::empty())];
            // Errors are always polled for. A signal may interrupt the call.
            while !poll(&mut polled, None).is_ok_and(|number| number > 0) {}
            end.is_unread
                .store(!end.is_signalled.load(Ordering::SeqCst), Ordering::SeqCst);
            handle.end();
        };
        let thread = thread::Builder::new().name("reader".to_owned());
        thread.spawn(wait).map(drop)
    }

    /// Reports events until the end, and returns the exit status. An error returned by `on_event`
    /// ends it too.
    pub(super) fn run(self, on_event: &mut OnEvent<'_>) -> io::Result<Exit> {
        let common = &self.common;
        let mut devices = Devices::new(common, self.duration);
        let mut follows_daemon = false;
        let mut missing = Missing::of(&common.device);
        let mut on_event = |at: Timestamp, event: SessionEvent| {
            match &event {
                SessionEvent::Begun(origin) => {
                    follows_daemon = matches!(origin, Origin::Daemon { .. });
                    origin::report_origin(common, origin::direct(common), origin);
                }
                SessionEvent::Follow(FollowEvent::Change(change)) => missing.on_change(change),
                SessionEvent::Follow(FollowEvent::Settled { is_empty }) => {
                    let absent = follows_daemon.then(|| absent(*is_empty));
                    // That nothing at all is present was reported already.
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
        let ended = match common.origin.bus {
            // With --bus, wait for the daemon on that bus.
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

/// Returns remarks on hardware that the daemon does not report because it cannot be read, or that
/// nothing at all is present.
fn absent(is_empty: bool) -> Vec<String> {
    let unreadable = unreadable_here();
    let nothing = is_empty && unreadable.is_empty();
    let remarks = unreadable.iter().map(ToString::to_string);
    remarks.chain(nothing.then(|| WAITING.to_owned())).collect()
}

/// Returns whether time is virtual: it starts at zero and passes at once.
pub(super) const fn is_virtual(common: &CommonArgs, duration: Option<Duration>) -> bool {
    common.simulate.is_some() && duration.is_some()
}
