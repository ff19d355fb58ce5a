//! Simulated devices that a test controls while the manager has their nodes open.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;
use std::time::Duration;

use hidpp_proto::session::Wanted;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Incoming, Report, Slot, classify};
use hidpp_sim::centurion::CenturionNode;
use hidpp_sim::direct::DirectDevice;
use hidpp_sim::receiver::Receiver;
use hidpp_sim::{Firmware, Plugged, catalogue};
use solar_status::clock::VirtualClock;
use solar_status::device::Device;
use solar_status::manager::{Memory, OpenNode, Query, Snapshot, read_status};
use solar_status::nodes::node_of;
use solar_status::transport::{Bus, NodeId, NodeInfo, Transport, TransportError};

/// One device with each kind of battery: 1000, 0D, 07, 1001, 1004, 4301.
pub(crate) const SIX: [&str; 6] = ["M525", "M705 (M-R0009)", "K520", "G703", "PRO X", "K750"];

/// The hardware behind a node, controlled by the test.
#[derive(Clone)]
pub(crate) struct Shared {
    plugged: Rc<RefCell<Plugged>>,
    /// Whether the node was unplugged.
    gone: Rc<RefCell<bool>>,
    /// A descriptor that wakes the manager.
    descriptor: Rc<File>,
    /// Reports that are received in addition to those of the firmware.
    injected: Rc<RefCell<VecDeque<Report>>>,
    ignores_requests: Rc<RefCell<bool>>,
    /// After how many more sent reports it is unplugged.
    lasts: Rc<RefCell<Option<usize>>>,
    /// The prefix of a request, and the reply sent instead of the firmware's.
    refusal: Rc<RefCell<Option<(&'static str, &'static str)>>>,
    path: String,
    /// The port that it is plugged into.
    port: Option<String>,
    /// How many nodes were created before its own, as counted by the kernel.
    count: Option<usize>,
    /// Its Bluetooth address.
    address: String,
}

impl Shared {
    pub(crate) fn new(path: &str, plugged: Plugged) -> Self {
        Self {
            plugged: Rc::new(RefCell::new(plugged)),
            gone: Rc::default(),
            descriptor: Rc::new(File::open("/dev/null").unwrap()),
            injected: Rc::default(),
            ignores_requests: Rc::default(),
            lasts: Rc::default(),
            refusal: Rc::default(),
            path: path.to_owned(),
            port: None,
            count: None,
            address: "e4:5f:01:02:03:04".to_owned(),
        }
    }

    /// The same at a port with this name.
    pub(crate) fn at_port(self, port: &str) -> Self {
        let port = Some(usb_port(port));
        Self { port, ..self }
    }

    /// The same on Bluetooth, where the kernel reports the adapter's address as the port.
    pub(crate) fn with_address(self, address: &str) -> Self {
        Self {
            port: Some("a0:11:22:33:44:55".to_owned()),
            address: address.to_owned(),
            ..self
        }
    }

    /// The same hardware plugged in again as a new node; handles opened before stay dead.
    pub(crate) fn plugged_again(&self, path: &str, count: usize) -> Self {
        Self {
            gone: Rc::default(),
            injected: Rc::default(),
            path: path.to_owned(),
            count: Some(count),
            ..self.clone()
        }
    }

    /// A Unifying receiver with up to six devices of the catalogue, by codename.
    pub(crate) fn receiver(names: &[&str]) -> Self {
        let mut receiver = Receiver::new([0xA0, 0, 0, 1]);
        for (slot, name) in (1..).zip(names) {
            let device = catalogue::find(name).unwrap().paired([0xD0, 0, 0, slot]);
            receiver = receiver.with(slot, device.unwrap());
        }
        Self::new("/dev/hidraw0", Plugged::Receiver(receiver))
    }

    pub(crate) fn info(&self) -> NodeInfo {
        let node = node_of(&self.plugged.borrow(), &self.path);
        let address = (node.bus == Bus::Bluetooth).then(|| self.address.clone());
        let name = self.path.rsplit('/').next().unwrap();
        let id = self
            .count
            .map(|count| NodeId::new(format!("/devices/{count:04X}/hidraw/{name}")));
        NodeInfo {
            id: id.unwrap_or(node.id),
            phys: self.port.clone(),
            uniq: node.uniq.clone().or(address),
            ..node
        }
    }

    /// Unplugs it, or plugs it in again.
    pub(crate) fn set_gone(&self, gone: bool) {
        *self.gone.borrow_mut() = gone;
    }

    /// Unplugs it after this many more reports were sent to it.
    pub(crate) fn set_gone_after(&self, reports: usize) {
        *self.lasts.borrow_mut() = Some(reports);
    }

    /// Drops everything that is sent to it.
    pub(crate) fn set_ignores_requests(&self, ignores_requests: bool) {
        *self.ignores_requests.borrow_mut() = ignores_requests;
    }

    /// Answers the next request with this prefix instead of the firmware.
    pub(crate) fn refuse(&self, request: &'static str, answer: &'static str) {
        *self.refusal.borrow_mut() = Some((request, answer));
    }

    /// Injects a report as if the firmware had sent it.
    pub(crate) fn inject(&self, hex: &str) {
        let byte = |text| u8::from_str_radix(text, 16).unwrap();
        let mut bytes: Vec<u8> = hex.split(' ').map(byte).collect();
        bytes.resize(if bytes[0] == 0x10 { 7 } else { 20 }, 0);
        self.injected
            .borrow_mut()
            .push_back(Report::parse(&bytes).unwrap());
    }

    /// Changes the receiver.
    pub(crate) fn act<T>(&self, act: impl FnOnce(&mut Receiver) -> T) -> T {
        match &mut *self.plugged.borrow_mut() {
            Plugged::Receiver(receiver) => act(receiver),
            Plugged::Direct(_) | Plugged::Centurion(_) => panic!("it is not a receiver"),
        }
    }

    /// Changes the device of a direct node.
    pub(crate) fn act_direct(&self, act: impl FnOnce(&mut DirectDevice)) {
        match &mut *self.plugged.borrow_mut() {
            Plugged::Direct(device) => act(device),
            Plugged::Receiver(_) | Plugged::Centurion(_) => panic!("it is another node"),
        }
    }

    /// Changes a headset that speaks Centurion, or its dongle.
    pub(crate) fn act_centurion<T>(&self, act: impl FnOnce(&mut CenturionNode) -> T) -> T {
        match &mut *self.plugged.borrow_mut() {
            Plugged::Centurion(node) => act(node),
            Plugged::Receiver(_) | Plugged::Direct(_) => panic!("it is another node"),
        }
    }

    /// The requests since the previous call, as hexadecimal text.
    pub(crate) fn take_requests(&self) -> Vec<String> {
        let text = |report: &[u8]| {
            let bytes: Vec<String> = report.iter().map(|byte| format!("{byte:02x}")).collect();
            bytes.join(" ")
        };
        match &mut *self.plugged.borrow_mut() {
            Plugged::Receiver(receiver) => {
                let sent = receiver.requests().map(|sent| text(&sent.report)).collect();
                receiver.forget_requests();
                sent
            }
            Plugged::Direct(device) => {
                let sent = device.requests().map(|sent| text(&sent.report)).collect();
                device.forget_requests();
                sent
            }
            Plugged::Centurion(node) => {
                let sent = node.requests().map(|sent| text(&sent.report)).collect();
                node.forget_requests();
                sent
            }
        }
    }

    /// The same, only those to devices.
    pub(crate) fn take_radio(&self) -> Vec<String> {
        let mut sent = self.take_requests();
        sent.retain(|report| &report[3..5] != "ff");
        sent
    }

    /// The light series requested from the keyboard in a slot, with the second: `600 1 x 1 s`.
    pub(crate) fn series_requested(&self, slot: u8) -> Vec<String> {
        self.act(|receiver| {
            let requested = receiver
                .requests()
                .filter_map(|sent| match sent.report[..] {
                    [0x10, at, 0x09, function, reports, period, _]
                        if at == slot && function < 0x10 =>
                    {
                        let second = sent.at.since_start().as_secs();
                        Some(format!("{second} {reports} x {period} s"))
                    }
                    _ => None,
                });
            requested.collect()
        })
    }

    /// Reads everything once at this time.
    pub(crate) fn read(&self, at: Timestamp, memory: &mut Memory) -> Snapshot {
        read_by(self.info(), self.clone(), at, memory)
    }
}

/// The kernel's name of a port (`HID_PHYS`).
pub(crate) fn usb_port(port: &str) -> String {
    format!("usb-0000:00:14.0-{port}/input2")
}

/// Reads everything once through any transport.
pub(crate) fn read_by(
    info: NodeInfo,
    transport: impl Transport + 'static,
    at: Timestamp,
    memory: &mut Memory,
) -> Snapshot {
    let query = query(false);
    let transport = Box::new(transport);
    let mut clock = VirtualClock::at(at);
    read_status(
        vec![OpenNode { info, transport }],
        &query,
        memory,
        &mut clock,
    )
    .unwrap()
}

pub(crate) fn query(follow: bool) -> Query {
    Query {
        follow,
        ..Query::once(Wanted::BATTERY, Duration::from_secs(30))
    }
}

/// The id of the device that [`Shared::receiver`] has in a slot, by codename.
pub(crate) fn id(name: &str, slot: u8) -> String {
    let device = catalogue::find(name).unwrap().paired([0xD0, 0, 0, slot]);
    format!("{:04X}-D000000{slot}", device.unwrap().identity.wpid)
}

/// The device in this slot.
pub(crate) fn in_slot(snapshot: &Snapshot, slot: u8) -> &Device {
    let device = snapshot
        .devices
        .iter()
        .find(|device| device.slot().map(Slot::get) == Some(slot));
    device.unwrap_or_else(|| panic!("slot {slot}: {:?}", snapshot.devices))
}

/// Its charge in percent.
pub(crate) fn percent(device: &Device) -> Option<u8> {
    Some(device.battery?.percent?.get())
}

pub(crate) fn hours(hours: u64) -> Timestamp {
    Timestamp::from_start(Duration::from_secs(3600 * hours))
}

impl Transport for Shared {
    fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError> {
        let lasts = *self.lasts.borrow();
        *self.lasts.borrow_mut() = lasts.and_then(|it| it.checked_sub(1));
        if lasts == Some(0) {
            self.set_gone(true);
        }
        self.pass()?;
        if *self.ignores_requests.borrow() {
            return Ok(());
        }
        let text = report.to_string();
        let refusal = self
            .refusal
            .borrow_mut()
            .take_if(|(request, _)| text.starts_with(*request));
        if let Some((_, answer)) = refusal {
            self.inject(answer);
            return Ok(());
        }
        self.plugged
            .borrow_mut()
            .output_report(now, report.as_bytes());
        Ok(())
    }

    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        self.pass()?;
        if let Some(report) = self.injected.borrow_mut().pop_front() {
            return Ok(Some(Incoming::HidPp(report)));
        }
        let input = self.plugged.borrow_mut().input_report(now);
        Ok(input.map(|bytes| classify(&bytes)))
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.descriptor.as_fd())
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.plugged.borrow().next_due()
    }
}

impl Shared {
    /// Drops everything that the firmware has sent so far.
    pub(crate) fn miss(&self, now: Timestamp) {
        while self.plugged.borrow_mut().input_report(now).is_some() {}
    }

    fn pass(&self) -> Result<(), TransportError> {
        if *self.gone.borrow() {
            return Err(TransportError::Gone {
                node: self.path.clone(),
            });
        }
        Ok(())
    }
}
