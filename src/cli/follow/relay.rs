//! Passes events on to a front end, and reports what concerns the user of any front end.

use std::cell::RefCell;
use std::fmt::Display;
use std::io;

use super::missing::Missing;
use super::selected::Selected;
use crate::client::follow::{FollowEvent, OnEvent, Origin, SessionEvent};
use crate::device::{Change, Device};
use crate::manager::Unreadable;
use hidpp_proto::units::Timestamp;

/// The message if nothing is plugged in.
const WAITING: &str =
    "no Logitech receiver or device found; waiting for one to be plugged in or to connect";

/// Passes events on to a front end, except remarks: reports these to the user, and what is missing.
pub(super) struct Relay<'a> {
    pub(super) on_event: &'a mut OnEvent<'a>,
    /// Reports one line to the user.
    pub(super) complain: &'a mut dyn FnMut(&dyn Display),
    pub(super) missing: &'a RefCell<Missing>,
    pub(super) selected: Selected,
    /// Returns the hardware of this machine that cannot be read, which a daemon does not report.
    pub(super) unreadable_here: fn() -> Vec<Unreadable>,
    /// Whether to report that nothing is plugged in.
    pub(super) reports_waiting: bool,
    pub(super) follows_daemon: bool,
    /// The alarm that the front end last set.
    pub(super) alarm: Option<Timestamp>,
}

impl Relay<'_> {
    /// Processes an event, and returns the alarm of the front end.
    pub(super) fn on_event(
        &mut self,
        at: Timestamp,
        event: SessionEvent,
    ) -> io::Result<Option<Timestamp>> {
        let event = match event {
            SessionEvent::Follow(FollowEvent::Change(change)) => {
                let changes = self.selected.on_change(*change);
                self.pass_on(at, changes)?;
                return Ok(self.alarm);
            }
            event => event,
        };
        match &event {
            SessionEvent::Begun(origin) => {
                self.missing.borrow_mut().begin();
                self.selected.begin();
                self.follows_daemon = matches!(origin, Origin::Daemon { .. });
            }
            SessionEvent::Follow(FollowEvent::Settled {
                is_empty,
                unselected,
            }) => {
                let changes = self.selected.settle();
                self.pass_on(at, changes)?;
                self.settle(*is_empty, unselected);
            }
            SessionEvent::Follow(FollowEvent::Remark(what)) => {
                (self.complain)(what);
                return Ok(self.alarm);
            }
            SessionEvent::Follow(FollowEvent::Alarm | FollowEvent::Change(_))
            | SessionEvent::Lost
            | SessionEvent::Away => {}
        }
        self.alarm = (self.on_event)(at, event)?;
        Ok(self.alarm)
    }

    fn pass_on(&mut self, at: Timestamp, changes: Vec<Change>) -> io::Result<()> {
        for change in changes {
            let change = FollowEvent::Change(Box::new(change));
            self.alarm = (self.on_event)(at, SessionEvent::Follow(change))?;
        }
        Ok(())
    }

    /// Reports what is missing or, with a daemon, cannot be read.
    fn settle(&mut self, mut is_empty: bool, unselected: &[Device]) {
        let mut missing = self.missing.borrow_mut();
        if self.follows_daemon {
            for unreadable in (self.unreadable_here)() {
                is_empty = false;
                missing.on_unreadable(&unreadable);
                (self.complain)(&unreadable);
            }
        }
        if !is_empty {
            for text in missing.settle(&self.selected.unmatched(unselected)) {
                (self.complain)(&text);
            }
        } else if self.reports_waiting {
            (self.complain)(&WAITING);
        }
    }
}
