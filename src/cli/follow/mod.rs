//! Follows devices through solar-statusd if it runs, otherwise directly. Both report the same
//! changes.

mod alarm_clock;
mod direct;
mod missing;
mod relay;
mod selected;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

use self::direct::Devices;
use self::missing::Missing;
use self::relay::Relay;
use self::selected::Selected;
use super::exit::Exit;
use super::options::CommonArgs;
use super::{complain, origin, setup};
use crate::client::follow::{Ended, FollowDaemon, Handle, OnEvent, SessionEvent};
use crate::nodes::unreadable_here;
use hidpp_proto::units::Timestamp;

/// Follows the devices that the arguments select.
pub(super) struct Following {
    common: CommonArgs,
    duration: Option<Duration>,
    follower: FollowDaemon,
    handle: Handle,
    end: Arc<End>,
    reports_waiting: bool,
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
            reports_waiting: true,
        })
    }

    /// Does not report that nothing is plugged in: for a front end that shows it.
    pub(super) fn without_waiting(mut self) -> Self {
        self.reports_waiting = false;
        self
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
    /// ends it too. Remarks go to standard error and not to `on_event`.
    pub(super) fn run<'e>(self, on_event: &'e mut OnEvent<'e>) -> io::Result<Exit> {
        let common = &self.common;
        let missing = RefCell::<Missing>::default();
        let mut devices = Devices::new(common, self.duration, &missing);
        let mut relay = Relay {
            on_event,
            complain: &mut |what| complain(what),
            missing: &missing,
            selected: Selected::new(&common.device, &common.config),
            unreadable_here,
            reports_waiting: self.reports_waiting,
            follows_daemon: false,
            alarm: None,
        };
        let mut on_event = |at: Timestamp, event: SessionEvent| {
            if let SessionEvent::Begun(origin) = &event {
                origin::report_origin(common, origin::direct(common), origin);
            }
            relay.on_event(at, event)
        };
        let ended = match common.source.origin.bus {
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

/// Returns whether time is virtual: it starts at zero and passes at once.
pub(super) const fn is_virtual(common: &CommonArgs, duration: Option<Duration>) -> bool {
    common.source.simulate.is_some() && duration.is_some()
}
