//! Leaving a receiver alone while the kernel sets up its devices.
//!
//! The kernel's driver reads the pairing records of each device that it sets up, and takes any record
//! of that device for its answer, also one that we asked for (Linux `hidpp_match_answer` compares no
//! parameters). The device then has a wrong name or serial number in the kernel, until it is plugged
//! in again. A device has its node once its records are read.

use std::time::Duration;

use super::Monitor;
use super::opening::Waiting;
use crate::manager::role;
use crate::transport::{NodeInfo, NodeRole};
use hidpp_proto::units::Timestamp;

/// How long after the last of its nodes came a receiver is opened. A device that answers slowly, or
/// a busy machine, can take the kernel more than a second.
const SETTLE_DELAY: Duration = Duration::from_secs(2);

impl Monitor<'_> {
    /// A node came, which is to be opened; its `age`, where known, is how long ago that was.
    pub(super) fn appear(&mut self, now: Timestamp, info: NodeInfo, age: Option<Duration>) {
        let mut due = match (role(&info), age) {
            (NodeRole::Receiver | NodeRole::Child, Some(age)) => {
                now + SETTLE_DELAY.saturating_sub(age)
            }
            _ => now,
        };
        let hid = info.place().hid;
        for other in &mut self.waiting {
            if other.info.place().hid == hid {
                due = due.max(other.due);
                other.due = due;
            }
        }
        self.waiting.push(Waiting::at(info, due));
    }
}
