//! Real programs: upower(1) of the UPower project, which takes us for upowerd.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use solar_status::sim::scenario;
use solar_status::units::Lux;

use crate::bus::Bus;
use crate::client::{Client, DEVICE, LIMIT, UPOWER};
use crate::desk::{Desk, Thing};

const K750: &str = "/org/freedesktop/UPower/devices/hidpp_4002_392A0750";

/// In the place of upowerd.
fn as_upower(bus: &Bus, things: &[Thing]) -> (Client, Desk) {
    let mut client = Client::of(bus);
    client.service = UPOWER.to_owned();
    let args = ["--bus-name", UPOWER, "--light-every", "0"];
    let desk = Desk::with_args(bus, &client, things, &args);
    (client, desk)
}

fn upower(bus: &Bus, argument: &str) -> Command {
    let mut command = Command::new("upower");
    command
        .arg(argument)
        .env("DBUS_SYSTEM_BUS_ADDRESS", bus.address())
        .env("LC_ALL", "C.UTF-8");
    command
}

/// The block of `upower --dump` about a device, without its times.
fn block<'a>(dump: &'a str, path: &str) -> Vec<&'a str> {
    let blocks = dump.split("\n\n");
    let block = blocks.into_iter().find(|block| block.contains(path));
    let lines = block.unwrap_or_default().lines().map(str::trim);
    lines.filter(|line| !line.starts_with("updated:")).collect()
}

#[test]
fn upower_prints_the_solar_keyboard_with_its_light_and_the_mouse_as_a_mouse() {
    let bus = Bus::start();
    let (_client, _desk) = as_upower(&bus, &[Thing::desk()]);
    let output = upower(&bus, "--dump").output();
    let output = output.expect("there is no upower; tests/setup.sh installs it");
    let dump = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        block(&dump, K750),
        [
            "Device: /org/freedesktop/UPower/devices/hidpp_4002_392A0750",
            "native-path:          4002-392A0750",
            "vendor:               Logitech",
            "model:                Wireless Solar Keyboard K750",
            "serial:               392A0750",
            "power supply:         no",
            "has history:          no",
            "has statistics:       no",
            "keyboard",
            "present:             yes",
            "rechargeable:        yes",
            "state:               discharging",
            "warning-level:       none",
            "luminosity:          12 lx",
            "percentage:          57%",
            "icon-name:          'battery-good-symbolic'",
        ],
        "{dump}"
    );
    let mouse = block(&dump, "hidpp_101B_1C5E0705");
    assert!(
        mouse.contains(&"mouse") && mouse.contains(&"percentage:          65%"),
        "{dump}"
    );
    assert!(dump.contains("daemon-version:  0."), "{dump}");
    assert!(
        !dump.contains("1970"),
        "the display device has a time too: {dump}"
    );
}

#[test]
fn upower_without_devices_prints_the_display_device_alone() {
    let bus = Bus::start();
    let (client, _desk) = as_upower(&bus, &[]);
    assert!(client.enumerate().is_empty());
    let output = upower(&bus, "--enumerate").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed, "/org/freedesktop/UPower/devices/DisplayDevice\n");
}

#[test]
fn upower_s_monitor_shows_the_sun() {
    let bus = Bus::start();
    let thing = Thing::desk();
    let (client, _desk) = as_upower(&bus, std::slice::from_ref(&thing));
    let mut monitor = upower(&bus, "--monitor-detail")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (tell, lines) = mpsc::channel();
    let output = BufReader::new(monitor.stdout.take().unwrap());
    thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            _ = tell.send(line);
        }
    });
    client
        .call::<_, ()>(K750, DEVICE, "MeasureLight", &(60_u32, 1_u32))
        .unwrap();
    // It listens a little after it started: the sun moves until it is seen.
    let start = Instant::now();
    let mut lux = 300;
    loop {
        assert!(start.elapsed() < LIMIT, "upower shows no light");
        lux += 1;
        thing.act(|desk, now| desk.set_sun(now, scenario::K750, Lux(lux)));
        let shown = lines
            .recv_timeout(Duration::from_secs(2))
            .unwrap_or_default();
        let light = shown.trim().strip_prefix("luminosity:").map(str::trim);
        if light.is_some_and(|light| light.starts_with('3') && light.ends_with("lx")) {
            break;
        }
    }
    monitor.kill().unwrap();
    monitor.wait().unwrap();
}
