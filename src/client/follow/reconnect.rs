//! Follows solar-statusd across restarts of the daemon and of its bus, and when it starts later.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use log::debug;

use super::backoff::{Backoff, patience};
use super::daemon;
use super::waker::{WakeReason, WakeReceiver, Waker, wake_channel};
use super::{
    Control, FollowEvent, Handle, OnEvent, Origin, PATIENCE, Remark, Reporter, SessionEvent,
    name_watch,
};
use crate::bus::Bus;
use crate::client::daemon::{NoDaemon, Subscription};
use crate::client::deadline::Limits;
use crate::client::filter::Filter;
use crate::clock::{Clock, RealClock};
use hidpp_proto::units::Timestamp;

/// How long a daemon may be lost before its devices count as unreachable: a restart is faster.
const GRACE: Duration = Duration::from_secs(5);

/// How following ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The time limit was reached.
    Due,
    /// By [`Handle::end`], or a signal.
    Interrupted,
    /// The daemon cannot be followed; a remark gave the reason.
    Lost,
    /// The fallback ended.
    Fallback,
}

/// Follows devices without solar-statusd when that is not running.
pub trait Fallback {
    /// Reports events until the end, including the alarm. An error of the reporter ends it too.
    fn follow(
        &mut self,
        direct: &Direct<'_>,
        reporter: &mut Reporter<'_>,
    ) -> io::Result<DirectEnded>;
}

/// The limits of a [`Fallback`].
pub struct Direct<'a> {
    /// How long it may run; `None`: until it is interrupted.
    pub left: Option<Duration>,
    /// Ends it when it becomes readable. Nothing may be read from it.
    pub interrupt: &'a UnixStream,
    /// Must be connected with the devices that are followed ([`Control::reach_devices`]).
    pub control: &'a Control,
}

/// How a [`Fallback`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectEnded {
    /// [`Direct::interrupt`] is readable.
    Interrupted,
    /// Something failed; a daemon that starts later may succeed.
    Failed,
    /// Any other end.
    Ended,
}

/// Follows solar-statusd across restarts of the daemon and of its bus. It can be sent to the thread
/// that runs it; its events are reported on that thread.
#[derive(Debug)]
pub struct FollowDaemon {
    buses: Vec<Bus>,
    filter: Filter,
    duration: Option<Duration>,
    control: Control,
    waker: Waker,
    interrupts: WakeReceiver,
}

impl FollowDaemon {
    /// Follows all devices of the daemon on one of these buses, in this order of precedence, until
    /// it is ended. The handle reaches it from other threads.
    ///
    /// # Errors
    ///
    /// No file descriptor is left.
    pub fn new(buses: Vec<Bus>) -> io::Result<(Self, Handle)> {
        let (waker, interrupts) = wake_channel()?;
        let control = Control::default();
        let handle = Handle::new(waker.clone(), control.clone());
        let follower = Self {
            buses,
            filter: Filter::default(),
            duration: None,
            control,
            waker,
            interrupts,
        };
        Ok((follower, handle))
    }

    /// Restricts it to these devices and values.
    #[must_use]
    pub fn with_filter(self, filter: Filter) -> Self {
        Self { filter, ..self }
    }

    /// Sets the time limit; `None`: until it is ended.
    #[must_use]
    pub fn with_duration(self, duration: Option<Duration>) -> Self {
        Self { duration, ..self }
    }

    /// Reports events until the end, and returns how it ended. Waits for the daemon if it is not
    /// running, and follows it again after each loss. Ends with [`Ended::Lost`] if none of the
    /// buses exists.
    ///
    /// # Errors
    ///
    /// `on_event` returned one, or no file descriptor is left for waiting.
    pub fn run(self, on_event: &mut OnEvent<'_>) -> io::Result<Ended> {
        self.run_rounds(None, on_event)
    }

    /// Runs like [`Self::run`], but uses the fallback until a daemon was followed for the first
    /// time. From then on it waits for the daemon.
    ///
    /// # Errors
    ///
    /// Those of [`Self::run`], and those of the fallback.
    pub fn run_or_fall_back(
        self,
        fallback: &mut dyn Fallback,
        on_event: &mut OnEvent<'_>,
    ) -> io::Result<Ended> {
        self.run_rounds(Some(fallback), on_event)
    }

    fn run_rounds(
        self,
        fallback: Option<&mut dyn Fallback>,
        on_event: &mut OnEvent<'_>,
    ) -> io::Result<Ended> {
        let has_bus = name_watch::start(&self.buses, &self.waker, self.interrupts.as_fd())?;
        let clock = RealClock::new(None);
        let until = self.duration.map(|duration| clock.now() + duration);
        let mut rounds = Rounds {
            filter: self.filter,
            fallback: fallback.map(|it| it as &mut dyn Fallback),
            control: self.control,
            interrupts: self.interrupts,
            reporter: Reporter::new(on_event),
            buses: self.buses,
            has_bus,
            clock,
            until,
            backoff: Backoff::default(),
            retry: None,
            is_known: false,
            loss: None,
        };
        let mut next = Next::Look;
        loop {
            next = match next {
                Next::Look => rounds.look()?,
                Next::Retry(bus) => rounds.retry(bus)?,
                Next::Wait => rounds.wait()?,
                Next::End(ended) => return Ok(ended),
            };
        }
    }
}

/// What to do next.
enum Next {
    /// Look for the daemon on all buses, or use the fallback if none was followed yet.
    Look,
    /// Retry the bus on which the daemon was.
    Retry(Bus),
    /// Wait until there is something to look for.
    Wait,
    End(Ended),
}

/// A bus to retry.
struct Retry {
    bus: Bus,
    at: Timestamp,
    /// When to give up.
    deadline: Option<Timestamp>,
}

/// The daemon is lost.
struct Loss {
    /// When to report [`SessionEvent::Away`]; `None`: it was reported.
    away: Option<Timestamp>,
}

/// The state across daemons and fallback.
struct Rounds<'a> {
    filter: Filter,
    fallback: Option<&'a mut dyn Fallback>,
    control: Control,
    interrupts: WakeReceiver,
    reporter: Reporter<'a>,
    /// The buses to look on, by rank.
    buses: Vec<Bus>,
    /// Whether one of them existed at the start.
    has_bus: bool,
    clock: RealClock<'static>,
    until: Option<Timestamp>,
    backoff: Backoff,
    retry: Option<Retry>,
    /// Whether a daemon was followed: the fallback is not used from then on.
    is_known: bool,
    /// `None`: the daemon or the fallback is followed.
    loss: Option<Loss>,
}

impl Rounds<'_> {
    fn is_over(&self) -> bool {
        self.until.is_some_and(|until| until <= self.clock.now())
    }

    /// Whether solar-statusd can be waited for.
    fn can_wait(&self) -> bool {
        self.has_bus && !self.interrupts.has_no_bus() && !self.is_over()
    }

    fn report(&mut self, event: SessionEvent) -> io::Result<()> {
        self.reporter.report_session(self.clock.now(), event)
    }

    fn remark(&mut self, what: Remark) -> io::Result<()> {
        self.report(SessionEvent::Follow(FollowEvent::Remark(what)))
    }

    /// Follows the daemon where it is found, or the fallback if no daemon was followed before.
    fn look(&mut self) -> io::Result<Next> {
        self.retry = None;
        let limits = Limits {
            timeout: Some(PATIENCE),
            interrupt: Some(self.interrupts.as_fd()),
        };
        match Subscription::first(&self.buses, limits) {
            Ok(subscription) => self.follow(subscription),
            Err(why) if self.is_known || is_interrupted(&why) => self.on_unheard(why),
            Err(why) => self.fall_back(why),
        }
    }

    /// Follows the daemon on this bus, if it has returned.
    fn retry(&mut self, bus: Bus) -> io::Result<Next> {
        let limits = Limits {
            timeout: Some(PATIENCE),
            interrupt: Some(self.interrupts.as_fd()),
        };
        match Subscription::on(bus, limits) {
            Ok(subscription) => self.follow(subscription),
            // The bus existed before.
            Err(NoDaemon::NoBus { bus, .. }) => {
                self.retry_on(&bus);
                Ok(Next::Wait)
            }
            Err(error) => self.on_unheard(vec![error]),
        }
    }

    fn follow(&mut self, subscription: Subscription) -> io::Result<Next> {
        let bus = subscription.daemon.bus.clone();
        let rank = (0..).zip(&self.buses).find(|(_, it)| **it == bus);
        let rank = rank.map_or(0, |(rank, _)| rank);
        (self.is_known, self.loss, self.retry) = (true, None, None);
        let owner = subscription.daemon.owner.clone();
        self.report(SessionEvent::Begun(Origin::Daemon {
            bus: bus.clone(),
            owner,
        }))?;
        let begun = self.clock.now();
        let followed = daemon::follow(
            &self.filter,
            (subscription, rank),
            self.until,
            &mut self.interrupts,
            &self.control,
            &mut self.reporter,
        );
        self.control.let_go();
        match followed? {
            daemon::DaemonEnd::Due => Ok(Next::End(Ended::Due)),
            daemon::DaemonEnd::Woken(reason) => self.on_wake(reason),
            daemon::DaemonEnd::Left => {
                self.remark(Remark::Left(bus))?;
                // The next daemon may have started before the end of this one was noticed.
                Ok(match self.on_lost()? {
                    Next::Wait => Next::Look,
                    next => next,
                })
            }
            daemon::DaemonEnd::Closed => {
                let lasted = self.clock.now().since(begun);
                if self.backoff.on_lost(lasted) {
                    self.remark(Remark::Disconnected {
                        bus: bus.clone(),
                        is_retried: self.can_wait(),
                    })?;
                }
                self.retry_on(&bus);
                self.on_lost()
            }
        }
    }

    /// Follows by the fallback, if there is one.
    fn fall_back(&mut self, why: Vec<NoDaemon>) -> io::Result<Next> {
        let Some(fallback) = &mut self.fallback else {
            return self.on_unheard(why);
        };
        let interrupt = self.interrupts.interrupt()?;
        self.loss = None;
        let begun = SessionEvent::Begun(Origin::Fallback(why));
        self.reporter.report_session(self.clock.now(), begun)?;
        let direct = Direct {
            left: self.until.map(|until| until.since(self.clock.now())),
            interrupt: &interrupt,
            control: &self.control,
        };
        let ended = fallback.follow(&direct, &mut self.reporter);
        self.control.let_go();
        match ended? {
            DirectEnded::Interrupted => {
                let reason = self.interrupts.receive()?;
                self.on_wake(reason)
            }
            DirectEnded::Failed if self.can_wait() => {
                self.on_silence();
                Ok(Next::Wait)
            }
            DirectEnded::Failed | DirectEnded::Ended => Ok(Next::End(Ended::Fallback)),
        }
    }

    /// Decides what to do when no bus has a daemon that can be queried.
    fn on_unheard(&mut self, why: Vec<NoDaemon>) -> io::Result<Next> {
        if is_interrupted(&why) {
            let reason = self.interrupts.receive()?;
            return self.on_wake(reason);
        }
        for error in &why {
            debug!("{error}");
        }
        let retry = why.iter().find_map(NoDaemon::retry).cloned();
        // A loss was reported when it happened; failed attempts after it are not.
        if self.loss.is_none()
            && let Some(why) = why.into_iter().next()
        {
            let is_awaited = self.can_wait();
            self.remark(Remark::Unreachable { why, is_awaited })?;
        }
        if let Some(bus) = retry {
            self.retry_on(&bus);
        } else {
            self.retry = None;
        }
        self.on_lost()
    }

    /// Waits for the lost daemon, if it can come back.
    fn on_lost(&mut self) -> io::Result<Next> {
        if self.loss.is_none() {
            self.report(SessionEvent::Lost)?;
        }
        if !self.can_wait() {
            return Ok(Next::End(Ended::Lost));
        }
        self.on_silence();
        Ok(Next::Wait)
    }

    fn on_silence(&mut self) {
        let away = Some(self.clock.now() + GRACE);
        self.loss.get_or_insert(Loss { away });
    }

    /// Schedules a retry of this bus after the backoff delay, unless its deadline has passed.
    fn retry_on(&mut self, bus: &Bus) {
        let now = self.clock.now();
        let before = self.retry.take().filter(|retry| retry.bus == *bus);
        let deadline = match before {
            Some(retry) => retry.deadline,
            None => patience(bus).map(|patience| now + patience),
        };
        if deadline.is_some_and(|deadline| deadline <= now) {
            return;
        }
        self.retry = Some(Retry {
            bus: bus.clone(),
            at: now + self.backoff.next_delay(),
            deadline,
        });
    }

    /// Waits for solar-statusd, or for the next retry of its bus.
    fn wait(&mut self) -> io::Result<Next> {
        loop {
            let away = self.loss.as_ref().and_then(|loss| loss.away);
            let retry = self.retry.as_ref().map(|retry| retry.at);
            let due = [away, retry, self.until, self.reporter.alarm()];
            let due = due.into_iter().flatten().min();
            if let Some(reason) = self.interrupts.wait(&mut self.clock, due)? {
                return self.on_wake(reason);
            }
            let now = self.clock.now();
            if self.is_over() {
                return Ok(Next::End(Ended::Lost));
            }
            if away.is_some_and(|away| away <= now) {
                self.loss = Some(Loss { away: None });
                self.report(SessionEvent::Away)?;
            }
            self.reporter.advance(now)?;
            if let Some(retry) = self.retry.as_ref().filter(|retry| retry.at <= now) {
                return Ok(Next::Retry(retry.bus.clone()));
            }
        }
    }

    fn on_wake(&mut self, reason: WakeReason) -> io::Result<Next> {
        match reason {
            WakeReason::End => Ok(Next::End(Ended::Interrupted)),
            WakeReason::Arrived { .. } => Ok(Next::Look),
            WakeReason::NoBus => {
                self.remark(Remark::GivenUp)?;
                Ok(Next::End(Ended::Lost))
            }
        }
    }
}

/// Whether the query was interrupted.
fn is_interrupted(why: &[NoDaemon]) -> bool {
    matches!(why.last(), Some(NoDaemon::Interrupted(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the work with the state of a client that waits for its bus, and returns the remarks.
    fn waiting(work: impl FnOnce(&mut Rounds<'_>, &Waker)) -> Vec<String> {
        let (waker, interrupts) = wake_channel().unwrap();
        let mut remarks = Vec::new();
        let mut on_event = |_, event| {
            if let SessionEvent::Follow(FollowEvent::Remark(what)) = event {
                remarks.push(what.to_string());
            }
            Ok(None)
        };
        let mut rounds = Rounds {
            filter: Filter::default(),
            fallback: None,
            control: Control::default(),
            interrupts,
            reporter: Reporter::new(&mut on_event),
            buses: vec![Bus::Session],
            has_bus: true,
            clock: RealClock::new(None),
            until: None,
            backoff: Backoff::default(),
            retry: None,
            is_known: true,
            loss: None,
        };
        work(&mut rounds, &waker);
        remarks
    }

    #[test]
    fn a_follower_and_its_handle_can_be_sent_to_other_threads() {
        const fn is_send<T: Send + 'static>(_: &T) {}
        let (follower, handle) = FollowDaemon::new(Vec::new()).unwrap();
        is_send(&follower);
        is_send(&handle);
    }

    #[test]
    fn a_follower_that_was_ended_before_it_runs_ends_at_once() {
        let (follower, handle) = FollowDaemon::new(vec![Bus::Session]).unwrap();
        handle.end();
        let ended = follower
            .run(&mut |_, event| unreachable!("{event:?}"))
            .unwrap();
        assert_eq!(ended, Ended::Interrupted);
        handle.end();
    }

    #[test]
    fn a_session_bus_that_is_given_up_ends_all_waits_for_it() {
        let remarks = waiting(|rounds, waker| {
            rounds.retry_on(&Bus::Session);
            waker.wake(WakeReason::NoBus).unwrap();
            let next = rounds.wait().unwrap();
            assert!(matches!(next, Next::End(Ended::Lost)));
            assert!(!rounds.can_wait());
        });
        assert_eq!(remarks, [Remark::GivenUp.to_string()]);
    }

    #[test]
    fn a_daemon_that_starts_ends_the_wait_for_the_next_retry() {
        let remarks = waiting(|rounds, waker| {
            rounds.retry_on(&Bus::Session);
            waker.wake(WakeReason::Arrived { rank: 0 }).unwrap();
            assert!(matches!(rounds.wait().unwrap(), Next::Look));
        });
        assert!(remarks.is_empty());
    }

    #[test]
    fn a_session_bus_is_retried_for_five_minutes_and_another_bus_without_limit() {
        waiting(|rounds, _| {
            rounds.retry_on(&Bus::Session);
            let retry = rounds.retry.as_mut().unwrap();
            let until = retry.deadline.unwrap().since(rounds.clock.now());
            assert!(until > Duration::from_secs(290), "{until:?}");
            retry.deadline = Some(rounds.clock.now());
            rounds.retry_on(&Bus::Session);
            assert!(rounds.retry.is_none(), "it is given up");
            rounds.retry_on(&Bus::System);
            assert!(rounds.retry.as_ref().unwrap().deadline.is_none());
        });
    }
}
