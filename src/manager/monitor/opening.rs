//! Opening nodes, and trying again what cannot be opened yet.

use std::io;
use std::time::Duration;

use log::debug;

use super::{Monitor, News, NodeSource};
use crate::device::ReceiverModel;
use crate::manager::memory::Memory;
use crate::manager::node::Node;
use crate::manager::role;
use crate::transport::{NodeInfo, NodeRole, TransportError};
use hidpp_proto::units::Timestamp;

/// A node that cannot be opened right after it came is tried again after this time, and then
/// after twice as long each time: udev may not have given it its permissions yet.
const FIRST_RETRY: Duration = Duration::from_millis(50);

/// So often, about 3 s in all.
const RETRIES: u32 = 6;

/// A node that failed while it was in use, or stays forbidden, is opened again after this time, and
/// after twice as long each further time: access may be revoked for a while, or given later.
const FIRST_REOPENING: Duration = Duration::from_secs(1);

/// So often the time doubles, to about 17 minutes.
const REOPENING_DOUBLES: u32 = 10;

/// A node that is there and could not be opened yet.
pub(super) struct Waiting {
    pub(super) info: NodeInfo,
    pub(super) due: Timestamp,
    tries: u32,
}

impl Waiting {
    /// A node that has just come, or is to be opened again.
    pub(super) const fn at(info: NodeInfo, due: Timestamp) -> Self {
        let tries = 0;
        Self { info, due, tries }
    }

    /// Whether it was tried as often as a node that has just come is.
    pub(super) const fn is_given_up(&self) -> bool {
        self.tries == RETRIES
    }
}

impl Monitor<'_> {
    /// Opens what came, and what could not be opened yet.
    pub(super) fn open(
        &mut self,
        now: Timestamp,
        source: &mut dyn NodeSource,
        memory: &mut Memory,
        tell: &mut dyn FnMut(Timestamp, News) -> io::Result<()>,
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
                // It went again.
                Err(TransportError::Gone { node }) => {
                    debug!("{node} is gone");
                    self.failed.remove(&waiting.info.id);
                }
                // It may be allowed later: when udev was slow, or a rule is installed.
                Err(error) => {
                    if self.failed.contains_key(&waiting.info.id) {
                        debug!("{error}");
                    } else {
                        tell(now, News::Failure(error.into()))?;
                    }
                    self.remove(now, &waiting.info.id, memory, tell)?;
                    self.open_again(now, waiting.info);
                }
            }
        }
        Ok(())
    }

    /// Opens a node later that failed; if it was pulled out, there is nothing to open then.
    pub(super) fn open_again(&mut self, now: Timestamp, info: NodeInfo) {
        let times = self.failed.entry(info.id.clone()).or_default();
        let due = now + FIRST_REOPENING * 2_u32.pow((*times).min(REOPENING_DOUBLES));
        *times = times.saturating_add(1);
        let tries = RETRIES;
        self.waiting.push(Waiting { info, due, tries });
    }
}
