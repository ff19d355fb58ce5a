//! An attack while honest clients ask, and what must hold during and after it.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use crate::attacker::attack::{Attack, Tally};
use crate::attacker::honest::{Experience, Honest};
use crate::attacker::user::{self, ATTACKER, HONEST};

use super::Service;

/// An attack that is not over by then is broken off.
const LONGEST: Duration = Duration::from_secs(20);

/// How long honest clients go on after the attack.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// What an attack did.
pub struct Trial {
    /// Its name.
    pub attack: &'static str,
    /// What was sent and read.
    pub tally: Tally,
    /// When the attack was over.
    pub over: Instant,
    /// Of the attacker's own user.
    pub same: Experience,
    /// Of another user; without the right to change it, of the same user again.
    pub other: Experience,
    /// The most memory of the service, in kB.
    pub peak: u64,
    /// How the service ended, if it did.
    pub ended: Option<String>,
}

impl Trial {
    /// Attacks the service while two honest clients ask.
    pub fn of(service: &mut Service, attack: &Attack) -> Self {
        service.daemon.forget_peak();
        let (target, asking) = (&service.target, &AtomicBool::new(true));
        let (tally, over, same, other) = thread::scope(|scope| {
            let same = Honest::ask(scope, target, ATTACKER.or_own(), asking);
            let other = Honest::ask(scope, target, HONEST.or_own(), asking);
            let tally = attack.run(target, ATTACKER.or_own(), LONGEST);
            let over = Instant::now();
            thread::sleep(AFTERWARDS);
            (tally, over, same.stop(), other.stop())
        });
        let peak = service.daemon.peak().unwrap_or_default();
        let ended = service.daemon.ended().or_else(|| {
            let same = service.target.is_same();
            (!same).then(|| "it left the bus".to_owned())
        });
        Self {
            attack: attack.name,
            tally,
            over,
            same,
            other,
            peak,
            ended,
        }
    }

    /// Whether the attack took place: the bus let it in and took at least half of it.
    pub const fn was_made(&self, attack: &Attack) -> bool {
        self.tally.connected == attack.connections && 2 * self.tally.sent >= attack.size()
    }

    /// What must hold and does not.
    pub fn faults(&self, peak_at_most: u64, worst_at_most: Duration) -> Vec<String> {
        let mut faults = Vec::new();
        if let Some(ended) = &self.ended {
            faults.push(format!("the service ended: {ended}"));
        }
        if self.peak > peak_at_most {
            faults.push(format!("{} kB instead of {peak_at_most}", self.peak));
        }
        for (who, experience) in [("same user", &self.same), ("other user", &self.other)] {
            if let Some(lost) = experience.lost.first() {
                faults.push(format!("{who}: {lost}"));
            }
            let worst = experience.worst();
            if worst > worst_at_most {
                faults.push(format!("{who}: an answer took {worst:.1?}"));
            }
        }
        if user::can_change() && self.other.limited > 0 {
            let limited = self.other.limited;
            faults.push(format!("other user: {limited} calls refused for a limit"));
        }
        faults
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally {
            connected,
            sent,
            heard,
        } = self.tally;
        write!(
            f,
            "{:<44} {connected:>3} connections {sent:>6} sent {:>6} kB read; peak {:>7} kB",
            self.attack,
            heard >> 10,
            self.peak
        )?;
        for (who, it) in [("same", &self.same), ("other", &self.other)] {
            let (asked, limited, lost) = (it.gets.len(), it.limited, it.lost.len());
            write!(
                f,
                "; {who} user: {asked} asked, {limited} limited, {lost} lost, worst {:.0?}",
                it.worst()
            )?;
        }
        match &self.ended {
            Some(ended) => write!(f, "; ENDED: {ended}"),
            None => Ok(()),
        }
    }
}
