//! Which signals are sent: one for each change, no others, none twice.

use std::time::Duration;

use hidpp_proto::units::Percent;
use hidpp_sim::scenario;
use test_support::bus::Bus;
use test_support::client::{Client, UPOWER_DEVICE};
use test_support::signal::Signal;

use crate::desk::{Desk, Hardware};

const K750: &str = "/org/solarstatus/Monitor1/devices/hidpp_4002_392A0750";
const M705: &str = "/org/solarstatus/Monitor1/devices/hidpp_101B_1C5E0705";

/// Longer than any message in flight takes.
const QUIET: Duration = Duration::from_millis(1200);

struct Fixture {
    client: Client,
    hardware: Hardware,
    desk: Desk,
    _bus: Bus,
}

impl Fixture {
    fn new() -> Self {
        let bus = Bus::open();
        let client = Client::of(&bus);
        let hardware = Hardware::desk();
        let desk = Desk::serve(&bus, &client, std::slice::from_ref(&hardware));
        let fixture = Self {
            client,
            hardware,
            desk,
            _bus: bus,
        };
        fixture.signals();
        fixture
    }

    /// Sets the charge of the mouse, which sends an event.
    fn set_charge(&self, percent: u8) {
        let percent = Percent::new(percent).unwrap();
        let done = self
            .hardware
            .act(|desk, now| desk.set_charge(now, scenario::M705, percent));
        assert!(done);
    }

    /// The signals until now, including those in flight.
    fn signals(&self) -> Vec<String> {
        let signals = self.client.signals_until_quiet(QUIET);
        signals.iter().map(ToString::to_string).collect()
    }
}

/// An event of the desk's K750: 0 broadcast, 1 light measurement.
fn solar_event(event: u8, lux: u8) -> Vec<u8> {
    let header = [0x11, 0x01, 0x09, event << 4];
    let payload = [57, 0, lux, 0x06, 0x1D, b'G', b'O', b'O', b'D'];
    [&header[..], &payload].concat()
}

#[test]
fn a_change_is_one_signal_per_interface_with_only_the_changed_values() {
    let fixture = Fixture::new();
    fixture.set_charge(8);
    let signals = fixture.signals();
    assert_eq!(
        signals,
        [
            "hidpp_101B_1C5E0705 Device1: BatteryTime=… Charge=8 ChargeTime=… LastSeen=…",
            "hidpp_101B_1C5E0705 UPower.Device: IconName=\"battery-caution-symbolic\" \
             Percentage=8 UpdateTime=… WarningLevel=3",
        ]
    );
}

#[test]
fn an_unchanged_reading_sends_no_signal_but_updates_the_time() {
    let fixture = Fixture::new();
    let value = |name| fixture.client.value(K750, UPOWER_DEVICE, name).unwrap();
    let before = value("UpdateTime");
    // The broadcast of a K750 with unchanged charge and voltage.
    fixture.hardware.inject(&solar_event(0, 0));
    let signals = fixture.signals();
    assert!(signals.is_empty(), "{signals:#?}");
    assert_ne!(value("UpdateTime"), before);
}

#[test]
fn without_changes_no_signal_is_sent() {
    let fixture = Fixture::new();
    for slot in [scenario::K750, scenario::M705] {
        fixture.hardware.act(|desk, now| desk.sleep(now, slot));
    }
    let signals = fixture.signals();
    let expected = [("hidpp_101B_1C5E0705", 2), ("hidpp_4002_392A0750", 1)].map(|(name, slot)| {
        let link = format!("(\"receiver\", \"AF4F95EA\", byte 0x0{slot}, \"\", \"\", \"offline\")");
        format!("{name} Device1: LastSeen=… Links=[{link}] Online=false Presence=\"offline\"")
    });
    assert_eq!(signals.len(), 2, "{signals:#?}");
    assert!(
        expected.iter().all(|it| signals.contains(it)),
        "{signals:#?}"
    );
    let signals = fixture.client.signals_until_quiet(2 * QUIET);
    assert!(signals.is_empty(), "{signals:#?}");
}

#[test]
fn light_signals_are_rate_limited_and_the_last_value_is_always_sent() {
    let fixture = Fixture::new();
    for lux in 100..130 {
        fixture.hardware.inject(&solar_event(1, lux));
        std::thread::sleep(Duration::from_millis(10));
    }
    let signals = fixture.client.signals_until_quiet(QUIET);
    let of_mouse: Vec<&Signal> = signals
        .iter()
        .filter(|it| it.changed().contains_key("Luminosity"))
        .collect();
    assert!(of_mouse.len() <= 2, "{of_mouse:#?}");
    let last = of_mouse.last().unwrap().changed();
    assert_eq!(
        test_support::signal::plain(last.get("Luminosity").unwrap()),
        "129"
    );
}

#[test]
fn a_device_is_announced_after_its_object_is_added_and_before_it_is_removed() {
    let fixture = Fixture::new();
    fixture.desk.unplug(&fixture.hardware);
    let order = |signals: &[Signal]| -> Vec<String> {
        let of_mouse = signals.iter().filter_map(|signal| {
            let about = match signal.member.as_str() {
                "InterfacesAdded" | "InterfacesRemoved" => signal.interfaces(),
                "DeviceAdded" | "DeviceRemoved" => (signal.object(), Vec::new()),
                _ => return None,
            };
            (about.0 == M705).then(|| format!("{} {}", signal.member, about.1.join(" ")))
        });
        of_mouse.map(|it| it.trim().to_owned()).collect()
    };
    let signals = fixture.client.signals_until_quiet(QUIET);
    assert_eq!(
        order(&signals),
        [
            "DeviceRemoved",
            "InterfacesRemoved org.freedesktop.UPower.Device",
            "InterfacesRemoved org.solarstatus.Device1"
        ]
    );
    fixture.desk.plug(&fixture.hardware);
    let signals = fixture.client.signals_until_quiet(QUIET);
    assert_eq!(
        order(&signals),
        [
            "InterfacesAdded org.solarstatus.Device1",
            "InterfacesAdded org.freedesktop.UPower.Device",
            "DeviceAdded"
        ]
    );
}

#[test]
fn the_display_device_never_changes() {
    let fixture = Fixture::new();
    let path = fixture.client.display_device();
    let before = fixture.client.values(&path, UPOWER_DEVICE).unwrap();
    fixture.set_charge(3);
    fixture
        .hardware
        .act(|desk, now| desk.sleep(now, scenario::K750));
    let signals = fixture.client.signals_until_quiet(QUIET);
    assert!(
        signals.iter().all(|signal| signal.path != path),
        "{signals:#?}"
    );
    assert_eq!(fixture.client.values(&path, UPOWER_DEVICE).unwrap(), before);
    assert!(!fixture.client.enumerate().contains(&path));
    assert!(
        fixture.client.enumerate().contains(&K750.to_owned()),
        "asleep, not removed"
    );
}
