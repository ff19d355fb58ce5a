//! Requests under way: sends them in turn, matches answers, retries, and fails them after their
//! timeout.
//!
//! Each device index is a lane with at most one request in flight. Several lanes can have one in
//! flight at the same time, as many as the receiver accepts ([`Window`]). An answer is matched on
//! device index and header. Reports that do not match move no deadline. They only settle late
//! answers, and an answer to another program marks the requests in flight as possibly dropped.
//!
//! A message to a device behind a receiver is sent with a timeout that covers an idle device
//! ([`Tempo`]). It is retried once, alone, if the silence need not mean that the device is absent:
//! another message was under way, so the receiver may have dropped this one; or the device had
//! answered less than a second before. A retry waits until nothing else is in flight, and messages
//! that may be in flight together are sent before it.

mod errors;
mod pending;
mod schedule;

use std::collections::VecDeque;

use log::debug;

use pending::{Pending, State, Turn};

use super::past::Past;
use super::peer::Peer;
use super::request::{Request, RequestError};
use super::tempo::Tempo;
use super::timing;
use super::window::Window;
use crate::units::Timestamp;
use crate::wire::{DeviceIndex, ErrorCode, Message, Relation, Report, ReportId, relation};

/// Requests, each with its purpose `P`, which is returned with the outcome.
#[derive(Debug)]
pub(super) struct Exchange<P> {
    peer: Peer,
    form: ReportId,
    window: Window,
    tempo: Tempo,
    pending: VecDeque<Pending<P>>,
    past: Past,
    finished: VecDeque<Finished<P>>,
    sent: usize,
    /// The latest time that was passed in.
    now: Timestamp,
    /// Nothing is sent before this time.
    quiet_until: Timestamp,
}

/// The outcome of a request.
#[derive(Debug)]
pub(super) struct Finished<P> {
    pub(super) purpose: P,
    pub(super) outcome: Result<Report, RequestError>,
}

impl<P> Exchange<P> {
    /// An exchange that sends feature calls as reports of this form (short or long). Register
    /// requests are not affected.
    pub(super) fn new(peer: Peer, form: ReportId) -> Self {
        Self {
            peer,
            form,
            window: Window::new(),
            tempo: Tempo::default(),
            pending: VecDeque::new(),
            past: Past::default(),
            finished: VecDeque::new(),
            sent: 0,
            now: Timestamp::START,
            quiet_until: Timestamp::START,
        }
    }

    /// Sends feature calls as reports of this form (short or long) from now on. Register requests
    /// are not affected.
    pub(super) const fn set_form(&mut self, form: ReportId) {
        self.form = form;
    }

    /// Sends one message at a time to the receiver from now on, because it drops any further one.
    pub(super) const fn set_one_at_a_time(&mut self) {
        self.window.note_drop();
    }

    /// Whether the receiver is sent one message at a time.
    pub(super) const fn is_one_at_a_time(&self) -> bool {
        self.window.drops()
    }

    /// Queues a request behind the others to the same device.
    pub(super) fn submit(&mut self, device: DeviceIndex, request: Request, purpose: P) {
        self.pending.push_back(Pending {
            purpose,
            device,
            request,
            sent: None,
            asked_at: None,
            sent_at: Timestamp::START,
            others_in_flight: 0,
            turn: Turn::Shared,
            state: State::Waiting(Timestamp::START),
            attempts: 0,
            busy: 0,
            refusals: 0,
            refused: false,
            stalls: 0,
        });
    }

    /// Advances the time.
    pub(super) fn pass(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// Withdraws every request for whose purpose `fits` returns true. Answers to them are ignored.
    pub(super) fn withdraw(&mut self, fits: impl Fn(&P) -> bool) {
        while let Some(at) = self
            .pending
            .iter()
            .position(|pending| fits(&pending.purpose))
        {
            if let Some(pending) = self.pending.remove(at) {
                self.remember(self.now, &pending, 0);
            }
        }
    }

    /// How many reports were sent.
    pub(super) const fn sent(&self) -> usize {
        self.sent
    }

    /// Whether `fits` returns true for the purpose of any request that is to be sent or answered.
    pub(super) fn any(&self, fits: impl Fn(&P) -> bool) -> bool {
        self.pending.iter().any(|pending| fits(&pending.purpose))
    }

    /// Whether `fits` returns true for the purpose of any request that was sent and is to be answered.
    pub(super) fn is_in_flight(&self, fits: impl Fn(&P) -> bool) -> bool {
        let mut sent = self.pending.iter();
        sent.any(|it| matches!(it.state, State::InFlight(_)) && fits(&it.purpose))
    }

    /// Whether nothing waits to be sent or answered.
    pub(super) fn is_idle(&self) -> bool {
        self.pending.is_empty()
    }

    /// The next report to send.
    pub(super) fn poll_transmit(&mut self, now: Timestamp) -> Option<Report> {
        self.pass(now);
        let pending = self.pending.iter().enumerate();
        let sendable = pending.filter(|(at, it)| self.is_sendable(*at, it, now));
        let (at, head) = sendable
            .min_by_key(|(_, it)| (it.is_alone(), !self.tempo.is_urgent(now, it.device)))?;
        // A retry is the same request with the same id, so the answer to either one counts.
        let report = if let Some(report) = head.sent {
            report
        } else {
            let under = |id| head.request.report(head.device, id, self.form);
            self.past.first_report(now, under)
        };
        let answer_time = self.answer_time(now, head);
        let others_in_flight = self.radio_in_flight().count();
        if self.is_radio(head.device) {
            self.mark_accompanied();
        }
        let head = self.pending.get_mut(at)?;
        head.others_in_flight = others_in_flight;
        if others_in_flight > 0 && head.turn == Turn::Shared {
            head.turn = Turn::Accompanied;
        }
        head.asked_at.get_or_insert(now);
        head.sent = Some(report);
        head.sent_at = now;
        head.attempts += 1;
        head.state = State::InFlight(now + answer_time);
        self.sent += 1;
        Some(report)
    }

    /// Whether a request to this device goes over the air, through a receiver.
    fn is_radio(&self, device: DeviceIndex) -> bool {
        self.peer == Peer::Receiver && device.slot().is_some()
    }

    /// The requests that are over the air now.
    fn radio_in_flight(&self) -> impl Iterator<Item = &Pending<P>> {
        self.pending.iter().filter(|pending| {
            matches!(pending.state, State::InFlight(_)) && self.is_radio(pending.device)
        })
    }

    /// Marks all messages in flight as [`Turn::Accompanied`]: another message, ours or another
    /// program's, is under way to a device of this receiver, which may therefore drop them. Their
    /// silence is then a reason for a retry.
    fn mark_accompanied(&mut self) {
        for pending in &mut self.pending {
            if matches!(pending.state, State::InFlight(_)) && pending.turn == Turn::Shared {
                pending.turn = Turn::Accompanied;
            }
        }
    }

    /// Processes a report; `true`: it answered a pending request.
    pub(super) fn handle_report(&mut self, now: Timestamp, report: &Report) -> bool {
        let in_flight = self.pending.iter().position(|pending| {
            pending.device == report.device() && matches!(pending.state, State::InFlight(_))
        });
        let related = in_flight.and_then(|at| {
            let pending = self.pending.get(at)?;
            Some((at, relation(pending.sent.as_ref()?, report)))
        });
        match related {
            Some((at, Relation::Answer)) => {
                self.note_answer(now, at);
                self.finish(now, at, Ok(*report));
            }
            Some((at, Relation::Error(code))) => {
                if self.settle_elsewhere(now, at, report) {
                    debug!(
                        "device {}: error attributed to an earlier request, as its late answer",
                        report.device()
                    );
                    return false;
                }
                self.handle_error(now, at, code);
            }
            None | Some((_, Relation::None)) => {
                if self.past.settle(now, report) {
                    // Only the header is logged. It equals that of one of our requests, but the
                    // content may be private.
                    debug!(
                        "device {}: answer {:02X} {:02X} is late or a duplicate",
                        report.device(),
                        report.sub_id(),
                        report.address()
                    );
                }
                if is_answer_of_device(report) {
                    self.mark_accompanied();
                }
                return false;
            }
        }
        true
    }

    fn note_answer(&mut self, now: Timestamp, at: usize) {
        let Some(pending) = self.pending.get(at) else {
            return;
        };
        let (device, sent_at) = (pending.device, pending.sent_at);
        let asked_at = pending.asked_at.unwrap_or(sent_at);
        let dropped = pending.turn == Turn::Alone { accompanied: true };
        if dropped && !self.window.drops() {
            debug!(
                "device {device} answers only when alone: sending one message at a time to this receiver"
            );
            self.window.note_drop();
        }
        if self.is_radio(device) {
            // Measured from the first message, which may be the one that was answered; from the
            // retry if the first was dropped.
            let accepted_at = if dropped { sent_at } else { asked_at };
            self.window.note_answer(now.since(sent_at));
            self.tempo.note_answer(now, device, accepted_at);
        }
    }

    /// Retries or fails the requests whose deadline has passed.
    pub(super) fn handle_timeout(&mut self, now: Timestamp) {
        let mut at = 0;
        while let Some(pending) = self.pending.get(at) {
            let overdue = matches!(pending.state, State::InFlight(deadline) if deadline <= now);
            let turn = self.next_turn(pending);
            match (self.pending.get_mut(at).filter(|_| overdue), turn) {
                (Some(pending), Some(turn)) => {
                    pending.turn = turn;
                    pending.state = State::Waiting(now);
                }
                (Some(_), None) => {
                    self.finish(now, at, Err(RequestError::Silent));
                    continue;
                }
                (None, _) => {}
            }
            at += 1;
        }
    }

    /// The computer resumed from suspend: messages in flight may be lost.
    /// They are sent again as if for the first time, and nothing is sent before `quiet_until`.
    pub(super) fn resume(&mut self, now: Timestamp, quiet_until: Timestamp) {
        self.pass(now);
        self.quiet_until = quiet_until;
        for pending in &mut self.pending {
            if let Some(report) = pending.sent {
                // An answer may still come.
                self.past.remember(now, report, pending.attempts);
            }
            pending.attempts = 0;
            pending.asked_at = None;
            pending.turn = Turn::Shared;
            pending.busy = 0;
            pending.refusals = 0;
            pending.refused = false;
            pending.stalls = 0;
            pending.state = State::Waiting(quiet_until);
        }
    }

    /// Schedules a retry of a report that could not be sent for now (EPIPE).
    pub(super) fn handle_stall(&mut self, now: Timestamp, report: &Report) {
        let Some((at, pending)) = self.take_back(report) else {
            return;
        };
        pending.stalls += 1;
        pending.state = State::Waiting(now + timing::STALL);
        if pending.stalls > timing::STALLS {
            self.finish(now, at, Err(RequestError::Stalled));
        }
    }

    /// Fails the request of a report that was not sent because no answer can come.
    pub(super) fn handle_unanswerable(&mut self, now: Timestamp, report: &Report) {
        if let Some((at, _)) = self.take_back(report) {
            self.finish(now, at, Err(RequestError::Silent));
        }
    }

    /// The request of a report that could not be sent, with its position.
    fn take_back(&mut self, report: &Report) -> Option<(usize, &mut Pending<P>)> {
        let mut all = self.pending.iter_mut().enumerate();
        let (at, pending) = all.find(|(_, pending)| {
            matches!(pending.state, State::InFlight(_)) && pending.sent == Some(*report)
        })?;
        self.sent = self.sent.saturating_sub(1);
        pending.attempts = pending.attempts.saturating_sub(1);
        Some((at, pending))
    }

    /// When [`Self::handle_timeout`] or [`Self::poll_transmit`] next has something to do.
    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        let heads = self
            .pending
            .iter()
            .enumerate()
            .filter(|(at, head)| self.heads_lane(*at, head));
        let due = heads.map(|(_, head)| match head.state {
            State::InFlight(deadline) => deadline,
            State::Waiting(due) => self
                .blocked_until(head, self.now.max(due))
                .map_or(due, |opens| due.max(opens))
                .max(self.quiet_until),
        });
        due.min()
    }

    /// The next outcome.
    pub(super) fn poll_finished(&mut self) -> Option<Finished<P>> {
        self.finished.pop_front()
    }

    fn finish(&mut self, now: Timestamp, at: usize, outcome: Result<Report, RequestError>) {
        let Some(pending) = self.pending.remove(at) else {
            return;
        };
        let answers = u8::from(!matches!(outcome, Err(RequestError::Silent)));
        self.remember(now, &pending, answers);
        let taken = !matches!(outcome, Err(RequestError::Busy | RequestError::Stalled));
        if taken && self.is_radio(pending.device) {
            self.note_free(now);
        }
        self.finished.push_back(Finished {
            purpose: pending.purpose,
            outcome,
        });
    }

    /// The receiver is done with a message: those it refused meanwhile are retried at once.
    fn note_free(&mut self, now: Timestamp) {
        for pending in self.pending.iter_mut().filter(|pending| pending.refused) {
            pending.refused = false;
            if matches!(pending.state, State::Waiting(_)) {
                pending.state = State::Waiting(now);
            }
        }
    }

    fn remember(&mut self, now: Timestamp, pending: &Pending<P>, answers: u8) {
        let Some(report) = pending.sent.filter(|_| pending.attempts > 0) else {
            return;
        };
        let owed = pending.attempts.saturating_sub(answers);
        self.past.remember(now, report, owed);
    }
}

/// Whether a report shows that a device's receiver was occupied by a request; if the report matches
/// none of ours, by another program's. That is any reply or error for a slot, including the
/// receiver's own "busy", except its error for an unreachable device.
fn is_answer_of_device(report: &Report) -> bool {
    report.device().slot().is_some()
        && match Message::of(report) {
            Message::Reply { .. } | Message::Register { .. } => true,
            Message::Error { code, .. } => {
                !matches!(code, ErrorCode::Hidpp10(code) if code.is_unreachable())
            }
            Message::Notification { .. } | Message::Event { .. } => false,
        }
}

#[cfg(test)]
mod tests;
