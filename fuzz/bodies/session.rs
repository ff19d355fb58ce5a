//! Runs a session on any node of the simulated desk, with arbitrary frames injected and an
//! arbitrary cache.

use std::time::Duration;

use hidpp_proto::feature::BatteryFeature;
use hidpp_proto::feature::root::ProtocolVersion;
use hidpp_proto::session::{DiscoveryScope, Event, Known, Peer, Session, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{DeviceIndex, FeatureIndex, Incoming, Report, ReportId, classify};
use hidpp_sim::{Firmware, scenario};

const SCOPE: DiscoveryScope = DiscoveryScope::new().firmware(true).follow(true);

/// What an earlier session may have cached, right or wrong.
fn remembered(bytes: &[u8]) -> Known {
    let mut known = Known::default();
    if let [major, indices @ ..] = bytes {
        known.remembered = true;
        known.protocol = (major % 5 > 0).then_some(ProtocolVersion {
            major: major % 5,
            minor: 0,
        });
        for (feature, index) in BatteryFeature::ALL.into_iter().zip(indices) {
            known.learn(
                feature.id(),
                (index % 4 > 0).then_some(FeatureIndex(*index)),
            );
        }
    }
    known
}

/// Panics if the session does, or if it does not come to an end.
pub(crate) fn run(input: &[u8]) {
    let [node, known, frames @ ..] = input else {
        return;
    };
    let (known, frames) = frames.split_at(usize::from(known % 8).min(frames.len()));
    let mut desk = scenario::full();
    desk.extend(scenario::headsets());
    let mut desk = desk.swap_remove(usize::from(*node) % desk.len());
    let form = if desk.reports().short {
        ReportId::Short
    } else {
        ReportId::Long
    };
    let mut now = Timestamp::START;
    let mut foreign = frames.chunks(21);
    let mut session = if desk.receiver().is_some() {
        let mut session = Session::new(Peer::Receiver, form);
        session.discover(SCOPE);
        session
    } else {
        let (peer, form) = match desk.reports().centurion {
            Some(frames) => (Peer::Centurion, frames),
            None => (Peer::Device, form),
        };
        let mut session = Session::new(peer, form);
        session.probe(DeviceIndex::DIRECT, Wanted::ALL, remembered(known));
        session
    };
    for _ in 0..2000 {
        while let Some(bytes) = desk.input_report(now) {
            if let Incoming::HidPp(report) = classify(&bytes) {
                session.handle_report(now, &report);
            }
        }
        if let Some([len, bytes @ ..]) = foreign.next() {
            let mut bytes = bytes.to_vec();
            let len = match len % 3 {
                0 => Report::SHORT_LEN,
                1 => Report::LONG_LEN,
                _ => Report::MAX_LEN,
            };
            bytes.resize(len, 0);
            if let Incoming::HidPp(report) = classify(&bytes) {
                session.handle_report(now, &report);
            }
        }
        session.handle_timeout(now);
        while let Some(event) = session.poll_event() {
            if let Event::Paired(slot, _) = event {
                session.probe(slot, Wanted::ALL, remembered(known));
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
        "the session does not come to an end"
    );
}
