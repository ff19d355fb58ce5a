//! Gets the state of the devices from the daemon, or else by reading them directly.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::os::fd::BorrowedFd;
use std::rc::Rc;

use super::look_error::LookError;
use crate::bus::Bus;
use crate::capture::TraceFile;
use crate::clock::{Clock, RealClock};
use crate::device::{Device, Link, Receiver, ReceiverFamily};
use crate::manager::{Failure, Memory, OpenNode, Query, Snapshot, read_status};
use crate::nodes::Tapping;
use crate::transport::{HidrawTransport, NodeInfo, Transport, TransportError};
use hidpp_proto::session::{LONGEST_STATUS, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{DeviceIndex, Incoming, Report, Slot};

/// The state of the devices.
#[derive(Debug)]
pub struct Devices {
    /// The source of the state.
    pub origin: Origin,
    /// When it was read.
    pub at: Timestamp,
    /// The receivers.
    pub receivers: Vec<Receiver>,
    /// The devices.
    pub devices: Vec<Device>,
    /// The ids of devices behind receivers about which neither the device nor the receiver
    /// answered.
    pub silent: BTreeSet<String>,
    /// Errors while reading.
    pub failures: Vec<Failure>,
    /// The trace of the reports while reading, without serial numbers.
    pub trace: Option<String>,
}

/// The source of the state of the devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// solar-statusd on this bus.
    Daemon(Bus),
    /// The devices themselves.
    Direct,
    /// No source: no daemon is running, and no node can be opened.
    None,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Daemon(bus) => write!(f, "all of it comes from solar-statusd on {bus}"),
            Self::Direct => f.write_str("the devices were read directly"),
            Self::None => f.write_str("no node can be opened, and no solar-statusd answers"),
        }
    }
}

impl Devices {
    /// The state without any source.
    pub fn unknown() -> Self {
        Self::from_origin(Origin::None, Vec::new(), Vec::new())
    }

    /// The state as read now.
    pub fn from_origin(origin: Origin, receivers: Vec<Receiver>, devices: Vec<Device>) -> Self {
        Self {
            origin,
            at: RealClock::new(None).now(),
            receivers,
            devices,
            silent: BTreeSet::new(),
            failures: Vec::new(),
            trace: None,
        }
    }
}

/// Reads the devices on these nodes, with few requests. The cache is not written.
pub(super) fn ask(nodes: Vec<NodeInfo>) -> Result<Devices, LookError> {
    let failed = |error: io::Error| LookError::of("the devices", &error);
    let talk = Rc::new(RefCell::new(Talk::default()));
    // Without space for a trace, the devices are read without one.
    let file = tempfile::NamedTempFile::new().ok();
    let trace = file
        .as_ref()
        .and_then(|it| TraceFile::create(it.path()).ok());
    let tapping = Tapping::new(trace.as_ref(), true);
    let (mut opened, mut failures) = (Vec::new(), Vec::new());
    for info in nodes {
        match HidrawTransport::open(&info.path) {
            Ok(transport) => {
                let transport = Box::new(Overhearing {
                    transport: tapping.tap(&info, Box::new(transport)),
                    node: info.path.clone(),
                    talk: Rc::clone(&talk),
                });
                opened.push(OpenNode { info, transport });
            }
            Err(error) => failures.push(error.into()),
        }
    }
    let query = Query::once(Wanted::BATTERY, LONGEST_STATUS);
    let mut clock = RealClock::new(None);
    let snapshot = read_status(opened, &query, &mut Memory::default(), &mut clock);
    let snapshot = snapshot.map_err(failed)?;
    failures.extend(snapshot.failures);
    let whole = trace.is_some_and(|it| it.finish().is_ok());
    let trace = file.filter(|_| whole);
    let mut silent = silent(&snapshot.receivers, &snapshot.devices, &talk.borrow());
    silent.retain(|id| !failures.iter().any(|it| is_unfinished(it, id)));
    let Snapshot {
        at,
        receivers,
        devices,
        ..
    } = snapshot;
    Ok(Devices {
        origin: Origin::Direct,
        at,
        receivers,
        devices,
        silent,
        failures,
        trace: trace.and_then(|it| fs::read_to_string(it.path()).ok()),
    })
}

/// Whether the deadline passed while a device was being read: it may have answered later.
fn is_unfinished(failure: &Failure, device: &String) -> bool {
    matches!(failure, Failure::TimedOut { devices, .. } if devices.contains(device))
}

/// The receiver reports sleeping and absent devices. A device about which it reports nothing at all
/// has a link and does not use it.
fn silent(receivers: &[Receiver], devices: &[Device], talk: &Talk) -> BTreeSet<String> {
    let is_silent = |link: &Link| {
        let Link::Paired { receiver, slot } = link else {
            return false;
        };
        // It is not known what a 27 MHz or Bluetooth receiver reports about sleeping devices.
        let says = |it: &&Receiver| {
            let family = it.model.family;
            !matches!(family, ReceiverFamily::Mhz27 | ReceiverFamily::Bluetooth)
        };
        let receiver = receivers.iter().filter(says).find(|it| it.id == *receiver);
        let answered = receiver.and_then(|it| talk.0.get(&(it.node.clone(), slot.get())));
        answered == Some(&false)
    };
    let silent = devices.iter().filter(|device| {
        // If it is online, its other links are expected to be silent.
        let mut links = device
            .links()
            .take(if device.is_online() { 1 } else { usize::MAX });
        links.any(|(link, _)| is_silent(link))
    });
    silent.map(|device| device.id.clone()).collect()
}

/// The slots of each node that were sent requests, and whether any report came from them.
#[derive(Debug, Default)]
struct Talk(BTreeMap<(String, u8), bool>);

/// A transport that records which slots were addressed and answered.
struct Overhearing {
    transport: Box<dyn Transport>,
    node: String,
    talk: Rc<RefCell<Talk>>,
}

impl Overhearing {
    fn note(&self, index: DeviceIndex, answered: bool) {
        if let Some(slot) = index.slot().map(Slot::get) {
            let mut talk = self.talk.borrow_mut();
            *talk.0.entry((self.node.clone(), slot)).or_default() |= answered;
        }
    }
}

impl Transport for Overhearing {
    fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError> {
        self.note(report.device(), false);
        self.transport.send(now, report)
    }

    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        let incoming = self.transport.receive(now)?;
        if let Some(Incoming::HidPp(report)) = &incoming {
            self.note(report.device(), true);
        }
        Ok(incoming)
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.transport.descriptor()
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.transport.next_due()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::ReceiverModel;

    /// Whether a device that was sent requests on this receiver, and answered or not, counts as
    /// silent.
    fn is_silent(product: u16, answered: Option<bool>) -> bool {
        let slot = Slot::new(1).unwrap();
        let link = Link::Paired {
            receiver: "AF4F95EA".to_owned(),
            slot,
        };
        let receiver = Receiver {
            id: "AF4F95EA".to_owned(),
            model: ReceiverModel::of(0x046D, product).unwrap(),
            vendor: 0x046D,
            product,
            node: "/dev/hidraw2".to_owned(),
            serial: None,
            firmware: None,
            slots: None,
            paired: None,
        };
        let device = Device::new("4002-392A0750".to_owned(), link);
        let answered = answered.map(|answered| ((receiver.node.clone(), slot.get()), answered));
        let talk = Talk(answered.into_iter().collect());
        !silent(&[receiver], &[device], &talk).is_empty()
    }

    #[test]
    fn a_device_is_silent_if_it_was_sent_requests_and_nothing_was_received() {
        assert!(is_silent(0xC52B, Some(false)));
        assert!(!is_silent(0xC52B, Some(true)), "be it that it sleeps");
        assert!(!is_silent(0xC52B, None), "it was not asked");
        assert!(!is_silent(0xC517, Some(false)), "27 MHz");
        assert!(!is_silent(0xC714, Some(false)), "Bluetooth");
    }
}
