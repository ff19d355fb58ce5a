//! Light measurements: for which clients, for how long, and how many requests to the keyboard.

use std::time::Duration;

use hidpp_proto::units::Lux;
use hidpp_sim::scenario;
use test_support::bus::Bus;
use test_support::client::{Client, DEVICE};
use test_support::signal::{Signal, error_name};

use crate::desk::{Desk, Hardware};

const K750: &str = "/org/solarstatus/Monitor1/devices/hidpp_4002_392A0750";

/// One second, plus the delay of a busy machine.
const SOON: Duration = Duration::from_secs(2);

struct Fixture {
    client: Client,
    hardware: Hardware,
    _desk: Desk,
    bus: Bus,
}

impl Fixture {
    /// A desk where light is measured only on request.
    fn new() -> Self {
        let bus = Bus::open();
        let client = Client::of(&bus);
        let hardware = Hardware::desk();
        let all_hardware = std::slice::from_ref(&hardware);
        let desk = Desk::with_args(&bus, &client, all_hardware, &["--light-every", "0"]);
        client.signals_until_quiet(Duration::from_millis(300));
        hardware.take_requests(scenario::K750);
        Self {
            client,
            hardware,
            _desk: desk,
            bus,
        }
    }

    fn measurement(&self) -> Signal {
        let is_measurement = |signal: &Signal| signal.changed().contains_key("LightTime");
        self.client.wait_for("measurement", is_measurement)
    }

    /// The series requested from the keyboard, as count and period in hexadecimal.
    fn series(&self) -> Vec<String> {
        self.hardware.take_series(scenario::K750)
    }
}

fn measure(client: &Client, count: u32, period: u32) -> zbus::Result<()> {
    client.call(K750, DEVICE, "MeasureLight", &(count, period))
}

#[test]
fn a_light_measurement_updates_light_state_and_icon() {
    let fixture = Fixture::new();
    fixture
        .hardware
        .act(|desk, now| desk.set_sun(now, scenario::K750, Lux(320)));
    measure(&fixture.client, 1, 1).unwrap();
    let mut signals = fixture.client.signals_until_quiet(SOON);
    signals.retain(|signal| signal.path == K750);
    let signals: Vec<String> = signals.iter().map(ToString::to_string).collect();
    assert_eq!(
        signals,
        [
            "hidpp_4002_392A0750 Device1: BatteryTime=… ChargeTime=… LastSeen=… LightLevel=\"good\" \
             LightTime=… Lux=320 State=\"charging\"",
            "hidpp_4002_392A0750 UPower.Device: IconName=\"battery-good-charging-symbolic\" \
             Luminosity=320 State=1 UpdateTime=…",
        ]
    );
    assert_eq!(fixture.series(), ["01 01"]);
}

#[test]
fn an_unchanged_light_updates_only_its_time() {
    let fixture = Fixture::new();
    measure(&fixture.client, 1, 1).unwrap();
    let signals = fixture.client.signals_until_quiet(SOON);
    let signals: Vec<String> = signals.iter().map(ToString::to_string).collect();
    let expected = "hidpp_4002_392A0750 Device1: BatteryTime=… ChargeTime=… LastSeen=… LightTime=…";
    assert_eq!(signals, [expected]);
}

#[test]
fn the_series_is_cancelled_when_all_of_fifty_callers_disconnect() {
    let fixture = Fixture::new();
    let callers: Vec<Client> = (0..50)
        .map(|_| Client::without_broadcasts(&fixture.bus))
        .collect();
    for caller in &callers {
        measure(caller, 200, 1).unwrap();
    }
    fixture.measurement();
    let series = fixture.series();
    assert!(series.len() <= 3, "one series for all: {series:?}");
    drop(callers);
    // A measurement may still be in flight.
    fixture.client.signals_until_quiet(SOON);
    let series = fixture.series();
    assert_eq!(series, ["00 00"], "cancelled, once");
    let signals = fixture.client.signals_until_quiet(SOON);
    assert!(signals.is_empty(), "{signals:?}");
}

#[test]
fn a_caller_that_disconnects_ends_only_its_own_lease() {
    let fixture = Fixture::new();
    let other = Client::without_broadcasts(&fixture.bus);
    measure(&other, 60, 1).unwrap();
    measure(&fixture.client, 60, 1).unwrap();
    fixture.measurement();
    drop(other);
    fixture.measurement();
    fixture.measurement();
    assert_eq!(fixture.series(), ["3c 01"]);
}

#[test]
fn a_series_continues_when_the_keyboard_is_back() {
    let fixture = Fixture::new();
    measure(&fixture.client, 100, 1).unwrap();
    fixture.measurement();
    fixture
        .hardware
        .act(|desk, now| desk.sleep(now, scenario::K750));
    fixture
        .client
        .wait_for_value(K750, "Presence", "\"offline\"");
    assert_eq!(
        error_name(measure(&fixture.client, 1, 1)),
        "org.solarstatus.Error.Offline"
    );
    fixture.series();
    fixture
        .hardware
        .act(|desk, now| desk.wake(now, scenario::K750));
    fixture
        .client
        .wait_for_value(K750, "Presence", "\"online\"");
    for _ in 0..3 {
        fixture.measurement();
    }
    let series = fixture.series();
    let rest = series.iter().find(|it| *it != "01 01").unwrap();
    let left = u8::from_str_radix(rest.get(..2).unwrap(), 16).unwrap();
    assert!((50..=100).contains(&left), "{series:?}");
}

#[test]
fn count_0_cancels_a_series() {
    let fixture = Fixture::new();
    measure(&fixture.client, 60, 1).unwrap();
    fixture.measurement();
    measure(&fixture.client, 0, 0).unwrap();
    fixture.client.signals_until_quiet(SOON);
    assert_eq!(fixture.series(), ["3c 01", "00 00"]);
}

#[test]
fn count_period_and_rate_are_limited() {
    let fixture = Fixture::new();
    for (count, period) in [(1, 0), (256, 1), (255, 255), (u32::MAX, u32::MAX)] {
        let error = error_name(measure(&fixture.client, count, period));
        assert_eq!(
            error, "org.solarstatus.Error.InvalidArgs",
            "{count} x {period}"
        );
    }
    measure(&fixture.client, 2, 1).unwrap();
    let error = error_name(measure(&fixture.client, 2, 1));
    assert_eq!(error, "org.solarstatus.Error.LimitsExceeded");
}

#[test]
fn the_light_key_emits_a_signal() {
    let fixture = Fixture::new();
    fixture
        .hardware
        .act(|desk, now| desk.press_light_key(now, scenario::K750));
    let signal = fixture
        .client
        .wait_for("light key", |it| it.member == "LightButtonPressed");
    assert_eq!(signal.path, K750);
}
