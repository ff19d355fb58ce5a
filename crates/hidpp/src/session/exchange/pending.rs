//! A pending request, and whether others may be in flight at the same time.

use crate::session::request::Request;
use crate::units::Timestamp;
use crate::wire::{DeviceIndex, Report};

/// A request that waits to be sent or answered.
#[derive(Debug)]
pub(super) struct Pending<P> {
    pub(super) purpose: P,
    pub(super) device: DeviceIndex,
    pub(super) request: Request,
    /// The report that was sent; kept while it waits for its retry.
    pub(super) sent: Option<Report>,
    /// When it was first sent and accepted.
    pub(super) asked_at: Option<Timestamp>,
    /// When it was sent last.
    pub(super) sent_at: Timestamp,
    /// How many others were over the air at `sent_at`.
    pub(super) others_in_flight: usize,
    pub(super) turn: Turn,
    pub(super) state: State,
    pub(super) attempts: u8,
    /// How often the device answered "busy", or the receiver was occupied by another program's
    /// message.
    pub(super) busy: u8,
    /// How often the receiver refused it.
    pub(super) refusals: u8,
    /// Whether the last answer was a refusal.
    pub(super) refused: bool,
    pub(super) stalls: u8,
}

/// Whether other requests may be in flight at the same time as this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// As many as the receiver accepts; so far no other was in flight.
    Shared,
    /// The same, and another was in flight: the receiver may have dropped this request.
    Accompanied,
    /// It was not answered, and is retried while no other is in flight.
    Alone {
        /// Others were in flight when it was first sent.
        accompanied: bool,
    },
}

#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// To be sent at this time or later, when the lane is free.
    Waiting(Timestamp),
    /// Sent; this is the deadline for the answer.
    InFlight(Timestamp),
}

impl<P> Pending<P> {
    /// Whether it must be sent while no other is in flight.
    pub(super) const fn is_alone(&self) -> bool {
        matches!(self.turn, Turn::Alone { .. })
    }

    /// It was not accepted; schedules a retry for this time.
    pub(super) fn wait(&mut self, until: Timestamp) {
        self.turn_away();
        self.state = State::Waiting(until);
    }

    /// It was not accepted, which counts neither as an attempt nor as a loss.
    pub(super) fn turn_away(&mut self) {
        self.asked_at = None;
        self.attempts = self.attempts.saturating_sub(1);
        if self.turn == Turn::Accompanied {
            self.turn = Turn::Shared;
        }
    }
}
