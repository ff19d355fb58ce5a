use std::fmt;

use crate::bus::Bus;
use crate::client::daemon::NoDaemon;

/// A message for the user about following. Its text is a sentence without a full stop.
#[derive(Debug)]
pub enum Remark {
    /// solar-statusd left its bus.
    Left(Bus),
    /// The connection to a bus was lost.
    Disconnected {
        /// Which.
        bus: Bus,
        /// Whether it is retried.
        is_retried: bool,
    },
    /// solar-statusd cannot be queried.
    Unreachable {
        /// Why.
        why: NoDaemon,
        /// Whether following waits for it.
        is_awaited: bool,
    },
    /// The last bus did not come back in time: only a session bus is given up.
    GivenUp,
    /// solar-statusd refused to measure light, with the reason.
    LightRefused(String),
    /// A message of a [`Fallback`](super::Fallback).
    Fallback(String),
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Left(bus) => write!(f, "solar-statusd left {bus}"),
            Self::Disconnected { bus, is_retried } => {
                let goes_on = if *is_retried { "; reconnecting" } else { "" };
                write!(f, "lost the connection to {bus}{goes_on}")
            }
            Self::Unreachable { why, is_awaited } => {
                let goes_on = if *is_awaited { "; waiting for it" } else { "" };
                write!(f, "{why}{goes_on}")
            }
            Self::GivenUp => {
                f.write_str("the session bus did not come back within five minutes; giving up")
            }
            Self::LightRefused(why) => write!(f, "light cannot be measured: {why}"),
            Self::Fallback(what) => f.write_str(what),
        }
    }
}
