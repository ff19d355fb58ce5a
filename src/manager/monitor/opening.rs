//! Opens nodes, and retries those that cannot be opened yet.

use std::io;
use std::time::Duration;

use log::debug;

use super::{Monitor, MonitorEvent, NodeSource};
use crate::device::ReceiverModel;
use crate::manager::memory::Memory;
use crate::manager::node::Node;
use crate::manager::role;
use crate::transport::{NodeInfo, NodeRole, TransportError};
use hidpp_proto::units::Timestamp;

/// The delay of the first retry to open a new node; it doubles with each retry (exponential
/// backoff). Retries are needed because udev may not have set the permissions yet.
const FIRST_RETRY: Duration = Duration::from_millis(50);

/// The number of these retries, about 3 s in all.
const RETRIES: u32 = 6;

/// The delay before a node is reopened that failed while in use, or for which permission is still
/// denied; it doubles with each retry. Access may be revoked for a while, or granted later.
const FIRST_REOPENING: Duration = Duration::from_secs(1);

/// The number of times that this delay doubles, up to about 17 minutes.
const REOPENING_DOUBLES: u32 = 10;

/// A node that is present and not opened yet.
pub(super) struct Waiting {
    pub(super) info: NodeInfo,
    pub(super) due: Timestamp,
    tries: u32,
}

impl Waiting {
    /// A new node, or one to be reopened.
    pub(super) const fn at(info: NodeInfo, due: Timestamp) -> Self {
        let tries = 0;
        Self { info, due, tries }
    }

    /// Whether the retries for a new node are used up.
    pub(super) const fn is_given_up(&self) -> bool {
        self.tries == RETRIES
    }
}

impl Monitor<'_> {
    /// Opens the nodes that are due.
    pub(super) fn open(
        &mut self,
        now: Timestamp,
        source: &mut dyn NodeSource,
        memory: &mut Memory,
        report: &mut dyn FnMut(Timestamp, MonitorEvent) -> io::Result<()>,
    ) -> io::Result<()> {
        let (due, later) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|waiting: &Waiting| waiting.due <= now);
        self.waiting = later;
        for mut waiting in due {
            let info = &waiting.info;
            match role(info) {
                NodeRole::Receiver | NodeRole::Direct => {}
                role => {
                    debug!("{info}: {role:?}, left alone");
                    continue;
                }
            }
            match source.open(info) {
                Ok(transport) => {
                    if let Some(node) = self.nodes.get_mut(&info.id) {
                        node.reopen(now, transport);
                        continue;
                    }
                    let model = ReceiverModel::of(info.vendor, info.product);
                    let mut node = Node::new(info.clone(), model, transport, self.query);
                    node.begin(now, memory);
                    self.nodes.insert(info.id.clone(), node);
                }
                Err(error) if waiting.tries < RETRIES => {
                    debug!("{error}");
                    waiting.due = now + FIRST_RETRY * 2_u32.pow(waiting.tries);
                    waiting.tries += 1;
                    self.waiting.push(waiting);
                }
                // The node was removed in the meantime.
                Err(TransportError::Gone { node }) => {
                    debug!("{node} is gone");
                    self.failed.remove(&waiting.info.id);
                }
                // Access may be granted later, if udev was slow or a rule is installed.
                Err(error) => {
                    if self.failed.contains_key(&waiting.info.id) {
                        debug!("{error}");
                    } else {
                        report(now, MonitorEvent::Failure(error.into()))?;
                    }
                    self.remove(now, &waiting.info.id, memory, report)?;
                    self.open_again(now, waiting.info);
                }
            }
        }
        Ok(())
    }

    /// Schedules a failed node for reopening. If it was unplugged, its removal cancels this.
    pub(super) fn open_again(&mut self, now: Timestamp, info: NodeInfo) {
        let times = self.failed.entry(info.id.clone()).or_default();
        let due = now + FIRST_REOPENING * 2_u32.pow((*times).min(REOPENING_DOUBLES));
        *times = times.saturating_add(1);
        let tries = RETRIES;
        self.waiting.push(Waiting { info, due, tries });
    }
}
