//! Requests on their way: sending them in turn, matching answers, repeating, giving up.
//!
//! Each device index is a lane with at most one request in flight; lanes overlap as far as the
//! receiver takes it ([`Window`]). An answer is matched on device index and header, and what does
//! not match changes nothing: no deadline moves for foreign traffic.
//!
//! A message to a device behind a receiver is sent once and given the time that an idle device needs
//! ([`Tempo`]). It is sent once more, while no other is under way, where its silence has another
//! likely cause than the device's absence: another message was under way, and the receiver may have
//! dropped this one, or the device answered just before. Messages that need not be alone go first.

use std::collections::VecDeque;
use std::time::Duration;

use log::debug;

use super::past::Past;
use super::peer::Peer;
use super::request::{Request, RequestError};
use super::tempo::Tempo;
use super::timing;
use super::window::Window;
use crate::units::Timestamp;
use crate::wire::{
    DeviceIndex, Error10, Error20, ErrorCode, Message, Relation, Report, ReportId, relation,
};

/// Requests with their purposes `P`, which come back with the outcome.
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
    /// The latest time that was told.
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

#[derive(Debug)]
struct Pending<P> {
    purpose: P,
    device: DeviceIndex,
    request: Request,
    /// The report that was sent, also while it waits to be repeated.
    sent: Option<Report>,
    /// When it was sent first, of the times that it was taken.
    asked_at: Option<Timestamp>,
    /// When it was sent last.
    sent_at: Timestamp,
    /// How many others were over the air then.
    beside: usize,
    turn: Turn,
    state: State,
    attempts: u8,
    /// How often the device was busy, or the receiver with something that is not ours.
    busy: u8,
    /// How often the receiver had no time for it.
    refusals: u8,
    /// Whether that was the last that happened to it.
    refused: bool,
    stalls: u8,
}

/// Whether others may be under way at the same time as a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
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
enum State {
    /// To be sent at this time, when the lane is free.
    Waiting(Timestamp),
    /// Sent; to be answered by this time.
    InFlight(Timestamp),
}

impl<P> Exchange<P> {
    /// An exchange that asks devices in reports of this form where they fit.
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

    /// From now on devices are asked in reports of this form.
    pub(super) const fn set_form(&mut self, form: ReportId) {
        self.form = form;
    }

    /// From now on one message at a time is sent to the receiver: it drops any other.
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
            beside: 0,
            turn: Turn::Shared,
            state: State::Waiting(Timestamp::START),
            attempts: 0,
            busy: 0,
            refusals: 0,
            refused: false,
            stalls: 0,
        });
    }

    /// Tells the time.
    pub(super) fn pass(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// Takes back every request whose purpose fits; an answer to them will be ignored.
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

    /// Whether a request with a purpose that fits waits to be sent or answered.
    pub(super) fn any(&self, fits: impl Fn(&P) -> bool) -> bool {
        self.pending.iter().any(|pending| fits(&pending.purpose))
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
        // A repeat is the same question under the same id, so that either answer will do.
        let report = if let Some(report) = head.sent {
            report
        } else {
            let under = |id| head.request.report(head.device, id, self.form);
            self.past.first_report(now, under)
        };
        let answer_time = self.answer_time(now, head);
        let beside = self.radio_in_flight().count();
        if self.is_radio(head.device) {
            self.accompany();
        }
        let head = self.pending.get_mut(at)?;
        head.beside = beside;
        if beside > 0 && head.turn == Turn::Shared {
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

    /// The first of its lane, not in flight, due, and not one too many for the receiver.
    fn is_sendable(&self, at: usize, pending: &Pending<P>, now: Timestamp) -> bool {
        matches!(pending.state, State::Waiting(due) if due.max(self.quiet_until) <= now)
            && self.heads_lane(at, pending)
            && self.blocked_until(pending, now).is_none()
    }

    /// Whether a request to this goes over the air, through a receiver.
    fn is_radio(&self, device: DeviceIndex) -> bool {
        self.peer == Peer::Receiver && device.slot().is_some()
    }

    /// The requests that are over the air now.
    fn radio_in_flight(&self) -> impl Iterator<Item = &Pending<P>> {
        self.pending.iter().filter(|pending| {
            matches!(pending.state, State::InFlight(_)) && self.is_radio(pending.device)
        })
    }

    /// Other messages are under way to this receiver's devices, ours or another program's.
    fn accompany(&mut self) {
        for pending in &mut self.pending {
            if matches!(pending.state, State::InFlight(_)) && pending.turn == Turn::Shared {
                pending.turn = Turn::Accompanied;
            }
        }
    }

    /// Until when the receiver is not to be sent this; `None`: it can be sent now.
    fn blocked_until(&self, pending: &Pending<P>, now: Timestamp) -> Option<Timestamp> {
        let in_flight = || {
            self.pending.iter().filter_map(|it| match it.state {
                State::InFlight(deadline) => Some((it, deadline)),
                State::Waiting(_) => None,
            })
        };
        let alone = pending.is_alone() || in_flight().any(|(it, _)| it.is_alone());
        let all = alone || self.window.drops();
        let shares = |it: &Pending<P>| all || self.is_radio(it.device);
        if self.peer == Peer::Device || !shares(pending) {
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

    fn heads_lane(&self, at: usize, pending: &Pending<P>) -> bool {
        !self
            .pending
            .iter()
            .take(at)
            .any(|earlier| earlier.device == pending.device)
    }

    /// Takes a report; `true`: it answered a request that waited for it.
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
                if self.owed_elsewhere(now, at, report) {
                    debug!(
                        "device {}: error taken for the late answer to an earlier request",
                        report.device()
                    );
                    return false;
                }
                self.handle_error(now, at, code);
            }
            None | Some((_, Relation::None)) => {
                if self.past.settle(now, report) {
                    // Its content may be private: the header is that of a request of ours.
                    debug!(
                        "device {}: answer {:02X} {:02X} comes too late, or twice",
                        report.device(),
                        report.sub_id(),
                        report.address()
                    );
                }
                if answers_over_the_air(report) {
                    self.accompany();
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
            debug!("device {device} answers alone: one message at a time to this receiver");
            self.window.note_drop();
        }
        if self.is_radio(device) {
            // A repeat may have been answered, or what was sent before, if it was taken.
            let taken = if dropped { sent_at } else { asked_at };
            self.window.note_answer(now.since(sent_at));
            self.tempo.note_answer(now, device, taken);
        }
    }

    fn handle_error(&mut self, now: Timestamp, at: usize, code: ErrorCode) {
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

    /// The receiver had no time for a message. If that is for messages of ours, it is sent again
    /// when one of them is answered; `false`: it was refused too often.
    fn handle_refusal(&mut self, now: Timestamp, at: usize) -> bool {
        let Some(pending) = self.pending.get_mut(at) else {
            return false;
        };
        if pending.beside > 0 {
            self.window.note_refusal(pending.beside);
        }
        pending.refused = true;
        // It is not among those that keep the receiver busy.
        pending.state = State::Waiting(now);
        let blocked = self
            .pending
            .get(at)
            .and_then(|pending| self.blocked_until(pending, now));
        // The receiver may hold one of ours until its deadline: these refusals have an end.
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

    /// The device had no time for a message: it is sent again later; `false`: it met that too often.
    fn handle_busy(&mut self, now: Timestamp, at: usize) -> bool {
        let Some(pending) = self.pending.get_mut(at) else {
            return false;
        };
        pending.wait(now + backoff(timing::BUSY_FIRST, pending.busy));
        pending.busy += 1;
        pending.busy < timing::BUSY_ANSWERS
    }

    /// The receiver is done with a message: those it refused meanwhile need not wait longer.
    fn note_free(&mut self, now: Timestamp) {
        for pending in self.pending.iter_mut().filter(|pending| pending.refused) {
            pending.refused = false;
            if matches!(pending.state, State::Waiting(_)) {
                pending.state = State::Waiting(now);
            }
        }
    }

    fn is_to_device(&self, at: usize) -> bool {
        self.pending
            .get(at)
            .is_some_and(|pending| self.peer == Peer::Device || pending.device.slot().is_some())
    }

    /// How long the answer to a request that is sent now may take.
    fn answer_time(&self, now: Timestamp, pending: &Pending<P>) -> Duration {
        match (self.peer, pending.device) {
            (Peer::Device, _) => timing::DIRECT_ANSWER,
            (Peer::Receiver, DeviceIndex::RECEIVER) => timing::RECEIVER_ANSWER,
            (Peer::Receiver, _) if pending.is_alone() => timing::FIRST_ANSWER,
            (Peer::Receiver, device) => self.tempo.answer_time(now, device),
        }
    }

    /// How a request is sent again that was not answered in time; `None`: it is not.
    fn next_turn(&self, pending: &Pending<P>) -> Option<Turn> {
        let accompanied = pending.turn == Turn::Accompanied;
        let attempts = match (self.peer, pending.device) {
            (Peer::Device, _) => timing::DIRECT_ATTEMPTS,
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

    /// Whether an error is the answer to an earlier question of the register.
    fn owed_elsewhere(&mut self, now: Timestamp, at: usize, error: &Report) -> bool {
        match self.pending.get(at) {
            Some(Pending {
                request: Request::Register(_),
                sent: Some(sent),
                ..
            }) => self.past.is_owed(now, sent, error),
            _ => false,
        }
    }

    /// Repeats or gives up what was not answered in time.
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

    /// What was sent may be lost and is sent again, as if for the first time, and nothing before
    /// this time.
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

    /// Tells that a report could not be sent for now (EPIPE): it is sent again a little later.
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

    /// A report was not sent because no answer can come: its request is over.
    pub(super) fn handle_unanswerable(&mut self, now: Timestamp, report: &Report) {
        if let Some((at, _)) = self.take_back(report) {
            self.finish(now, at, Err(RequestError::Silent));
        }
    }

    /// The request whose report was not sent after all, and where it is.
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

    fn remember(&mut self, now: Timestamp, pending: &Pending<P>, answers: u8) {
        let Some(report) = pending.sent.filter(|_| pending.attempts > 0) else {
            return;
        };
        let owed = pending.attempts.saturating_sub(answers);
        self.past.remember(now, report, owed);
    }
}

impl<P> Pending<P> {
    /// Whether it is sent while no other is under way.
    const fn is_alone(&self) -> bool {
        matches!(self.turn, Turn::Alone { .. })
    }

    /// It was not taken, and is sent again at this time.
    fn wait(&mut self, until: Timestamp) {
        self.turn_away();
        self.state = State::Waiting(until);
    }

    /// It was not taken, which is no try and no loss.
    fn turn_away(&mut self) {
        self.asked_at = None;
        self.attempts = self.attempts.saturating_sub(1);
        if self.turn == Turn::Accompanied {
            self.turn = Turn::Shared;
        }
    }
}

/// How long to wait after so many waits before.
fn backoff(first: Duration, before: u8) -> Duration {
    (first * (1 << before.min(6))).min(timing::BUSY_LONGEST)
}

/// Whether a report is a device's answer to a message: that took the receiver's time.
fn answers_over_the_air(report: &Report) -> bool {
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
mod tests {
    use super::*;
    use crate::feature::pairing_information;
    use crate::feature::root;
    use crate::wire::tests::report;
    use crate::wire::{Error10, FeatureId, Slot};

    const K750: DeviceIndex = DeviceIndex(1);
    const M705: DeviceIndex = DeviceIndex(2);

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_millis(millis))
    }

    fn ask(exchange: &mut Exchange<&'static str>, device: DeviceIndex, id: u16) {
        exchange.submit(device, root::get_feature(FeatureId(id)).into(), "lookup");
    }

    fn sent(exchange: &mut Exchange<&'static str>, now: Timestamp) -> Option<String> {
        exchange.poll_transmit(now).map(|report| report.to_string())
    }

    #[test]
    fn a_device_is_asked_one_thing_at_a_time_and_waits_for_no_other() {
        let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
        ask(&mut exchange, K750, 0x4301);
        ask(&mut exchange, K750, 0x0005);
        ask(&mut exchange, M705, 0x1000);
        assert_eq!(
            sent(&mut exchange, at(0)).as_deref(),
            Some("10 01 00 06 43 01 00")
        );
        assert_eq!(
            sent(&mut exchange, at(0)).as_deref(),
            Some("10 02 00 06 10 00 00")
        );
        assert_eq!(sent(&mut exchange, at(500)), None);
        assert!(exchange.handle_report(at(500), &report("11 01 00 06 09 …")));
        assert_eq!(
            sent(&mut exchange, at(500)).as_deref(),
            Some("10 01 00 05 00 05 00")
        );
    }

    #[test]
    fn busy_waits_longer_each_time_and_leaves_the_tries_for_silence() {
        let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
        ask(&mut exchange, K750, 0x4301);
        let mut now = at(0);
        let mut waits = Vec::new();
        for _ in 0..6 {
            assert!(sent(&mut exchange, now).is_some());
            exchange.handle_report(now, &report("11 01 FF 00 06 08 …"));
            let due = exchange.poll_timeout().unwrap();
            waits.push(due.since(now).as_millis());
            assert_eq!(sent(&mut exchange, now), None, "not at once");
            now = due;
        }
        assert_eq!(waits, [100, 200, 400, 800, 800, 800]);
        // Now it is silent: once, and once again.
        let mut silent = 0;
        while exchange.poll_finished().is_none() {
            silent += usize::from(sent(&mut exchange, now).is_some());
            now = exchange.poll_timeout().unwrap();
            exchange.handle_timeout(now);
        }
        assert_eq!(silent, 2);
    }

    #[test]
    fn after_the_computer_slept_a_question_is_asked_as_if_for_the_first_time() {
        let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
        ask(&mut exchange, K750, 0x4301);
        let question = sent(&mut exchange, at(0));
        exchange.resume(at(1500), at(2500));
        assert_eq!(sent(&mut exchange, at(2499)), None);
        assert_eq!(exchange.poll_timeout(), Some(at(2500)));
        assert_eq!(sent(&mut exchange, at(2500)), question);
        assert_eq!(exchange.poll_timeout(), Some(at(5500)));
        exchange.handle_timeout(at(5500));
        let outcome = exchange.poll_finished().unwrap().outcome;
        assert_eq!(outcome, Err(RequestError::Silent));
    }

    #[test]
    fn what_was_asked_before_the_computer_slept_may_still_be_answered() {
        let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
        ask(&mut exchange, K750, 0x4301);
        sent(&mut exchange, at(0));
        exchange.resume(at(500), at(1500));
        exchange.withdraw(|_| true);
        ask(&mut exchange, K750, 0x0005);
        assert_eq!(
            sent(&mut exchange, at(1500)).as_deref(),
            Some("10 01 00 05 00 05 00"),
            "under another id"
        );
    }

    #[test]
    fn a_late_error_of_one_record_is_not_the_answer_about_another() {
        // Register errors do not name their sub-register. Slot 2's record is given up; its late
        // error comes while slot 3's serial number is asked for.
        let slot = |number| Slot::new(number).unwrap();
        let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
        let receiver = DeviceIndex::RECEIVER;
        exchange.submit(
            receiver,
            pairing_information::get_pairing(slot(2)).into(),
            "pairing",
        );
        let mut now = at(0);
        for _ in 0..2 {
            assert!(sent(&mut exchange, now).is_some());
            now = exchange.poll_timeout().unwrap();
            exchange.handle_timeout(now);
        }
        let given_up = exchange.poll_finished().unwrap();
        assert_eq!(given_up.outcome, Err(RequestError::Silent));

        exchange.submit(
            receiver,
            pairing_information::get_extended(slot(3)).into(),
            "serial",
        );
        assert!(sent(&mut exchange, now).is_some());
        let error = report("10 FF 8F 83 B5 03 00");
        assert!(!exchange.handle_report(now, &error), "slot 2's first");
        assert!(!exchange.handle_report(now, &error), "and its repeat's");
        let serial = report("11 FF 83 B5 32 FB 84 1B 86 …");
        assert!(exchange.handle_report(now, &serial));
        assert_eq!(exchange.poll_finished().unwrap().outcome, Ok(serial));

        // Nothing is owed any more: the next error counts.
        exchange.submit(
            receiver,
            pairing_information::get_pairing(slot(4)).into(),
            "pairing",
        );
        assert!(sent(&mut exchange, now).is_some());
        assert!(exchange.handle_report(now, &error));
        let empty = RequestError::Refused(ErrorCode::Hidpp10(Error10::InvalidValue));
        assert_eq!(exchange.poll_finished().unwrap().outcome, Err(empty));
    }

    #[test]
    fn a_late_answer_settles_what_was_owed() {
        let slot = |number| Slot::new(number).unwrap();
        let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
        let receiver = DeviceIndex::RECEIVER;
        exchange.submit(
            receiver,
            pairing_information::get_pairing(slot(2)).into(),
            "pairing",
        );
        assert!(sent(&mut exchange, at(0)).is_some());
        exchange.handle_timeout(at(500));
        assert!(sent(&mut exchange, at(500)).is_some());
        let record = report("11 FF 83 B5 21 08 14 40 02 …");
        assert!(
            exchange.handle_report(at(501), &record),
            "the first, late, or the repeat's"
        );
        assert!(!exchange.handle_report(at(502), &record), "the other");
        exchange.submit(
            receiver,
            pairing_information::get_pairing(slot(3)).into(),
            "pairing",
        );
        assert!(sent(&mut exchange, at(503)).is_some());
        assert!(exchange.handle_report(at(504), &report("10 FF 8F 83 B5 03 00")));
    }

    #[test]
    fn an_error_about_a_record_that_was_given_up_answers_the_same_question() {
        let slot = Slot::new(2).unwrap();
        let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
        let mut now = at(0);
        for _ in 0..2 {
            let request = pairing_information::get_pairing(slot).into();
            exchange.submit(DeviceIndex::RECEIVER, request, "pairing");
            assert!(sent(&mut exchange, now).is_some());
            if now == at(0) {
                exchange.withdraw(|_| true);
                now = at(100);
            }
        }
        assert!(exchange.handle_report(now, &report("10 FF 8F 83 B5 03 00")));
    }

    #[test]
    fn four_questions_of_one_header_take_turns_at_three_ids() {
        let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
        let mut ids = Vec::new();
        // Before the last, no answer can be late any more.
        for (second, id) in [
            (0, 0x4301),
            (1, 0x0005),
            (2, 0x0003),
            (3, 0x1000),
            (4, 0x4301),
            (40, 0x0005),
        ] {
            let now = at(1000 * second);
            ask(&mut exchange, K750, id);
            let request = exchange.poll_transmit(now).unwrap();
            ids.push(request.address());
            let mut answer = request.as_bytes().to_vec();
            answer[0] = 0x11;
            answer.resize(20, 0);
            assert!(exchange.handle_report(now, &Report::parse(&answer).unwrap()));
        }
        assert_eq!(ids, [0x06, 0x05, 0x04, 0x06, 0x05, 0x06]);
    }
}
