//! Audits: check which callers of a user are still connected to the bus. Messages queued on the bus
//! for the others were dropped, and no longer count.

use std::collections::BTreeMap;
use std::time::Duration;

use super::call::User;
use hidpp_proto::units::Timestamp;

/// The timeout of an audit.
const LONGEST: Duration = Duration::from_secs(5);

/// How long its result stays valid.
const HOLDS: Duration = Duration::from_secs(1);

/// The number of callers checked in one audit.
pub(super) const AUDITED: usize = 256;

/// The audits of users with many bytes possibly unread.
#[derive(Debug, Default)]
pub(super) struct Audits(BTreeMap<User, Audit>);

#[derive(Clone, Copy, Debug)]
enum Audit {
    /// Answers from the bus are pending.
    Running { awaited: usize, since: Timestamp },
    /// It ended at this time.
    Ended(Timestamp),
}

impl Audits {
    /// Starts an audit with queries about `awaited` callers.
    pub(super) fn begin(&mut self, now: Timestamp, user: User, awaited: usize) {
        let audit = match awaited {
            0 => Audit::Ended(now),
            awaited => Audit::Running {
                awaited,
                since: now,
            },
        };
        self.0.insert(user, audit);
    }

    /// A query was answered.
    pub(super) fn advance(&mut self, now: Timestamp, user: User) {
        if let Some(audit) = self.0.get_mut(&user)
            && let Audit::Running { awaited, .. } = audit
        {
            *awaited = awaited.saturating_sub(1);
            if *awaited == 0 {
                *audit = Audit::Ended(now);
            }
        }
    }

    /// Whether answers are pending.
    pub(super) fn is_running(&self, now: Timestamp, user: User) -> bool {
        let audit = self.0.get(&user);
        audit.is_some_and(|audit| matches!(audit, Audit::Running { .. }) && !audit.is_over(now))
    }

    /// Whether an audit ended so recently that another would return the same result.
    pub(super) fn is_settled(&self, now: Timestamp, user: User) -> bool {
        let audit = self.0.get(&user);
        audit.is_some_and(|audit| matches!(audit, Audit::Ended(_)) && !audit.is_over(now))
    }

    /// Removes expired audits.
    pub(super) fn forget(&mut self, now: Timestamp) {
        self.0.retain(|_, audit| !audit.is_over(now));
    }
}

impl Audit {
    fn is_over(self, now: Timestamp) -> bool {
        match self {
            Self::Running { since, .. } => now.since(since) >= LONGEST,
            Self::Ended(at) => now.since(at) >= HOLDS,
        }
    }
}
