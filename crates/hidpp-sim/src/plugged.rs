//! A simulated receiver, or a device without one.

use super::Firmware;
use super::centurion::CenturionNode;
use super::direct::DirectDevice;
use super::receiver::Receiver;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::descriptor::Capabilities;

/// A simulated receiver or device with its own hidraw node.
#[derive(Clone, Debug)]
pub enum Plugged {
    /// A receiver with its devices.
    Receiver(Receiver),
    /// A device without a receiver.
    Direct(DirectDevice),
    /// A headset that speaks Centurion, or its dongle.
    Centurion(CenturionNode),
}

impl Plugged {
    /// The reports that this node accepts and sends, as in its report descriptor.
    pub fn reports(&self) -> Capabilities {
        match self {
            Self::Receiver(receiver) => receiver.family().reports,
            Self::Direct(device) => device.reports,
            Self::Centurion(node) => node.reports(),
        }
    }

    /// The receiver, if this is one.
    pub fn receiver(&self) -> Option<&Receiver> {
        match self {
            Self::Receiver(receiver) => Some(receiver),
            Self::Direct(_) | Self::Centurion(_) => None,
        }
    }

    /// The device, if this is a HID++ device without a receiver.
    pub fn direct(&self) -> Option<&DirectDevice> {
        match self {
            Self::Receiver(_) | Self::Centurion(_) => None,
            Self::Direct(device) => Some(device),
        }
    }
}

impl Firmware for Plugged {
    fn output_report(&mut self, now: Timestamp, report: &[u8]) {
        match self {
            Self::Receiver(receiver) => receiver.output_report(now, report),
            Self::Direct(device) => device.output_report(now, report),
            Self::Centurion(node) => node.output_report(now, report),
        }
    }

    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        match self {
            Self::Receiver(receiver) => receiver.input_report(now),
            Self::Direct(device) => device.input_report(now),
            Self::Centurion(node) => node.input_report(now),
        }
    }

    fn next_due(&self) -> Option<Timestamp> {
        match self {
            Self::Receiver(receiver) => receiver.next_due(),
            Self::Direct(device) => device.next_due(),
            Self::Centurion(node) => node.next_due(),
        }
    }
}
