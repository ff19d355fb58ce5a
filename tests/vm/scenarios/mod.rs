//! The proofs, one file each; every one plugs in its own receiver.

mod batteries;
mod bolt;
mod bound;
mod coexistence;
mod daemon;
mod denied;
mod desk;
mod doctor;
mod figures;
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

/// Something to prove in the guest; it panics when it does not hold.
pub(crate) struct Scenario {
    /// What it is called by.
    pub(crate) name: &'static str,
    /// What holds if it passes.
    pub(crate) proves: &'static str,
    /// Where it runs.
    pub(crate) environment: VmEnvironment,
    /// The proof.
    pub(crate) run: fn(&Program),
}

/// All there are, in the order in which they run.
pub(crate) const ALL: &[Scenario] = &[
    Scenario {
        name: "bound",
        proves: "the kernel's driver binds and knows both batteries",
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
        proves: "the program reads charge and light beside the kernel",
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
        proves: "the program asks for no more than it needs",
        environment: VmEnvironment::Host,
        run: requests::prove,
    },
    Scenario {
        name: "unplugged",
        proves: "unplugging ends a reading with a plain error",
        environment: VmEnvironment::Host,
        run: unplugged::prove,
    },
    Scenario {
        name: "hotplug",
        proves: "every plugging of every node is told of once, and its end",
        environment: VmEnvironment::Host,
        run: hotplug::prove,
    },
    Scenario {
        name: "hotplug-lost",
        proves: "nodes are found again after udev's messages were lost",
        environment: VmEnvironment::Host,
        run: hotplug::prove_lost,
    },
    Scenario {
        name: "hotplug-bare",
        proves: "without udev the kernel itself is heard",
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
        proves: "so does the monitor, which goes on and finds the node once it may",
        environment: VmEnvironment::Host,
        run: denied::prove_monitor,
    },
    Scenario {
        name: "doctor",
        proves: "the doctor says the right thing with nothing plugged in, no permission, all well, and a device that hangs",
        environment: VmEnvironment::Host,
        run: doctor::prove,
    },
    Scenario {
        name: "udev-rule",
        proves: "the optional rule opens the receiver's node only",
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
        proves: "systemd starts the daemon for a receiver, and its sandbox leaves it what it needs",
        environment: VmEnvironment::Host,
        run: sandbox::prove,
    },
    Scenario {
        name: "usb",
        proves: "the USB transport gives the interface back",
        environment: VmEnvironment::Host,
        run: usb::prove,
    },
    Scenario {
        name: "usb-stopped",
        proves: "so it does when it is stopped or killed",
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
        proves: "a corded mouse is read, and another maker's keyboard left alone",
        environment: VmEnvironment::Host,
        run: wired::prove,
    },
    Scenario {
        name: "coexistence",
        proves: "the monitor asks what it needs, and nothing while nothing happens",
        environment: VmEnvironment::Host,
        run: coexistence::prove,
    },
    Scenario {
        name: "replugged",
        proves: "the monitor follows the receiver over an unplugging",
        environment: VmEnvironment::Host,
        run: replugged::prove,
    },
    Scenario {
        name: "quiet",
        proves: "with the node closed nothing is missed, and typing wakes nobody",
        environment: VmEnvironment::Host,
        run: quiet::prove,
    },
    Scenario {
        name: "together",
        proves: "in a minute of the kernel, Solaar and the program nobody sees a wrong value or loses a reply",
        environment: VmEnvironment::Host,
        run: together::prove,
    },
    Scenario {
        name: "daemon",
        proves: "the real upowerd and the daemon say the same of six kinds of battery",
        environment: VmEnvironment::Host,
        run: daemon::prove_beside,
    },
    Scenario {
        name: "daemon-cycles",
        proves: "so they do over 30 replugs and sleeps, and no key or motion is lost",
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
        proves: "stopped, the daemon leaves all as it was, and remembers what sleeps",
        environment: VmEnvironment::Host,
        run: daemon::prove_stopped,
    },
    Scenario {
        name: "daemon-killed",
        proves: "killed, it leaves no series of measurements without end",
        environment: VmEnvironment::Host,
        run: daemon::prove_killed,
    },
    Scenario {
        name: "daemon-full",
        proves: "with its disk full it warns and goes on",
        environment: VmEnvironment::Host,
        run: daemon::prove_full,
    },
    Scenario {
        name: "daemon-denied",
        proves: "without permission it says so, and goes on once it may",
        environment: VmEnvironment::Host,
        run: daemon::prove_denied,
    },
    Scenario {
        name: "links",
        proves: "a mouse with two channels and a cable is one device through all of them",
        environment: VmEnvironment::Host,
        run: links::prove,
    },
    Scenario {
        name: "figures",
        proves: "what is shipped works, and what it costs beside Solaar and UPower",
        environment: VmEnvironment::Shipped,
        run: figures::prove,
    },
    Scenario {
        name: "package",
        proves: "apt installs it, any user sees charge and light, and purged it leaves nothing",
        environment: VmEnvironment::Debian,
        run: package::prove,
    },
    Scenario {
        name: "hostile",
        proves: "installed, the service withstands hostile clients within its unit's limits",
        environment: VmEnvironment::Debian,
        run: hostile::prove,
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
