//! What the arguments mean: where nodes come from, what is asked of them, what is kept where.

use std::time::Duration;

use log::{debug, info};
use sd_notify::NotifyState;

use super::ServiceError;
use super::args::Args;
use crate::manager::{Memory, NodeSource, Query};
use crate::nodes::{Given, Machine, Tapping, read_trace, simulated};
use crate::session::Wanted;
use crate::transport::Transport;

pub(super) fn source(args: &Args) -> Result<Box<dyn NodeSource>, ServiceError> {
    let untapped = Tapping::default();
    if let Some(desk) = args.simulate {
        return Ok(Box::new(Given::new(simulated(desk), untapped)));
    }
    if let Some(path) = &args.replay {
        let nodes = read_trace(path)?.into_iter().map(|(info, replay)| {
            let transport: Box<dyn Transport> = Box::new(replay);
            (info, transport)
        });
        return Ok(Box::new(Given::new(nodes.collect(), untapped)));
    }
    let nothing = || info!("no Logitech receiver or device found; waiting for one");
    Ok(Box::new(Machine::open(untapped, nothing)?))
}

/// What is remembered. Of simulated devices it is only where the user says so.
pub(super) fn memory(args: &Args) -> Memory {
    let path = args.state.as_ref().map(|state| state.join("devices.json"));
    path.map(Memory::open).unwrap_or_default()
}

pub(super) fn query(args: &Args) -> Query {
    // A trace answers what was asked when it was recorded, as a rule no more than `solar-status`
    // asks: what stays unanswered makes a device look absent.
    let recorded = args.replay.is_some();
    Query {
        wanted: Wanted {
            battery: true,
            name: !recorded,
            firmware: !recorded,
            ..Wanted::default()
        },
        names: true,
        follow: !recorded,
        receiver_firmware: !recorded,
        devices: Vec::new(),
        timeout: Duration::MAX,
        quiet: true,
        light_every: args.light_every.0,
    }
}

/// Tells systemd something, if it is there and wants to know.
pub(super) fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        debug!("systemd was not told {state:?}: {error}");
    }
}
