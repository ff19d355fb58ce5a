//! Turns the arguments into the source of nodes, the query and the device cache.

use std::time::Duration;

use log::{debug, info};
use sd_notify::NotifyState;

use super::ServiceError;
use super::args::{Args, Recorded};
use crate::manager::{Memory, NodeSource, Query};
use crate::nodes::{Given, Machine, Tapping, read_trace, simulated};
use crate::transport::Transport;
use hidpp_proto::feature::{notification_flags, root};
use hidpp_proto::session::Wanted;
use hidpp_proto::wire::{DeviceIndex, FeatureId, Report};

/// The source of nodes. For a trace, also sets [`Args::recorded`].
pub(super) fn source(args: &mut Args) -> Result<Box<dyn NodeSource>, ServiceError> {
    let untapped = Tapping::default();
    if let Some(desk) = args.simulate {
        return Ok(Box::new(Given::new(simulated(desk), untapped)));
    }
    if let Some(path) = &args.replay {
        let nodes = read_trace(path)?;
        let has = |is: fn(&Report) -> bool| nodes.iter().any(|(_, it)| it.has_request(is));
        args.recorded = Some(Recorded {
            followed: has(is_look_at_flags),
            described: has(is_look_up_of_firmware),
        });
        let nodes = nodes.into_iter().map(|(info, replay)| {
            let transport: Box<dyn Transport> = Box::new(replay);
            (info, transport)
        });
        return Ok(Box::new(Given::new(nodes.collect(), untapped)));
    }
    let nothing = || info!("no Logitech receiver or device found; waiting for one");
    Ok(Box::new(Machine::open(untapped, nothing)?))
}

/// Whether this reads a receiver's notification flags, which only following does.
fn is_look_at_flags(request: &Report) -> bool {
    *request == notification_flags::get().report(DeviceIndex::RECEIVER)
}

fn is_look_up_of_firmware(request: &Report) -> bool {
    let [high, low, _] = request.head();
    let is_look_up = (request.sub_id(), request.address() >> 4) == (0, root::GET_FEATURE);
    is_look_up && [high, low] == FeatureId::DEVICE_INFORMATION.0.to_be_bytes()
}

/// The device cache; in memory only without a state directory.
pub(super) fn memory(args: &Args) -> Memory {
    let path = args.state.as_ref().map(|state| state.join("devices.json"));
    path.map(Memory::open).unwrap_or_default()
}

pub(super) fn query(args: &Args) -> Query {
    let recorded = args.recorded.unwrap_or(Recorded {
        followed: true,
        described: true,
    });
    Query {
        wanted: Wanted::BATTERY
            | Wanted::NAME.when(recorded.described)
            | Wanted::FIRMWARE.when(recorded.described),
        names: true,
        follow: recorded.followed,
        receiver_firmware: recorded.described,
        devices: Vec::new(),
        timeout: Duration::MAX,
        quiet: true,
        light_every: args.light_every.0,
    }
}

/// Sends a state to systemd, if it started this process with a notification socket.
pub(super) fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        debug!("cannot notify systemd of {state:?}: {error}");
    }
}
