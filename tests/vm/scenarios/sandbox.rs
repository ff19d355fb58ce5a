//! systemd starts the daemon when a receiver appears, and the sandbox permits all that it needs.

use std::collections::HashMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::Duration;

use solar_status::bus::{NAME, UPOWER_DEVICE_INTERFACE};
use test_support::wait::eventually;
use zbus::{Connection, OwnedObjectPath, OwnedVariant, block_on};

use crate::program::Program;
use crate::scenarios::udev_start::make_user;
use crate::scenarios::{K750_LUX, plug_in};
use crate::systemd::{self, Systemd};
use crate::udev::Installed;

/// The files as shipped.
const UNIT: &str = include_str!("../../../packaging/systemd/solar-statusd.service");
const POLICY: &str = include_str!("../../../packaging/dbus/org.solarstatus.Monitor1.conf");

const SERVICE: &str = "solar-statusd.service";
/// The path of the daemon in the guest.
const DAEMON: &str = "/run/solar-statusd";

/// The deadline for systemd, and then the daemon, to start in a slow guest on a busy host.
const LIMIT: Duration = Duration::from_secs(60);

/// The kernel's status of a process in the sandbox: no capabilities, none that can be gained, and
/// filtered system calls.
const CONFINED: [&str; 5] = [
    "CapEff:\t0000000000000000",
    "CapBnd:\t0000000000000000",
    "CapAmb:\t0000000000000000",
    "NoNewPrivs:\t1",
    "Seccomp:\t2",
];

/// Objects, their interfaces, and the properties of each.
type Objects = HashMap<OwnedObjectPath, HashMap<String, HashMap<String, OwnedVariant>>>;

pub(crate) fn prove(_: &Program) {
    let group = make_user();
    let _rule = Installed::new("71-solar-statusd.rules");
    fs::copy(env!("CARGO_BIN_EXE_solar-statusd"), DAEMON).expect("the daemon can be copied");
    fs::set_permissions(DAEMON, Permissions::from_mode(0o755)).expect("its mode can be set");
    let bus = block_on(Connection::system()).expect("the system bus");
    fs::write("/etc/dbus-1/system.d/solar-statusd.conf", POLICY).expect("a policy");
    block_on(bus.call_method(
        Some("org.freedesktop.DBus"),
        "/",
        Some("org.freedesktop.DBus"),
        "ReloadConfig",
        &(),
    ))
    .expect("the bus reads its policies again");

    let elsewhere = format!("[Service]\nExecStart=\nExecStart={DAEMON}\n");
    let drop_in = format!("{SERVICE}.d/elsewhere.conf");
    let _systemd = Systemd::start(&[(SERVICE, UNIT), (&drop_in, &elsewhere)]);

    // Through the nodes; the light requires a write to one.
    let desk = plug_in();
    await_lux(&bus, &[f64::from(K750_LUX)]);
    let process = systemd::process_of(SERVICE).expect("the daemon");
    assert_eq!(systemd::ask(&["is-active", SERVICE]), "active", "READY");
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let of_group = format!("Gid:\t{group}\t{group}\t{group}\t{group}");
    for line in CONFINED.into_iter().chain([of_group.as_str()]) {
        assert!(status.lines().any(|it| it == line), "{line:?} in\n{status}");
    }
    let state = fs::metadata("/var/lib/solar-status").expect("a folder for its state");
    assert_eq!((state.gid(), state.mode() & 0o777), (group, 0o750));

    // Messages of udev about hotplug reach the daemon.
    drop(desk);
    await_lux(&bus, &[]);
    let _desk = plug_in();
    await_lux(&bus, &[f64::from(K750_LUX)]);
    assert_eq!(systemd::process_of(SERVICE), Some(process), "not restarted");

    systemd::ask(&["stop", SERVICE]);
    let result = systemd::ask(&["show", "--property=Result", "--value", SERVICE]);
    assert_eq!(result, "success", "the result of the service");
}

/// Waits until the devices with a light sensor have these values.
fn await_lux(bus: &Connection, expected: &[f64]) {
    eventually("the light on the bus", LIMIT, || {
        (lux(bus)? == expected).then_some(())
    });
}

/// The light of the devices that measure it, once the service is on the bus.
fn lux(bus: &Connection) -> Option<Vec<f64>> {
    let call = bus.call_method(
        Some(NAME),
        "/org/solarstatus/Monitor1",
        Some("org.freedesktop.DBus.ObjectManager"),
        "GetManagedObjects",
        &(),
    );
    let reply = block_on(call).ok()?;
    let objects: Objects = reply.body().deserialize().expect("objects");
    let devices = objects
        .values()
        .filter_map(|interfaces| interfaces.get(UPOWER_DEVICE_INTERFACE));
    let lux = devices.map(|device| f64::try_from(&device["Luminosity"]).expect("a number"));
    Some(lux.filter(|lux| *lux > 0.0).collect())
}
