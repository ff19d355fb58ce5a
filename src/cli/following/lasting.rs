//! Following on when solar-statusd leaves and comes back, or comes first after we did.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::herald::{self, ARRIVED, ENDED};
use super::{Following, News};
use crate::bus::Bus;
use crate::cli::args::CommonArgs;
use crate::cli::exit::Exit;
use crate::cli::{setting, way};
use crate::manager::{Clock, RealClock, Wake};
use crate::units::Timestamp;

/// A daemon that is started anew is back before.
const GRACE: Duration = Duration::from_secs(5);

/// What is heard where following lasts.
#[derive(Debug)]
pub(in crate::cli) enum Lasting {
    /// All that is there will be told, as if nothing had been.
    Anew,
    News(News),
    /// Nobody tells anything for a while.
    Away,
}

/// Why waiting ended.
enum Ring {
    Signal,
    Arrived,
    /// A bus is gone.
    Ended,
    /// The time has come.
    Due,
}

/// Follows by way of solar-statusd or directly, and whenever it comes to a bus, by way of it from
/// then on. Once it was followed, it is waited for.
pub(in crate::cli) fn follow_on(
    common: &CommonArgs,
    duration: Option<Duration>,
    tell: &mut dyn FnMut(Timestamp, Lasting) -> io::Result<()>,
) -> io::Result<Exit> {
    let clock = RealClock::new(None);
    let until = duration.map(|duration| clock.now() + duration);
    let is_over = || until.is_some_and(|until| until <= clock.now());
    let (mut wake, bell) = UnixStream::pair()?;
    let direct = way::direct(common).is_some();
    let mut heralds = 0_usize;
    if !direct {
        setting::on_signals(&bell)?;
        let buses = match &common.way.bus {
            Some(bus) => vec![bus.clone()],
            None => vec![Bus::System, Bus::Session],
        };
        for bus in buses {
            heralds += usize::from(herald::post(bus, bell.try_clone()?));
        }
    }
    loop {
        let following = Following {
            common,
            duration: match until {
                // Virtual time has a beginning of its own.
                Some(until) if !direct => Some(until.since(clock.now())),
                _ => duration,
            },
            interrupt: (!direct).then(|| wake.try_clone()).transpose()?,
        };
        tell(clock.now(), Lasting::Anew)?;
        let exit = following.run(&mut |at, news| tell(at, Lasting::News(news)))?;
        match exit {
            Exit::Interrupted if !direct => match heard(&mut wake)? {
                Ring::Ended => heralds = heralds.saturating_sub(1),
                Ring::Arrived | Ring::Due => {}
                Ring::Signal => return Ok(exit),
            },
            Exit::Failure if heralds > 0 && !is_over() => {
                let mut grace = Some(clock.now() + GRACE);
                loop {
                    let due = grace.into_iter().chain(until).min();
                    match next(&mut wake, due)? {
                        Ring::Arrived => break,
                        Ring::Signal => return Ok(Exit::Interrupted),
                        Ring::Ended => heralds = heralds.saturating_sub(1),
                        Ring::Due if is_over() => return Ok(exit),
                        Ring::Due if grace.is_some_and(|it| it <= clock.now()) => {
                            grace = None;
                            tell(clock.now(), Lasting::Away)?;
                        }
                        // A signal that is for somebody else.
                        Ring::Due => {}
                    }
                    if heralds == 0 {
                        return Ok(exit);
                    }
                }
            }
            _ => return Ok(exit),
        }
    }
}

/// Waits for the next ring, or until it is due.
fn next(wake: &mut UnixStream, due: Option<Timestamp>) -> io::Result<Ring> {
    match RealClock::new(Some(wake.as_fd())).wait(&[], due)? {
        Wake::Interrupted => heard(wake),
        Wake::Due | Wake::Readable(_) => Ok(Ring::Due),
    }
}

/// What rang.
fn heard(wake: &mut UnixStream) -> io::Result<Ring> {
    let mut byte = [0];
    wake.read_exact(&mut byte)?;
    match byte {
        [ARRIVED] => Ok(Ring::Arrived),
        [ENDED] => Ok(Ring::Ended),
        // Nobody else writes.
        _ => Ok(Ring::Signal),
    }
}
