//! Days of history, simulated in virtual time.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hidpp_proto::session::Wanted;
use hidpp_proto::units::{Percent, Timestamp};
use hidpp_sim::receiver::Receiver;
use hidpp_sim::scenario;
use hidpp_sim::scenario::Staged;
use solar_status::capture::TraceFile;
use solar_status::clock::VirtualClock;
use solar_status::device::Change;
use solar_status::history::{History, Sample};
use solar_status::manager::{Follow, Memory, MonitorEvent, NoCommands, Query, follow};
use solar_status::nodes::{Given, SimulatedNode, Tapping};
use solar_status::transport::{NodeInfo, Transport};

/// Nine days, and the tenth until six in the evening.
const LONG: Duration = Duration::from_secs((9 * 24 + 18) * 60 * 60);

/// The charge at the first midnight; on the last evening it is the 57 % of [`scenario::desk`].
const FIRST: Option<Percent> = Percent::new(54);

/// Simulates a desk by a window until now, and records it in a state directory as the daemon does.
pub(crate) fn live(state: &Path) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let end = Timestamp::from_start(now);
    let start = Timestamp::from_start(now.checked_sub(LONG).unwrap());
    let mut history = History::open(state.join("history"), start).unwrap();
    let desk = scenario::days(FIRST.unwrap());
    pass(desk, start, end, Tapping::default(), |at, change| {
        if let Change::DeviceAdded(device)
        | Change::DeviceChanged(device, _)
        | Change::DeviceRead(device) = change
            && let Some(sample) = Sample::of(&device)
        {
            history.record(&device.id, at, &sample).unwrap();
        }
    });
}

/// Records a trace of a desk for this time.
pub(crate) fn record(desk: Staged<Receiver>, long: Duration, trace: &Path) {
    let file = TraceFile::create(trace).unwrap();
    let end = Timestamp::START + long;
    let tapping = Tapping::new(Some(&file), false);
    pass(desk, Timestamp::START, end, tapping, |_, _| {});
}

/// Follows a desk as the daemon does, in virtual time.
fn pass(
    desk: Staged<Receiver>,
    start: Timestamp,
    end: Timestamp,
    tapping: Tapping,
    mut report: impl FnMut(Timestamp, Change),
) {
    let desk: Box<dyn Transport> = Box::new(SimulatedNode(desk));
    let nodes = vec![(NodeInfo::unifying("simulated"), desk)];
    follow(
        Follow {
            source: &mut Given::new(nodes, tapping),
            commands: &mut NoCommands,
            query: &query(),
            memory: &mut Memory::default(),
            clock: &mut VirtualClock::at(start),
            until: Some(end),
        },
        &mut |at, event| {
            if let MonitorEvent::Change(change) = event {
                report(at, *change);
            }
            Ok(())
        },
    )
    .unwrap();
}

/// The query of the daemon.
fn query() -> Query {
    Query {
        wanted: Wanted::BATTERY | Wanted::NAME | Wanted::FIRMWARE,
        names: true,
        follow: true,
        quiet: true,
        light_every: Some(Duration::from_secs(600)),
        receiver_firmware: true,
        devices: Vec::new(),
        timeout: Duration::MAX,
    }
}
