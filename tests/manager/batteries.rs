//! Every battery feature and register, from simulated firmware through requests and events to the
//! resulting device.

use hidpp_proto::feature::{BatteryFeature, BatteryRegister};
use hidpp_proto::units::{Lux, Percent};
use hidpp_sim::Plugged;
use hidpp_sim::battery_features::BatteryView;
use hidpp_sim::device::Device as Simulated;
use hidpp_sim::hidpp20::{Feature, Model};
use hidpp_sim::models;
use hidpp_sim::receiver::Receiver;
use hidpp_sim::solar::Solar;
use solar_status::device::Device;
use solar_status::manager::Memory;
use test_support::documents::document;

use crate::desk::{Shared, hours, in_slot};
use crate::follow::last;
use crate::follow_harness::{FollowHarness, words};

const CHARGE: Percent = Percent::FULL;

/// A mouse with this feature, of those that `hidpp-sim` has.
fn with_feature(feature: BatteryFeature) -> Simulated {
    let solar = Feature::new(0x4301, Model::Solar(Solar::new(CHARGE, Lux(12))));
    let samples = BatteryView::samples().into_iter().map(Feature::battery);
    let line = samples
        .chain([solar])
        .find(|line| line.id == feature.id().0)
        .unwrap_or_else(|| panic!("{feature:?} has no firmware: hidpp-sim, battery_features/"));
    models::mouse("mouse", 0x4074, line)
}

/// A device with this register. The firmware of a new register belongs in
/// `crates/hidpp-sim/src/battery.rs`.
fn with_register(register: BatteryRegister) -> Simulated {
    match register {
        BatteryRegister::Status => models::k800([0xD0, 0, 0, 1], CHARGE),
        BatteryRegister::Mileage => models::m705([0xD0, 0, 0, 1], CHARGE),
    }
}

/// One device for each feature and register, with the name of its battery source.
fn all() -> Vec<(String, Simulated)> {
    // Headsets that speak Centurion are in `centurion.rs`.
    let features = BatteryFeature::ALL.into_iter();
    let features = features.filter(|it| !it.is_centurion());
    let features = features.map(|it| (it.id().to_string(), with_feature(it)));
    let registers =
        BatteryRegister::ALL.map(|it| (format!("register {}", it.id()), with_register(it)));
    features.chain(registers).collect()
}

fn plugged(device: Simulated) -> Shared {
    let receiver = Receiver::new([0xA0, 0, 0, 1]).with(1, device);
    Shared::new("/dev/hidraw0", Plugged::Receiver(receiver))
}

/// Asserts that a device has a charge, and the name of its source.
fn assert_read(device: &Device, source: &str) {
    let battery = device.battery.as_ref();
    let battery = battery.unwrap_or_else(|| panic!("{source} is not read: see feature/battery.rs"));
    assert!(
        battery.reports_charge(),
        "{source} has no charge: see device/sources.rs"
    );
    assert_eq!(battery.source.name(), source, "see device/sources.rs");
}

#[test]
fn every_battery_source_is_read_on_request() {
    for (source, device) in all() {
        let snapshot = plugged(device).read(hours(1), &mut Memory::default());
        assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
        assert_read(in_slot(&snapshot, 1), &source);
    }
}

#[test]
fn every_battery_source_is_updated_by_its_events() {
    for (source, device) in all() {
        let name = device.identity.codename;
        let desk = plugged(device);
        let mut harness = FollowHarness::new();
        harness.port.plug(&desk);
        harness.at(20, move |now| {
            desk.act(|receiver| receiver.set_charge(now, 1, Percent::new(5).unwrap()));
        });
        let events = harness.follow(200);
        let device = last(&events, name);
        assert_read(device, &source);
        let low = device.battery.as_ref().and_then(|it| it.level).is_some();
        let percent = device.battery.as_ref().and_then(|it| it.percent);
        assert!(
            percent.map_or(low, |percent| percent.get() < 20),
            "{source}: {:?}",
            words(&events)
        );
    }
}

#[test]
fn the_documents_name_every_battery_source() {
    let readme = document("README.md");
    for feature in BatteryFeature::ALL {
        let row = format!("\n| feature {} |", feature.id());
        assert!(
            readme.contains(&row),
            "README.md needs this row of sources:{row}"
        );
    }
    for register in BatteryRegister::ALL {
        let row = format!("\n| register {} |", register.id());
        assert!(
            readme.contains(&row),
            "README.md needs this row of sources:{row}"
        );
    }
    let comparison = document("docs/comparison.md");
    let others = comparison
        .lines()
        .find(|line| line.starts_with("| other HID++ batteries |"));
    for feature in BatteryFeature::ALL {
        let is_own_row = feature == BatteryFeature::SolarDashboard || feature.is_centurion();
        let named = others.unwrap().contains(&feature.id().to_string());
        assert!(
            named || is_own_row,
            "{feature:?} is missing in docs/comparison.md"
        );
    }
}
