use super::Firmware;
use crate::transport::{Transport, TransportError};
use crate::units::Timestamp;
use crate::wire::{Incoming, Report, classify};

/// A simulated device in the place of a hidraw node.
#[derive(Debug)]
pub struct SimulatedNode<F>(pub F);

impl<F: Firmware> Transport for SimulatedNode<F> {
    fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError> {
        self.0.output_report(now, report.as_bytes());
        Ok(())
    }

    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        Ok(self.0.input_report(now).map(|bytes| classify(&bytes)))
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.0.next_due()
    }
}
