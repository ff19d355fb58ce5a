//! Headsets that speak Centurion: what is requested of them and their dongles, and what is not.

use hidpp_proto::feature::Reading;
use hidpp_proto::feature::device_connection::DeviceConnection;
use hidpp_proto::session::{DeviceFact, Event, Known, Peer, RequestError, Session, Wanted};
use hidpp_proto::units::Percent;
use hidpp_proto::wire::centurion::Bridge;
use hidpp_proto::wire::{DeviceIndex, FeatureIndex};
use hidpp_sim::centurion::{CenturionNode, Charging};

use crate::bench::{Bench, seconds};

const SERIAL: &str = "2413LZ0ABCD8";
const HEADSET: DeviceIndex = DeviceIndex::DIRECT;

/// A session with a node, to which nothing was sent yet.
fn bench(node: CenturionNode) -> Bench<CenturionNode> {
    let form = node.reports().centurion.unwrap();
    let mut bench = Bench::new(node);
    bench.session = Session::new(Peer::Centurion, form);
    bench
}

/// Probes the headset, and returns what was sent without the zeros after each frame.
fn probe(bench: &mut Bench<CenturionNode>, wanted: Wanted, known: Known) -> Vec<String> {
    bench.sent.clear();
    bench.session.probe(HEADSET, wanted, known);
    bench.run_for(seconds(5));
    assert!(bench.session.is_idle());
    sent(bench)
}

fn sent(bench: &Bench<CenturionNode>) -> Vec<String> {
    let frames = bench.sent.iter().map(|report| {
        let bytes = report.as_bytes();
        let before = if bytes[0] == 0x50 { 3 } else { 2 };
        let end = before + usize::from(bytes[before - 1]);
        let words = bytes[..end].iter().map(|it| format!("{it:02X}"));
        words.collect::<Vec<_>>().join(" ")
    });
    frames.collect()
}

fn charges(bench: &Bench<CenturionNode>) -> Vec<Option<u8>> {
    let readings = bench.readings(HEADSET).into_iter();
    let charges = readings.filter_map(|reading| match reading {
        Reading::Centurion(battery) => Some(battery.charge.map(Percent::get)),
        _ => None,
    });
    charges.collect()
}

fn absences(bench: &Bench<CenturionNode>) -> Vec<RequestError> {
    let facts = bench.facts(HEADSET).into_iter();
    let absences = facts.filter_map(|fact| match fact {
        DeviceFact::Absent(error) => Some(*error),
        _ => None,
    });
    absences.collect()
}

fn links(bench: &Bench<CenturionNode>) -> Vec<bool> {
    let links = bench.events.iter().filter_map(|event| match event {
        Event::Connection(HEADSET, DeviceConnection::Link { up }) => Some(*up),
        _ => None,
    });
    links.collect()
}

/// What was learnt about the headset, as the next run has it from the cache.
fn remembered(bench: &Bench<CenturionNode>) -> Known {
    let mut known = bench.session.known(HEADSET).unwrap().clone();
    known.remembered = true;
    known
}

#[test]
fn a_battery_behind_a_dongle_takes_three_requests_besides_the_connection() {
    let mut dongle = bench(CenturionNode::pro_x_2(SERIAL));
    assert_eq!(
        probe(&mut dongle, Wanted::BATTERY, Known::default()),
        [
            "51 05 00 00 06 00 03",
            // Of the dongle: whether the headset is there. It is sent nothing if it is not.
            "51 03 00 03 06",
            "51 0A 00 03 15 00 05 00 00 05 01 04",
            "51 08 00 03 16 00 03 00 04 06",
        ]
    );
    assert_eq!(charges(&dongle), [Some(78)]);
    assert_eq!(links(&dongle), [true]);
    // Its connection is known from events.
    assert_eq!(
        probe(&mut dongle, Wanted::BATTERY, Known::default()),
        ["51 08 00 03 16 00 03 00 04 06"]
    );
    // The next run.
    let known = remembered(&dongle);
    let mut dongle = bench(CenturionNode::pro_x_2(SERIAL));
    assert_eq!(
        probe(&mut dongle, Wanted::BATTERY, known),
        ["51 03 00 03 06", "51 08 00 03 16 00 03 00 04 06"]
    );
    assert_eq!(charges(&dongle), [Some(78)]);
}

#[test]
fn a_battery_on_a_cable_takes_three_requests_and_then_one() {
    let mut cable = bench(CenturionNode::g522_cable(SERIAL));
    assert_eq!(
        probe(&mut cable, Wanted::BATTERY, Known::default()),
        [
            "50 23 05 00 00 06 00 03",
            "50 23 05 00 00 05 01 04",
            "50 23 03 00 05 06",
        ]
    );
    assert_eq!(charges(&cable), [Some(78)]);
    let known = remembered(&cable);
    assert_eq!(known.bridge, Some(Bridge::Direct));
    let mut cable = bench(CenturionNode::g522_cable(SERIAL));
    assert_eq!(
        probe(&mut cable, Wanted::BATTERY, known),
        ["50 23 03 00 05 06"]
    );
}

#[test]
fn a_headset_that_is_off_is_sent_nothing() {
    let mut dongle = bench(CenturionNode::g522_dongle(SERIAL).switched_off());
    assert_eq!(
        probe(&mut dongle, Wanted::ALL, Known::default()),
        ["50 23 05 00 00 06 00 03", "50 23 03 00 03 06"]
    );
    assert_eq!(absences(&dongle), [RequestError::Disconnected]);
    for _ in 0..3 {
        let sent = probe(&mut dongle, Wanted::ALL, Known::default());
        assert_eq!(sent, [""; 0]);
    }
    // It is switched on: the dongle reports it, and it is read.
    dongle.device.switch(dongle.now, true);
    dongle.step();
    assert!(dongle.events.contains(&Event::Awake(HEADSET)));
    assert_eq!(
        probe(&mut dongle, Wanted::BATTERY, Known::default()),
        [
            "50 23 0A 00 03 15 00 05 00 00 05 01 04",
            "50 23 08 00 03 16 00 03 00 05 06",
        ]
    );
    assert_eq!(charges(&dongle), [Some(78)]);
    // It is switched off: its battery is not requested any more.
    dongle.device.switch(dongle.now, false);
    dongle.step();
    let sent = probe(
        &mut dongle,
        Wanted::BATTERY | Wanted::PRESENCE,
        Known::default(),
    );
    assert_eq!(sent, [""; 0]);
    assert_eq!(links(&dongle), [false, true, false]);
}

#[test]
fn a_headset_that_is_switched_off_while_it_is_read_is_not_asked_again() {
    let mut dongle = bench(CenturionNode::pro_x_2(SERIAL));
    dongle.device.lose_requests(9);
    dongle
        .session
        .probe(HEADSET, Wanted::BATTERY, Known::default());
    dongle.run_for(std::time::Duration::from_millis(100));
    let before = dongle.sent.len();
    dongle.device.switch(dongle.now, false);
    dongle.run_for(seconds(60));
    assert_eq!(dongle.sent.len(), before);
    assert!(dongle.events.contains(&Event::Probed(HEADSET)));
    assert_eq!(absences(&dongle), [RequestError::Disconnected]);
}

#[test]
fn an_acknowledgement_is_not_an_answer() {
    // HeadsetControl: the dongle acknowledges messages to a headset that does not answer.
    let mut dongle = bench(CenturionNode::pro_x_2(SERIAL));
    dongle.device.lose_requests(1);
    probe(&mut dongle, Wanted::BATTERY, Known::default());
    assert_eq!(charges(&dongle), [Some(78)]);
    dongle.device.lose_requests(9);
    let sent = probe(&mut dongle, Wanted::BATTERY, Known::default());
    assert_eq!(sent.len(), 3, "{sent:?}");
    assert_eq!(absences(&dongle), [RequestError::Silent]);
    // The headset may have left without a report.
    let sent = probe(&mut dongle, Wanted::BATTERY, Known::default());
    assert_eq!(sent[0], "51 03 00 03 06");
}

#[test]
fn an_answer_before_the_acknowledgement_counts() {
    let mut node = CenturionNode::pro_x_2(SERIAL);
    node.answers_first = true;
    let mut dongle = bench(node);
    probe(&mut dongle, Wanted::BATTERY, Known::default());
    assert_eq!((charges(&dongle), dongle.sent.len()), (vec![Some(78)], 4));
}

#[test]
fn events_are_readings() {
    let mut dongle = bench(CenturionNode::g522_dongle(SERIAL));
    probe(&mut dongle, Wanted::BATTERY, Known::default());
    dongle.sent.clear();
    dongle.device.headset.percent = 77;
    dongle.device.set_charging(dongle.now, Charging::Charging);
    dongle.step();
    assert_eq!(charges(&dongle), [Some(78), Some(77)]);
    assert_eq!(sent(&dongle), [""; 0]);
}

#[test]
fn answers_to_other_programs_are_not_ours() {
    // Software ids of Solaar, LGSTrayEx, HeadsetControl and G HUB.
    for software in [0xB, 0xA, 0x1, 0xF] {
        let mut dongle = bench(CenturionNode::g522_dongle(SERIAL));
        probe(&mut dongle, Wanted::BATTERY, Known::default());
        dongle.device.headset.percent = 20;
        dongle.device.answer_other_program(dongle.now, software);
        dongle.run_for(seconds(1));
        assert_eq!(charges(&dongle), [Some(78)], "{software:X}");
        let sent = probe(&mut dongle, Wanted::BATTERY, Known::default());
        assert_eq!(sent.len(), 1);
        assert_eq!(charges(&dongle), [Some(78), Some(20)], "{software:X}");
    }
}

#[test]
fn a_software_id_that_another_program_uses_is_avoided() {
    let mut dongle = bench(CenturionNode::g522_dongle(SERIAL));
    probe(&mut dongle, Wanted::BATTERY, Known::default());
    dongle.run_for(seconds(60));
    dongle.device.answer_other_program(dongle.now, 0x6);
    dongle.run_for(seconds(1));
    let sent = probe(&mut dongle, Wanted::BATTERY, Known::default());
    assert!(sent[0].starts_with("50 23 08 00 03 15"), "{sent:?}");
}

#[test]
fn the_address_is_learnt_from_what_arrives() {
    let node = || CenturionNode::g522_dongle(SERIAL).with_address(0x31);
    let mut dongle = bench(node());
    probe(&mut dongle, Wanted::BATTERY, Known::default());
    assert_eq!(absences(&dongle), [RequestError::Silent]);
    assert!(sent(&dongle).iter().all(|it| it.starts_with("50 23")));
    // Its headset is switched on, which the dongle reports.
    dongle.device.switch(dongle.now, false);
    dongle.run_for(seconds(5));
    assert!(sent(&dongle).last().unwrap().starts_with("50 31"));
    assert_eq!(links(&dongle), [false]);
    let known = remembered(&dongle);
    assert_eq!(
        (known.address, known.bridge),
        (Some(0x31), Some(Bridge::At(FeatureIndex(3))))
    );
    let mut dongle = bench(node());
    let sent = probe(&mut dongle, Wanted::BATTERY, known);
    assert_eq!(sent[0], "50 31 03 00 03 06");
    assert_eq!(charges(&dongle), [Some(78)]);
}

#[test]
fn name_and_serial_number_are_read() {
    for node in [
        CenturionNode::g522_dongle(SERIAL),
        CenturionNode::g522_cable(SERIAL),
    ] {
        let mut headset = bench(node);
        probe(&mut headset, Wanted::ALL, Known::default());
        let facts = headset.facts(HEADSET);
        let name = DeviceFact::Name("G522 LIGHTSPEED".to_owned());
        assert!(facts.contains(&&name), "{facts:?}");
        assert!(facts.contains(&&DeviceFact::Serial(SERIAL.to_owned())));
        assert!(headset.session.known(HEADSET).unwrap().identified);
    }
}

#[test]
fn a_charge_above_100_is_refused() {
    let mut node = CenturionNode::pro_x_2(SERIAL);
    node.headset.percent = 0x78;
    let mut dongle = bench(node);
    probe(&mut dongle, Wanted::BATTERY, Known::default());
    assert_eq!(charges(&dongle), [None]);
}

#[test]
fn remembered_indices_that_moved_are_looked_up_again() {
    let mut known = Known::default();
    known.bridge = Some(Bridge::At(FeatureIndex(3)));
    known.learn(
        hidpp_proto::feature::centurion_battery::ID,
        Some(FeatureIndex(9)),
    );
    known.remembered = true;
    let mut dongle = bench(CenturionNode::g522_dongle(SERIAL));
    probe(&mut dongle, Wanted::BATTERY, known.clone());
    assert_eq!(charges(&dongle), [Some(78)]);
    // The bridge is elsewhere.
    known.bridge = Some(Bridge::At(FeatureIndex(9)));
    let mut dongle = bench(CenturionNode::g522_dongle(SERIAL));
    probe(&mut dongle, Wanted::BATTERY, known);
    assert_eq!(charges(&dongle), [Some(78)]);
}

#[test]
fn after_a_suspend_the_connection_is_requested_again() {
    let mut dongle = bench(CenturionNode::pro_x_2(SERIAL));
    probe(&mut dongle, Wanted::BATTERY, Known::default());
    dongle.session.resume(dongle.now);
    let sent = probe(&mut dongle, Wanted::BATTERY, Known::default());
    assert_eq!(sent[0], "51 03 00 03 06");
    assert_eq!(sent.len(), 2);
}
