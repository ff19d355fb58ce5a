//! Requests on their way: sending them in turn, matching answers, repeating, giving up.
//!
//! Each device index is a lane with at most one request in flight; lanes overlap as far as the
//! receiver takes it ([`Window`]). An answer is matched on device index and header, and what does
//! not match changes nothing: no deadline moves for foreign traffic.

use std::collections::VecDeque;
use std::time::Duration;

use log::debug;

use super::past::Past;
use super::peer::Peer;
use super::request::{Request, RequestError};
use super::timing;
use super::window::Window;
use crate::units::Timestamp;
use crate::wire::{DeviceIndex, Error10, Error20, ErrorCode, Relation, Report, ReportId, relation};

/// Requests with their purposes `P`, which come back with the outcome.
#[derive(Debug)]
pub(super) struct Exchange<P> {
    peer: Peer,
    form: ReportId,
    window: Window,
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
    /// When it was sent last.
    sent_at: Timestamp,
    /// How many others were over the air then.
    beside: usize,
    state: State,
    attempts: u8,
    /// How often the device was busy, or the receiver with something that is not ours.
    busy: u8,
    /// Whether it was the receiver that had no time for it.
    refused: bool,
    stalls: u8,
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

    /// Queues a request behind the others to the same device.
    pub(super) fn submit(&mut self, device: DeviceIndex, request: Request, purpose: P) {
        self.pending.push_back(Pending {
            purpose,
            device,
            request,
            sent: None,
            sent_at: Timestamp::START,
            beside: 0,
            state: State::Waiting(Timestamp::START),
            attempts: 0,
            busy: 0,
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
        let at = (0..self.pending.len()).find(|&at| self.is_sendable(at, now))?;
        let head = self.pending.get(at)?;
        // A repeat is the same question under the same id, so that either answer will do.
        let report = if let Some(report) = head.sent {
            report
        } else {
            let under = |id| head.request.report(head.device, id, self.form);
            self.past.first_report(now, under)
        };
        let answer_time = self.answer_time(report.device());
        let beside = self.radio_in_flight().count();
        let head = self.pending.get_mut(at)?;
        head.beside = beside;
        head.sent = Some(report);
        head.sent_at = now;
        head.attempts += 1;
        head.state = State::InFlight(now + answer_time);
        self.sent += 1;
        Some(report)
    }

    /// The first of its lane, not in flight, due, and not one too many for the receiver.
    fn is_sendable(&self, at: usize, now: Timestamp) -> bool {
        let Some(pending) = self.pending.get(at) else {
            return false;
        };
        matches!(pending.state, State::Waiting(due) if due.max(self.quiet_until) <= now)
            && self.heads_lane(at, pending)
            && self.window_opens(pending.device, now).is_none()
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

    /// When the receiver takes another message to this device; `None`: now.
    fn window_opens(&self, device: DeviceIndex, now: Timestamp) -> Option<Timestamp> {
        if !self.is_radio(device) {
            return None;
        }
        let span = self.window.hold();
        let held: Vec<Timestamp> = self
            .radio_in_flight()
            .map(|pending| pending.sent_at + span)
            .filter(|until| *until > now)
            .collect();
        if self.window.admits(held.len()) {
            None
        } else {
            held.into_iter().min()
        }
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
                return false;
            }
        }
        true
    }

    fn note_answer(&mut self, now: Timestamp, at: usize) {
        if let Some(pending) = self.pending.get(at)
            && self.is_radio(pending.device)
        {
            self.window.note_answer(now.since(pending.sent_at));
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
                if self.wait_for_free(now, at, timing::BUSY_FIRST) {
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
        let device = pending.device;
        if self.window_opens(device, now).is_some() {
            // Being turned away is no try.
            if let Some(pending) = self.pending.get_mut(at) {
                pending.attempts = pending.attempts.saturating_sub(1);
            }
            return true;
        }
        self.wait_for_free(now, at, timing::REFUSED_FIRST)
    }

    /// Repeats a request later, longer each time; `false`: it met "busy" too often.
    fn wait_for_free(&mut self, now: Timestamp, at: usize, first: Duration) -> bool {
        let Some(pending) = self.pending.get_mut(at) else {
            return false;
        };
        pending.busy += 1;
        if pending.busy >= timing::BUSY_ANSWERS {
            return false;
        }
        let wait = first * (1 << (pending.busy - 1).min(6));
        pending.attempts = pending.attempts.saturating_sub(1);
        pending.state = State::Waiting(now + wait.min(timing::BUSY_LONGEST));
        true
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

    /// How long this device may take.
    fn answer_time(&self, device: DeviceIndex) -> Duration {
        match (self.peer, device) {
            (Peer::Device, _) => timing::DIRECT_ANSWER,
            (Peer::Receiver, DeviceIndex::RECEIVER) => timing::RECEIVER_ANSWER,
            (Peer::Receiver, _) => timing::DEVICE_ANSWER,
        }
    }

    const fn attempts(&self) -> u8 {
        match self.peer {
            Peer::Device => timing::DIRECT_ATTEMPTS,
            Peer::Receiver => timing::ATTEMPTS,
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
        let attempts = self.attempts();
        let mut at = 0;
        while let Some(pending) = self.pending.get_mut(at) {
            match pending.state {
                State::InFlight(deadline) if deadline <= now => {
                    if pending.attempts < attempts {
                        pending.state = State::Waiting(now);
                    } else {
                        self.finish(now, at, Err(RequestError::Silent));
                        continue;
                    }
                }
                _ => {}
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
            pending.busy = 0;
            pending.refused = false;
            pending.stalls = 0;
            pending.state = State::Waiting(quiet_until);
        }
    }

    /// Tells that a report could not be sent for now (EPIPE): it is sent again a little later.
    pub(super) fn handle_stall(&mut self, now: Timestamp, report: &Report) {
        let stalled = self.pending.iter().position(|pending| {
            matches!(pending.state, State::InFlight(_)) && pending.sent == Some(*report)
        });
        let Some(at) = stalled else { return };
        self.sent = self.sent.saturating_sub(1);
        let Some(pending) = self.pending.get_mut(at) else {
            return;
        };
        pending.stalls += 1;
        pending.attempts = pending.attempts.saturating_sub(1);
        pending.state = State::Waiting(now + timing::STALL);
        if pending.stalls > timing::STALLS {
            self.finish(now, at, Err(RequestError::Stalled));
        }
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
                .window_opens(head.device, self.now.max(due))
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
        if self.is_radio(pending.device) {
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
        exchange.handle_timeout(at(1000));
        assert_eq!(sent(&mut exchange, at(1000)), question);
        exchange.resume(at(1500), at(2500));
        assert_eq!(sent(&mut exchange, at(2499)), None);
        for millis in [2500, 3500] {
            assert_eq!(exchange.poll_timeout(), Some(at(millis)));
            exchange.handle_timeout(at(millis));
            assert_eq!(sent(&mut exchange, at(millis)), question, "{millis}");
        }
        exchange.handle_timeout(at(4500));
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
