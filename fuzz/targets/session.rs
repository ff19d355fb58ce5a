//! A session beside the simulated receiver, with any frames thrown in between.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use solar_status::feature::PairingRecords;
use solar_status::session::{DiscoveryScope, Event, Known, Peer, Session, Wanted};
use solar_status::sim::{Firmware, scenario};
use solar_status::units::Timestamp;
use solar_status::wire::{Incoming, ReportId, classify};

const WANTED: Wanted = Wanted {
    battery: true,
    name: true,
    firmware: true,
    ..Wanted::NOTHING
};
const SCOPE: DiscoveryScope = DiscoveryScope {
    records: PairingRecords::Legacy,
    default_slots: 6,
    extra_slot: None,
    firmware: true,
    follow: true,
};

fuzz_target!(|input: &[u8]| {
    let mut session = Session::new(Peer::Receiver, ReportId::Short);
    let mut desk = scenario::desk();
    let mut now = Timestamp::START;
    let mut foreign = input.chunks(21);
    session.discover(SCOPE);
    for _ in 0..2000 {
        while let Some(bytes) = desk.input_report(now) {
            if let Incoming::HidPp(report) = classify(&bytes) {
                session.handle_report(now, &report);
            }
        }
        if let Some([len, bytes @ ..]) = foreign.next() {
            let len = if len % 2 == 0 { 7 } else { 20 };
            if let Incoming::HidPp(report) = classify(bytes.get(..len).unwrap_or(bytes)) {
                session.handle_report(now, &report);
            }
        }
        session.handle_timeout(now);
        while let Some(event) = session.poll_event() {
            if let Event::Paired(slot, _) = event {
                session.probe(slot, WANTED, Known::default());
                session.read_name(slot);
            }
        }
        while let Some(report) = session.poll_transmit(now) {
            desk.output_report(now, report.as_bytes());
        }
        let Some(due) = session.poll_timeout() else {
            return;
        };
        now = now.max(desk.next_due().map_or(due, |next| next.min(due)));
        if now.since_start() > Duration::from_secs(600) {
            return;
        }
    }
    assert!(
        session.poll_timeout().is_none(),
        "it does not come to an end"
    );
});
