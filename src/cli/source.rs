//! Where the nodes come from: hidraw, USB, the simulation, or a trace.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use log::{debug, info};

use super::args::{CommonArgs, Desk, StatusArgs, TransportKind};
use crate::device::ReceiverModel;
use crate::manager::{Failure, OpenNode, Privacy, role};
use crate::sim::SimulatedNode;
use crate::sim::scenario::{self, Staged};
use crate::transport::{
    DiscoveryError, HidrawTransport, NodeInfo, NodeRole, Replay, ReplayError, Tap, TraceFile,
    Transport, UsbError, list_nodes, open_usb_receivers,
};

/// A trace may be so many MiB long. A K750 that is followed for a month fills about three.
const LONGEST_TRACE: u64 = 64;

/// Why there is nothing to ask.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceError {
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    #[error(transparent)]
    Usb(#[from] UsbError),
    #[error("{path} cannot be read: {source}")]
    Read { path: String, source: io::Error },
    #[error("{path} is longer than {LONGEST_TRACE} MiB, too long for a trace")]
    TooLong { path: String },
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
    /// Opens what is to be asked: simulated nodes, those of a trace, or else real ones.
    pub(super) fn open(
        args: &StatusArgs,
        recorded: Vec<(NodeInfo, Replay)>,
        tapping: &Tapping,
    ) -> Result<Self, SourceError> {
        let mut sources = Self::default();
        if let Some(desk) = args.common.simulate {
            for (info, transport) in simulated(desk) {
                sources.add(tapping, info, transport);
            }
            sources.virtual_time = true;
        } else if args.replay.is_some() {
            for (info, replay) in recorded {
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

/// Why a headset is not asked.
pub(super) fn centurion(info: &NodeInfo) -> String {
    let name = info.name.as_deref().unwrap_or("a headset");
    format!("{info}: {name} speaks Centurion, which this program cannot read")
}

/// The nodes of the trace that is to be replayed, if one is.
///
/// It may come through a pipe and take as long as it likes. Read it before
/// [`super::setting::interrupt`], while Ctrl-C still ends the program by itself.
pub(super) fn recorded(args: &StatusArgs) -> Result<Vec<(NodeInfo, Replay)>, SourceError> {
    args.replay.as_deref().map_or(Ok(Vec::new()), read_trace)
}

fn read_trace(path: &Path) -> Result<Vec<(NodeInfo, Replay)>, SourceError> {
    let name = || path.display().to_string();
    let longest = LONGEST_TRACE << 20;
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| file.take(longest + 1).read_to_end(&mut text));
    match read {
        Ok(len) if len as u64 > longest => return Err(SourceError::TooLong { path: name() }),
        Ok(_) => {}
        Err(source) => {
            let path = name();
            return Err(SourceError::Read { path, source });
        }
    }
    Replay::read(&String::from_utf8_lossy(&text)).map_err(|source| SourceError::Replay {
        path: name(),
        source,
    })
}
