//! Settle delay after hotplug: a receiver is not opened while the kernel sets up its devices.
//!
//! The kernel driver reads the pairing records of each device that it sets up. It accepts any
//! record of that device as the answer, including one that this program requested (Linux
//! `hidpp_match_answer` compares no parameters). The device then has a wrong name or serial number
//! in the kernel until the receiver is plugged in again. The kernel creates a device's node once
//! its records are read.

use std::time::Duration;

use super::Monitor;
use super::opening::Waiting;
use crate::manager::role;
use crate::transport::{NodeInfo, NodeRole};
use hidpp_proto::units::Timestamp;

/// How long after the last of its nodes appeared a receiver is opened. With a device that answers
/// slowly, or on a busy machine, the kernel can need more than a second.
const SETTLE_DELAY: Duration = Duration::from_secs(2);

impl Monitor<'_> {
    /// A node appeared and is to be opened; `age` is the time since then, if known.
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
