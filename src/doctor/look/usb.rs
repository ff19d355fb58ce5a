//! Receivers and devices on USB: as libusb reports them without opening any, or else sysfs, with
//! the driver of each interface. Nothing is claimed or detached.

use std::fs;
use std::path::Path;

use rusb::{Context, Device, UsbContext};

use super::look_error::LookError;
use super::machine::{Machine, link, names, text};
use crate::device::ReceiverModel;

/// The directory of USB devices and interfaces in sysfs.
const DEVICES: &str = "/sys/bus/usb/devices";
/// The kernel's driver of every interface of the class HID.
pub(in crate::doctor) const USBHID: &str = "usbhid";
const LOGITECH: u16 = 0x046D;
/// The class of keyboards, mice and everything with HID++.
const HID: u8 = 0x03;

/// A receiver or device of Logitech's on USB, or a receiver of Lenovo's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsbDevice {
    /// The number of its bus.
    pub bus: u8,
    /// The ports that lead to it: `2`, or `1.4` behind a hub.
    pub ports: String,
    /// Its address on the bus.
    pub address: u8,
    /// USB vendor id.
    pub vendor: u16,
    /// USB product id.
    pub product: u16,
    /// Its firmware, from `bcdDevice`: `12.01`.
    pub firmware: String,
    /// The product name, if sysfs has it.
    pub name: Option<String>,
    /// Its interfaces of the class HID.
    pub interfaces: Vec<Interface>,
    /// Its descriptors from sysfs. They do not include strings, and so no serial number.
    pub descriptors: Vec<u8>,
}

/// An interface of the class HID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its number.
    pub number: u8,
    /// The driver that holds it.
    pub driver: Driver,
}

/// The driver that holds an interface.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Driver {
    /// No driver.
    None,
    /// The kernel's driver of this name.
    Named(String),
    /// Not known without sysfs.
    Unknown,
}

impl UsbDevice {
    /// Where it is plugged in, as the kernel writes it: `1-2`.
    pub fn place(&self) -> String {
        format!("{}-{}", self.bus, self.ports)
    }

    /// Its file, through which programs claim interfaces.
    pub fn file(&self) -> String {
        format!("/dev/bus/usb/{:03}/{:03}", self.bus, self.address)
    }

    /// Whether the kernel's driver holds all of its interfaces, as far as that is known.
    pub fn is_driven(&self) -> bool {
        let usual = |driver: &Driver| match driver {
            Driver::None => false,
            Driver::Named(name) => name == USBHID,
            Driver::Unknown => true,
        };
        self.interfaces.iter().all(|it| usual(&it.driver))
    }

    /// The receiver model, if it is a receiver.
    pub fn receiver(&self) -> Option<ReceiverModel> {
        ReceiverModel::of(self.vendor, self.product)
    }
}

/// All relevant devices: those with an interface of the class HID.
pub(super) fn look(machine: &Machine) -> Result<Vec<UsbDevice>, LookError> {
    let sysfs = machine.path(DEVICES);
    let listed = if machine.is_this() {
        // libusb fails without /dev/bus/usb; sysfs exists nevertheless.
        by_libusb().or_else(|_| by_sysfs(&sysfs))
    } else {
        by_sysfs(&sysfs)
    };
    let mut devices = listed.map_err(|error| LookError::of(DEVICES, &error))?;
    for device in &mut devices {
        complete(device, &sysfs);
    }
    devices.retain(|device| !device.interfaces.is_empty());
    devices.sort_by_key(|device| (device.bus, device.ports.clone()));
    Ok(devices)
}

fn matters(vendor: u16, product: u16) -> bool {
    vendor == LOGITECH || ReceiverModel::of(vendor, product).is_some()
}

fn by_libusb() -> std::io::Result<Vec<UsbDevice>> {
    let context = Context::new().map_err(std::io::Error::other)?;
    let devices = context.devices().map_err(std::io::Error::other)?;
    Ok(devices.iter().filter_map(|it| of_libusb(&it)).collect())
}

/// `None`: it is not relevant, or is being unplugged.
fn of_libusb(device: &Device<Context>) -> Option<UsbDevice> {
    let descriptor = device.device_descriptor().ok()?;
    let (vendor, product) = (descriptor.vendor_id(), descriptor.product_id());
    let ports = device.port_numbers().ok()?;
    if !matters(vendor, product) || ports.is_empty() {
        return None;
    }
    let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
    let version = descriptor.device_version();
    let configuration = device.active_config_descriptor().ok();
    let interfaces = configuration
        .iter()
        .flat_map(rusb::ConfigDescriptor::interfaces);
    let hid = interfaces.filter(|it| it.descriptors().any(|it| it.class_code() == HID));
    Some(UsbDevice {
        bus: device.bus_number(),
        ports: ports.join("."),
        address: device.address(),
        vendor,
        product,
        firmware: format!(
            "{:02}.{}{}",
            version.major(),
            version.minor(),
            version.sub_minor()
        ),
        name: None,
        interfaces: hid
            .map(|it| Interface {
                number: it.number(),
                driver: Driver::Unknown,
            })
            .collect(),
        descriptors: Vec::new(),
    })
}

fn by_sysfs(sysfs: &Path) -> std::io::Result<Vec<UsbDevice>> {
    let places = names(sysfs)?;
    Ok(places
        .iter()
        .filter_map(|place| of_sysfs(sysfs, place))
        .collect())
}

fn of_sysfs(sysfs: &Path, place: &str) -> Option<UsbDevice> {
    // Names with a colon are interfaces, names without a hyphen are buses.
    let (bus, ports) = place.split_once('-').filter(|_| !place.contains(':'))?;
    let value = |name| text(&sysfs.join(place).join(name));
    let hexadecimal = |name| u16::from_str_radix(&value(name)?, 16).ok();
    let (vendor, product) = (hexadecimal("idVendor")?, hexadecimal("idProduct")?);
    let [major, minor] = hexadecimal("bcdDevice")?.to_be_bytes();
    matters(vendor, product).then_some(())?;
    Some(UsbDevice {
        bus: bus.parse().ok()?,
        ports: ports.to_owned(),
        address: value("devnum").and_then(|it| it.parse().ok()).unwrap_or(0),
        vendor,
        product,
        firmware: format!("{major:02x}.{minor:02x}"),
        name: None,
        interfaces: Vec::new(),
        descriptors: Vec::new(),
    })
}

/// Adds the values from sysfs, if it exists.
fn complete(device: &mut UsbDevice, sysfs: &Path) {
    let folder = sysfs.join(device.place());
    device.name = text(&folder.join("product"));
    device.descriptors = fs::read(folder.join("descriptors")).unwrap_or_default();
    let Ok(entries) = names(sysfs) else {
        return;
    };
    let prefix = format!("{}:", device.place());
    let interfaces = entries.iter().filter(|entry| entry.starts_with(&prefix));
    let interfaces: Vec<Interface> = interfaces
        .filter_map(|entry| interface(&sysfs.join(entry)))
        .collect();
    if !interfaces.is_empty() {
        device.interfaces = interfaces;
    }
}

/// `None`: it has another class.
fn interface(folder: &Path) -> Option<Interface> {
    let number = |name| u8::from_str_radix(&text(&folder.join(name))?, 16).ok();
    (number("bInterfaceClass")? == HID).then_some(())?;
    Some(Interface {
        number: number("bInterfaceNumber")?,
        driver: link(&folder.join("driver")).map_or(Driver::None, Driver::Named),
    })
}
