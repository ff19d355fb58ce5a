//! A request on its way, and whether others may be under way with it.

use crate::session::request::Request;
use crate::units::Timestamp;
use crate::wire::{DeviceIndex, Report};

/// A request that waits to be sent or answered.
#[derive(Debug)]
pub(super) struct Pending<P> {
    pub(super) purpose: P,
    pub(super) device: DeviceIndex,
    pub(super) request: Request,
    /// The report that was sent, also while it waits to be repeated.
    pub(super) sent: Option<Report>,
    /// When it was sent first, of the times that it was taken.
    pub(super) asked_at: Option<Timestamp>,
    /// When it was sent last.
    pub(super) sent_at: Timestamp,
    /// How many others were over the air then.
    pub(super) beside: usize,
    pub(super) turn: Turn,
    pub(super) state: State,
    pub(super) attempts: u8,
    /// How often the device was busy, or the receiver with something that is not ours.
    pub(super) busy: u8,
    /// How often the receiver had no time for it.
    pub(super) refusals: u8,
    /// Whether that was the last that happened to it.
    pub(super) refused: bool,
    pub(super) stalls: u8,
}

/// Whether others may be under way at the same time as a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// As many as the receiver takes; none was so far.
    Shared,
    /// The same, and one was: the receiver may have dropped this request.
    Accompanied,
    /// It was not answered, and is sent again while no other is under way.
    Alone {
        /// Others were under way before.
        accompanied: bool,
    },
}

#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// To be sent at this time, when the lane is free.
    Waiting(Timestamp),
    /// Sent; to be answered by this time.
    InFlight(Timestamp),
}

impl<P> Pending<P> {
    /// Whether it is sent while no other is under way.
    pub(super) const fn is_alone(&self) -> bool {
        matches!(self.turn, Turn::Alone { .. })
    }

    /// It was not taken, and is sent again at this time.
    pub(super) fn wait(&mut self, until: Timestamp) {
        self.turn_away();
        self.state = State::Waiting(until);
    }

    /// It was not taken, which is no try and no loss.
    pub(super) fn turn_away(&mut self) {
        self.asked_at = None;
        self.attempts = self.attempts.saturating_sub(1);
        if self.turn == Turn::Accompanied {
            self.turn = Turn::Shared;
        }
    }
}
