//! What the guest's kernel created for plugged-in hardware: drivers, hidraw nodes, batteries, input
//! nodes.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// All USB devices.
const DEVICES: &str = "/sys/bus/usb/devices";
/// The bus of the hub that devices are plugged into; vhci-hcd is the guest's only USB controller.
const BUS: u8 = 1;

/// How long the kernel may take to set up a device in a slow guest.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The kernel's view of a plugged-in USB device.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    /// Its port, counted from 0.
    pub(crate) port: u8,
    /// The interface with HID++.
    pub(crate) hidpp_interface: u8,
}

impl Seen {
    /// The USB driver bound to an interface, normally `usbhid`.
    pub(crate) fn usb_driver(self, interface: u8) -> Option<String> {
        driver(&self.interface(interface)?)
    }

    /// The HID driver bound to an interface.
    pub(crate) fn hid_driver(self, interface: u8) -> Option<String> {
        driver(&hid_device(&self.interface(interface)?)?)
    }

    /// The node of its HID++ interface.
    pub(crate) fn node(self) -> Option<PathBuf> {
        hidraw(&self.hidpp()?)
    }

    /// Its own battery, unless it is a receiver.
    pub(crate) fn battery(self) -> Option<Battery> {
        Battery::of(&self.hidpp()?)
    }

    /// The node of the device in a slot.
    pub(crate) fn node_of(self, slot: u8) -> Option<PathBuf> {
        hidraw(&self.paired(slot)?)
    }

    /// The battery of the device in a slot.
    pub(crate) fn battery_of(self, slot: u8) -> Option<Battery> {
        Battery::of(&self.paired(slot)?)
    }

    /// The evdev node through which the device in a slot types.
    pub(crate) fn keyboard_of(self, slot: u8) -> Option<PathBuf> {
        self.input_of(slot, has_letters)
    }

    /// The evdev node through which the device in a slot points.
    pub(crate) fn mouse_of(self, slot: u8) -> Option<PathBuf> {
        self.input_of(slot, has_motion)
    }

    fn input_of(self, slot: u8, is_wanted: fn(&Path) -> bool) -> Option<PathBuf> {
        let inputs = entries(&self.paired(slot)?.join("input"));
        let wanted = inputs.into_iter().find(|input| is_wanted(input))?;
        let event = entries(&wanted)
            .into_iter()
            .find(|entry| name(entry).starts_with("event"))?;
        existing(Path::new("/dev/input").join(name(&event)))
    }

    fn interface(self, number: u8) -> Option<PathBuf> {
        let device = format!("{BUS}-{}", self.port + 1);
        existing(
            Path::new(DEVICES)
                .join(&device)
                .join(format!("{device}:1.{number}")),
        )
    }

    /// The HID device of the HID++ interface.
    fn hidpp(self) -> Option<PathBuf> {
        hid_device(&self.interface(self.hidpp_interface)?)
    }

    /// The HID device that the driver created for a slot.
    fn paired(self, slot: u8) -> Option<PathBuf> {
        let place = format!("input{}:{slot}", self.hidpp_interface);
        entries(&self.hidpp()?).into_iter().find(|child| {
            let uevent = attribute(child, "uevent").unwrap_or_default();
            uevent
                .lines()
                .any(|line| line.starts_with("HID_PHYS=") && line.ends_with(&place))
        })
    }
}

/// Succeeds once the kernel has removed every plugged-in device.
pub(crate) fn unplugged() -> Option<()> {
    let is_plugged_in = |entry: PathBuf| {
        let name = name(&entry);
        // Names with a colon are interfaces; the hub itself has one, too.
        name.starts_with(&format!("{BUS}-")) && !name.contains(':')
    };
    let nothing = !entries(Path::new(DEVICES)).into_iter().any(is_plugged_in);
    nothing.then_some(())
}

/// A battery as reported in sysfs; values unknown to the driver are `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Battery {
    /// The kernel's name for it: `hidpp_battery_0`.
    pub(crate) name: String,
    /// The name of its device.
    pub(crate) model: Option<String>,
    /// The device's serial number, with dashes between its bytes.
    pub(crate) serial: Option<String>,
    /// In percent.
    pub(crate) capacity: Option<u8>,
    /// `Full`, `High`, `Normal`, `Low`, `Critical` or `Unknown`.
    pub(crate) level: Option<String>,
    /// In microvolts.
    pub(crate) voltage: Option<u32>,
    /// `Charging`, `Discharging`, `Not charging`, `Full` or `Unknown`.
    pub(crate) status: Option<String>,
    /// Whether the device is reachable.
    pub(crate) online: Option<bool>,
}

impl Battery {
    /// The battery of a HID device.
    fn of(device: &Path) -> Option<Self> {
        let supply = entries(&device.join("power_supply")).into_iter().next()?;
        let text = |name| attribute(&supply, name);
        Some(Self {
            name: name(&supply),
            model: text("model_name"),
            serial: text("serial_number"),
            capacity: number(text("capacity")),
            level: text("capacity_level"),
            voltage: number(text("voltage_now")),
            status: text("status"),
            online: text("online").map(|online| online == "1"),
        })
    }
}

fn number<T: FromStr>(text: Option<String>) -> Option<T> {
    text.and_then(|text| text.parse().ok())
}

impl fmt::Display for Battery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let online = |online| if online { "online" } else { "offline" };
        let parts = [
            self.capacity.map(|percent| format!("{percent} %")),
            self.level.clone(),
            self.voltage.map(|voltage| format!("{} mV", voltage / 1000)),
            self.status.clone(),
            self.online.map(|is| online(is).to_owned()),
        ];
        let known: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(&known.join(", "))
    }
}

/// Whether the input device has the key A (code 30), which mice do not have.
fn has_letters(input: &Path) -> bool {
    is_capable(input, "key", 30)
}

/// Whether the input device reports horizontal motion (code 0).
fn has_motion(input: &Path) -> bool {
    is_capable(input, "rel", 0)
}

/// Whether an input device supports a code below 64 of an event type.
fn is_capable(input: &Path, sort: &str, code: u32) -> bool {
    let codes = attribute(input, &format!("capabilities/{sort}")).unwrap_or_default();
    let lowest = codes
        .split(' ')
        .next_back()
        .and_then(|word| u64::from_str_radix(word, 16).ok());
    lowest.is_some_and(|bits| bits & 1 << code != 0)
}

/// HID devices have names of the form bus:vendor:product.instance.
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

/// The entries of a directory that may disappear.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    entries.flatten().map(|entry| entry.path()).collect()
}

fn name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
