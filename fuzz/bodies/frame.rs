//! Passes arbitrary bytes of a node to every decoder, and arbitrary bytes to the descriptor
//! scanner.

use hidpp_proto::feature::{
    BatteryFeature, Reading, battery_mileage, battery_status, bolt_discovery, bolt_pairing,
    bolt_unique_id, centurion_bridge, centurion_identity, centurion_name, connection_state,
    device_connection, device_information, device_name, feature_set, firmware_version,
    notification_flags, pairing_information, pairing_lock, receiver_firmware, root,
    wireless_status,
};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::centurion::{Bridge, Decoder, Frame};
use hidpp_proto::wire::{FeatureIndex, Incoming, Message, Report, Wpid, classify, descriptor};
use solar_status::device::Battery;

/// Panics if a decoder does, or if decoded values contradict each other.
pub(crate) fn run(bytes: &[u8]) {
    descriptor::scan(bytes);
    let Incoming::HidPp(report) = classify(bytes) else {
        return;
    };
    assert_eq!(report.as_bytes(), bytes);
    if let Ok(frame) = Frame::parse(&report) {
        read_frame(&frame);
        return;
    }
    let text = format!(
        "{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{}{}{:?}{:?}{}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}",
        Message::of(&report),
        battery_mileage::read(&report),
        battery_mileage::read_notification(&report),
        battery_status::read(&report),
        battery_status::read_notification(&report),
        connection_state::read(&report),
        device_connection::read(&report),
        device_information::read_device_info(&report),
        device_information::read_firmware_info(&report),
        device_information::read_serial_number(&report),
        device_name::name(device_name::read_name(&report)),
        feature_set::read_feature_id(&report),
        firmware_version::read(&report),
        notification_flags::read(&report),
        pairing_information::read(&report),
        pairing_lock::read_request(&report),
        pairing_lock::read_notification(&report),
        receiver_firmware::read(&report),
        bolt_discovery::read(&report),
        root::read_feature(&report),
        wireless_status::read_event(&report),
        bolt_pairing::read(&report),
        bolt_unique_id::read(&report),
    );
    assert!(!text.is_empty());
    for feature in BatteryFeature::ALL {
        read(feature, &report);
    }
}

/// Decodes a frame of Centurion as one of a headset, and of a dongle with any bridge.
fn read_frame(frame: &Frame) {
    let bridges = frame
        .payload
        .first()
        .map(|it| Bridge::At(FeatureIndex(*it)));
    for bridge in [None, Some(Bridge::Direct), bridges] {
        let Some(message) = Decoder::default().receive(frame.clone(), bridge) else {
            continue;
        };
        let text = format!(
            "{:?}{:?}{:?}{:?}{:?}{:?}",
            Message::of(&message),
            centurion_bridge::read_connection(&message),
            centurion_bridge::read_connection_event(&message),
            centurion_identity::read_serial(&message),
            centurion_name::read_name(&message),
            centurion_name::read_piece(&message),
        );
        assert!(!text.is_empty());
        read(BatteryFeature::Centurion, &message);
    }
}

/// Decodes the report as every reply and event of a battery feature.
fn read(feature: BatteryFeature, report: &Report) {
    feature.can_be_reading(report);
    for capability in [None, Some(feature.read_capability(report))] {
        let reading = feature.read(capability, report);
        let battery = Battery::of(&reading, Some(Wpid(0x0A5B)), None, Timestamp::START);
        let is_trusted = match reading {
            Reading::Solar(event) => {
                assert!(event.light.is_none_or(|_| event.is_charging().is_some()));
                event.voltage();
                event.good
            }
            _ => true,
        };
        assert!(battery.is_none_or(|battery| battery.trusted == is_trusted));
    }
}
