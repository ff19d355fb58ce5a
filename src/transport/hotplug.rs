//! Hotplug: receives events about added, removed and changed hidraw nodes and batteries, without
//! polling.
//!
//! The kernel sends its uevents to a netlink socket, and udev sends them again once its rules have
//! run, so that a node has its owner and its permissions by then. This subscribes to udev's events,
//! or to the kernel's if udev is not running.
//!
//! The sender is checked by the address that the kernel attaches to each message: it must have been
//! sent to the subscribed multicast group, and the kernel's own come from port 0. Sending here
//! requires `CAP_NET_ADMIN` (`netlink_sendmsg`: this protocol lacks `NL_CFG_F_NONROOT_SEND`). The
//! sender's credentials are not requested: rustix reads them into a process id that cannot be zero,
//! and the kernel's is. Only the node's name is used from a message; its properties are read from
//! sysfs.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use log::{debug, trace};
use rustix::io::Errno;
use rustix::net::netlink::{self, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, bind, recvfrom, socket_with};

use super::supply::is_ours;
use super::uevent::{self, Action, Uevent};
use super::{NodeId, SupplyId};

/// Exists while udev is running.
const UDEV_CONTROL: &str = "/run/udev/control";

/// The subsystem of the nodes.
const HIDRAW: &str = "hidraw";

/// The buffer size in bytes, longer than any message: the kernel limits properties to 2 KiB, and
/// libudev reads 8 KiB.
const MESSAGE: usize = 8192;

/// The subsystem of the batteries.
const POWER_SUPPLY: &str = "power_supply";

/// A change of the hidraw nodes, or of the batteries that the kernel's HID++ driver reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NodeChange {
    /// A node of this name was added: `hidraw3`.
    Added(String),
    /// This node was removed.
    Removed(NodeId),
    /// A battery of this name was added, or the kernel reported on it: `hidpp_battery_0`.
    Supply(String),
    /// This battery was removed.
    SupplyGone(SupplyId),
    /// Messages were lost: everything has to be listed again.
    Rescan,
}

/// The socket for uevents; non-blocking.
///
/// It becomes readable for devices of every kind. [`super::NodeWatch`] combines it with the list of
/// present nodes.
#[derive(Debug)]
pub(super) struct Hotplug {
    socket: OwnedFd,
    group: Group,
}

/// The multicast group of the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Kernel,
    Udev,
}

impl Group {
    fn choose() -> Self {
        if Path::new(UDEV_CONTROL).exists() {
            Self::Udev
        } else {
            Self::Kernel
        }
    }

    /// The group's bit.
    const fn mask(self) -> u32 {
        match self {
            Self::Kernel => 1,
            Self::Udev => 2,
        }
    }

    fn trusts(self, sender: SocketAddrNetlink) -> bool {
        sender.groups() == self.mask() && (self == Self::Udev || sender.pid() == 0)
    }

    fn parse(self, message: &[u8]) -> Option<Uevent<'_>> {
        match self {
            Self::Kernel => uevent::parse_kernel(message),
            Self::Udev => uevent::parse_udev(message),
        }
    }
}

impl Hotplug {
    /// Subscribes to events from now on.
    pub(super) fn open() -> io::Result<Self> {
        Ok(Self::open_group(Group::choose())?)
    }

    fn open_group(group: Group) -> Result<Self, Errno> {
        let socket = socket_with(
            AddressFamily::NETLINK,
            SocketType::DGRAM,
            SocketFlags::NONBLOCK | SocketFlags::CLOEXEC,
            Some(netlink::KOBJECT_UEVENT),
        )?;
        bind(&socket, &SocketAddrNetlink::new(0, group.mask()))?;
        debug!("receiving uevents of nodes and batteries from {group:?}");
        Ok(Self { socket, group })
    }

    /// The next queued change, if any.
    pub(super) fn receive(&mut self) -> io::Result<Option<NodeChange>> {
        let mut buffer = [0; MESSAGE];
        loop {
            // With TRUNC, the returned length is that of the whole message.
            let (len, sender) = match recvfrom(&self.socket, &mut buffer[..], RecvFlags::TRUNC) {
                Ok((_, len, sender)) => (len, sender),
                Err(Errno::INTR) => continue,
                Err(Errno::AGAIN) => return Ok(None),
                Err(Errno::NOBUFS) => return Ok(Some(NodeChange::Rescan)),
                Err(errno) => return Err(errno.into()),
            };
            let sender = sender.and_then(|sender| SocketAddrNetlink::try_from(sender).ok());
            if !sender.is_some_and(|sender| self.group.trusts(sender)) {
                debug!("uevent of {sender:?} ignored");
                continue;
            }
            let Some(message) = buffer.get(..len) else {
                return Ok(Some(NodeChange::Rescan));
            };
            if let Some(change) = self.group.parse(message).and_then(|event| change(&event)) {
                trace!("{change:?}");
                return Ok(Some(change));
            }
        }
    }
}

impl AsFd for Hotplug {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// The change of nodes or batteries that a uevent reports.
fn change(event: &Uevent<'_>) -> Option<NodeChange> {
    match event.subsystem {
        HIDRAW => node_change(event),
        POWER_SUPPLY => supply_change(event),
        _ => None,
    }
}

fn supply_change(event: &Uevent<'_>) -> Option<NodeChange> {
    let (_, name) = event.devpath.rsplit_once('/')?;
    is_ours(name).then(|| match event.action {
        Action::Remove => NodeChange::SupplyGone(SupplyId::new(event.devpath)),
        Action::Add | Action::Other(_) => NodeChange::Supply(name.to_owned()),
    })
}

fn node_change(event: &Uevent<'_>) -> Option<NodeChange> {
    match event.action {
        Action::Add => {
            let name = Path::new(event.devname?).file_name()?;
            Some(NodeChange::Added(name.to_str()?.to_owned()))
        }
        Action::Remove => Some(NodeChange::Removed(NodeId::new(event.devpath))),
        Action::Other(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::uevent::tests::{DEVPATH, kernel_message, udev_message};

    fn change_of(group: Group, message: &[u8]) -> Option<NodeChange> {
        change(&group.parse(message).unwrap())
    }

    #[test]
    fn an_added_node_has_the_same_name_from_both_senders() {
        let added = Some(NodeChange::Added("hidraw3".to_owned()));
        let kernel = kernel_message("add", HIDRAW);
        assert_eq!(change_of(Group::Kernel, &kernel), added);
        assert_eq!(change_of(Group::Udev, &udev_message("add", HIDRAW)), added);
    }

    #[test]
    fn a_removed_node_is_identified_by_its_id() {
        let removed = Some(NodeChange::Removed(NodeId::new(DEVPATH)));
        let kernel = kernel_message("remove", HIDRAW);
        assert_eq!(change_of(Group::Kernel, &kernel), removed);
        let udev = udev_message("remove", HIDRAW);
        assert_eq!(change_of(Group::Udev, &udev), removed);
    }

    #[test]
    fn a_battery_changes_and_is_removed() {
        let event = |action, devpath| Uevent {
            action,
            devpath,
            subsystem: POWER_SUPPLY,
            devname: None,
        };
        let ours = "/devices/1-2:1.2/0003:046D:4002.0008/power_supply/hidpp_battery_0";
        for action in [Action::Add, Action::Other("change")] {
            let changed = NodeChange::Supply("hidpp_battery_0".to_owned());
            assert_eq!(change(&event(action, ours)), Some(changed));
        }
        let gone = NodeChange::SupplyGone(SupplyId::new(ours));
        assert_eq!(change(&event(Action::Remove, ours)), Some(gone));
        for others in ["/devices/PNP0C0A:00/power_supply/BAT0", "hidpp_battery_0"] {
            assert_eq!(change(&event(Action::Remove, others)), None, "{others}");
        }
    }

    #[test]
    fn other_devices_and_other_actions_are_ignored() {
        for message in [
            udev_message("add", "power_supply"),
            udev_message("remove", "hid"),
            udev_message("change", HIDRAW),
            udev_message("bind", HIDRAW),
        ] {
            assert_eq!(change_of(Group::Udev, &message), None);
        }
    }

    #[test]
    fn only_multicast_messages_of_the_right_sender_are_accepted() {
        let sender = SocketAddrNetlink::new;
        assert!(Group::Kernel.trusts(sender(0, 1)));
        assert!(Group::Udev.trusts(sender(4711, 2)));
        // Another process in the kernel's group; a unicast message to this process; another group.
        assert!(!Group::Kernel.trusts(sender(4711, 1)));
        assert!(!Group::Udev.trusts(sender(4711, 0)));
        assert!(!Group::Kernel.trusts(sender(0, 0)));
        assert!(!Group::Udev.trusts(sender(0, 1)));
    }

    /// Uses a real socket. A sandbox may forbid netlink altogether, which fails with one of these
    /// errors.
    #[test]
    fn a_real_socket_opens_and_does_not_block() {
        for group in [Group::Kernel, Group::Udev] {
            match Hotplug::open_group(group) {
                Ok(mut hotplug) => while hotplug.receive().unwrap().is_some() {},
                Err(errno) => assert!(
                    [
                        Errno::AFNOSUPPORT,
                        Errno::PROTONOSUPPORT,
                        Errno::PERM,
                        Errno::ACCESS
                    ]
                    .contains(&errno),
                    "{errno:?}"
                ),
            }
        }
    }
}
