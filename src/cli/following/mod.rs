//! Following devices, by way of solar-statusd where it runs, else directly: the same changes come
//! both ways.
//!
//! [`FollowOn`] outlasts restarts of the daemon and of its bus. A thread for each bus
//! (`name_watch.rs`) reports daemons that come, and reconnects when the bus is lost. The thread that
//! follows retries its own connection, which can be lost alone. Both wait as `backoff.rs` says.

mod alarm;
mod backoff;
mod bell;
mod daemon;
mod direct;
mod hand;
mod mirror;
mod name_watch;
mod reconnect;
mod roster;

use std::time::Duration;

use super::options::CommonArgs;
use crate::manager::Change;

pub(super) use self::alarm::Alarm;
pub(super) use self::backoff::{Backoff, SESSION_PATIENCE, reconnect};
pub(super) use self::bell::{Bell, Ear, bell};
pub(super) use self::hand::Hand;
pub(super) use self::reconnect::{FollowOn, GIVEN_UP, SessionEvent};
pub(super) use self::roster::{Roster, Told};

/// Said where nobody is there.
pub(super) const WAITING: &str =
    "no Logitech receiver or device found; waiting for one to be plugged in or to connect";

/// Each bus has so long to answer, and solar-statusd on it.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is heard of those that are followed.
#[derive(Debug)]
pub(super) enum News {
    /// Something is different, or was found.
    Change(Box<Change>),
    /// All that is there at the start was told.
    Settled,
    /// The alarm is due.
    Alarm,
    /// What a person should know: what failed, or that nothing is there.
    Remark(String),
}

/// Whether the time is the simulation's own, which starts at zero and passes at once.
pub(super) const fn is_virtual(common: &CommonArgs, duration: Option<Duration>) -> bool {
    common.simulate.is_some() && duration.is_some()
}
