//! The events that following reports.

use super::remark::Remark;
use crate::bus::Bus;
use crate::client::daemon::NoDaemon;
use crate::device::{Change, Device};

/// An event of following that outlasts a daemon and its bus.
#[derive(Debug)]
pub enum SessionEvent {
    /// Everything that is present is reported next, as at the start.
    Begun(Origin),
    /// An event of what is followed.
    Follow(FollowEvent),
    /// The daemon was lost. A remark gives the reason, unless it is the same as just before.
    Lost,
    /// The daemon has been lost for longer than a restart takes.
    Away,
}

/// The source of the events.
#[derive(Debug)]
pub enum Origin {
    /// solar-statusd.
    Daemon {
        /// Its bus.
        bus: Bus,
        /// Its unique name: `:1.5`.
        owner: String,
    },
    /// The fallback: why no daemon is followed, for each bus.
    Fallback(Vec<NoDaemon>),
}

/// An event of the devices that are followed.
#[derive(Debug)]
pub enum FollowEvent {
    /// Something changed, or was found.
    Change(Box<Change>),
    /// Everything that is present at the start was reported.
    Settled {
        /// Whether nothing is present, selected or not.
        is_empty: bool,
        /// The present devices that no selector matches.
        unselected: Vec<Device>,
    },
    /// The alarm that the front end set ([`OnEvent`](super::OnEvent)) is due.
    Alarm,
    /// A message for the user, such as a failure.
    Remark(Remark),
}
