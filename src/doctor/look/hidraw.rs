//! Examines the HID++ nodes: which exist, their permissions, and whether they can be opened.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::look_error::LookError;
use super::machine::{Machine, link, names};
use crate::manager::{Unreadable, role, unreadable};
use crate::transport::{NodeInfo, NodeRole};

/// The state of hidraw.
#[derive(Clone, Debug, Default)]
pub struct Hidraw {
    /// Whether the kernel has hidraw (`/sys/class/hidraw` exists).
    pub class: bool,
    /// The number of relevant HID devices that the kernel knows, with a hidraw node or without.
    pub hid_devices: usize,
    /// The nodes of receivers and of single devices.
    pub nodes: Vec<Node>,
    /// Hardware that is present and cannot be read.
    pub unread: Vec<Unread>,
    /// How many nodes the kernel made for paired devices.
    pub children: usize,
}

/// A node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its properties, read without opening it.
    pub info: NodeInfo,
    /// Its role.
    pub role: NodeRole,
    /// Its HID driver in the kernel.
    pub driver: Option<String>,
    /// Its permissions; `None`: it has no file.
    pub access: Option<Access>,
    /// Whether it could be opened.
    pub opening: Opening,
    /// Its report descriptor.
    pub descriptor: Vec<u8>,
}

/// Hardware that cannot be read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// What was found, and why it cannot be read.
    pub found: Unreadable,
    /// The report descriptor of its node.
    pub descriptor: Vec<u8>,
}

/// The permissions of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The permission bits.
    pub mode: u32,
    /// Its owner's name, or number.
    pub owner: String,
    /// The name of its group, or its number.
    pub group: String,
    /// Whether an access control list grants access to others too, as `uaccess` does.
    pub list: bool,
}

/// The result of opening a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It can be opened.
    Opens,
    /// Its permissions forbid it (EACCES).
    Denied,
    /// Its permissions allow it, but a container or a service's device policy does not (EPERM).
    Forbidden,
    /// It has no file in `/dev`.
    Missing,
    /// Another error.
    Failed(String),
}

pub(super) fn look(machine: &Machine) -> Result<Hidraw, LookError> {
    let sys = machine.path("/sys");
    names(&sys.join("class")).map_err(|error| LookError::of("/sys/class", &error))?;
    let hid_devices = names(&sys.join("bus/hid/devices")).unwrap_or_default();
    let mut seen = Hidraw {
        hid_devices: hid_devices.iter().filter(|name| matters(name)).count(),
        ..Hidraw::default()
    };
    let nodes = match names(&sys.join("class/hidraw")) {
        Ok(nodes) => nodes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(seen),
        Err(error) => return Err(LookError::of("/sys/class/hidraw", &error)),
    };
    seen.class = true;
    let sysfs = machine.sysfs();
    let infos = nodes.iter().filter_map(|name| sysfs.node(name).ok()?);
    let infos: Vec<NodeInfo> = infos.collect();
    let unread = unreadable(&infos).into_iter().map(|found| {
        let info = infos.iter().find(|info| info.path == found.node);
        Unread {
            descriptor: info.map_or_else(Vec::new, |info| descriptor(machine, info)),
            found,
        }
    });
    seen.unread = unread.collect();
    for info in infos {
        match role(&info) {
            NodeRole::Child => seen.children += 1,
            NodeRole::Plain | NodeRole::Foreign => {}
            role @ (NodeRole::Receiver | NodeRole::Direct) => {
                seen.nodes.push(node(machine, info, role));
            }
        }
    }
    Ok(seen)
}

fn descriptor(machine: &Machine, info: &NodeInfo) -> Vec<u8> {
    let hid = machine.path(format!("/sys{}", info.place().hid));
    fs::read(hid.join("report_descriptor")).unwrap_or_default()
}

/// `0003:046D:C52B.0007`: bus, vendor, product and count.
fn matters(name: &str) -> bool {
    name.split(':').nth(1) == Some("046D") || name.contains(":17EF:6042.")
}

fn node(machine: &Machine, info: NodeInfo, role: NodeRole) -> Node {
    let hid = format!("/sys{}", info.place().hid);
    let file = machine.path(&info.path);
    Node {
        role,
        driver: link(&machine.path(&hid).join("driver")),
        access: access(machine, &file),
        opening: open(&file),
        descriptor: descriptor(machine, &info),
        info,
    }
}

fn access(machine: &Machine, file: &Path) -> Option<Access> {
    let metadata = fs::metadata(file).ok()?;
    let called = |file, id: u32| {
        let all = machine.text(file).unwrap_or_default();
        let of = |line: &str| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == id.to_string()).then(|| name.to_owned())
        };
        all.lines().find_map(of).unwrap_or_else(|| id.to_string())
    };
    let list = rustix::fs::getxattr(file, c"system.posix_acl_access", &mut [0_u8; 1024]);
    Some(Access {
        mode: metadata.mode() & 0o777,
        owner: called("/etc/passwd", metadata.uid()),
        group: called("/etc/group", metadata.gid()),
        list: list.is_ok_and(|len| len > 0),
    })
}

/// Opens and closes it; nothing is read or sent.
fn open(file: &Path) -> Opening {
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC;
    match rustix::fs::open(file, flags, Mode::empty()) {
        Ok(_) => Opening::Opens,
        Err(Errno::ACCESS) => Opening::Denied,
        Err(Errno::PERM) => Opening::Forbidden,
        Err(Errno::NOENT) => Opening::Missing,
        Err(errno) => Opening::Failed(errno.to_string()),
    }
}
