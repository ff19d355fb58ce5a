//! The daemon's udev rule marks exactly the nodes that it needs, and opens them to its user.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use hidpp_sim::battery::State;
use hidpp_sim::direct::DirectDevice;
use hidpp_sim::scenario::{K750, M705};
use test_support::wait::eventually;

use crate::descriptors::{
    BOLT, CORDED_KEYBOARD, CORDED_MOUSE, FOREIGN_KEYBOARD, HIDPP_REPORTS, Hardware, LENOVO,
};
use crate::devices::{self, Recorder};
use crate::kernel::{PATIENCE, Seen};
use crate::process::LIMIT;
use crate::program::Program;
use crate::scenarios::plug_in;
use crate::udev::{self, Installed};
use crate::uhid::BluetoothDevice;
use crate::usbip::UsbDevice;

/// The daemon's user and group, and the file that defines them.
pub(crate) const USER: &str = "solar-status";
const SYSUSERS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/packaging/sysusers.d/solar-status.conf"
);

pub(crate) fn prove(program: &Program) {
    let group = make_user();
    let _rule = Installed::new("71-solar-statusd.rules");

    let desk = plug_in();
    let bolt = plug_in_silent(&BOLT);
    let lenovo = plug_in_silent(&LENOVO);
    // The kernel driver unbinds from a mouse that does not answer.
    let g903 = devices::paired("G903 LS", [1, 2, 3, 4], State::Charging).protocol;
    let mouse = UsbDevice::plug_in(&CORDED_MOUSE, DirectDevice::usb(0xC091, g903));
    eventually("the mouse's node", PATIENCE, || mouse.seen().node());
    let keyboard = plug_in_silent(&CORDED_KEYBOARD);
    let foreign = plug_in_silent(&FOREIGN_KEYBOARD);
    let bluetooth = BluetoothDevice::connect(0x046D, 0xFFFF, &HIDPP_REPORTS);
    let other_maker = BluetoothDevice::connect(0x1209, 0x0001, &HIDPP_REPORTS);
    udev::settle();

    let node = |seen: Seen| seen.node().expect("a node");
    for (what, node) in [
        ("a Unifying receiver", node(desk.seen())),
        ("a Bolt receiver", node(bolt.seen())),
        ("Lenovo's receiver", node(lenovo.seen())),
        ("a mouse on its cable", node(mouse.seen())),
        ("a device on Bluetooth", bluetooth.node.clone()),
    ] {
        assert_eq!(access(&node), (group, 0o660), "{what}");
        assert!(udev::has_tag(&node, "systemd"), "{what}");
        let wants = udev::property(&node, "SYSTEMD_WANTS");
        assert_eq!(wants.as_deref(), Some("solar-statusd.service"), "{what}");
    }

    let first = |seen: Seen| {
        node(Seen {
            hidpp_interface: 0,
            ..seen
        })
    };
    let child = |slot| desk.seen().node_of(slot).expect("a device's node");
    for (what, node) in [
        ("an M705 behind the receiver", child(M705)),
        ("the Bolt receiver's keyboard", first(bolt.seen())),
        ("the Lenovo receiver's keyboard", first(lenovo.seen())),
        ("a keyboard on its cable", node(keyboard.seen())),
        ("another manufacturer's device", node(foreign.seen())),
        (
            "another manufacturer's on Bluetooth",
            other_maker.node.clone(),
        ),
    ] {
        assert_eq!(access(&node), (0, 0o600), "{what}");
        assert!(!udev::has_tag(&node, "systemd"), "{what}");
        assert_eq!(udev::property(&node, "SYSTEMD_WANTS"), None, "{what}");
    }
    // It reports the light key, and starts no service.
    assert_eq!(access(&child(K750)), (group, 0o660), "the K750's node");
    assert!(!udev::has_tag(&child(K750), "systemd"));

    // Hardware that never answers would only cause timeouts.
    drop((
        bolt,
        lenovo,
        mouse,
        keyboard,
        foreign,
        bluetooth,
        other_maker,
    ));
    eventually("the desk alone", PATIENCE, || {
        let nodes = fs::read_dir("/sys/class/hidraw").ok()?;
        (nodes.count() == 4).then_some(())
    });
    let read = program.start_as(USER, &["--json", "--no-cache"]);
    let read = read.finish(LIMIT).document();
    let devices = read["devices"].as_array().map(Vec::len);
    assert_eq!(
        devices,
        Some(3),
        "the devices that the daemon's user can read"
    );
}

fn plug_in_silent(hardware: &'static Hardware) -> UsbDevice<Recorder> {
    let device = UsbDevice::plug_in(hardware, Recorder::default());
    eventually("the node", PATIENCE, || device.seen().node());
    device
}

/// The group and the permissions of a node.
fn access(node: &Path) -> (u32, u32) {
    let metadata = fs::metadata(node).expect("the node");
    (metadata.gid(), metadata.permissions().mode() & 0o777)
}

/// Creates the daemon's user with its group, and returns the number of the group.
pub(crate) fn make_user() -> u32 {
    let made = Command::new("systemd-sysusers").arg(SYSUSERS).status();
    assert!(made.is_ok_and(|status| status.success()), "the user");
    let groups = fs::read_to_string("/etc/group").expect("the groups");
    let mut fields = groups
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields[0] == USER)
        .expect("the group");
    fields.swap_remove(2).parse().expect("its number")
}
