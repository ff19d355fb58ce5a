//! Counts the messages between the program and its simulated receivers.

use std::cell::RefCell;
use std::collections::BTreeMap;

use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{
    DeviceIndex, Error10, Error20, ErrorCode, Incoming, Message, Report, classify,
};
use hidpp_sim::{Firmware, Plugged};
use solar_status::transport::{Transport, TransportError};

/// The requests on one node.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// How many requests went to the receiver's own registers.
    pub(crate) registers: usize,
    /// When each device received a request, without those refused as busy.
    pub(crate) asked: BTreeMap<DeviceIndex, Vec<Timestamp>>,
    /// How often a device or its receiver was busy.
    pub(crate) refused: usize,
}

impl Log {
    fn note_request(&mut self, now: Timestamp, report: &Report) {
        match report.device().slot() {
            Some(_) => self.asked.entry(report.device()).or_default().push(now),
            None => self.registers += 1,
        }
    }

    fn note_answer(&mut self, report: &Report) {
        let Message::Error { code, .. } = Message::of(report) else {
            return;
        };
        if matches!(
            code,
            ErrorCode::Hidpp10(Error10::Busy) | ErrorCode::Hidpp20(Error20::Busy)
        ) && let Some(asked) = self.asked.get_mut(&report.device())
        {
            // Each device gets one request at a time, so the last one was refused.
            asked.pop();
            self.refused += 1;
        }
    }
}

/// A simulated receiver instead of a hidraw node.
pub(crate) struct Watched<'a> {
    pub(crate) plugged: Plugged,
    pub(crate) log: &'a RefCell<Log>,
}

impl Transport for Watched<'_> {
    fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError> {
        self.log.borrow_mut().note_request(now, report);
        self.plugged.output_report(now, report.as_bytes());
        Ok(())
    }

    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        let incoming = self.plugged.input_report(now).map(|bytes| classify(&bytes));
        if let Some(Incoming::HidPp(report)) = &incoming {
            self.log.borrow_mut().note_answer(report);
        }
        Ok(incoming)
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.plugged.next_due()
    }
}
