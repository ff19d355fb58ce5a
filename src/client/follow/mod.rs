//! Following devices through solar-statusd, or through a fallback if it is not running.
//!
//! [`FollowDaemon`] outlasts restarts of the daemon and of its bus. A thread for each bus
//! (`name_watch.rs`) reports daemons that start, and reconnects when the bus is lost. The thread
//! that follows retries its own connection, which can be lost alone. Both use the delays of
//! `backoff.rs`.

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

/// The timeout of each bus and of solar-statusd on it.
const PATIENCE: Duration = Duration::from_secs(5);
