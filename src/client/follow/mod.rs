//! Following devices through solar-statusd, or through a fallback if it is not running.
//!
//! [`FollowDaemon`] outlasts restarts of the daemon and of its bus. A thread for each bus
//! (`name_watch.rs`) reports daemons that start, and reconnects when the bus is lost. The thread
//! that follows retries its own connection, which can be lost alone. Both use the delays of
//! `backoff.rs`.
//!
//! | file | content |
//! |---|---|
//! | `reconnect.rs` | [`FollowDaemon`]: follows across restarts of the daemon and of its bus |
//! | `daemon.rs` | follows one run of the daemon: converts its signals to changes |
//! | `object_cache.rs` | a cache of the daemon's objects, updated by its signals |
//! | `name_watch.rs` | reports each start of the daemon on a bus |
//! | `backoff.rs` | the delays between attempts to reconnect |
//! | `waker.rs` | interrupts following from other threads and signal handlers |
//! | `handle.rs` | the handle for other threads: ends following, and gives access to [`Control`] |
//! | `control.rs` | sends requests to devices while they are followed |
//! | `event.rs` | the events that a front end receives |
//! | `reporter.rs` | passes events to a front end, and keeps its next [`FollowEvent::Alarm`] |
//! | `remark.rs` | messages for the user, such as that the daemon was lost |
//! | `device_list.rs` | for a front end: the present devices, and their state before each change |

mod backoff;
mod control;
mod daemon;
mod device_list;
mod event;
mod handle;
mod name_watch;
mod object_cache;
mod reconnect;
mod remark;
mod reporter;
mod waker;

use std::time::Duration;

pub use self::backoff::{Backoff, SESSION_PATIENCE, reconnect};
pub use self::control::{Control, ControlError, ReachDevices};
pub use self::device_list::{DeviceEvent, DeviceList};
pub use self::event::{FollowEvent, Origin, SessionEvent};
pub use self::handle::Handle;
pub use self::reconnect::{Direct, DirectEnded, Ended, Fallback, FollowDaemon};
pub use self::remark::Remark;
pub use self::reporter::{OnEvent, Reporter};

/// The timeout for one bus: a single deadline for connecting to it and for the answer of
/// solar-statusd. If there are two buses, each has its own.
const PATIENCE: Duration = Duration::from_secs(5);
