//! The scenarios, one file each; every scenario plugs in its own receiver.

mod batteries;
mod bolt;
mod bound;
mod coexistence;
mod daemon;
mod denied;
mod desk;
mod doctor;
mod figures;
mod headset;
mod hostile;
mod hotplug;
mod links;
mod package;
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

use crate::program::Program;
use crate::vm_environment::VmEnvironment;
use desk::{
    DJ_DRIVER, Desk, K750_LUX, K750_PERCENT, K750_SERIAL, M705_PERCENT, plug_in, plug_in_receiver,
    wait_for_batteries, wait_for_quiet,
};

/// A scenario in the guest; it panics if its claim does not hold.
pub(crate) struct Scenario {
    /// Its name.
    pub(crate) name: &'static str,
    /// The claim that it verifies.
    pub(crate) proves: &'static str,
    /// The environment in which it runs.
    pub(crate) environment: VmEnvironment,
    /// Verifies the claim.
    pub(crate) run: fn(&Program),
}

/// All scenarios, in the order in which they run.
pub(crate) const ALL: &[Scenario] = &[
    Scenario {
        name: "bound",
        proves: "the kernel driver binds and reports both batteries",
        environment: VmEnvironment::Host,
        run: bound::prove,
    },
    Scenario {
        name: "typing",
        proves: "every key press arrives, in order",
        environment: VmEnvironment::Host,
        run: typing::prove,
    },
    Scenario {
        name: "reading",
        proves: "the program reads charge and light alongside the kernel",
        environment: VmEnvironment::Host,
        run: reading::prove,
    },
    Scenario {
        name: "undisturbed",
        proves: "no key press is lost while the program runs",
        environment: VmEnvironment::Host,
        run: typing::prove_undisturbed,
    },
    Scenario {
        name: "requests",
        proves: "the program sends no more requests than it needs",
        environment: VmEnvironment::Host,
        run: requests::prove,
    },
    Scenario {
        name: "unplugged",
        proves: "unplugging ends a reading with a clear error",
        environment: VmEnvironment::Host,
        run: unplugged::prove,
    },
    Scenario {
        name: "hotplug",
        proves: "every hotplug and removal of a node is reported once",
        environment: VmEnvironment::Host,
        run: hotplug::prove,
    },
    Scenario {
        name: "hotplug-lost",
        proves: "nodes are rediscovered after udev messages were lost",
        environment: VmEnvironment::Host,
        run: hotplug::prove_lost,
    },
    Scenario {
        name: "hotplug-bare",
        proves: "without udev the kernel's own messages are used",
        environment: VmEnvironment::Host,
        run: hotplug::prove_without_udev,
    },
    Scenario {
        name: "denied",
        proves: "without permission the program names the remedy",
        environment: VmEnvironment::Host,
        run: denied::prove,
    },
    Scenario {
        name: "denied-monitor",
        proves: "the monitor does too, keeps running and finds the node once permitted",
        environment: VmEnvironment::Host,
        run: denied::prove_monitor,
    },
    Scenario {
        name: "doctor",
        proves: "the doctor is right without devices, without permission, without faults, and with a device that hangs",
        environment: VmEnvironment::Host,
        run: doctor::prove,
    },
    Scenario {
        name: "udev-rule",
        proves: "the optional rule opens only the receiver's node",
        environment: VmEnvironment::Host,
        run: udev_rule::prove,
    },
    Scenario {
        name: "udev-start",
        proves: "the daemon's rule marks and opens the nodes it needs, and no keyboard",
        environment: VmEnvironment::Host,
        run: udev_start::prove,
    },
    Scenario {
        name: "sandbox",
        proves: "systemd starts the daemon for a receiver, and its sandbox permits all that it needs",
        environment: VmEnvironment::Host,
        run: sandbox::prove,
    },
    Scenario {
        name: "usb",
        proves: "the USB transport returns the interface to the kernel",
        environment: VmEnvironment::Host,
        run: usb::prove,
    },
    Scenario {
        name: "usb-stopped",
        proves: "it does so even if it is stopped or killed",
        environment: VmEnvironment::Host,
        run: usb::prove_stopped,
    },
    Scenario {
        name: "batteries",
        proves: "the kernel, Solaar and the program read the same of six kinds of battery",
        environment: VmEnvironment::Host,
        run: batteries::prove,
    },
    Scenario {
        name: "bolt",
        proves: "devices behind a Bolt receiver are read without child nodes",
        environment: VmEnvironment::Host,
        run: bolt::prove,
    },
    Scenario {
        name: "wired",
        proves: "a corded mouse is read, and another manufacturer's keyboard is ignored",
        environment: VmEnvironment::Host,
        run: wired::prove,
    },
    Scenario {
        name: "coexistence",
        proves: "the monitor sends only necessary requests, and none while nothing happens",
        environment: VmEnvironment::Host,
        run: coexistence::prove,
    },
    Scenario {
        name: "replugged",
        proves: "the monitor follows the receiver across a hotplug",
        environment: VmEnvironment::Host,
        run: replugged::prove,
    },
    Scenario {
        name: "quiet",
        proves: "in standby no change is missed, and typing causes no wake-up",
        environment: VmEnvironment::Host,
        run: quiet::prove,
    },
    Scenario {
        name: "together",
        proves: "the kernel, Solaar and the program run together for a minute without a wrong value or a lost reply",
        environment: VmEnvironment::Host,
        run: together::prove,
    },
    Scenario {
        name: "daemon",
        proves: "the real upowerd and the daemon report the same for six kinds of battery",
        environment: VmEnvironment::Host,
        run: daemon::prove_upower_values,
    },
    Scenario {
        name: "daemon-cycles",
        proves: "they still agree after 30 hotplugs and sleeps, and no key or motion is lost",
        environment: VmEnvironment::Host,
        run: daemon::prove_cycles,
    },
    Scenario {
        name: "daemon-k750",
        proves: "the daemon keeps a K750's charge fresh in the kernel and upowerd",
        environment: VmEnvironment::Host,
        run: daemon::prove_solar,
    },
    Scenario {
        name: "daemon-stopped",
        proves: "when stopped, the daemon restores all flags, and after a restart it knows sleeping devices",
        environment: VmEnvironment::Host,
        run: daemon::prove_stopped,
    },
    Scenario {
        name: "daemon-killed",
        proves: "when killed, it leaves no endless light series",
        environment: VmEnvironment::Host,
        run: daemon::prove_killed,
    },
    Scenario {
        name: "daemon-full",
        proves: "with a full disk it warns and keeps running",
        environment: VmEnvironment::Host,
        run: daemon::prove_full,
    },
    Scenario {
        name: "daemon-denied",
        proves: "without permission it reports the remedy, and continues once permitted",
        environment: VmEnvironment::Host,
        run: daemon::prove_denied,
    },
    Scenario {
        name: "links",
        proves: "a mouse with two channels and a cable is one device over all of them",
        environment: VmEnvironment::Host,
        run: links::prove,
    },
    Scenario {
        name: "headset",
        proves: "a headset that speaks Centurion is one device behind its dongle and on its cable",
        environment: VmEnvironment::Host,
        run: headset::prove,
    },
    Scenario {
        name: "figures",
        proves: "the shipped programs work; their cost compared with Solaar and UPower",
        environment: VmEnvironment::Shipped,
        run: figures::prove,
    },
    Scenario {
        name: "package",
        proves: "apt installs the package, any user sees charge and light, and purging leaves nothing",
        environment: VmEnvironment::Debian,
        run: package::prove,
    },
    Scenario {
        name: "hostile",
        proves: "the installed service withstands hostile clients within its unit's limits",
        environment: VmEnvironment::Debian,
        run: hostile::prove,
    },
];

/// The scenarios with these names, or all without names; the unknown name as an error.
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
