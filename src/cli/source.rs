//! Where the receivers come from: hidraw, USB, the simulation, or a trace.

use std::fs;
use std::io;
use std::path::Path;

use log::debug;

use super::args::{Desk, StatusArgs, TransportKind};
use crate::device::ReceiverModel;
use crate::manager::{Failure, OpenNode, Privacy};
use crate::sim::{SimulatedNode, scenario};
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

/// The nodes that could be opened, and why others could not.
#[derive(Default)]
pub(super) struct Sources {
    pub(super) nodes: Vec<OpenNode<'static>>,
    pub(super) failures: Vec<Failure>,
    /// Whether time is virtual.
    pub(super) virtual_time: bool,
}

impl Sources {
    pub(super) fn open(args: &StatusArgs, trace: Option<&TraceFile>) -> Result<Self, SourceError> {
        let mut sources = Self::default();
        let mut add = |info: NodeInfo, transport: Box<dyn Transport>| {
            let transport: Box<dyn Transport> = match trace {
                Some(file) => Box::new(Tap::new(
                    transport,
                    &info,
                    file,
                    Privacy::new(args.anonymize),
                )),
                None => transport,
            };
            sources.nodes.push(OpenNode { info, transport });
        };
        if let Some(desk) = args.simulate {
            match desk {
                Desk::Small => {
                    let info = NodeInfo::unifying("simulated");
                    add(info, Box::new(SimulatedNode(scenario::desk())));
                }
                Desk::Full => {
                    for (info, plugged) in scenario::full() {
                        add(info, Box::new(SimulatedNode(plugged)));
                    }
                }
            }
            sources.virtual_time = true;
        } else if let Some(path) = &args.replay {
            for (info, replay) in read_trace(path)? {
                add(info, Box::new(replay));
            }
            sources.virtual_time = true;
        } else {
            sources.failures = match args.transport {
                TransportKind::Hidraw => open_hidraw(add)?,
                TransportKind::Usb => open_usb(add)?,
            };
        }
        Ok(sources)
    }
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

/// Opens the nodes of receivers and of devices on a cable or on Bluetooth. Those that the kernel
/// makes for each paired device are left alone: they show the same traffic again.
fn open_hidraw(
    mut add: impl FnMut(NodeInfo, Box<dyn Transport>),
) -> Result<Vec<Failure>, SourceError> {
    let mut failures = Vec::new();
    let is_receiver = |vendor, product| ReceiverModel::of(vendor, product).is_some();
    for info in list_nodes()? {
        let role = info.role(is_receiver);
        if !matches!(role, NodeRole::Receiver | NodeRole::Direct) {
            debug!("{info}: {role:?}, left alone");
            continue;
        }
        match HidrawTransport::open(&info.path) {
            Ok(transport) => add(info, Box::new(transport)),
            Err(error) => failures.push(error.into()),
        }
    }
    Ok(failures)
}

fn open_usb(
    mut add: impl FnMut(NodeInfo, Box<dyn Transport>),
) -> Result<Vec<Failure>, SourceError> {
    let interface_of =
        |vendor, product| ReceiverModel::of(vendor, product).map(|model| model.interface);
    let mut failures = Vec::new();
    for opened in open_usb_receivers(interface_of)? {
        match opened {
            Ok((info, transport)) => add(info, Box::new(transport)),
            Err(error) => failures.push(error.into()),
        }
    }
    Ok(failures)
}
