//! Where the nodes come from: hidraw, USB, the simulation, or a trace.

use std::fs;
use std::io;
use std::path::Path;

use log::{debug, info};

use super::args::{CommonArgs, Desk, StatusArgs, TransportKind};
use crate::device::ReceiverModel;
use crate::manager::{Failure, OpenNode, Privacy};
use crate::sim::SimulatedNode;
use crate::sim::scenario::{self, Staged};
use crate::transport::{
    DiscoveryError, HidrawTransport, NodeInfo, NodeRole, Replay, ReplayError, Tap, TraceFile,
    Transport, UsbError, list_nodes, open_usb_receivers,
};

/// Why there is nothing to ask.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceError {
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    #[error(transparent)]
    Usb(#[from] UsbError),
    #[error("{path} cannot be read: {source}")]
    Read { path: String, source: io::Error },
    #[error("{path} is no trace that can be replayed: {source}")]
    Replay { path: String, source: ReplayError },
}

/// Lets a trace, if there is one, see what passes.
pub(super) struct Tapping {
    trace: Option<TraceFile>,
    anonymize: bool,
}

impl Tapping {
    pub(super) fn new(args: &CommonArgs, trace: Option<&TraceFile>) -> Self {
        Self {
            trace: trace.cloned(),
            anonymize: args.anonymize,
        }
    }

    pub(super) fn tap(&self, info: &NodeInfo, transport: Box<dyn Transport>) -> Box<dyn Transport> {
        match &self.trace {
            Some(file) => Box::new(Tap::new(
                transport,
                info,
                file,
                Privacy::new(self.anonymize),
            )),
            None => transport,
        }
    }
}

/// The nodes that could be opened, and why others could not.
#[derive(Default)]
pub(super) struct Sources {
    pub(super) nodes: Vec<OpenNode<'static>>,
    pub(super) failures: Vec<Failure>,
    /// Headsets that cannot be asked.
    pub(super) centurions: Vec<NodeInfo>,
    /// Whether time is virtual.
    pub(super) virtual_time: bool,
}

impl Sources {
    pub(super) fn open(args: &StatusArgs, tapping: &Tapping) -> Result<Self, SourceError> {
        let mut sources = Self::default();
        if let Some(desk) = args.common.simulate {
            for (info, transport) in simulated(desk) {
                sources.add(tapping, info, transport);
            }
            sources.virtual_time = true;
        } else if let Some(path) = &args.replay {
            for (info, replay) in read_trace(path)? {
                sources.add(tapping, info, Box::new(replay));
            }
            sources.virtual_time = true;
        } else {
            match args.transport {
                TransportKind::Hidraw => sources.open_hidraw(tapping)?,
                TransportKind::Usb => sources.open_usb(tapping)?,
            }
        }
        Ok(sources)
    }

    fn add(&mut self, tapping: &Tapping, info: NodeInfo, transport: Box<dyn Transport>) {
        let transport = tapping.tap(&info, transport);
        self.nodes.push(OpenNode { info, transport });
    }

    /// Opens the nodes of receivers and of devices on a cable or on Bluetooth. Those that the
    /// kernel makes for each paired device are left alone: they show the same traffic again.
    fn open_hidraw(&mut self, tapping: &Tapping) -> Result<(), SourceError> {
        for info in list_nodes()? {
            match role(&info) {
                NodeRole::Receiver | NodeRole::Direct => match HidrawTransport::open(&info.path) {
                    Ok(transport) => self.add(tapping, info, Box::new(transport)),
                    Err(error) => self.failures.push(error.into()),
                },
                NodeRole::Centurion => {
                    info!("{}", centurion(&info));
                    self.centurions.push(info);
                }
                role => debug!("{info}: {role:?}, left alone"),
            }
        }
        Ok(())
    }

    fn open_usb(&mut self, tapping: &Tapping) -> Result<(), SourceError> {
        let interface_of =
            |vendor, product| ReceiverModel::of(vendor, product).map(|model| model.interface);
        for opened in open_usb_receivers(interface_of)? {
            match opened {
                Ok((info, transport)) => self.add(tapping, info, Box::new(transport)),
                Err(error) => self.failures.push(error.into()),
            }
        }
        Ok(())
    }
}

/// The nodes of a simulated desk.
pub(super) fn simulated(desk: Desk) -> Vec<(NodeInfo, Box<dyn Transport>)> {
    match desk {
        Desk::Small => {
            let desk = SimulatedNode(scenario::day_at_the_desk());
            vec![(NodeInfo::unifying("simulated"), Box::new(desk))]
        }
        Desk::Full => {
            let nodes = scenario::full().into_iter();
            let staged = nodes.map(|(info, plugged)| {
                let node: Box<dyn Transport> = Box::new(SimulatedNode(Staged::new(plugged, &[])));
                (info, node)
            });
            staged.collect()
        }
    }
}

/// What is to be done with a node.
pub(super) fn role(info: &NodeInfo) -> NodeRole {
    info.role(|vendor, product| ReceiverModel::of(vendor, product).is_some())
}

/// Why a headset is not asked.
pub(super) fn centurion(info: &NodeInfo) -> String {
    let name = info.name.as_deref().unwrap_or("a headset");
    format!("{info}: {name} speaks Centurion, which this program cannot read")
}

fn read_trace(path: &Path) -> Result<Vec<(NodeInfo, Replay)>, SourceError> {
    let name = || path.display().to_string();
    let text = fs::read(path).map_err(|source| SourceError::Read {
        path: name(),
        source,
    })?;
    Replay::read(&String::from_utf8_lossy(&text)).map_err(|source| SourceError::Replay {
        path: name(),
        source,
    })
}
