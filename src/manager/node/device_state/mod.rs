//! The state of one device at one link: what is known, and the progress of the requests to it.
//!
//! Several small state machines, each driven by its own inputs:
//!
//! | state | values | driven by |
//! |---|---|---|
//! | [`Poll`] | idle → running → idle; idle or running → rechecking → running (the next reading) or idle | requests, implausible readings, the end of the requests |
//! | [`Contact`] | none, answered, silent, switched off | answers, readings, absences |
//! | [`Announcement`] | awaits name and answers, one of them, made | the receiver's name, the end of the requests |
//! | [`Unread`] | the missing parts of the description, and whether requesting them failed | requests, answers, failures |
//! | [`LinkId`] | own or shared | how the link was found |
//!
//! They are independent: an announced device may be silent, and one that was never announced may be
//! polled. Whether the device is online is [`Device::presence`], set by the last answer, absence or
//! notice.

mod announcement;
mod contact;
mod poll;
mod unread;

pub(super) use announcement::Announcement;
pub(super) use contact::{Answerer, Contact};
pub(super) use poll::{Poll, Verdict};
pub(super) use unread::Unread;

use super::light_pacing::LightPacing;
use crate::device::Device;
use hidpp_proto::session::Known;
use hidpp_proto::units::Timestamp;

/// A link-based id of a device, see [`device_id`](crate::device::device_id) and
/// [`direct_id`](crate::device::direct_id).
#[derive(Debug)]
pub(super) enum LinkId {
    /// Data stored under it certainly belongs to this device.
    Own(String),
    /// Another device may have been connected to the same port before.
    Shared(String),
}

impl LinkId {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Own(id) | Self::Shared(id) => id,
        }
    }

    pub(super) const fn is_own(&self) -> bool {
        matches!(self, Self::Own(_))
    }
}

/// One device at one link.
#[derive(Debug)]
pub(super) struct DeviceState {
    /// Its properties and values.
    pub(super) device: Device,
    pub(super) link_id: LinkId,
    pub(super) poll: Poll,
    pub(super) contact: Contact,
    pub(super) announcement: Announcement,
    pub(super) unread: Unread,
    pub(super) light: LightPacing,
    /// When it was last polled because of a wake; `None`: not since its link came up.
    pub(super) woken: Option<Timestamp>,
    /// Whether its identity was requested since it connected. It is requested once, whatever the
    /// answer was.
    pub(super) identity_asked: bool,
    /// The id of the unit id that it reported, until it is settled whether both are one device: other
    /// links may have it. Only behind a receiver that has a pairing record of it.
    pub(super) claim: Option<String>,
    /// What need not be requested, kept for a poll deferred until the device turns out to be
    /// selected by the query, or until its name is requested.
    pub(super) deferred: Option<Known>,
}

impl DeviceState {
    /// A poll was started.
    pub(super) const fn on_poll_started(&mut self, now: Timestamp) {
        self.poll.start(now);
        self.unread.on_poll_started();
    }

    /// All requests of a poll are finished.
    pub(super) fn on_poll_finished(&mut self) {
        self.poll.finish();
        if self.device.is_online() {
            self.unread.on_poll_finished();
        }
    }

    /// The device connected.
    pub(super) const fn on_link_up(&mut self) {
        // It may have been requested after the device left, before its receiver noticed.
        self.identity_asked = false;
    }

    /// The device disconnected. Its return counts as a new wake.
    pub(super) const fn on_link_down(&mut self) {
        self.woken = None;
    }

    /// Whether to request the identity now: it was not requested since the device connected, and no
    /// poll is running. Counts as requested then.
    pub(super) const fn take_identity_request(&mut self) -> bool {
        let due = !self.poll.is_running() && !self.identity_asked;
        self.identity_asked |= due;
        due
    }
}
