//! Audits: which callers of a user are still on the bus. What was sent to the others is gone.

use std::collections::BTreeMap;
use std::time::Duration;

use super::call::User;
use hidpp_proto::units::Timestamp;

/// How long an audit may take.
const LONGEST: Duration = Duration::from_secs(5);

/// How long its outcome holds.
const HOLDS: Duration = Duration::from_secs(1);

/// The callers that are asked for in one audit.
pub(super) const AUDITED: usize = 256;

/// The audits of users that were sent much.
#[derive(Debug, Default)]
pub(super) struct Audits(BTreeMap<User, Audit>);

#[derive(Clone, Copy, Debug)]
enum Audit {
    /// So many answers are awaited.
    Running { awaited: usize, since: Timestamp },
    /// It ended then.
    Ended(Timestamp),
}

impl Audits {
    /// Begins an audit with questions about so many callers.
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

    /// A question was answered.
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

    /// Whether answers are awaited.
    pub(super) fn is_running(&self, now: Timestamp, user: User) -> bool {
        let audit = self.0.get(&user);
        audit.is_some_and(|audit| matches!(audit, Audit::Running { .. }) && !audit.is_over(now))
    }

    /// Whether one ended just now, so that another would find the same.
    pub(super) fn is_settled(&self, now: Timestamp, user: User) -> bool {
        let audit = self.0.get(&user);
        audit.is_some_and(|audit| matches!(audit, Audit::Ended(_)) && !audit.is_over(now))
    }

    /// Removes those that are over.
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
