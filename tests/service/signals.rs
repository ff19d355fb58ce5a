//! Which signals are sent: one for each change, no others, none twice.

use std::time::Duration;

use hidpp_proto::units::Percent;
use hidpp_sim::scenario;
use test_support::bus::Bus;
use test_support::client::{Client, UPOWER_DEVICE};
use test_support::signal::Signal;

use crate::desk::{Desk, Thing};

const K750: &str = "/org/solarstatus/Monitor1/devices/hidpp_4002_392A0750";
const M705: &str = "/org/solarstatus/Monitor1/devices/hidpp_101B_1C5E0705";

/// Longer than any message in flight takes.
const QUIET: Duration = Duration::from_millis(1200);

struct Stage {
    client: Client,
    thing: Thing,
    desk: Desk,
    _bus: Bus,
}

impl Stage {
    fn new() -> Self {
        let bus = Bus::open();
        let client = Client::of(&bus);
        let thing = Thing::desk();
        let desk = Desk::serve(&bus, &client, std::slice::from_ref(&thing));
        let stage = Self {
            client,
            thing,
            desk,
            _bus: bus,
        };
        stage.heard();
        stage
    }

    /// Sets the charge of the mouse, which sends an event.
    fn set_charge(&self, percent: u8) {
        let percent = Percent::new(percent).unwrap();
        let done = self
            .thing
            .act(|desk, now| desk.set_charge(now, scenario::M705, percent));
        assert!(done);
    }

    /// The signals until now, including those in flight.
    fn heard(&self) -> Vec<String> {
        let heard = self.client.heard_until_quiet(QUIET);
        heard.iter().map(ToString::to_string).collect()
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
    let stage = Stage::new();
    stage.set_charge(8);
    let heard = stage.heard();
    assert_eq!(
        heard,
        [
            "hidpp_101B_1C5E0705 Device1: BatteryTime=… Charge=8 ChargeTime=… LastSeen=…",
            "hidpp_101B_1C5E0705 UPower.Device: IconName=\"battery-caution-symbolic\" \
             Percentage=8 UpdateTime=… WarningLevel=3",
        ]
    );
}

#[test]
fn an_unchanged_reading_sends_no_signal_but_updates_the_time() {
    let stage = Stage::new();
    let value = |name| stage.client.value(K750, UPOWER_DEVICE, name).unwrap();
    let before = value("UpdateTime");
    // The broadcast of a K750 with unchanged charge and voltage.
    stage.thing.say(&solar_event(0, 0));
    let heard = stage.heard();
    assert!(heard.is_empty(), "{heard:#?}");
    assert_ne!(value("UpdateTime"), before);
}

#[test]
fn without_changes_no_signal_is_sent() {
    let stage = Stage::new();
    for slot in [scenario::K750, scenario::M705] {
        stage.thing.act(|desk, now| desk.sleep(now, slot));
    }
    let heard = stage.heard();
    let expected = [("hidpp_101B_1C5E0705", 2), ("hidpp_4002_392A0750", 1)].map(|(name, slot)| {
        let link = format!("(\"receiver\", \"AF4F95EA\", byte 0x0{slot}, \"\", \"\", \"offline\")");
        format!("{name} Device1: LastSeen=… Links=[{link}] Online=false Presence=\"offline\"")
    });
    assert_eq!(heard.len(), 2, "{heard:#?}");
    assert!(expected.iter().all(|it| heard.contains(it)), "{heard:#?}");
    let heard = stage.client.heard_until_quiet(2 * QUIET);
    assert!(heard.is_empty(), "{heard:#?}");
}

#[test]
fn light_signals_are_rate_limited_and_the_last_value_is_always_sent() {
    let stage = Stage::new();
    for lux in 100..130 {
        stage.thing.say(&solar_event(1, lux));
        std::thread::sleep(Duration::from_millis(10));
    }
    let heard = stage.client.heard_until_quiet(QUIET);
    let told: Vec<&Signal> = heard
        .iter()
        .filter(|it| it.changed().contains_key("Luminosity"))
        .collect();
    assert!(told.len() <= 2, "{told:#?}");
    let last = told.last().unwrap().changed();
    assert_eq!(
        test_support::signal::plain(last.get("Luminosity").unwrap()),
        "129"
    );
}

#[test]
fn a_device_is_announced_after_its_object_is_added_and_before_it_is_removed() {
    let stage = Stage::new();
    stage.desk.unplug(&stage.thing);
    let order = |heard: &[Signal]| -> Vec<String> {
        let of_mouse = heard.iter().filter_map(|signal| {
            let about = match signal.member.as_str() {
                "InterfacesAdded" | "InterfacesRemoved" => signal.interfaces(),
                "DeviceAdded" | "DeviceRemoved" => (signal.object(), Vec::new()),
                _ => return None,
            };
            (about.0 == M705).then(|| format!("{} {}", signal.member, about.1.join(" ")))
        });
        of_mouse.map(|it| it.trim().to_owned()).collect()
    };
    let heard = stage.client.heard_until_quiet(QUIET);
    assert_eq!(
        order(&heard),
        [
            "DeviceRemoved",
            "InterfacesRemoved org.freedesktop.UPower.Device",
            "InterfacesRemoved org.solarstatus.Device1"
        ]
    );
    stage.desk.plug(&stage.thing);
    let heard = stage.client.heard_until_quiet(QUIET);
    assert_eq!(
        order(&heard),
        [
            "InterfacesAdded org.solarstatus.Device1",
            "InterfacesAdded org.freedesktop.UPower.Device",
            "DeviceAdded"
        ]
    );
}

#[test]
fn the_display_device_never_changes() {
    let stage = Stage::new();
    let path = stage.client.display_device();
    let before = stage.client.values(&path, UPOWER_DEVICE).unwrap();
    stage.set_charge(3);
    stage.thing.act(|desk, now| desk.sleep(now, scenario::K750));
    let heard = stage.client.heard_until_quiet(QUIET);
    assert!(heard.iter().all(|signal| signal.path != path), "{heard:#?}");
    assert_eq!(stage.client.values(&path, UPOWER_DEVICE).unwrap(), before);
    assert!(!stage.client.enumerate().contains(&path));
    assert!(
        stage.client.enumerate().contains(&K750.to_owned()),
        "asleep, not removed"
    );
}
