//! The input and output of a node: receives messages, handles timeouts, sends requests.

use log::{Level, debug, log_enabled, trace};

use super::Node;
use crate::capture::trace::Direction;
use crate::capture::{Redact, Redaction};
use crate::manager::memory::Memory;
use crate::manager::snapshot::Failure;
use crate::transport::TransportError;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Incoming, Report};

/// The number of reports received per turn, so that a flood of them does not delay deadlines.
const BATCH: usize = 256;

impl Node<'_> {
    /// Receives messages, handles timeouts, and sends requests.
    pub(in crate::manager) fn pump(&mut self, now: Timestamp, memory: &mut Memory) {
        let is_due = self.due.is_some_and(|due| due <= now);
        if self.is_lost() || !(is_due || std::mem::take(&mut self.readable)) {
            return;
        }
        self.input_pacing.resume();
        let was_busy = !self.session.is_idle();
        self.exchange(now, memory);
        if was_busy || !self.session.is_idle() {
            self.put_off_standby(now);
        }
        let due = self
            .connection
            .next_due()
            .into_iter()
            .chain(self.standby.polls_due());
        // Requests wait until the node is open.
        let asking = self
            .session
            .poll_timeout()
            .filter(|_| self.connection.is_open());
        let due = due.chain(asking).chain(self.input_pacing.until());
        let due = due.chain(self.repeat_due());
        self.due = due.chain(self.light_timeout()).min();
    }

    fn exchange(&mut self, now: Timestamp, memory: &mut Memory) {
        if let Err(error) = self.receive(now) {
            self.fail(error);
            return;
        }
        self.session.handle_timeout(now);
        self.poll_pending(now);
        self.repeat_reading(now);
        self.take_events(now, memory);
        self.measure_due(now);
        while let Some(transport) = self.connection.open()
            && let Some(report) = self.session.poll_transmit(now)
        {
            match transport.send(now, &report) {
                Ok(()) => self.log_report(Direction::ToDevice, &report),
                Err(TransportError::Stalled { node, source }) => {
                    debug!("{node}: write of {report} stalled: {source}");
                    self.session.handle_stall(now, &report);
                }
                Err(error @ TransportError::NotRecorded { .. }) => {
                    debug!("{}: {error}", self.info.path);
                    self.session.handle_unanswerable(now, &report);
                }
                Err(error) => {
                    self.fail(error);
                    return;
                }
            }
            self.take_events(now, memory);
        }
    }

    fn receive(&mut self, now: Timestamp) -> Result<(), TransportError> {
        let mut input = 0;
        let mut other = false;
        for _ in 0..BATCH {
            match self.connection.receive(now)? {
                Some(Incoming::HidPp(report)) => {
                    other = true;
                    self.log_report(Direction::FromDevice, &report);
                    self.session.handle_report(now, &report);
                }
                // Input is dropped; the kernel delivers it to its consumers.
                Some(Incoming::Input | Incoming::Dj(_)) => input += 1,
                Some(Incoming::Other(why)) => debug!("{}: ignored: {why}", self.info.path),
                None => break,
            }
        }
        if other {
            self.put_off_standby(now);
        } else if !self.session.awaits_answer() {
            // No answer is pending that could be delayed behind input.
            self.input_pacing.on_input(now, input);
        }
        Ok(())
    }

    fn log_report(&mut self, direction: Direction, report: &Report) {
        if !log_enabled!(Level::Trace) {
            return;
        }
        let arrow = match direction {
            Direction::ToDevice => '→',
            Direction::FromDevice => '←',
        };
        match self.log_privacy.redact(direction, report) {
            Redaction::Write(report) => trace!("{} {arrow} {report}", self.info.path),
            Redaction::Withhold { why, .. } => trace!("{} {arrow} withheld: {why}", self.info.path),
        }
    }

    fn fail(&mut self, error: TransportError) {
        self.failure = Some(Failure::Transport(error));
    }
}
