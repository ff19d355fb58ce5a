//! What an error answer means: retry later, device unreachable, or request refused.

use std::time::Duration;

use super::Exchange;
use super::pending::{Pending, State};
use crate::session::peer::Peer;
use crate::session::request::{Request, RequestError};
use crate::session::timing;
use crate::units::Timestamp;
use crate::wire::{Error10, Error20, ErrorCode, Report};

impl<P> Exchange<P> {
    pub(super) fn handle_error(&mut self, now: Timestamp, at: usize, code: ErrorCode) {
        let error = match code {
            ErrorCode::Hidpp10(Error10::Busy) => {
                if self.handle_refusal(now, at) {
                    return;
                }
                RequestError::Busy
            }
            ErrorCode::Hidpp20(Error20::Busy) => {
                self.note_answer(now, at);
                if self.handle_busy(now, at) {
                    return;
                }
                RequestError::Busy
            }
            ErrorCode::Hidpp10(code) if code.is_unreachable() && self.is_to_device(at) => {
                RequestError::Unreachable(code)
            }
            code => {
                self.note_answer(now, at);
                RequestError::Refused(code)
            }
        };
        self.finish(now, at, Err(error));
    }

    /// The receiver refused a message because it handles others. If those are ours, the message is
    /// retried when one of them is answered. `false`: the retries are used up.
    fn handle_refusal(&mut self, now: Timestamp, at: usize) -> bool {
        let Some(pending) = self.pending.get_mut(at) else {
            return false;
        };
        if pending.others_in_flight > 0 {
            self.window.note_refusal(pending.others_in_flight);
        }
        pending.refused = true;
        // This message is not among those that occupy the receiver.
        pending.state = State::Waiting(now);
        let blocked = self
            .pending
            .get(at)
            .and_then(|pending| self.blocked_until(pending, now));
        // The receiver may hold one of our messages until its deadline, so these refusals are
        // bounded and do not count.
        let ours = self.radio_in_flight().next().is_some();
        let Some(pending) = self.pending.get_mut(at) else {
            return false;
        };
        if blocked.is_some() {
            pending.turn_away();
            return true;
        }
        pending.busy += u8::from(!ours);
        pending.wait(now + backoff(timing::REFUSED_FIRST, pending.refusals));
        pending.refusals = pending.refusals.saturating_add(1);
        pending.busy < timing::BUSY_ANSWERS
    }

    /// The device answered "busy": the message is retried after a backoff. `false`: the retries are
    /// used up.
    fn handle_busy(&mut self, now: Timestamp, at: usize) -> bool {
        let Some(pending) = self.pending.get_mut(at) else {
            return false;
        };
        pending.wait(now + backoff(timing::BUSY_FIRST, pending.busy));
        pending.busy += 1;
        pending.busy < timing::BUSY_ANSWERS
    }

    fn is_to_device(&self, at: usize) -> bool {
        self.pending
            .get(at)
            .is_some_and(|pending| self.peer != Peer::Receiver || pending.device.slot().is_some())
    }

    /// Attributes an error to an earlier request to the same register. `true`: it belongs to one.
    pub(super) fn settle_elsewhere(&mut self, now: Timestamp, at: usize, error: &Report) -> bool {
        match self.pending.get(at) {
            Some(Pending {
                request: Request::Register(_),
                sent: Some(sent),
                ..
            }) => self.past.settle_error(now, sent, error),
            _ => false,
        }
    }
}

/// The backoff before the next retry: doubles with each wait before it, up to
/// [`timing::BUSY_LONGEST`].
fn backoff(first: Duration, before: u8) -> Duration {
    (first * (1 << before.min(6))).min(timing::BUSY_LONGEST)
}
