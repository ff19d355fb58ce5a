//! Following devices, by way of solar-statusd where it runs, else directly: the same changes come
//! both ways.

mod bell;
mod daemon;
mod direct;
mod hand;
mod herald;
mod lasting;
mod mirror;
mod roster;

use std::io;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::args::CommonArgs;
use super::exit::Exit;
use super::way;
use crate::manager::{Change, Clock, RealClock};
use crate::units::Timestamp;

pub(super) use self::bell::{Bell, Ear, bell};
use self::daemon::Ended;
pub(super) use self::hand::Hand;
pub(super) use self::lasting::{FollowOn, Lasting};
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
    /// What a person should know: what failed, or that nothing is there.
    Remark(String),
}

/// Whom to follow, and how long.
pub(super) struct Following<'a> {
    pub(super) common: &'a CommonArgs,
    /// `None`: until it is interrupted.
    pub(super) duration: Option<Duration>,
    /// What becomes readable when it is to end; `None`: signals end it.
    pub(super) interrupt: Option<UnixStream>,
}

impl Following<'_> {
    /// Whether the time is the simulation's own, which starts at zero and passes at once.
    pub(super) const fn is_virtual(&self) -> bool {
        self.common.simulate.is_some() && self.duration.is_some()
    }

    /// Tells the news until the end, and how it ended. An error of `tell` ends it too.
    pub(super) fn run(
        self,
        tell: &mut dyn FnMut(Timestamp, News) -> io::Result<()>,
    ) -> io::Result<Exit> {
        let why = match self.once(&Hand::default(), tell)? {
            Ended::Exit(exit) => return Ok(exit),
            Ended::Lost(why) => why,
            Ended::Unheard(error) => error.to_string(),
        };
        tell(RealClock::new(None).now(), News::Remark(why))?;
        Ok(Exit::Failure)
    }

    /// The same, until the daemon is lost; meanwhile `hand` reaches who is followed.
    fn once(
        self,
        hand: &Hand,
        tell: &mut dyn FnMut(Timestamp, News) -> io::Result<()>,
    ) -> io::Result<Ended> {
        let common = self.common;
        match way::daemon(common, way::direct(common), true, PATIENCE) {
            Ok(Some(daemon)) => daemon::follow(self, daemon, hand, tell),
            Ok(None) => direct::follow(self, hand, tell).map(Ended::Exit),
            Err(error) => Ok(Ended::Unheard(error)),
        }
    }
}
