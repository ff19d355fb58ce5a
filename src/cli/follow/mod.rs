//! Following devices: through solar-statusd where it runs, else directly. The same changes come both
//! ways.

mod direct;

use std::io;
use std::os::fd::AsFd;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

use self::direct::Devices;
use super::exit::Exit;
use super::options::CommonArgs;
use super::{setting, way};
use crate::client::follow::{
    Alarm, Control, Ended, Fallback, FollowDaemon, FollowEvent, Origin, SessionEvent, WakeReceiver,
    Waker,
};
use crate::nodes::unreadable_here;
use hidpp_proto::units::Timestamp;

/// The remark when nothing is plugged in.
pub(super) const WAITING: &str =
    "no Logitech receiver or device found; waiting for one to be plugged in or to connect";

/// What to follow, and for how long.
pub(super) struct FollowArgs<'a> {
    pub(super) common: &'a CommonArgs,
    /// `None`: until it is ended.
    pub(super) duration: Option<Duration>,
    /// Reaches the daemon or the devices while they are followed.
    pub(super) control: Control,
    /// When to report [`FollowEvent::Alarm`].
    pub(super) alarm: Alarm,
    /// What ends it.
    pub(super) waker: Waker,
    pub(super) interrupts: WakeReceiver,
}

impl FollowArgs<'_> {
    /// Reports events until the end, and returns how the command ends. An error returned by `tell`
    /// ends it too.
    pub(super) fn run(
        self,
        tell: &mut dyn FnMut(Timestamp, SessionEvent) -> io::Result<()>,
    ) -> io::Result<Exit> {
        let mut devices = Devices::new(self.common, self.duration);
        let following = FollowDaemon {
            buses: way::buses(self.common),
            filter: self.common.filter(),
            // With --bus the daemon there is waited for.
            fallback: match self.common.way.bus {
                Some(_) => None,
                None => Some(&mut devices as &mut dyn Fallback),
            },
            duration: self.duration,
            control: self.control,
            alarm: self.alarm,
            waker: self.waker,
            interrupts: self.interrupts,
        };
        let mut follows_daemon = false;
        let ended = following.run(&mut |at, event| {
            match &event {
                SessionEvent::Begun(origin) => {
                    follows_daemon = matches!(origin, Origin::Daemon { .. });
                    way::tell_origin(self.common, way::direct(self.common), origin);
                }
                SessionEvent::Follow(FollowEvent::Settled { is_empty }) if follows_daemon => {
                    for what in absent(*is_empty) {
                        tell(at, SessionEvent::Follow(FollowEvent::Remark(what)))?;
                    }
                }
                _ => {}
            }
            tell(at, event)
        })?;
        Ok(match ended {
            Ended::Due | Ended::Unread => Exit::Ok,
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

/// Ends following when the user or the system wants the program to end.
pub(super) fn end_on_signals(waker: &Waker) -> io::Result<()> {
    setting::on_signals(waker.stream())
}

/// Ends following when standard output is not read any more: a program that writes seldom would
/// notice late.
pub(super) fn end_when_unread(waker: Waker) -> io::Result<()> {
    let wait = move || {
        let out = io::stdout();
        let out = out.as_fd();
        let mut polled = [PollFd::new(&out, PollFlags::empty())];
        // Errors need not be asked for. A signal may come in between.
        while !poll(&mut polled, None).is_ok_and(|number| number > 0) {}
        waker.end_unread()
    };
    let thread = thread::Builder::new().name("reader".to_owned());
    thread.spawn(wait).map(drop)
}
