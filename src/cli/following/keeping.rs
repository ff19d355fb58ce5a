//! Following for as long as somebody watches: a daemon that goes is waited for.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::daemon::Ended;
use super::{Following, Hand, News, PATIENCE, daemon, direct};
use crate::bus::Bus;
use crate::cli::args::CommonArgs;
use crate::cli::daemon::Daemon;
use crate::cli::{Exit, way};
use crate::manager::{Clock, RealClock, Wake};
use crate::units::Timestamp;

/// A daemon that went is looked for after this time, and after twice as long each further time.
const FIRST_LOOK: Duration = Duration::from_millis(500);

/// But at least so often.
const LAST_LOOK: Duration = Duration::from_secs(16);

/// What is heard while somebody watches.
#[derive(Debug)]
pub(in crate::cli) enum Heard {
    News(News),
    /// Nobody is heard any more, for this reason; what was told of is told again when somebody is.
    Lost(String),
}

/// Tells what is heard until `interrupt` becomes readable, and how it ended; meanwhile `hand` reaches
/// who is followed. An error of `tell` ends it too.
pub(in crate::cli) fn keep(
    common: &CommonArgs,
    interrupt: &UnixStream,
    hand: &Hand,
    tell: &mut dyn FnMut(Timestamp, Heard) -> io::Result<()>,
) -> io::Result<Exit> {
    let following = || -> io::Result<Following<'_>> {
        Ok(Following {
            common,
            duration: None,
            interrupt: Some(interrupt.try_clone()?),
        })
    };
    let mut news = |at, news| tell(at, Heard::News(news));
    let mut daemon = match way::daemon(common, way::direct(common), true, PATIENCE) {
        Ok(Some(daemon)) => daemon,
        Ok(None) => return direct::follow(following()?, hand, &mut news),
        Err(error) => {
            news(Timestamp::START, News::Remark(error.to_string()))?;
            return Ok(Exit::Failure);
        }
    };
    loop {
        let bus = daemon.bus.clone();
        let mut news = |at, news| tell(at, Heard::News(news));
        match daemon::follow(following()?, daemon, hand, &mut news)? {
            Ended::Exit(exit) => return Ok(exit),
            Ended::Lost(why) => tell(RealClock::new(None).now(), Heard::Lost(why))?,
        }
        daemon = match again(&bus, interrupt)? {
            Some(daemon) => daemon,
            None => return Ok(Exit::Interrupted),
        };
    }
}

/// Waits until the daemon is back; `None`: it was interrupted.
fn again(bus: &Bus, interrupt: &UnixStream) -> io::Result<Option<Daemon>> {
    let mut clock = RealClock::new(Some(interrupt.as_fd()));
    let mut pause = FIRST_LOOK;
    loop {
        let until = clock.now() + pause;
        while clock.now() < until {
            if clock.wait(&[], Some(until))? == Wake::Interrupted {
                return Ok(None);
            }
        }
        match Daemon::on(bus.clone(), true, PATIENCE) {
            Ok(daemon) => return Ok(Some(daemon)),
            Err(error) => log::debug!("{error}"),
        }
        pause = LAST_LOOK.min(pause * 2);
    }
}
