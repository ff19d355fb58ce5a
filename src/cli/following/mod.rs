//! Following devices through solar-statusd, or through a fallback where it does not run.
//!
//! [`FollowOn`] outlasts restarts of the daemon and of its bus. A thread for each bus
//! (`name_watch.rs`) reports daemons that come, and reconnects when the bus is lost. The thread that
//! follows retries its own connection, which can be lost alone. Both wait as `backoff.rs` says.

mod alarm;
mod backoff;
mod bell;
mod daemon;
mod hand;
mod mirror;
mod name_watch;
mod reconnect;
mod roster;

use std::time::Duration;

use crate::manager::Change;

pub(super) use self::alarm::{Alarm, AlarmClock};
pub(super) use self::backoff::{Backoff, SESSION_PATIENCE, reconnect};
pub(super) use self::bell::{Bell, Ear, bell};
pub(super) use self::hand::Hand;
pub(super) use self::reconnect::{
    Direct, DirectEnded, Ended, Fallback, FollowOn, GIVEN_UP, Origin, SessionEvent,
};
pub(super) use self::roster::{Roster, Told};

/// Each bus has so long to answer, and solar-statusd on it.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is heard of those that are followed.
#[derive(Debug)]
pub(super) enum News {
    /// Something is different, or was found.
    Change(Box<Change>),
    /// All that is there at the start was told.
    Settled {
        /// Whether nothing is there, selected or not.
        is_empty: bool,
    },
    /// The alarm is due.
    Alarm,
    /// What a person should know, such as a failure.
    Remark(String),
}
