//! Following on when solar-statusd leaves and comes back, or comes first after we did.

use std::io;
use std::time::Duration;

use super::bell::{Ear, Ring, bell};
use super::{Following, News, herald};
use crate::bus::Bus;
use crate::cli::args::CommonArgs;
use crate::cli::exit::Exit;
use crate::cli::way;
use crate::manager::{Clock, RealClock};
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

/// Whom to follow, and how long.
pub(in crate::cli) struct FollowOn<'a> {
    pub(in crate::cli) common: &'a CommonArgs,
    /// `None`: until it is interrupted.
    pub(in crate::cli) duration: Option<Duration>,
    /// Whether it ends when nobody reads standard output any more.
    pub(in crate::cli) for_reader: bool,
}

/// What is left to follow.
struct Rounds {
    ear: Ear,
    clock: RealClock<'static>,
    until: Option<Timestamp>,
    /// How many buses are listened to.
    heralds: usize,
}

impl FollowOn<'_> {
    /// Tells what is heard until the end, and how it ended. It is heard by way of solar-statusd or
    /// directly, and whenever solar-statusd comes to a bus, by way of it from then on. Once it was
    /// followed, it is waited for.
    pub(in crate::cli) fn run(
        self,
        tell: &mut dyn FnMut(Timestamp, Lasting) -> io::Result<()>,
    ) -> io::Result<Exit> {
        let (bell, ear) = bell()?;
        if self.for_reader {
            bell.try_clone()?.for_reader()?;
        }
        let mut heralds = 0;
        for bus in self.buses() {
            heralds += usize::from(herald::post(bus, bell.try_clone()?));
        }
        let clock = RealClock::new(None);
        let until = self.duration.map(|duration| clock.now() + duration);
        let mut rounds = Rounds {
            ear,
            clock,
            until,
            heralds,
        };
        loop {
            let following = Following {
                common: self.common,
                duration: self.duration,
                interrupt: Some(rounds.ear.interrupt()?),
            };
            let following = if following.is_virtual() {
                following
            } else {
                let duration = rounds.until.map(|until| until.since(rounds.clock.now()));
                Following {
                    duration,
                    ..following
                }
            };
            tell(rounds.clock.now(), Lasting::Anew)?;
            let exit = following.run(&mut |at, news| tell(at, Lasting::News(news)))?;
            let ended = match exit {
                Exit::Interrupted => rounds.interrupted(tell)?,
                Exit::Failure if rounds.heralds > 0 && !rounds.are_over() => rounds.wait(tell)?,
                exit => Some(exit),
            };
            if let Some(exit) = ended {
                return Ok(exit);
            }
        }
    }

    /// Where solar-statusd may come to.
    fn buses(&self) -> Vec<Bus> {
        match &self.common.way.bus {
            Some(bus) => vec![bus.clone()],
            None if way::direct(self.common).is_some() => Vec::new(),
            None => vec![Bus::System, Bus::Session],
        }
    }
}

impl Rounds {
    fn are_over(&self) -> bool {
        self.until.is_some_and(|until| until <= self.clock.now())
    }

    /// What following was interrupted for: `None` where it goes on.
    fn interrupted(
        &mut self,
        tell: &mut dyn FnMut(Timestamp, Lasting) -> io::Result<()>,
    ) -> io::Result<Option<Exit>> {
        let ring = self.ear.heard()?;
        let end = self.ends(ring);
        if end == Some(Exit::Failure) {
            let what = "there is no bus any more".to_owned();
            tell(self.clock.now(), Lasting::News(News::Remark(what)))?;
        }
        Ok(end)
    }

    /// Waits for solar-statusd, after a while as one that is away; `None`: it is back.
    fn wait(
        &mut self,
        tell: &mut dyn FnMut(Timestamp, Lasting) -> io::Result<()>,
    ) -> io::Result<Option<Exit>> {
        let mut grace = Some(self.clock.now() + GRACE);
        loop {
            let until = grace.into_iter().chain(self.until).min();
            match self.ear.next(until)? {
                Some(Ring::Arrived) => return Ok(None),
                Some(ring) => {
                    let end = self.ends(ring);
                    if end.is_some() {
                        return Ok(end);
                    }
                }
                None if self.are_over() => return Ok(Some(Exit::Failure)),
                None => {
                    grace = None;
                    tell(self.clock.now(), Lasting::Away)?;
                }
            }
        }
    }

    /// How a ring ends it, if it does.
    fn ends(&mut self, ring: Ring) -> Option<Exit> {
        match ring {
            Ring::Signal => Some(Exit::Interrupted),
            Ring::Unread => Some(Exit::Ok),
            Ring::Arrived => None,
            Ring::Ended => {
                self.heralds = self.heralds.saturating_sub(1);
                // The session or the system ends, and with it who reads this.
                (self.heralds == 0).then_some(Exit::Failure)
            }
        }
    }
}
