//! Any bytes from a node, through every decoder; any bytes as a report descriptor.

use solar_status::device::Battery;
use solar_status::feature::{
    BatteryFeature, adc_measurement, battery_level_status, battery_mileage, battery_status,
    battery_voltage, bolt_discovery, bolt_pairing, bolt_unique_id, connection_state,
    device_connection, device_information, device_name, feature_set, firmware_version,
    notification_flags, pairing_information, pairing_lock, receiver_firmware, root,
    solar_dashboard, unified_battery, wireless_status,
};
use solar_status::units::Timestamp;
use solar_status::wire::{Incoming, Message, Report, Wpid, classify, descriptor};

/// Panics where something must not happen.
pub(crate) fn run(bytes: &[u8]) {
    descriptor::scan(bytes);
    let Incoming::HidPp(report) = classify(bytes) else {
        return;
    };
    assert_eq!(report.as_bytes(), bytes);
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

/// Reads the report as each reply and event of a battery feature.
fn read(feature: BatteryFeature, report: &Report) {
    let at = Timestamp::START;
    let product = Some(Wpid(0x0A5B));
    let battery = match feature {
        BatteryFeature::LevelStatus => {
            battery_level_status::is_plausible(report);
            let level = battery_level_status::read_level(report);
            let capability = battery_level_status::read_capability(report);
            Some(Battery::from_level_status(&level, Some(&capability), at))
        }
        BatteryFeature::Voltage => {
            battery_voltage::is_plausible(report);
            let voltage = battery_voltage::read_voltage(report);
            Some(Battery::from_voltage(&voltage, product, at))
        }
        BatteryFeature::Unified => {
            unified_battery::is_plausible(report);
            let unified = unified_battery::read_status(report);
            let capabilities = unified_battery::read_capabilities(report);
            Some(Battery::from_unified(&unified, Some(&capabilities), at))
        }
        BatteryFeature::Adc => {
            adc_measurement::is_plausible(report);
            Battery::from_adc(&adc_measurement::read_measurement(report), product, at)
        }
        BatteryFeature::SolarDashboard => {
            for event in 0..16 {
                let event = solar_dashboard::read_event(event, report);
                assert!(event.light.is_none_or(|_| event.is_charging().is_some()));
                event.voltage();
                assert_eq!(Battery::from_solar(&event, None, at).trusted, event.good);
            }
            None
        }
    };
    assert!(battery.is_none_or(|battery| battery.trusted));
}
