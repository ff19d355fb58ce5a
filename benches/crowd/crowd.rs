//! A crowd of devices, and a status of all of them on virtual time.

use std::cell::RefCell;
use std::io;
use std::time::Duration;

use hidpp_proto::session::Wanted;
use hidpp_proto::units::Timestamp;
use hidpp_sim::patience::Patience;
use hidpp_sim::receiver::{Latency, Receiver};
use hidpp_sim::{Plugged, scenario};
use solar_status::clock::VirtualClock;
use solar_status::device::Device;
use solar_status::manager::{Memory, OpenNode, Query, Snapshot, read_status};
use solar_status::nodes::{SimulatedNode, numbered};
use solar_status::transport::NodeInfo;

use super::log::{Log, Watched};

/// How many devices on how many receivers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) devices: usize,
    pub(crate) receivers: usize,
}

pub(crate) const SIZES: [Size; 4] = [
    Size {
        devices: 1,
        receivers: 1,
    },
    Size {
        devices: 6,
        receivers: 1,
    },
    Size {
        devices: 60,
        receivers: 10,
    },
    Size {
        devices: 600,
        receivers: 100,
    },
];

/// How many messages to devices a receiver accepts at once. One that accepts any number is treated
/// like a patient one, because each device gets one request at a time.
pub(crate) const PATIENCES: [(&str, Patience); 3] = [
    ("patient", Patience::Patient),
    ("takes 3", Patience::UpTo(3)),
    ("strict", Patience::STRICT),
];

const LATENCY: Latency = Latency {
    register: Duration::from_millis(2),
    radio: Duration::from_millis(10),
    ..Latency::MEASURED
};

pub(crate) type Crowd = Vec<(NodeInfo, Plugged)>;

/// All devices awake, all receivers equally fast.
pub(crate) fn crowd(size: Size, models: &[&str], patience: Patience) -> Crowd {
    let crowd = scenario::crowd(size.devices, size.receivers, models, LATENCY, patience);
    numbered("crowd", crowd)
}

/// Changes every receiver; numbers start at 0.
pub(crate) fn change(crowd: &mut Crowd, change: impl Fn(u32, &mut Receiver)) {
    for (number, (_, plugged)) in (0..).zip(crowd) {
        if let Plugged::Receiver(receiver) = plugged {
            change(number, receiver);
        }
    }
}

/// The receivers of a crowd.
pub(crate) fn receivers(crowd: &Crowd) -> impl Iterator<Item = &Receiver> {
    crowd.iter().filter_map(|(_, plugged)| plugged.receiver())
}

/// The query of `solar-status` without arguments.
fn query() -> Query {
    Query::once(Wanted::BATTERY, Duration::from_secs(60))
}

/// When a status is read, in the time of the simulated devices. Both times are before a solar
/// keyboard sends its first report on its own, at 90 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// Nothing is cached.
    Cold,
    /// The findings of the cold run are cached; one minute later.
    Warm,
}

impl Run {
    pub(crate) const fn start(self) -> Timestamp {
        match self {
            Self::Cold => Timestamp::START,
            Self::Warm => Timestamp::from_start(Duration::from_secs(60)),
        }
    }
}

/// Reads the status of a crowd.
pub(crate) fn read(crowd: Crowd, memory: &mut Memory, run: Run) -> io::Result<Snapshot> {
    let open = |(info, plugged)| OpenNode {
        info,
        transport: Box::new(SimulatedNode(plugged)),
    };
    let nodes = crowd.into_iter().map(open).collect();
    complete(nodes, memory, run)
}

/// Reads the status of a crowd, and records the requests on each node.
pub(crate) fn read_watched(
    crowd: &Crowd,
    memory: &mut Memory,
    run: Run,
) -> io::Result<(Snapshot, Vec<Log>)> {
    let mut logs: Vec<RefCell<Log>> = Vec::new();
    logs.resize_with(crowd.len(), RefCell::default);
    let nodes = crowd.iter().zip(&logs).map(|((info, plugged), log)| {
        let plugged = plugged.clone();
        OpenNode {
            info: info.clone(),
            transport: Box::new(Watched { plugged, log }),
        }
    });
    let snapshot = complete(nodes.collect(), memory, run)?;
    let logs = logs.into_iter().map(RefCell::into_inner).collect();
    Ok((snapshot, logs))
}

fn complete(nodes: Vec<OpenNode<'_>>, memory: &mut Memory, run: Run) -> io::Result<Snapshot> {
    let mut clock = VirtualClock::at(run.start());
    let snapshot = read_status(nodes, &query(), memory, &mut clock)?;
    match snapshot.failures.first() {
        // Figures for a failed status would mean nothing.
        Some(failure) => Err(io::Error::other(failure.to_string())),
        None => Ok(snapshot),
    }
}

/// When the last battery of the selected devices was read; an error if one was not read.
pub(crate) fn all_read(
    snapshot: &Snapshot,
    run: Run,
    fits: impl Fn(&Device) -> bool,
) -> io::Result<Timestamp> {
    let mut last = run.start();
    for device in snapshot.devices.iter().filter(|device| fits(device)) {
        let read = device.battery.map(|battery| battery.at);
        // An earlier value comes from the cache.
        let read = read.filter(|at| *at > run.start());
        last =
            last.max(read.ok_or_else(|| io::Error::other(format!("{} was not read", device.id)))?);
    }
    Ok(last)
}
