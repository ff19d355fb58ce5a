//! Hears which hidraw nodes and batteries come, go and change, without asking again and again.
//!
//! The kernel sends its uevents to a netlink socket, and udev sends them again once its rules
//! ran, so that a node has its owner and its permissions by then. This listens to udev, and to the
//! kernel only where no udev runs.
//!
//! Who sends is checked by the address that the kernel puts on each message: it went to the one
//! group listened to, and the kernel's own come from port 0. Linux lets nobody send here without
//! `CAP_NET_ADMIN` (`netlink_sendmsg`: this protocol lacks `NL_CFG_F_NONROOT_SEND`). The sender's
//! credentials are not asked for: rustix reads them into a process id that cannot be zero, and the
//! kernel's is. A message names a node and nothing more; what it is, sysfs says.

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

/// There while udev runs.
const UDEV_CONTROL: &str = "/run/udev/control";

/// The subsystem of the nodes.
const HIDRAW: &str = "hidraw";

/// Longer than any message: the kernel's end at 2 KiB of properties, libudev reads 8 KiB.
const MESSAGE: usize = 8192;

/// The subsystem of the batteries.
const POWER_SUPPLY: &str = "power_supply";

/// What happened to the hidraw nodes, and to the batteries that the HID++ driver follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NodeChange {
    /// A node of this name came: `hidraw3`.
    Added(String),
    /// This plugging ended.
    Removed(NodeId),
    /// A battery of this name came, or the kernel heard something of it: `hidpp_battery_0`.
    Supply(String),
    /// This plugging of a battery ended.
    SupplyGone(SupplyId),
    /// Messages were lost: list all again.
    Rescan,
}

/// A socket on which changes of the hidraw nodes arrive; non-blocking.
///
/// It becomes readable for devices of every kind. [`super::NodeWatch`] joins it with the list.
#[derive(Debug)]
pub(super) struct Hotplug {
    socket: OwnedFd,
    group: Group,
}

/// Who speaks, by its multicast group.
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
    /// Listens from now on.
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
        debug!("listening to {group:?} for nodes and batteries");
        Ok(Self { socket, group })
    }

    /// The next change, or `None` when nothing waits.
    pub(super) fn receive(&mut self) -> io::Result<Option<NodeChange>> {
        let mut buffer = [0; MESSAGE];
        loop {
            // With TRUNC the length is that of the whole message.
            let (len, sender) = match recvfrom(&self.socket, &mut buffer[..], RecvFlags::TRUNC) {
                Ok((_, len, sender)) => (len, sender),
                Err(Errno::INTR) => continue,
                Err(Errno::AGAIN) => return Ok(None),
                Err(Errno::NOBUFS) => return Ok(Some(NodeChange::Rescan)),
                Err(errno) => return Err(errno.into()),
            };
            let sender = sender.and_then(|sender| SocketAddrNetlink::try_from(sender).ok());
            if !sender.is_some_and(|sender| self.group.trusts(sender)) {
                debug!("a uevent of {sender:?} is ignored");
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

/// What a uevent means for nodes and batteries.
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
    fn a_node_that_comes_is_named_alike_by_both() {
        let added = Some(NodeChange::Added("hidraw3".to_owned()));
        let kernel = kernel_message("add", HIDRAW);
        assert_eq!(change_of(Group::Kernel, &kernel), added);
        assert_eq!(change_of(Group::Udev, &udev_message("add", HIDRAW)), added);
    }

    #[test]
    fn a_node_that_goes_is_named_by_its_plugging() {
        let removed = Some(NodeChange::Removed(NodeId::new(DEVPATH)));
        let kernel = kernel_message("remove", HIDRAW);
        assert_eq!(change_of(Group::Kernel, &kernel), removed);
        let udev = udev_message("remove", HIDRAW);
        assert_eq!(change_of(Group::Udev, &udev), removed);
    }

    #[test]
    fn a_battery_speaks_up_and_goes() {
        let event = |action, devpath| Uevent {
            action,
            devpath,
            subsystem: POWER_SUPPLY,
            devname: None,
        };
        let ours = "/devices/1-2:1.2/0003:046D:4002.0008/power_supply/hidpp_battery_0";
        for action in [Action::Add, Action::Other("change")] {
            let told = NodeChange::Supply("hidpp_battery_0".to_owned());
            assert_eq!(change(&event(action, ours)), Some(told));
        }
        let gone = NodeChange::SupplyGone(SupplyId::new(ours));
        assert_eq!(change(&event(Action::Remove, ours)), Some(gone));
        for others in ["/devices/PNP0C0A:00/power_supply/BAT0", "hidpp_battery_0"] {
            assert_eq!(change(&event(Action::Remove, others)), None, "{others}");
        }
    }

    #[test]
    fn other_devices_and_other_actions_are_passed_over() {
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
    fn only_multicast_messages_of_the_right_sender_are_taken() {
        let sender = SocketAddrNetlink::new;
        assert!(Group::Kernel.trusts(sender(0, 1)));
        assert!(Group::Udev.trusts(sender(4711, 2)));
        // Another process in the kernel's group; a message to this process alone; another group.
        assert!(!Group::Kernel.trusts(sender(4711, 1)));
        assert!(!Group::Udev.trusts(sender(4711, 0)));
        assert!(!Group::Kernel.trusts(sender(0, 0)));
        assert!(!Group::Udev.trusts(sender(0, 1)));
    }

    /// On a real socket. A sandbox may refuse netlink as a whole, and then says so in one of
    /// these ways.
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
