//! Runs an attack while honest clients send requests, and checks what must hold during and after
//! it.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use crate::attacker::attack::{Attack, Tally};
use crate::attacker::honest::{Experience, Honest};
use crate::attacker::user::{self, ATTACKER, HONEST};

use super::Service;

/// The deadline of an attack; it is aborted after that.
const LONGEST: Duration = Duration::from_secs(20);

/// How long honest clients keep sending requests after the attack.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// The outcome of an attack.
pub struct Trial {
    /// Its name.
    pub attack: &'static str,
    /// What was sent and received.
    pub tally: Tally,
    /// When the attack ended.
    pub over: Instant,
    /// The honest client of the attacker's own user.
    pub same: Experience,
    /// The honest client of another user; if the user cannot be changed, another one of the same
    /// user.
    pub other: Experience,
    /// The peak memory of the service, in kB.
    pub peak: u64,
    /// How the service ended, if it has.
    pub ended: Option<String>,
}

impl Trial {
    /// Attacks the service while two honest clients send requests.
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
            (!same).then(|| "its bus name has another owner or none".to_owned())
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

    /// Whether the attack took place: the bus accepted every connection and at least half the
    /// messages.
    pub const fn was_made(&self, attack: &Attack) -> bool {
        self.tally.connected == attack.connections && 2 * self.tally.sent >= attack.size()
    }

    /// The violated requirements.
    pub fn faults(&self, peak_at_most: u64, worst_at_most: Duration) -> Vec<String> {
        let mut faults = Vec::new();
        if let Some(ended) = &self.ended {
            faults.push(format!("the service ended: {ended}"));
        }
        if self.peak > peak_at_most {
            faults.push(format!("{} kB instead of {peak_at_most}", self.peak));
        }
        for (user, experience) in [("same user", &self.same), ("other user", &self.other)] {
            if let Some(lost) = experience.lost.first() {
                faults.push(format!("{user}: {lost}"));
            }
            let worst = experience.worst();
            if worst > worst_at_most {
                faults.push(format!("{user}: an answer took {worst:.1?}"));
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
            received,
        } = self.tally;
        write!(
            f,
            "{:<44} {connected:>3} connections {sent:>6} sent {:>6} kB read; peak {:>7} kB",
            self.attack,
            received >> 10,
            self.peak
        )?;
        for (user, it) in [("same", &self.same), ("other", &self.other)] {
            let (asked, limited, lost) = (it.gets.len(), it.limited, it.lost.len());
            write!(
                f,
                "; {user} user: {asked} asked, {limited} limited, {lost} lost, worst {:.0?}",
                it.worst()
            )?;
        }
        match &self.ended {
            Some(ended) => write!(f, "; ENDED: {ended}"),
            None => Ok(()),
        }
    }
}
