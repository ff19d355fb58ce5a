//! Where the nodes come from: hidraw, USB, the simulation, or a trace.

use log::debug;

use super::args::{StatusArgs, TransportKind};
use crate::capture::Replay;
use crate::device::ReceiverModel;
use crate::manager::{Failure, OpenNode, Unreadable, role, unreadable};
use crate::nodes::{Tapping, TraceError, read_trace, simulated};
use crate::transport::{
    DiscoveryError, HidrawTransport, NodeInfo, NodeRole, Transport, UsbError, list_nodes,
    open_usb_receivers,
};

/// Why no nodes can be opened.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum SourceError {
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    #[error(transparent)]
    Usb(#[from] UsbError),
    #[error(transparent)]
    Trace(#[from] TraceError),
}

/// The opened nodes, and the reasons why others could not be opened.
#[derive(Default)]
pub(super) struct Sources {
    pub(super) nodes: Vec<OpenNode<'static>>,
    pub(super) failures: Vec<Failure>,
    /// Hardware that is present and cannot be read.
    pub(super) unreadable: Vec<Unreadable>,
    /// Whether time is virtual.
    pub(super) virtual_time: bool,
}

impl Sources {
    /// Opens the nodes to read: simulated ones, those of a trace, or real ones.
    pub(super) fn open(
        args: &StatusArgs,
        recorded: Vec<(NodeInfo, Replay)>,
        tapping: &Tapping,
    ) -> Result<Self, SourceError> {
        let mut sources = Self::default();
        if let Some(desk) = args.common.source.simulate {
            for (info, transport) in simulated(desk) {
                sources.add(tapping, info, transport);
            }
            sources.virtual_time = true;
        } else if args.replay.is_some() {
            let nodes: Vec<NodeInfo> = recorded.iter().map(|(info, _)| info.clone()).collect();
            sources.unreadable = unreadable(&nodes);
            for (info, replay) in recorded {
                match role(&info) {
                    role @ NodeRole::Plain => debug!("{info}: {role:?}, left alone"),
                    _ => sources.add(tapping, info, Box::new(replay)),
                }
            }
            sources.virtual_time = true;
        } else {
            match args.transport {
                Some(TransportKind::Hidraw) | None => sources.open_hidraw(tapping)?,
                Some(TransportKind::Usb) => sources.open_usb(tapping)?,
            }
        }
        Ok(sources)
    }

    fn add(&mut self, tapping: &Tapping, info: NodeInfo, transport: Box<dyn Transport>) {
        let transport = tapping.tap(&info, transport);
        self.nodes.push(OpenNode { info, transport });
    }

    /// Opens the nodes of receivers and of devices on a cable or Bluetooth. The nodes that the
    /// kernel creates for each paired device are left alone: they repeat the same traffic.
    fn open_hidraw(&mut self, tapping: &Tapping) -> Result<(), SourceError> {
        let nodes = list_nodes()?;
        self.unreadable = unreadable(&nodes);
        for info in nodes {
            match role(&info) {
                NodeRole::Receiver | NodeRole::Direct => match HidrawTransport::open(&info.path) {
                    Ok(transport) => self.add(tapping, info, Box::new(transport)),
                    Err(error) => self.failures.push(error.into()),
                },
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

/// Reads the nodes of the trace given with `--replay`.
///
/// It may come through a pipe and take any time. Read it before [`crate::cli::setup::interrupt`],
/// while Ctrl-C still ends the program without a handler.
pub(super) fn recorded(args: &StatusArgs) -> Result<Vec<(NodeInfo, Replay)>, SourceError> {
    let nodes = args.replay.as_deref().map_or(Ok(Vec::new()), read_trace)?;
    Ok(nodes)
}
