//! Following on when solar-statusd leaves and comes back, or comes first after we did.

use std::io;
use std::time::Duration;

use super::bell::{Bell, Ear, Ring};
use super::daemon::Ended;
use super::{Following, Hand, News, herald};
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
    /// Nobody is heard any more, for this reason.
    Lost(String),
    /// Nobody was heard for a while.
    Away,
}

/// Whom to follow, and how long.
pub(in crate::cli) struct FollowOn<'a> {
    pub(in crate::cli) common: &'a CommonArgs,
    /// `None`: until it is ended.
    pub(in crate::cli) duration: Option<Duration>,
    /// Reaches who is followed.
    pub(in crate::cli) hand: Hand,
    /// What ends it.
    pub(in crate::cli) bell: Bell,
    pub(in crate::cli) ear: Ear,
}

/// What is left to follow.
struct Rounds {
    ear: Ear,
    clock: RealClock<'static>,
    until: Option<Timestamp>,
    /// Whether there is a bus for solar-statusd to come to.
    has_bus: bool,
}

impl FollowOn<'_> {
    /// Tells what is heard until the end, and how it ended. It is heard by way of solar-statusd or
    /// directly, and whenever solar-statusd comes to a bus, by way of it from then on. Once it was
    /// followed, it is waited for. An error of `tell` ends it too.
    pub(in crate::cli) fn run(
        self,
        tell: &mut dyn FnMut(Timestamp, Lasting) -> io::Result<()>,
    ) -> io::Result<Exit> {
        let has_bus = herald::post(self.buses(), &self.bell)?;
        let clock = RealClock::new(None);
        let until = self.duration.map(|duration| clock.now() + duration);
        let mut rounds = Rounds {
            ear: self.ear,
            clock,
            until,
            has_bus,
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
            let mut news = |at, news| tell(at, Lasting::News(news));
            let exit = match following.once(&self.hand, &mut news)? {
                Ended::Exit(exit) => exit,
                Ended::Lost(why) => {
                    tell(rounds.clock.now(), Lasting::Lost(why))?;
                    Exit::Failure
                }
                Ended::Unheard(error) => {
                    let mut why = error.to_string();
                    if rounds.go_on() {
                        why.push_str("; waiting for it");
                    }
                    tell(rounds.clock.now(), Lasting::Lost(why))?;
                    Exit::Failure
                }
            };
            let ended = match exit {
                Exit::Interrupted => rounds.interrupted(tell)?,
                Exit::Failure if rounds.go_on() => rounds.wait(tell)?,
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

    /// Whether solar-statusd can be waited for.
    fn go_on(&self) -> bool {
        self.has_bus && !self.are_over()
    }

    /// What following was interrupted for: `None` where it goes on.
    fn interrupted(
        &mut self,
        tell: &mut dyn FnMut(Timestamp, Lasting) -> io::Result<()>,
    ) -> io::Result<Option<Exit>> {
        let ring = self.ear.heard()?;
        let end = Self::ends(ring);
        if end == Some(Exit::Failure) {
            let what = "there is no bus any more".to_owned();
            tell(self.clock.now(), Lasting::Lost(what))?;
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
                    let end = Self::ends(ring);
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
    const fn ends(ring: Ring) -> Option<Exit> {
        match ring {
            Ring::End => Some(Exit::Interrupted),
            Ring::Unread => Some(Exit::Ok),
            Ring::Arrived => None,
            // The session or the system ends, and with it who reads this.
            Ring::NoBus => Some(Exit::Failure),
        }
    }
}
