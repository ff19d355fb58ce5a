//! Following devices through solar-statusd, or through a fallback where it does not run.
//!
//! [`FollowDaemon`] outlasts restarts of the daemon and of its bus. A thread for each bus
//! (`name_watch.rs`) reports daemons that come, and reconnects when the bus is lost. The thread that
//! follows retries its own connection, which can be lost alone. Both wait as `backoff.rs` says.

mod alarm;
mod backoff;
mod control;
mod daemon;
mod device_list;
mod name_watch;
mod object_cache;
mod reconnect;
mod waker;

use std::time::Duration;

use crate::device::Change;

pub use self::alarm::{Alarm, AlarmClock};
pub use self::backoff::{Backoff, SESSION_PATIENCE, reconnect};
pub use self::control::{Control, ControlError, ReachDevices};
pub use self::device_list::{DeviceEvent, DeviceList, unreachable};
pub use self::reconnect::{
    Direct, DirectEnded, Ended, Fallback, FollowDaemon, GIVEN_UP, Origin, SessionEvent,
};
pub use self::waker::{WakeReceiver, Waker, wake_channel};

/// How long each bus may take to answer, and solar-statusd on it.
const PATIENCE: Duration = Duration::from_secs(5);

/// An event of the devices that are followed.
#[derive(Debug)]
pub enum FollowEvent {
    /// Something is different, or was found.
    Change(Box<Change>),
    /// Everything that is present at the start was reported.
    Settled {
        /// Whether nothing is there, selected or not.
        is_empty: bool,
    },
    /// The alarm is due.
    Alarm,
    /// What a person should know, such as a failure.
    Remark(String),
}
