//! Executes commands.

use log::debug;

use super::Monitor;
use crate::device::Link;
use crate::manager::command::{Command, Commands};
use crate::manager::node::Node;
use hidpp_proto::feature::solar_dashboard::LightMeasure;
use hidpp_proto::units::Timestamp;

/// The number of commands executed per turn of the event loop, so that a flood of them does not
/// delay the devices.
const COMMANDS: usize = 16;

impl Monitor<'_> {
    /// Executes queued commands; `true`: more may be queued.
    pub(super) fn run_commands(&mut self, now: Timestamp, commands: &mut dyn Commands) -> bool {
        for _ in 0..COMMANDS {
            let Some(command) = commands.next_command() else {
                return false;
            };
            let mut nodes = self.nodes.values_mut();
            let known = match &command {
                Command::MeasureLight { device, series } => {
                    let links = self.joined.links_by_proof(device);
                    measure_light(nodes, &links, now, *series)
                }
                Command::Refresh(device) => {
                    let link = self.joined.active_link(device);
                    link.is_some_and(|it| nodes.any(|node| node.refresh(now, it)))
                }
                Command::Resumed => {
                    nodes.for_each(|node| node.resume(now));
                    true
                }
            };
            if !known {
                debug!("no such device: {command:?}");
            }
        }
        true
    }
}

/// Starts a series of light measurements at the first link of a device that can measure, and
/// cancels those at its other links. Returns whether the device has any link.
fn measure_light<'n, 'a: 'n>(
    nodes: impl Iterator<Item = &'n mut Node<'a>>,
    links: &[&Link],
    now: Timestamp,
    series: Option<LightMeasure>,
) -> bool {
    let mut nodes: Vec<&mut Node<'_>> = nodes.collect();
    let mut wanted = series;
    for link in links {
        if nodes
            .iter_mut()
            .any(|node| node.measure_light(now, link, wanted))
        {
            wanted = None;
        }
    }
    if let Some(series) = wanted {
        debug!("{links:?} cannot measure light now: {series:?}");
    }
    !links.is_empty()
}
