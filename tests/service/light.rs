//! Light measurements: for which clients, for how long, and how many requests to the keyboard.

use std::time::Duration;

use hidpp_proto::units::Lux;
use hidpp_sim::scenario;
use test_support::bus::Bus;
use test_support::client::{Client, DEVICE};
use test_support::signal::{Signal, error_name};

use crate::desk::{Desk, Thing};

const K750: &str = "/org/solarstatus/Monitor1/devices/hidpp_4002_392A0750";

/// One second, plus the delay of a busy machine.
const SOON: Duration = Duration::from_secs(2);

struct Stage {
    client: Client,
    thing: Thing,
    _desk: Desk,
    bus: Bus,
}

impl Stage {
    /// A desk where light is measured only on request.
    fn new() -> Self {
        let bus = Bus::open();
        let client = Client::of(&bus);
        let thing = Thing::desk();
        let things = std::slice::from_ref(&thing);
        let desk = Desk::with_args(&bus, &client, things, &["--light-every", "0"]);
        client.heard_until_quiet(Duration::from_millis(300));
        thing.take_requests(scenario::K750);
        Self {
            client,
            thing,
            _desk: desk,
            bus,
        }
    }

    fn measurement(&self) -> Signal {
        let told = |signal: &Signal| signal.changed().contains_key("LightTime");
        self.client.wait_for("measurement", told)
    }

    /// The series requested from the keyboard, as count and period in hexadecimal.
    fn series(&self) -> Vec<String> {
        self.thing.take_series(scenario::K750)
    }
}

fn measure(client: &Client, count: u32, period: u32) -> zbus::Result<()> {
    client.call(K750, DEVICE, "MeasureLight", &(count, period))
}

#[test]
fn a_light_measurement_updates_light_state_and_icon() {
    let stage = Stage::new();
    stage
        .thing
        .act(|desk, now| desk.set_sun(now, scenario::K750, Lux(320)));
    measure(&stage.client, 1, 1).unwrap();
    let mut told = stage.client.heard_until_quiet(SOON);
    told.retain(|signal| signal.path == K750);
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "hidpp_4002_392A0750 Device1: BatteryTime=… ChargeTime=… LastSeen=… LightLevel=\"good\" \
             LightTime=… Lux=320 State=\"charging\"",
            "hidpp_4002_392A0750 UPower.Device: IconName=\"battery-good-charging-symbolic\" \
             Luminosity=320 State=1 UpdateTime=…",
        ]
    );
    assert_eq!(stage.series(), ["01 01"]);
}

#[test]
fn an_unchanged_light_updates_only_its_time() {
    let stage = Stage::new();
    measure(&stage.client, 1, 1).unwrap();
    let told = stage.client.heard_until_quiet(SOON);
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    let expected = "hidpp_4002_392A0750 Device1: BatteryTime=… ChargeTime=… LastSeen=… LightTime=…";
    assert_eq!(told, [expected]);
}

#[test]
fn the_series_is_cancelled_when_all_of_fifty_callers_disconnect() {
    let stage = Stage::new();
    let callers: Vec<Client> = (0..50).map(|_| Client::deaf(&stage.bus)).collect();
    for caller in &callers {
        measure(caller, 200, 1).unwrap();
    }
    stage.measurement();
    let told = stage.series();
    assert!(told.len() <= 3, "one series for all: {told:?}");
    drop(callers);
    // A measurement may still be in flight.
    stage.client.heard_until_quiet(SOON);
    let told = stage.series();
    assert_eq!(told, ["00 00"], "cancelled, once");
    let told = stage.client.heard_until_quiet(SOON);
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_caller_that_disconnects_ends_only_its_own_lease() {
    let stage = Stage::new();
    let other = Client::deaf(&stage.bus);
    measure(&other, 60, 1).unwrap();
    measure(&stage.client, 60, 1).unwrap();
    stage.measurement();
    drop(other);
    stage.measurement();
    stage.measurement();
    assert_eq!(stage.series(), ["3c 01"]);
}

#[test]
fn a_series_continues_when_the_keyboard_is_back() {
    let stage = Stage::new();
    measure(&stage.client, 100, 1).unwrap();
    stage.measurement();
    stage.thing.act(|desk, now| desk.sleep(now, scenario::K750));
    stage.client.wait_for_value(K750, "Presence", "\"offline\"");
    assert_eq!(
        error_name(measure(&stage.client, 1, 1)),
        "org.solarstatus.Error.Offline"
    );
    stage.series();
    stage.thing.act(|desk, now| desk.wake(now, scenario::K750));
    stage.client.wait_for_value(K750, "Presence", "\"online\"");
    for _ in 0..3 {
        stage.measurement();
    }
    let told = stage.series();
    let rest = told.iter().find(|it| *it != "01 01").unwrap();
    let left = u8::from_str_radix(rest.get(..2).unwrap(), 16).unwrap();
    assert!((50..=100).contains(&left), "{told:?}");
}

#[test]
fn count_0_cancels_a_series() {
    let stage = Stage::new();
    measure(&stage.client, 60, 1).unwrap();
    stage.measurement();
    measure(&stage.client, 0, 0).unwrap();
    stage.client.heard_until_quiet(SOON);
    assert_eq!(stage.series(), ["3c 01", "00 00"]);
}

#[test]
fn count_period_and_rate_are_limited() {
    let stage = Stage::new();
    for (count, period) in [(1, 0), (256, 1), (255, 255), (u32::MAX, u32::MAX)] {
        let error = error_name(measure(&stage.client, count, period));
        assert_eq!(
            error, "org.solarstatus.Error.InvalidArgs",
            "{count} x {period}"
        );
    }
    measure(&stage.client, 2, 1).unwrap();
    let error = error_name(measure(&stage.client, 2, 1));
    assert_eq!(error, "org.solarstatus.Error.LimitsExceeded");
}

#[test]
fn the_light_key_emits_a_signal() {
    let stage = Stage::new();
    stage
        .thing
        .act(|desk, now| desk.press_light_key(now, scenario::K750));
    let told = stage
        .client
        .wait_for("light key", |it| it.member == "LightButtonPressed");
    assert_eq!(told.path, K750);
}
