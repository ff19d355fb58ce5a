//! What the guest's kernel made of the receiver: drivers, hidraw nodes, batteries, input nodes.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::descriptors::{HIDPP_INTERFACE, PRODUCT, VENDOR};

/// How long the kernel may take to set up a device in a slow guest.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Looks until it is there.
pub(crate) fn eventually<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            started.elapsed() < limit,
            "waited {limit:?} in vain for {what}"
        );
        thread::sleep(Duration::from_millis(20));
    }
}

/// Looks for a while whether it stays so.
pub(crate) fn throughout(what: &str, span: Duration, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while started.elapsed() < span {
        assert!(
            holds(),
            "{what}: no longer so after {:?}",
            started.elapsed()
        );
        thread::sleep(Duration::from_millis(100));
    }
}

/// A battery as sysfs tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Battery {
    /// In percent.
    pub(crate) capacity: String,
    status: String,
    online: String,
}

impl fmt::Display for Battery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} %, {}, online {}",
            self.capacity, self.status, self.online
        )
    }
}

/// The USB driver that holds an interface of the receiver: `usbhid`, as a rule.
pub(crate) fn usb_driver(interface: u16) -> Option<String> {
    driver(&usb_interface(interface)?)
}

/// The HID driver that holds an interface of the receiver.
pub(crate) fn hid_driver(interface: u16) -> Option<String> {
    driver(&hid_device(&usb_interface(interface)?)?)
}

/// The receiver's HID++ node.
pub(crate) fn receiver_node() -> Option<PathBuf> {
    hidraw(&receiver()?)
}

/// The node of the device in a slot.
pub(crate) fn device_node(slot: u8) -> Option<PathBuf> {
    hidraw(&device(slot)?)
}

/// The battery of the device in a slot.
pub(crate) fn battery(slot: u8) -> Option<Battery> {
    let supply = entries(&device(slot)?.join("power_supply"))
        .into_iter()
        .next()?;
    Some(Battery {
        capacity: attribute(&supply, "capacity")?,
        status: attribute(&supply, "status")?,
        online: attribute(&supply, "online")?,
    })
}

/// The evdev node through which the device in a slot types.
pub(crate) fn keyboard_node(slot: u8) -> Option<PathBuf> {
    let inputs = entries(&device(slot)?.join("input"));
    let keyboard = inputs.into_iter().find(|input| has_letters(input))?;
    let event = entries(&keyboard)
        .into_iter()
        .find(|entry| name(entry).starts_with("event"))?;
    existing(Path::new("/dev/input").join(name(&event)))
}

/// No receiver in sysfs: the kernel has noticed that it was unplugged.
pub(crate) fn unplugged() -> Option<()> {
    usb_interface(HIDPP_INTERFACE).is_none().then_some(())
}

/// Whether the input device has the key A (code 30), so is no mouse.
fn has_letters(input: &Path) -> bool {
    let keys = attribute(input, "capabilities/key").unwrap_or_default();
    let lowest = keys
        .split(' ')
        .next_back()
        .and_then(|word| u64::from_str_radix(word, 16).ok());
    lowest.is_some_and(|bits| bits & 1 << 30 != 0)
}

fn usb_interface(number: u16) -> Option<PathBuf> {
    let is_receiver = |device: &PathBuf| {
        attribute(device, "idVendor").as_deref() == Some(VENDOR)
            && attribute(device, "idProduct").as_deref() == Some(PRODUCT)
    };
    let device = entries(Path::new("/sys/bus/usb/devices"))
        .into_iter()
        .find(is_receiver)?;
    existing(device.join(format!("{}:1.{number}", name(&device))))
}

/// The HID device of the receiver's HID++ interface.
fn receiver() -> Option<PathBuf> {
    hid_device(&usb_interface(HIDPP_INTERFACE)?)
}

/// The HID device that the driver made for a slot.
fn device(slot: u8) -> Option<PathBuf> {
    let place = format!("input{HIDPP_INTERFACE}:{slot}");
    entries(&receiver()?).into_iter().find(|child| {
        let uevent = attribute(child, "uevent").unwrap_or_default();
        uevent
            .lines()
            .any(|line| line.starts_with("HID_PHYS=") && line.ends_with(&place))
    })
}

/// HID devices are named bus:vendor:product.instance.
fn hid_device(parent: &Path) -> Option<PathBuf> {
    let is_hid = |entry: &PathBuf| name(entry).starts_with("0003:");
    entries(parent).into_iter().find(is_hid)
}

fn hidraw(device: &Path) -> Option<PathBuf> {
    let node = entries(&device.join("hidraw")).into_iter().next()?;
    existing(Path::new("/dev").join(name(&node)))
}

fn driver(device: &Path) -> Option<String> {
    fs::read_link(device.join("driver"))
        .ok()
        .map(|link| name(&link))
}

fn attribute(device: &Path, attribute: &str) -> Option<String> {
    fs::read_to_string(device.join(attribute))
        .ok()
        .map(|text| text.trim_end().to_owned())
}

fn existing(path: PathBuf) -> Option<PathBuf> {
    path.exists().then_some(path)
}

/// What is in a directory that may come and go.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    entries.flatten().map(|entry| entry.path()).collect()
}

fn name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
