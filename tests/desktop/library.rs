//! libupower-glib, through which GNOME, Xfce, MATE, Cinnamon and Waybar read UPower.

use std::path::Path;
use std::time::Duration;

use hidpp_proto::units::Lux;
use hidpp_sim::receiver::Receiver;
use hidpp_sim::scenario::{Act, K750, K800, M705, Staged, desk};
use test_support::tools::text;

use crate::bus::{command, start};
use crate::{daemon, days};

/// The events during the recorded seconds.
const ACTS: [Act<Receiver>; 4] = [
    (7, |desk, now| desk.wake(now, K800)),
    (9, |desk, now| desk.set_sun(now, K750, Lux(320))),
    (9, |desk, now| desk.press_light_key(now, K750)),
    (12, |desk, now| desk.unpair(now, M705)),
];

#[test]
fn libupower_glib_reports_added_changed_and_removed_devices() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    days::record(Staged::new(desk(), &ACTS), Duration::from_secs(15), &trace);

    let bus = start();
    let _daemon = daemon::start(&bus, &["--replay", trace.to_str().unwrap()]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desktop/library.py");
    let mut python = command(&bus, "/usr/bin/python3");
    let seen = text(python.arg(script), "python3-gi and gir1.2-upowerglib-1.0");
    let seen: Vec<&str> = seen.lines().collect();
    assert_eq!(
        seen,
        [
            "there M705: mouse, 65 %, discharging",
            "there Wireless Solar Keyboard K750: keyboard, 57 %, discharging, 12 lx",
            "added K800: keyboard, 100 %, discharging",
            "changed Wireless Solar Keyboard K750: keyboard, 57 %, charging, 320 lx",
            "removed hidpp_101B_1C5E0705",
        ]
    );
}
