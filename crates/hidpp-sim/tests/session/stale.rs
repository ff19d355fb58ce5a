//! Replies that show that a remembered feature index is wrong.

use hidpp_proto::feature::BatteryFeature;
use hidpp_proto::feature::root::ProtocolVersion;
use hidpp_proto::session::{DeviceFact, Event, Known, Peer, Session, StaleReason, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Error20, ErrorCode, FeatureIndex, Report, ReportId};

use crate::bench::slot;

/// The reason why the session looks up the battery feature of a device again, if each request to
/// the remembered index gets the reply that `reply` returns.
fn reason(feature: BatteryFeature, reply: impl Fn(&Report) -> Report) -> Option<StaleReason> {
    let mut known = Known::default();
    known.protocol = Some(ProtocolVersion { major: 4, minor: 5 });
    known.remembered = true;
    known.learn(feature.id(), Some(FeatureIndex(7)));
    for other in BatteryFeature::ALL.into_iter().filter(|it| *it != feature) {
        known.learn(other.id(), None);
    }
    let mut session = Session::new(Peer::Receiver, ReportId::Long);
    session.probe(slot(1), Wanted::BATTERY, known);
    let mut now = Timestamp::START;
    loop {
        while let Some(request) = session.poll_transmit(now) {
            session.handle_report(now, &reply(&request));
        }
        while let Some(event) = session.poll_event() {
            if let Event::Device(_, DeviceFact::Stale(reason)) = event {
                return Some(reason);
            }
        }
        now = session.poll_timeout()?.max(now);
        session.handle_timeout(now);
    }
}

#[test]
fn a_stale_feature_index_is_reported_with_its_reason() {
    let echo = |it: &Report| Report::long(it.device(), it.sub_id(), it.address(), [0; 16]);
    let refusal = |code: u8| {
        move |it: &Report| {
            let mut params = [0; 16];
            (params[0], params[1]) = (it.address(), code);
            Report::long(it.device(), 0xFF, it.sub_id(), params)
        }
    };
    let voltage = BatteryFeature::Voltage;
    let other_feature = StaleReason::NotAReading(voltage.id());
    assert_eq!(reason(voltage, echo), Some(other_feature));
    for code in [Error20::InvalidFeatureIndex, Error20::InvalidFunction] {
        let refused = StaleReason::Refused(ErrorCode::Hidpp20(code));
        assert_eq!(reason(voltage, refusal(code.code())), Some(refused));
    }
    // The series is accepted, and no measurement follows.
    let solar = BatteryFeature::SolarDashboard;
    let accept = |it: &Report| {
        let mut params = [0; 16];
        params[..3].copy_from_slice(&it.head());
        Report::long(it.device(), it.sub_id(), it.address(), params)
    };
    assert_eq!(reason(solar, accept), Some(StaleReason::NoMeasurement));
    let other = |it: &Report| Report::long(it.device(), it.sub_id(), it.address(), [0x55; 16]);
    let other_feature = StaleReason::NotAReading(solar.id());
    assert_eq!(reason(solar, other), Some(other_feature));
}
