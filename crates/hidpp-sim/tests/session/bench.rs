//! A test bench: a session that exchanges reports with a simulated device in virtual time.

use std::time::Duration;

use hidpp_proto::feature::{PairingRecords, Reading};
use hidpp_proto::session::{DeviceFact, DiscoveryScope, Event, Known, Peer, Session, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{DeviceIndex, Incoming, Report, ReportId, Wpid, classify};
use hidpp_sim::device::Device;
use hidpp_sim::{Firmware, catalogue};

/// The scope of the discovery that `solar-status` runs for a single status.
pub(crate) const SCOPE: DiscoveryScope = DiscoveryScope::new().records(PairingRecords::Legacy);

/// Devices of HID++ 1.0 and 2.0 that return their charge at once. A solar keyboard would need a
/// second to measure light.
const SIX: [&str; 6] = [
    "M525",
    "M705 (M-R0009)",
    "K520",
    "G703",
    "PRO X",
    "MX Master 3",
];

/// Slots 1 to 6 with one of the [`SIX`] devices each.
pub(crate) fn six_devices() -> impl Iterator<Item = (u8, Device)> {
    (1..).zip(SIX).map(|(slot, name)| {
        let device = catalogue::find(name).unwrap().paired([0xD0, 0, 0, slot]);
        (slot, device.unwrap())
    })
}

/// A session, the device or receiver that answers it, and a record of their traffic.
pub(crate) struct Bench<F> {
    pub(crate) session: Session,
    pub(crate) device: F,
    pub(crate) now: Timestamp,
    pub(crate) sent: Vec<Report>,
    pub(crate) events: Vec<Event>,
    /// What to probe on each device when its pairing record is read, if anything.
    pub(crate) probe_all: Option<Wanted>,
}

impl<F: Firmware> Bench<F> {
    pub(crate) fn new(device: F) -> Self {
        Self {
            session: Session::new(Peer::Receiver, ReportId::Short),
            device,
            now: Timestamp::START,
            sent: Vec::new(),
            events: Vec::new(),
            probe_all: None,
        }
    }

    /// Passes a report to the session as if the device had sent it, padded to its full length.
    pub(crate) fn receive(&mut self, hex: &str) {
        let byte = |text| u8::from_str_radix(text, 16).unwrap();
        let mut bytes: Vec<u8> = hex.split(' ').map(byte).collect();
        bytes.resize(if bytes[0] == 0x10 { 7 } else { 20 }, 0);
        let report = Report::parse(&bytes).unwrap();
        self.session.handle_report(self.now, &report);
        self.step();
    }

    /// Exchanges reports, timeouts and events until nothing more is due now.
    pub(crate) fn step(&mut self) {
        loop {
            let mut idle = true;
            while let Some(bytes) = self.device.input_report(self.now) {
                if let Incoming::HidPp(report) = classify(&bytes) {
                    self.session.handle_report(self.now, &report);
                }
                idle = false;
            }
            self.session.handle_timeout(self.now);
            while let Some(report) = self.session.poll_transmit(self.now) {
                self.device.output_report(self.now, report.as_bytes());
                self.sent.push(report);
                idle = false;
            }
            while let Some(event) = self.session.poll_event() {
                if let Event::Paired(device, _) = &event {
                    if let Some(wanted) = self.probe_all {
                        self.session.probe(*device, wanted, Known::default());
                    }
                    self.session.read_name(*device);
                    idle = false;
                }
                self.events.push(event);
            }
            if idle {
                return;
            }
        }
    }

    /// Advances the time to `end`, and processes everything that is due until then.
    pub(crate) fn run_until(&mut self, end: Timestamp) {
        self.run_while(end, |_| true);
    }

    /// Advances the time while the condition holds, at most to `end`.
    pub(crate) fn run_while(&mut self, end: Timestamp, go_on: impl Fn(&Self) -> bool) {
        loop {
            self.step();
            let due = self
                .session
                .poll_timeout()
                .into_iter()
                .chain(self.device.next_due())
                .min();
            match due {
                Some(due) if due < end && go_on(self) => self.now = self.now.max(due),
                _ if go_on(self) => {
                    self.now = end;
                    self.step();
                    return;
                }
                _ => return,
            }
        }
    }

    /// Advances the time by `span`.
    pub(crate) fn run_for(&mut self, span: Duration) {
        self.run_until(self.now + span);
    }

    /// All facts about a slot, in order.
    pub(crate) fn facts(&self, slot: DeviceIndex) -> Vec<&DeviceFact> {
        let facts = self.events.iter().filter_map(|event| match event {
            Event::Device(at, fact) if *at == slot => Some(fact),
            _ => None,
        });
        facts.collect()
    }

    /// All battery readings of a slot, in order.
    pub(crate) fn readings(&self, slot: DeviceIndex) -> Vec<Reading> {
        let readings = self.facts(slot).into_iter().filter_map(|fact| match fact {
            DeviceFact::Battery(reading) => Some(*reading),
            _ => None,
        });
        readings.collect()
    }

    /// The requests sent to a slot, as text.
    pub(crate) fn sent_to(&self, slot: DeviceIndex) -> Vec<String> {
        let to_slot = self.sent.iter().filter(|report| report.device() == slot);
        to_slot.map(ToString::to_string).collect()
    }
}

pub(crate) fn slot(number: u8) -> DeviceIndex {
    DeviceIndex(number)
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What the pairing record of a K750 contains: its model.
pub(crate) fn k750() -> Known {
    let mut known = Known::default();
    known.model = Some(Wpid(0x4002));
    known
}
