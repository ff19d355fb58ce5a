//! What is plugged in, as the program finds it: a node with a description, and a way to it.

use super::Firmware;
use super::direct::{DirectDevice, Link};
use super::receiver::Receiver;
use crate::transport::{Bus, NodeInfo, Transport, TransportError};
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

/// Anything that has a node of its own.
#[derive(Clone, Debug)]
pub enum Plugged {
    /// A receiver with its devices.
    Receiver(Receiver),
    /// A device without a receiver.
    Direct(DirectDevice),
}

impl Plugged {
    /// Its node, at this path.
    pub fn node(&self, path: &str) -> NodeInfo {
        match self {
            Self::Receiver(receiver) => {
                let family = receiver.family();
                NodeInfo::new(path, family.vendor, family.product, family.reports)
            }
            Self::Direct(device) => NodeInfo {
                bus: match device.link {
                    Link::Usb => Bus::Usb,
                    Link::Bluetooth => Bus::Bluetooth,
                },
                name: device.name().map(str::to_owned),
                ..NodeInfo::new(path, device.vendor, device.product, device.reports)
            },
        }
    }

    /// The receiver, if it is one.
    pub fn receiver(&self) -> Option<&Receiver> {
        match self {
            Self::Receiver(receiver) => Some(receiver),
            Self::Direct(_) => None,
        }
    }

    /// The device, if it has no receiver.
    pub fn direct(&self) -> Option<&DirectDevice> {
        match self {
            Self::Receiver(_) => None,
            Self::Direct(device) => Some(device),
        }
    }
}

impl Firmware for Plugged {
    fn output_report(&mut self, now: Timestamp, report: &[u8]) {
        match self {
            Self::Receiver(receiver) => receiver.output_report(now, report),
            Self::Direct(device) => device.output_report(now, report),
        }
    }

    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        match self {
            Self::Receiver(receiver) => receiver.input_report(now),
            Self::Direct(device) => device.input_report(now),
        }
    }

    fn next_due(&self) -> Option<Timestamp> {
        match self {
            Self::Receiver(receiver) => receiver.next_due(),
            Self::Direct(device) => device.next_due(),
        }
    }
}
