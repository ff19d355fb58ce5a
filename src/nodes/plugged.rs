use crate::transport::{Bus, NodeInfo, Transport, TransportError};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Incoming, Report, classify};
use hidpp_sim::direct::Link;
use hidpp_sim::{Firmware, Plugged};

/// A transport to simulated firmware, instead of a hidraw node.
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

/// The description of the node of a simulated receiver or device, with this path.
pub fn node_of(plugged: &Plugged, path: &str) -> NodeInfo {
    match plugged {
        Plugged::Receiver(receiver) => {
            let family = receiver.family();
            NodeInfo::new(path, family.vendor, family.product, family.reports)
        }
        Plugged::Direct(device) => NodeInfo {
            bus: match device.link {
                Link::Usb => Bus::Usb,
                Link::Bluetooth => Bus::Bluetooth,
            },
            name: device.name().map(str::to_owned),
            ..NodeInfo::new(path, device.vendor, device.product, device.reports)
        },
        // The kernel has the name of the USB device, which is that of the headset.
        Plugged::Centurion(node) => NodeInfo {
            name: Some(node.headset.name.to_owned()),
            ..NodeInfo::new(path, node.vendor, node.product, node.reports())
        },
    }
}

/// The nodes of simulated receivers and devices, with the paths `name 1`, `name 2`, …
pub fn numbered(name: &str, plugged: Vec<Plugged>) -> Vec<(NodeInfo, Plugged)> {
    (1..)
        .zip(plugged)
        .map(|(number, plugged)| (node_of(&plugged, &format!("{name} {number}")), plugged))
        .collect()
}
