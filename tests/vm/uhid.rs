//! A HID device without hardware, through the kernel's uhid, which bluetoothd also uses for
//! Bluetooth devices.
//!
//! A message is a `uhid_event` of the kernel's `linux/uhid.h`: its type, then, to create a device
//! (`UHID_CREATE2`), in native byte order:
//! | offset | size | what |
//! |---|---|---|
//! | 0 | 4 | type, 11 |
//! | 4 | 128, 64, 64 | name, physical location, serial number |
//! | 260 | 2 | length of the report descriptor |
//! | 262 | 2 | bus |
//! | 264 | 4, 4, 4, 4 | vendor, product, version, country |
//! | 280 | 4096 | report descriptor |

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use test_support::wait::eventually;

use crate::kernel::PATIENCE;

const CREATE2: u32 = 11;
const BLUETOOTH: u16 = 5;
const NAME: usize = 128;
const PLACE_AND_SERIAL: usize = 64 + 64;

/// The directory of such devices in sysfs.
const DEVICES: &str = "/sys/devices/virtual/misc/uhid";

/// A Bluetooth device that exists while the file is open. It never answers.
pub(crate) struct BluetoothDevice {
    /// Its node.
    pub(crate) node: PathBuf,
    _open: File,
}

impl BluetoothDevice {
    /// Creates the device.
    pub(crate) fn connect(vendor: u16, product: u16, reports: &[u8]) -> Self {
        let mut message = CREATE2.to_ne_bytes().to_vec();
        message.extend([0; NAME + PLACE_AND_SERIAL]);
        let length = u16::try_from(reports.len()).expect("a short descriptor");
        message.extend([length, BLUETOOTH].map(u16::to_ne_bytes).as_flattened());
        let numbers = [vendor.into(), product.into(), 0, 0].map(u32::to_ne_bytes);
        message.extend(numbers.as_flattened());
        message.extend(reports);
        let mut uhid = File::options()
            .write(true)
            .open("/dev/uhid")
            .expect("the kernel's uhid");
        uhid.write_all(&message).expect("a device");
        let name = format!("{BLUETOOTH:04X}:{vendor:04X}:{product:04X}.");
        Self {
            node: eventually("the Bluetooth device's node", PATIENCE, || node(&name)),
            _open: uhid,
        }
    }
}

/// The node of the device with this prefix of its name.
fn node(name: &str) -> Option<PathBuf> {
    let devices = fs::read_dir(DEVICES).ok()?;
    let device = devices
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with(name))?;
    let node = fs::read_dir(device.path().join("hidraw")).ok()?.next()?;
    let node = Path::new("/dev").join(node.ok()?.file_name());
    node.exists().then_some(node)
}
