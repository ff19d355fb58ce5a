//! What is known of one device at one link, and where the node's dealings with it stand.
//!
//! Several small state machines, each moved by its own inputs:
//!
//! | state | values | moved by |
//! |---|---|---|
//! | [`Poll`] | idle → running → rechecking → idle | requests, odd readings, the end of the requests |
//! | [`Contact`] | none, answered, silent, switched off | answers, readings, absences |
//! | [`Announcement`] | awaits name and answers, one of them, made | the receiver's name, the end of the requests |
//! | [`Unread`] | what of the description is missing, and whether asking for it failed | requests, answers, failures |
//! | [`LinkId`] | own or shared | how the link was found |
//!
//! They are independent: a device that is announced may be silent, and one that was never announced
//! may be asked. Whether it is there is [`Device::presence`], which the last answer, absence or notice
//! decides.

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

/// What identifies a device by its link alone, see [`device_id`](crate::device::device_id) and
/// [`direct_id`](crate::device::direct_id).
#[derive(Debug)]
pub(super) enum LinkId {
    /// What is kept under it is certainly of this device.
    Own(String),
    /// Another device can have been at its port.
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
    /// The facts.
    pub(super) device: Device,
    pub(super) link_id: LinkId,
    pub(super) poll: Poll,
    pub(super) contact: Contact,
    pub(super) announcement: Announcement,
    pub(super) unread: Unread,
    pub(super) light: LightPacing,
    /// When it was last polled because it woke; `None`: not since its link came up.
    pub(super) woken: Option<Timestamp>,
    /// Whether it was asked for its identity since it connected: whatever it answered, once is enough.
    pub(super) identity_asked: bool,
    /// The id of the unit id that it stated, while it is not settled whether that is its device: other
    /// links may have it. Only behind a receiver that has a pairing record of it.
    pub(super) claim: Option<String>,
    /// What need not be asked, kept for a poll that waits until the device turns out to be wanted or
    /// until its name is.
    pub(super) deferred: Option<Known>,
}

impl DeviceState {
    /// A request was sent, or is about to be.
    pub(super) const fn on_poll_started(&mut self, now: Timestamp) {
        self.poll.start(now);
        self.unread.on_poll_started();
    }

    /// All that was to be asked was asked.
    pub(super) fn on_poll_finished(&mut self) {
        self.poll.finish();
        if self.device.is_online() {
            self.unread.on_poll_finished();
        }
    }

    /// The device connected.
    pub(super) const fn on_link_up(&mut self) {
        // It may have been asked after it had left, before its receiver found out.
        self.identity_asked = false;
    }

    /// The device left. When it is back next, that is another wake.
    pub(super) const fn on_link_down(&mut self) {
        self.woken = None;
    }

    /// Takes the request for an identity if it was not made since the device connected; `true`: it is to
    /// be made.
    pub(super) const fn take_identity_request(&mut self) -> bool {
        let due = !self.poll.is_running() && !self.identity_asked;
        self.identity_asked |= due;
        due
    }
}
