//! Scheduling: which request may be sent now, its timeout, and whether it is retried.

use std::time::Duration;

use super::Exchange;
use super::pending::{Pending, State, Turn};
use crate::session::peer::Peer;
use crate::session::timing;
use crate::units::Timestamp;
use crate::wire::DeviceIndex;

impl<P> Exchange<P> {
    /// Whether it is the first of its lane, due, not in flight, and within the receiver's window.
    pub(super) fn is_sendable(&self, at: usize, pending: &Pending<P>, now: Timestamp) -> bool {
        matches!(pending.state, State::Waiting(due) if due.max(self.quiet_until) <= now)
            && self.heads_lane(at, pending)
            && self.blocked_until(pending, now).is_none()
    }

    /// Until when this must not be sent to the receiver; `None`: it can be sent now.
    pub(super) fn blocked_until(&self, pending: &Pending<P>, now: Timestamp) -> Option<Timestamp> {
        let in_flight = || {
            self.pending.iter().filter_map(|it| match it.state {
                State::InFlight(deadline) => Some((it, deadline)),
                State::Waiting(_) => None,
            })
        };
        let alone = pending.is_alone() || in_flight().any(|(it, _)| it.is_alone());
        let all = alone || self.window.drops();
        let shares = |it: &Pending<P>| all || self.is_radio(it.device);
        if self.peer != Peer::Receiver || !shares(pending) {
            return None;
        }
        let span = self.window.hold().filter(|_| !alone);
        let held: Vec<Timestamp> = in_flight()
            .filter(|(it, _)| shares(it))
            .map(|(it, deadline)| span.map_or(deadline, |span| it.sent_at + span))
            .filter(|until| *until > now)
            .collect();
        let opens = held.iter().min().copied();
        opens.filter(|_| alone || !self.window.admits(held.len()))
    }

    pub(super) fn heads_lane(&self, at: usize, pending: &Pending<P>) -> bool {
        !self
            .pending
            .iter()
            .take(at)
            .any(|earlier| earlier.device == pending.device)
    }

    /// The timeout of a request that is sent now.
    pub(super) fn answer_time(&self, now: Timestamp, pending: &Pending<P>) -> Duration {
        match (self.peer, pending.device) {
            (Peer::Device | Peer::Centurion, _) => timing::DIRECT_ANSWER,
            (Peer::Receiver, DeviceIndex::RECEIVER) => timing::RECEIVER_ANSWER,
            (Peer::Receiver, _) if pending.is_alone() => timing::FIRST_ANSWER,
            (Peer::Receiver, device) => self.tempo.answer_time(now, device),
        }
    }

    /// How to retry a request after its timeout; `None`: it fails.
    pub(super) fn next_turn(&self, pending: &Pending<P>) -> Option<Turn> {
        let accompanied = pending.turn == Turn::Accompanied;
        let attempts = match (self.peer, pending.device) {
            (Peer::Device | Peer::Centurion, _) => timing::DIRECT_ATTEMPTS,
            (Peer::Receiver, DeviceIndex::RECEIVER) => timing::ATTEMPTS,
            (Peer::Receiver, device) => {
                let attentive = self.tempo.is_attentive(pending.sent_at, device);
                let again = !pending.is_alone() && (accompanied || attentive);
                return again.then_some(Turn::Alone { accompanied });
            }
        };
        if pending.attempts < attempts {
            Some(pending.turn)
        } else {
            accompanied.then_some(Turn::Alone { accompanied })
        }
    }
}
