//! The checks of UPower's own integration tests (`src/linux/integration-test.py`, 0.99.20 and
//! 1.91), applied to this daemon.
//!
//! | UPower's | ours |
//! |---|---|
//! | `test_daemon_version` | [`the_version_is_numbers_and_dots`] |
//! | `test_no_devices` | [`without_devices_there_is_only_the_display_device`] |
//! | `test_lib_daemon_properties`, `test_lib_up_client_async` | `tests/desktop`: upower(1) and libupower-glib |
//! | `test_hidpp_mouse`, `test_hidpp_touchpad`, `test_usb_joypad`, `test_bluetooth_hidpp_mouse`, `test_bluetooth_keyboard`, `test_kernel_capacity_level_…` | `values::the_values_of_73_devices_equal_the_reviewed_ones` |
//! | `test_hidpp_two_mouses_unifying_receiver` | [`two_models_on_one_receiver_are_not_mixed_up`] |
//! | `test_dup_logitech_unifying_usb`, `test_dup_bluetooth_mouse` | the kernel's duplicates are
//! ignored: `transport::node::tests::a_child_is_left_alone_whatever_its_ids` |
//! | `test_bluetooth_mouse_reconnect`, `test_headset_hotplug`, `test_headset_wireless_status`,
//! `test_remove` | `paths::paths_are_the_same_after_sleep_replug_and_restart`,
//! `signals::a_device_is_announced_…` |
//! | `test_daemon_restart` | `paths::paths_are_the_same_after_sleep_replug_and_restart` |
//! | `test_vendor_strings`, `test_battery_broken_name` | [`hostile_names_are_harmless`] |
//! | `test_absent_device_battery` | [`a_device_that_was_never_awake_has_no_battery_yet`] |
//! | `test_percentage_low_icon_set`, `test_empty_guessing`, `test_full_guessing` |
//! [`icons_and_warnings_follow_the_charge`]: the state is reported by the device, never guessed |
//! | `test_battery_id_change` | `paths::a_new_device_in_a_slot_is_a_new_object` |
//! | `test_refresh_after_sleep` | `life::devices_are_read_again_when_logind_reports_the_resume` |
//! | `test_hidpp_touchpad_race`, `test_bluetooth_mouse_with_keyboard`,
//! `test_sibling_priority_no_overwrite` | not applicable: the type is not guessed from the kernel's
//! input nodes, which may appear late; the device reports it together with its battery |
//! | `test_nan_percentage_battery_capacity` | not applicable: a percentage is an integer from 0 to
//! 100, or unknown |
//! | `test_low_battery_changes_history_save_interval` | not applicable: the history is written
//! immediately |
//! | `test_conf_d_support` | not applicable: there is no configuration file |
//!
//! Tests about line power, batteries of the computer, lids, charge limits, critical actions,
//! keyboard backlights, phones and devices known only to `BlueZ` do not concern this service.
//!
//! Not covered upstream, but here: light that is set and changes (`light`), one signal for each
//! change (`signals`), names of errors (`shape`), a constant display device
//! (`signals::the_display_device_never_changes`), two receivers with equal serial numbers
//! (`paths`), and [`a_device_out_of_reach_keeps_its_values`].

use hidpp_proto::units::Percent;
use hidpp_sim::scenario;
use hidpp_sim::{catalogue, receiver::Receiver};
use regex::Regex;
use test_support::bus::Bus;
use test_support::client::{Client, DEVICE, ROOT, UPOWER, UPOWER_DEVICE};
use test_support::signal::error_name;

use crate::desk::{Desk, Hardware};

const K750: &str = "/org/solarstatus/Monitor1/devices/hidpp_4002_392A0750";
const M705: &str = "/org/solarstatus/Monitor1/devices/hidpp_101B_1C5E0705";
const K800: &str = "/org/solarstatus/Monitor1/devices/hidpp_2010_FB841B86";

include!("../hostile/names.rs");

struct Fixture {
    client: Client,
    hardware: Hardware,
    _desk: Desk,
    _bus: Bus,
}

impl Fixture {
    fn of(hardware: Hardware) -> Self {
        let bus = Bus::open();
        let client = Client::of(&bus);
        let desk = Desk::serve(&bus, &client, std::slice::from_ref(&hardware));
        Self {
            client,
            hardware,
            _desk: desk,
            _bus: bus,
        }
    }

    fn value(&self, path: &str, name: &str) -> String {
        self.client.value(path, UPOWER_DEVICE, name).unwrap()
    }
}

#[test]
fn the_version_is_numbers_and_dots() {
    let fixture = Fixture::of(Hardware::desk());
    let version = fixture.client.value(ROOT, UPOWER, "DaemonVersion").unwrap();
    let version = version.trim_matches('"');
    let is_plain = |c: char| c.is_ascii_digit() || c == '.';
    assert!(
        !version.is_empty() && version.chars().all(is_plain),
        "{version}"
    );
}

#[test]
fn without_devices_there_is_only_the_display_device() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let _desk = Desk::serve(&bus, &client, &[]);
    assert!(client.enumerate().is_empty());
    let display = client.display_device();
    let present = client.value(&display, UPOWER_DEVICE, "IsPresent").unwrap();
    assert_eq!(present, "false");
}

#[test]
fn two_models_on_one_receiver_are_not_mixed_up() {
    let device = |name, slot| {
        catalogue::find(name)
            .unwrap()
            .paired([0xD0, 0, 0, slot])
            .unwrap()
    };
    let receiver = Receiver::new([0xA0, 0, 0, 1])
        .with(1, device("M525", 1))
        .with(2, device("K270(unifying)", 2));
    let fixture = Fixture::of(Hardware::receiver("/dev/hidraw1", receiver));
    let published = fixture.client.enumerate().into_iter().map(|path| {
        let value = |name| fixture.value(&path, name);
        (value("Serial"), value("Type"), value("Model"))
    });
    let published: Vec<_> = published.collect();
    let row = |serial: &str, kind: &str, model: &str| {
        (format!("{serial:?}"), kind.to_owned(), format!("{model:?}"))
    };
    assert_eq!(
        published,
        [
            row("D0000002", "6", "Wireless Keyboard K270(unifying)"),
            row("D0000001", "5", "Wireless Mouse M525"),
        ]
    );
}

/// The value without the escapes of its printed form.
fn unescaped(value: &str) -> String {
    let escape = Regex::new(r"\\u\{([0-9a-f]+)\}|\\[0nrt]").unwrap();
    let meant = |found: &regex::Captures<'_>| {
        let code = found
            .get(1)
            .map(|code| u32::from_str_radix(code.as_str(), 16).unwrap());
        code.map_or('\n', |code| char::from_u32(code).unwrap())
            .to_string()
    };
    escape.replace_all(value, meant).into_owned()
}

#[test]
fn hostile_names_are_harmless() {
    // A codename has at most 14 bytes.
    let cut = |name: &str| {
        let ends = name.char_indices().map(|(at, c)| at + c.len_utf8());
        let end = ends.take_while(|end| *end <= 14).last().unwrap_or_default();
        name.split_at(end).0.to_owned()
    };
    let all_hardware: Vec<Hardware> = (0..)
        .zip(HOSTILE.chunks(6))
        .map(|(number, names)| {
            let mut receiver = Receiver::new([0xA0, 0, 0, number]);
            for (slot, name) in (1..).zip(names) {
                let mut mouse = scenario::desk().device(scenario::M705).unwrap().clone();
                mouse.identity.codename = cut(name).leak();
                mouse.identity.serial = [number, slot, 0, 1];
                receiver = receiver.with(slot, mouse);
            }
            Hardware::receiver(&format!("/dev/hidraw{number}"), receiver)
        })
        .collect();
    let bus = Bus::open();
    let client = Client::of(&bus);
    let _desk = Desk::serve(&bus, &client, &all_hardware);
    let harmful =
        Regex::new(r"[\p{Cc}\p{Co}\p{Cn}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]")
            .unwrap();
    let paths = client.enumerate();
    assert_eq!(paths.len(), HOSTILE.len());
    for path in paths {
        for (interface, name) in [
            (UPOWER_DEVICE, "Model"),
            (UPOWER_DEVICE, "Serial"),
            (DEVICE, "Name"),
            (DEVICE, "FullName"),
            (DEVICE, "Firmware"),
        ] {
            let value = unescaped(&client.value(&path, interface, name).unwrap());
            assert!(!harmful.is_match(&value), "{path} {name}: {value:?}");
            assert!(
                name != "Model" || value.len() > 2,
                "{path} has an empty model"
            );
        }
    }
}

#[test]
fn a_device_that_was_never_awake_has_no_battery_yet() {
    let fixture = Fixture::of(Hardware::desk());
    assert!(!fixture.client.enumerate().contains(&K800.to_owned()));
    let error = error_name(fixture.client.value(K800, UPOWER_DEVICE, "Percentage"));
    assert_eq!(error, "org.freedesktop.DBus.Error.UnknownInterface");
    let presence = fixture.client.value(K800, DEVICE, "Presence").unwrap();
    assert_eq!(presence, "\"offline\"");
    fixture
        .hardware
        .act(|desk, now| desk.wake(now, scenario::K800));
    fixture.client.wait_for_device(K800);
    assert_eq!(fixture.value(K800, "BatteryLevel"), "8");
}

#[test]
fn icons_and_warnings_follow_the_charge() {
    let fixture = Fixture::of(Hardware::desk());
    for (percent, icon, warning) in [
        (100, "full", "1"),
        (60, "full", "1"),
        (59, "good", "1"),
        (29, "low", "1"),
        (20, "caution", "1"),
        (10, "caution", "3"),
        (5, "caution", "4"),
        (0, "caution", "4"),
        (80, "full", "1"),
    ] {
        let charge = Percent::new(percent).unwrap();
        fixture
            .hardware
            .act(|desk, now| desk.set_charge(now, scenario::M705, charge));
        fixture
            .client
            .wait_until(M705, UPOWER_DEVICE, "Percentage", &percent.to_string());
        let published = ["IconName", "WarningLevel", "State"].map(|name| fixture.value(M705, name));
        let icon = format!("\"battery-{icon}-symbolic\"");
        assert_eq!(
            published,
            [icon, warning.to_owned(), "2".to_owned()],
            "{percent} %"
        );
    }
}

#[test]
fn a_device_out_of_reach_keeps_its_values() {
    let fixture = Fixture::of(Hardware::desk());
    let before = fixture.client.values(K750, UPOWER_DEVICE).unwrap();
    fixture
        .hardware
        .act(|desk, now| desk.sleep(now, scenario::K750));
    fixture
        .client
        .wait_for_value(K750, "Presence", "\"offline\"");
    assert_eq!(fixture.client.values(K750, UPOWER_DEVICE).unwrap(), before);
}
