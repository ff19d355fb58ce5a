//! Examines the machine, each part with a timeout. Nothing is changed.

mod bus;
mod devices;
mod files;
mod hidraw;
mod job;
mod kernel;
mod look_error;
mod machine;
mod programs;
mod traffic;
mod usb;
mod whose;

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

pub use bus::{Answer, BusSeen, OnBus, Owner, Systemd, Unit, Upower, UpowerDevice};
pub use devices::{Devices, Origin};
pub use files::{Files, Installed, Kept, Places};
pub use hidraw::{Access, Hidraw, Node, Opening, Unread};
pub use kernel::{Kernel, KernelBattery};
pub use look_error::LookError;
pub use machine::Machine;
pub use programs::{Holder, Programs, Running};
pub use traffic::Traffic;
pub(super) use usb::USBHID;
pub use usb::{Driver, Interface, UsbDevice};
pub use whose::Whose;

use crate::bus::Bus;
use crate::device::{Device, Link, Receiver};
use crate::transport::{NodeInfo, NodeRole};
use hidpp_proto::session::LONGEST_STATUS;
use look_error::within;

/// The timeout of files and system calls, none of which waits for a device.
const PROMPT: Duration = Duration::from_secs(5);
/// The timeout of a bus with all calls to it.
const BUS: Duration = Duration::from_secs(7);
/// How much time the devices may take beyond their own limit: a write can hang in the kernel.
const SLACK: Duration = Duration::from_secs(6);

/// The result of the examination.
#[derive(Debug)]
pub struct Facts {
    /// Receivers and devices on USB.
    pub usb: Result<Vec<UsbDevice>, LookError>,
    /// The nodes.
    pub hidraw: Result<Hidraw, LookError>,
    /// The kernel's drivers.
    pub kernel: Result<Kernel, LookError>,
    /// The system's bus, then the user's.
    pub buses: Vec<BusSeen>,
    /// Other programs.
    pub programs: Result<Programs, LookError>,
    /// The HID++ traffic that was seen; `None`: the nodes were not listened to.
    pub traffic: Option<Result<Traffic, LookError>>,
    /// The devices.
    pub devices: Result<Devices, LookError>,
    /// Files.
    pub files: Result<Files, LookError>,
    /// The names that identify the machine and its users.
    pub whose: Whose,
}

impl Facts {
    /// The bus with a daemon that answers, and its answer.
    pub fn daemon(&self) -> Option<(&Bus, &OnBus)> {
        let on_buses = self
            .buses
            .iter()
            .filter_map(|it| Some((&it.bus, it.seen.as_ref().ok()?)));
        let mut answering = on_buses.filter(|(_, on)| matches!(on.answer, Answer::State { .. }));
        answering.next()
    }

    /// The nodes with a receiver or device that the daemon knows.
    pub fn known(&self) -> impl Iterator<Item = &str> {
        let answer = self.daemon().map(|(_, on)| &on.answer);
        let (receivers, devices): (&[Receiver], &[Device]) = match answer {
            Some(Answer::State {
                receivers, devices, ..
            }) => (receivers, devices),
            _ => (&[], &[]),
        };
        let links = devices.iter().flat_map(Device::links);
        let own = links.filter_map(|(link, _)| match link {
            Link::Direct { node, .. } => Some(node.as_str()),
            Link::Paired { .. } => None,
        });
        receivers.iter().map(|it| it.node.as_str()).chain(own)
    }

    /// Whether the daemon knows the receiver or device of this node.
    pub fn serves(&self, node: &str) -> bool {
        self.known().any(|it| it == node)
    }

    /// The nodes; empty if they could not be examined.
    pub fn nodes(&self) -> &[Node] {
        self.hidraw.as_ref().map_or(&[], |seen| &seen.nodes)
    }

    /// Hardware that is present and cannot be read.
    pub fn unread(&self) -> &[Unread] {
        self.hidraw.as_ref().map_or(&[], |seen| &seen.unread)
    }

    /// What is on the system's bus.
    pub fn system(&self) -> Option<&OnBus> {
        let system = self.buses.iter().find(|it| it.bus == Bus::System)?;
        system.seen.as_ref().ok()
    }
}

/// The options of an examination.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// The machine to examine.
    pub machine: Machine,
    /// Whether to read the devices directly even if the daemon runs.
    pub direct: bool,
    /// How long to listen; `None`: two seconds if the devices are read directly, else not at all.
    pub listen: Option<Duration>,
    /// The places of files.
    pub places: Places,
}

/// Examines everything.
pub fn look(wishes: &Wishes) -> Facts {
    let machine = &wishes.machine;
    let at = |look: fn(&Machine) -> _, what: &str| {
        let machine = machine.clone();
        within(what, PROMPT, move || look(&machine))
    };
    let usb = at(usb::look, "USB");
    let hidraw = {
        let machine = machine.clone();
        within("hidraw", PROMPT, move || hidraw::look(&machine))
    };
    let kernel = {
        let machine = machine.clone();
        within("the kernel", PROMPT, move || Ok(kernel::look(&machine)))
    };
    let programs = {
        let (machine, files) = (machine.clone(), interesting(&usb, &hidraw));
        within("the processes", PROMPT, move || {
            programs::look(&machine, &files)
        })
    };
    let files = {
        let (machine, places) = (machine.clone(), wishes.places.clone());
        within("files", PROMPT, move || Ok(files::look(&machine, &places)))
    };
    let mut facts = Facts {
        usb,
        hidraw,
        kernel,
        buses: buses(machine),
        programs,
        traffic: None,
        devices: Ok(Devices::unknown()),
        files,
        whose: whose::look(machine),
    };
    let asked = asked(&facts, wishes);
    facts.traffic = listen(&asked, &facts, wishes);
    facts.devices = devices(asked, &facts, wishes);
    facts
}

/// Examines both buses at the same time, so that one that hangs does not delay the other.
fn buses(machine: &Machine) -> Vec<BusSeen> {
    let look_at = |bus: Bus| {
        let (machine, asked) = (machine.clone(), bus.clone());
        let what = bus.to_string();
        let seen = within(&what, BUS, move || bus::look(&machine, &asked));
        BusSeen { bus, seen }
    };
    let (system, session) = thread::scope(|scope| {
        let system = scope.spawn(|| look_at(Bus::System));
        let session = look_at(Bus::Session);
        (system.join(), session)
    });
    // A job that panicked has printed the reason.
    system.into_iter().chain([session]).collect()
}

/// The files that other programs may hold.
fn interesting(
    usb: &Result<Vec<UsbDevice>, LookError>,
    hidraw: &Result<Hidraw, LookError>,
) -> BTreeSet<String> {
    let usb = usb.iter().flatten().map(UsbDevice::file);
    let nodes = hidraw.iter().flat_map(|it| &it.nodes);
    usb.chain(nodes.map(|it| it.info.path.clone())).collect()
}

/// The nodes to read directly.
fn asked(facts: &Facts, wishes: &Wishes) -> Vec<NodeInfo> {
    let can_be = |node: &&Node| {
        node.opening == Opening::Opens
            && matches!(node.role, NodeRole::Receiver | NodeRole::Direct)
            && wishes.machine.is_this()
    };
    let nodes = facts.nodes().iter().filter(can_be);
    nodes.map(|node| node.info.clone()).collect()
}

/// Listens on the nodes, before they are read.
fn listen(
    nodes: &[NodeInfo],
    facts: &Facts,
    wishes: &Wishes,
) -> Option<Result<Traffic, LookError>> {
    const USUAL: Duration = Duration::from_secs(2);
    let asks = wishes.direct || facts.daemon().is_none();
    let span = wishes.listen.or(asks.then_some(USUAL))?;
    if nodes.is_empty() || span.is_zero() {
        return None;
    }
    let paths: Vec<String> = nodes.iter().map(|it| it.path.clone()).collect();
    Some(within("traffic", span + PROMPT, move || {
        traffic::listen(&paths, span)
    }))
}

fn devices(nodes: Vec<NodeInfo>, facts: &Facts, wishes: &Wishes) -> Result<Devices, LookError> {
    if let Some((bus, on)) = facts.daemon().filter(|_| !wishes.direct)
        && let Answer::State {
            receivers, devices, ..
        } = &on.answer
    {
        let origin = Origin::Daemon(bus.clone());
        return Ok(Devices::from_origin(
            origin,
            receivers.clone(),
            devices.clone(),
        ));
    }
    if nodes.is_empty() {
        return Ok(Devices::unknown());
    }
    within("the devices", LONGEST_STATUS + SLACK, move || {
        devices::ask(nodes)
    })
}
