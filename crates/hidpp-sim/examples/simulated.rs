//! Finds and reads all devices of a simulated receiver for five minutes of virtual time, which run
//! in a fraction of a second.

use std::time::Duration;

use hidpp_proto::session::{DiscoveryScope, Event, Known, Peer, Session, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Incoming, ReportId, classify};
use hidpp_sim::{Firmware, scenario};

/// What the session reads from each device: the battery, its changes from then on, and the name.
const WANTED: Wanted = Wanted::BATTERY.with(Wanted::NAME).with(Wanted::NOTICES);

fn main() {
    for (at, event) in follow(&mut scenario::day_at_the_desk(), Duration::from_secs(300)) {
        println!("{:>8.3} s  {event:?}", at.since_start().as_secs_f64());
    }
}

/// Runs a session with the receiver until `end`; returns all events with their times.
fn follow(receiver: &mut impl Firmware, end: Duration) -> Vec<(Timestamp, Event)> {
    let mut found = Vec::new();
    let (mut now, end) = (Timestamp::START, Timestamp::from_start(end));
    let mut session = Session::new(Peer::Receiver, ReportId::Short);
    session.discover(DiscoveryScope::new().follow(true));
    while now <= end {
        while let Some(bytes) = receiver.input_report(now) {
            if let Incoming::HidPp(report) = classify(&bytes) {
                session.handle_report(now, &report);
            }
        }
        session.handle_timeout(now);
        while let Some(event) = session.poll_event() {
            if let Event::Paired(device, _) = &event {
                session.probe(*device, WANTED, Known::default());
            }
            found.push((now, event));
        }
        while let Some(report) = session.poll_transmit(now) {
            receiver.output_report(now, report.as_bytes());
        }
        let due = [session.poll_timeout(), receiver.next_due()];
        match due.into_iter().flatten().min() {
            Some(due) => now = now.max(due),
            None => break,
        }
    }
    found
}

#[test]
fn it_runs() {
    use hidpp_proto::session::DeviceFact;

    main();
    let found = follow(&mut scenario::desk(), Duration::from_secs(200));
    let names = found.iter().filter_map(|(_, event)| match event {
        Event::Device(_, DeviceFact::Name(name)) => Some(name.as_str()),
        _ => None,
    });
    assert_eq!(names.collect::<Vec<_>>(), ["Wireless Solar Keyboard K750"]);
    // The solar keyboard broadcasts its charge every 90 s.
    let at = Timestamp::from_start(Duration::from_secs(180));
    let is_battery = |event: &Event| matches!(event, Event::Device(_, DeviceFact::Battery(_)));
    assert!(
        found
            .iter()
            .any(|(when, event)| *when == at && is_battery(event))
    );
}
