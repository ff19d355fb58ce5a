//! Directory trees that look like a machine: its `/sys`, `/dev`, `/proc` and `/etc`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use test_support::program::Program;

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

/// The HID++ interface of a Unifying receiver: reports 10 and 11.
const DESCRIPTOR: [u8; 54] = [
    0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x85, 0x10, 0x75, 0x08, 0x95, 0x06, 0x15, 0x00, 0x26,
    0xFF, 0x00, 0x09, 0x01, 0x81, 0x00, 0x09, 0x01, 0x91, 0x00, 0xC0, 0x06, 0x00, 0xFF, 0x09, 0x02,
    0xA1, 0x01, 0x85, 0x11, 0x75, 0x08, 0x95, 0x13, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x09, 0x02, 0x81,
    0x00, 0x09, 0x02, 0x91, 0x00, 0xC0,
];

/// A boot mouse, without a report id.
const PLAIN: [u8; 13] = [
    0x05, 0x01, 0x09, 0x02, 0xA1, 0x01, 0x75, 0x08, 0x95, 0x03, 0x81, 0x06, 0xC0,
];

/// A Centurion dongle: report 51 with 63 bytes on page FFA0 (Solaar pull request 3150).
const CENTURION: [u8; 21] = [
    0x06, 0xA0, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x85, 0x51, 0x75, 0x08, 0x95, 0x3F, 0x09, 0x01, 0x81,
    0x00, 0x09, 0x01, 0x91, 0x00,
];

/// The HID devices of the receiver and of its K750, relative to `/sys`.
const RECEIVER: &str = "devices/usb1/1-2/1-2:1.2/0003:046D:C52B.0007";
const K750: &str = "devices/usb1/1-2/1-2:1.2/0003:046D:C52B.0007/0003:046D:4002.0008";

/// A simulated machine in a temporary directory.
pub(crate) struct Tree(TempDir);

impl Tree {
    /// An empty machine.
    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A machine with a Unifying receiver that the kernel drives, and a K750 with a battery.
    pub(crate) fn healthy() -> Self {
        let tree = Self::empty();
        tree.write("proc/sys/kernel/osrelease", "6.1.0-test\n");
        tree.write("proc/sys/kernel/hostname", "attic\n");
        tree.write("etc/os-release", "ID=test\nPRETTY_NAME=\"Test 1\"\n");
        tree.write(
            "etc/passwd",
            "root:x:0:0::/root:/bin/sh\nanna:x:1000:1000::/:/bin/sh\n",
        );
        for driver in ["logitech-djreceiver", "logitech-hidpp-device"] {
            tree.folder(&format!("sys/bus/hid/drivers/{driver}"));
        }
        tree.folder("sys/bus/hid/devices/0003:046D:C52B.0007");
        tree.usb();
        tree.hidraw();
        tree.battery();
        tree
    }

    fn usb(&self) {
        let device = "sys/bus/usb/devices/1-2";
        for (name, text) in [
            ("idVendor", "046d\n"),
            ("idProduct", "c52b\n"),
            ("bcdDevice", "1211\n"),
            ("devnum", "3\n"),
            ("product", "USB Receiver\n"),
            ("descriptors", "\x12\x01"),
        ] {
            self.write(&format!("{device}/{name}"), text);
        }
        for number in 0..3 {
            let interface = format!("{device}:1.{number}");
            self.write(&format!("{interface}/bInterfaceClass"), "03\n");
            self.write(
                &format!("{interface}/bInterfaceNumber"),
                &format!("0{number}\n"),
            );
            self.link(
                &format!("{interface}/driver"),
                "../../../../bus/usb/drivers/usbhid",
            );
        }
        // A device of another manufacturer, and a Logitech camera.
        self.write("sys/bus/usb/devices/1-3/idVendor", "1532\n");
        for (name, text) in [
            ("idVendor", "046d"),
            ("idProduct", "082d"),
            ("bcdDevice", "0011"),
        ] {
            self.write(&format!("sys/bus/usb/devices/1-4/{name}"), text);
        }
        self.write("sys/bus/usb/devices/1-4:1.0/bInterfaceClass", "0e\n");
    }

    fn hidraw(&self) {
        let properties = "HID_ID=0003:0000046D:0000C52B\n\
                          HID_NAME=Logitech USB Receiver\n\
                          HID_PHYS=usb-0000:00:14.0-2/input2\n";
        self.node("hidraw2", RECEIVER, properties, &DESCRIPTOR);
        self.driver(RECEIVER, "logitech-djreceiver");
        let properties = "HID_ID=0003:0000046D:00004002\n\
                          HID_NAME=Logitech K750\n\
                          HID_PHYS=usb-0000:00:14.0-2/input2:1\n\
                          HID_UNIQ=39-2a-07-50\n";
        self.node("hidraw3", K750, properties, &DESCRIPTOR);
        self.driver(K750, "logitech-hidpp-device");
    }

    /// A device without HID++ at a port; it has two interfaces.
    pub(crate) fn mute(&self, port: u8, product: &str, name: &str) {
        self.hardware(port, product, name, &[&PLAIN, &PLAIN]);
    }

    /// A headset with the Centurion protocol at a port.
    pub(crate) fn centurion(&self, port: u8, product: &str, name: &str) {
        self.hardware(port, product, name, &[&PLAIN, &CENTURION]);
    }

    fn hardware(&self, port: u8, product: &str, name: &str, descriptors: &[&[u8]]) {
        for (number, descriptor) in descriptors.iter().enumerate() {
            let hid = format!(
                "devices/usb1/1-{port}/1-{port}:1.{number}/0003:046D:{product}.00{port}{number}"
            );
            let properties = format!(
                "HID_ID=0003:0000046D:0000{product}\n\
                 HID_NAME={name}\n\
                 HID_PHYS=usb-0000:00:14.0-{port}/input{number}\n"
            );
            self.node(
                &format!("hidraw{port}{number}"),
                &hid,
                &properties,
                descriptor,
            );
        }
    }

    fn driver(&self, hid: &str, driver: &str) {
        self.link(
            &format!("sys/{hid}/driver"),
            &format!("/sys/bus/hid/drivers/{driver}"),
        );
    }

    fn node(&self, name: &str, hid: &str, properties: &str, descriptor: &[u8]) {
        self.write(&format!("sys/{hid}/uevent"), properties);
        fs::write(
            self.path(&format!("sys/{hid}/report_descriptor")),
            descriptor,
        )
        .unwrap();
        let node = format!("sys/{hid}/hidraw/{name}");
        self.write(&format!("{node}/uevent"), &format!("DEVNAME={name}\n"));
        self.link(&format!("{node}/device"), "../..");
        let target = format!("../../{hid}/hidraw/{name}");
        self.link(&format!("sys/class/hidraw/{name}"), &target);
        self.write(&format!("dev/{name}"), "");
    }

    fn battery(&self) {
        let place = format!("{K750}/power_supply/hidpp_battery_0");
        let properties = "POWER_SUPPLY_STATUS=Discharging\nPOWER_SUPPLY_CAPACITY=57\n";
        self.write(&format!("sys/{place}/uevent"), properties);
        self.write(&format!("sys/{place}/status"), "Discharging\n");
        self.link(&format!("sys/{place}/device"), "../..");
        self.link(
            "sys/class/power_supply/hidpp_battery_0",
            &format!("../../{place}"),
        );
    }

    /// A process that has this file open.
    pub(crate) fn process(&self, pid: u32, name: &str, holds: &str) {
        self.write(&format!("proc/{pid}/comm"), &format!("{name}\n"));
        self.link(&format!("proc/{pid}/fd/7"), holds);
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn folder(&self, path: &str) {
        fs::create_dir_all(self.path(path)).unwrap();
    }

    pub(crate) fn link(&self, path: &str, target: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }

    /// Runs the doctor on it, without a bus.
    pub(crate) fn doctor(&self, arguments: &[&str]) -> Output {
        let mut command = doctor(arguments);
        command.arg("--root").arg(self.0.path());
        command.output().unwrap()
    }

    /// The doctor's findings on it.
    pub(crate) fn found(&self) -> Found {
        Found::of(&self.doctor(&["--json"]))
    }
}

/// The doctor, without a bus or cache.
pub(crate) fn doctor(arguments: &[&str]) -> Command {
    let mut command = SOLAR_STATUS.command(&[&["doctor"], arguments].concat());
    command.env("HOME", "/home/anna").env("USER", "anna");
    command
}

/// The exit status and the findings.
pub(crate) struct Found {
    pub(crate) status: Option<i32>,
    pub(crate) document: Value,
}

impl Found {
    pub(crate) fn of(output: &Output) -> Self {
        assert!(output.stderr.is_empty(), "{output:?}");
        Self {
            status: output.status.code(),
            document: serde_json::from_slice(&output.stdout).unwrap(),
        }
    }

    /// The verdict, text and advice of the first finding with this area and id.
    pub(crate) fn get(&self, area: &str, id: &str) -> [&str; 3] {
        let findings = self.document["findings"].as_array().unwrap();
        let found = findings
            .iter()
            .find(|it| it["area"] == area && it["id"] == id);
        let found = found.unwrap_or_else(|| panic!("no {area} {id} in {:#}", self.document));
        ["verdict", "text", "advice"].map(|key| found[key].as_str().unwrap_or_default())
    }
}
