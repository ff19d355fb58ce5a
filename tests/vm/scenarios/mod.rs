//! The proofs, one file each; every one plugs in its own receiver.

mod batteries;
mod bolt;
mod bound;
mod coexistence;
mod daemon;
mod denied;
mod doctor;
mod hotplug;
mod quiet;
mod reading;
mod replugged;
mod requests;
mod sandbox;
mod together;
mod typing;
mod udev_rule;
pub(crate) mod udev_start;
mod unplugged;
mod usb;
mod wired;

use std::time::Duration;

use solar_status::sim::device::Protocol;
use solar_status::sim::receiver::Receiver;
use solar_status::sim::scenario::{self, K750, K800, M705};

use crate::descriptors::{Hardware, UNIFYING};
use crate::kernel::{PATIENCE, Seen, eventually};
use crate::program::Program;
use crate::usbip::UsbDevice;

/// Something to prove in the guest; it panics when it does not hold.
pub(crate) struct Scenario {
    /// What it is called by.
    pub(crate) name: &'static str,
    /// What holds if it passes.
    pub(crate) proves: &'static str,
    /// The proof.
    pub(crate) run: fn(&Program),
}

/// All there are, in the order in which they run.
pub(crate) const ALL: &[Scenario] = &[
    Scenario {
        name: "bound",
        proves: "the kernel's driver binds and knows both batteries",
        run: bound::prove,
    },
    Scenario {
        name: "typing",
        proves: "every key press arrives, in order",
        run: typing::prove,
    },
    Scenario {
        name: "reading",
        proves: "the program reads charge and light beside the kernel",
        run: reading::prove,
    },
    Scenario {
        name: "undisturbed",
        proves: "no key press is lost while the program runs",
        run: typing::prove_undisturbed,
    },
    Scenario {
        name: "requests",
        proves: "the program asks for no more than it needs",
        run: requests::prove,
    },
    Scenario {
        name: "unplugged",
        proves: "unplugging ends a reading with a plain error",
        run: unplugged::prove,
    },
    Scenario {
        name: "hotplug",
        proves: "every plugging of every node is told of once, and its end",
        run: hotplug::prove,
    },
    Scenario {
        name: "hotplug-lost",
        proves: "nodes are found again after udev's messages were lost",
        run: hotplug::prove_lost,
    },
    Scenario {
        name: "hotplug-bare",
        proves: "without udev the kernel itself is heard",
        run: hotplug::prove_without_udev,
    },
    Scenario {
        name: "denied",
        proves: "without permission the program names the remedy",
        run: denied::prove,
    },
    Scenario {
        name: "denied-monitor",
        proves: "so does the monitor, which goes on and finds the node once it may",
        run: denied::prove_monitor,
    },
    Scenario {
        name: "doctor",
        proves: "the doctor says the right thing with nothing plugged in, no permission, all well, and a device that hangs",
        run: doctor::prove,
    },
    Scenario {
        name: "udev-rule",
        proves: "the optional rule opens the receiver's node only",
        run: udev_rule::prove,
    },
    Scenario {
        name: "udev-start",
        proves: "the daemon's rule marks and opens the nodes it needs, and no keyboard",
        run: udev_start::prove,
    },
    Scenario {
        name: "sandbox",
        proves: "systemd starts the daemon for a receiver, and its sandbox leaves it what it needs",
        run: sandbox::prove,
    },
    Scenario {
        name: "usb",
        proves: "the USB transport gives the interface back",
        run: usb::prove,
    },
    Scenario {
        name: "usb-stopped",
        proves: "so it does when it is stopped or killed",
        run: usb::prove_stopped,
    },
    Scenario {
        name: "batteries",
        proves: "the kernel, Solaar and the program read the same of six kinds of battery",
        run: batteries::prove,
    },
    Scenario {
        name: "bolt",
        proves: "devices behind a Bolt receiver are read without child nodes",
        run: bolt::prove,
    },
    Scenario {
        name: "wired",
        proves: "a corded mouse is read, and another maker's keyboard left alone",
        run: wired::prove,
    },
    Scenario {
        name: "coexistence",
        proves: "the monitor asks what it needs, and nothing while nothing happens",
        run: coexistence::prove,
    },
    Scenario {
        name: "replugged",
        proves: "the monitor follows the receiver over an unplugging",
        run: replugged::prove,
    },
    Scenario {
        name: "quiet",
        proves: "with the node closed nothing is missed, and typing wakes nobody",
        run: quiet::prove,
    },
    Scenario {
        name: "together",
        proves: "in a minute of the kernel, Solaar and the program nobody sees a wrong value or loses a reply",
        run: together::prove,
    },
    Scenario {
        name: "daemon",
        proves: "the real upowerd and the daemon say the same of six kinds of battery",
        run: daemon::prove_beside,
    },
    Scenario {
        name: "daemon-cycles",
        proves: "so they do over 30 replugs and sleeps, and no key or motion is lost",
        run: daemon::prove_cycles,
    },
    Scenario {
        name: "daemon-k750",
        proves: "the daemon keeps a K750's charge fresh in the kernel and upowerd",
        run: daemon::prove_solar,
    },
    Scenario {
        name: "daemon-stopped",
        proves: "stopped, the daemon leaves all as it was, and remembers what sleeps",
        run: daemon::prove_stopped,
    },
    Scenario {
        name: "daemon-killed",
        proves: "killed, it leaves no series of measurements without end",
        run: daemon::prove_killed,
    },
    Scenario {
        name: "daemon-full",
        proves: "with its disk full it warns and goes on",
        run: daemon::prove_full,
    },
    Scenario {
        name: "daemon-denied",
        proves: "without permission it says so, and goes on once it may",
        run: daemon::prove_denied,
    },
];

/// The scenarios of these names, or all if there is no name; else the unknown name.
pub(crate) fn choose(names: &[String]) -> Result<Vec<&'static Scenario>, String> {
    if names.is_empty() {
        return Ok(ALL.iter().collect());
    }
    let find = |name: &String| {
        ALL.iter()
            .find(|scenario| scenario.name == name)
            .ok_or_else(|| name.clone())
    };
    names.iter().map(find).collect()
}

/// The kernel's driver for the receiver.
const DJ_DRIVER: &str = "logitech-djreceiver";

/// What the devices on the desk tell; the third, a K800, sleeps.
const K750_PERCENT: u8 = 57;
const K750_LUX: u16 = 12;
const M705_PERCENT: u8 = 65;

/// A plugged-in receiver with its devices.
type Desk = UsbDevice<Receiver>;

impl Desk {
    /// The notification flags of the receiver, then of HID++ 1.0 devices.
    fn flags<const N: usize>(&self, slots: [u8; N]) -> ([u8; 3], [[u8; 3]; N]) {
        self.with(|receiver, _| {
            let of_device = |slot| match receiver.device(slot).map(|device| &device.protocol) {
                Some(Protocol::Registers(registers)) => registers.flags(),
                other => panic!("slot {slot} has no registers: {other:?}"),
            };
            (receiver.flags(), slots.map(of_device))
        })
    }
}

/// Plugs in the desk and waits until the kernel has asked all it wants to know.
fn plug_in() -> Desk {
    let desk = UsbDevice::plug_in(&UNIFYING, scenario::desk());
    let seen = desk.seen();
    wait_for_batteries(seen);
    eventually("the K800's node", PATIENCE, || seen.node_of(K800));
    wait_for_quiet(&desk);
    desk
}

/// Plugs in a receiver and waits until the kernel has asked all it wants to know.
fn plug_in_receiver(hardware: &'static Hardware, receiver: Receiver) -> Desk {
    let desk = UsbDevice::plug_in(hardware, receiver);
    eventually("the receiver's node", PATIENCE, || desk.seen().node());
    wait_for_quiet(&desk);
    desk
}

/// Waits until nobody asks the receiver any more.
fn wait_for_quiet(desk: &Desk) {
    eventually("the end of the kernel's requests", PATIENCE, || {
        let last = |receiver: &Receiver| receiver.requests().last().map(|sent| sent.at);
        let quiet = desk.with(|receiver, now| now.since(last(receiver).unwrap_or_default()));
        (quiet > Duration::from_millis(500)).then_some(())
    });
}

/// Waits until the kernel knows the charge of the devices that are there.
fn wait_for_batteries(seen: Seen) {
    let measured = || {
        seen.battery_of(K750)
            .filter(|battery| battery.capacity != Some(0))
    };
    eventually("the K750's first measure", PATIENCE, measured);
    eventually("the M705's battery", PATIENCE, || seen.battery_of(M705));
}
