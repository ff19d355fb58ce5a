//! The daily budget of light measurements of a keyboard.
//!
//! Every measurement costs the keyboard some charge, and so does every request that changes its
//! series, and any local user can request them. So the measurements per keyboard are limited in 24
//! hours, and one user cannot use up the whole budget. `solar-status watch` measures every two
//! seconds in series that it renews after 40 seconds: a user can watch for almost nine hours a day.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::admission::User;
use hidpp_proto::units::Timestamp;

/// Requested measurements of a keyboard in 24 hours. (The 144 per day that `--light-every` makes by
/// default are not counted.)
pub const MEASUREMENTS_A_DAY: u32 = 25_000;

/// The limit for one user.
pub const MEASUREMENTS_OF_A_USER: u32 = 20_000;

/// The guaranteed share of each user, even if others have spent the rest.
pub const MEASUREMENTS_KEPT: u32 = 500;

/// The additional cost of a change of the series: the keyboard receives the request, answers, and
/// starts a new series. It is not refunded, so that repeated requests from short-lived connections
/// exhaust the budget.
pub const MEASUREMENTS_A_CHANGE: u32 = 5;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Spending expires after a day. It is counted per hour, so up to an hour later.
const HOURS: u64 = 24;

/// The number of users accounted separately in an hour; any others share one account.
const USERS: usize = 64;

/// The measurements spent on one keyboard.
#[derive(Debug, Default)]
pub(super) struct Budget {
    /// By hour since the start, the oldest first.
    spent: VecDeque<(u64, BTreeMap<User, u32>)>,
}

impl Budget {
    /// Spends measurements of a user. If not enough are left, returns the time until they are.
    pub(super) fn spend(&mut self, now: Timestamp, user: User, count: u32) -> Result<(), Duration> {
        self.forget(now);
        let user = self.account_of(now, user);
        for (hour, over) in self.hours() {
            if self.is_enough(user, count, over) {
                if over > 0 {
                    let ends = HOUR * u32::try_from(hour + HOURS).unwrap_or(u32::MAX);
                    return Err(ends.saturating_sub(now.since_start()));
                }
                break;
            }
        }
        let hour = hour_of(now);
        if self.spent.back().is_none_or(|(last, _)| *last < hour) {
            self.spent.push_back((hour, BTreeMap::new()));
        }
        if let Some((_, users)) = self.spent.back_mut() {
            let spent = users.entry(user).or_default();
            *spent = spent.saturating_add(count);
        }
        Ok(())
    }

    /// The account for a user; if there are too many in this hour, the shared one.
    fn account_of(&self, now: Timestamp, user: User) -> User {
        let users = self.spent.back().filter(|(hour, _)| *hour == hour_of(now));
        let has_account =
            users.is_none_or(|(_, users)| users.contains_key(&user) || users.len() < USERS);
        if has_account { user } else { User::Unknown }
    }

    /// Refunds measurements that were not made.
    pub(super) fn refund(&mut self, user: User, mut count: u32) {
        for (_, users) in self.spent.iter_mut().rev() {
            if let Some(spent) = users.get_mut(&user) {
                let back = count.min(*spent);
                *spent -= back;
                count -= back;
            }
        }
    }

    /// Whether no spending is left that has not expired.
    pub(super) fn is_over(&mut self, now: Timestamp) -> bool {
        self.forget(now);
        self.spent.is_empty()
    }

    /// What a user spent.
    #[cfg(test)]
    pub(super) fn spent_by(&self, user: User) -> u32 {
        let of_user = self.spent.iter().filter_map(|(_, users)| users.get(&user));
        of_user.sum()
    }

    fn forget(&mut self, now: Timestamp) {
        let hour = hour_of(now);
        self.spent.retain(|(spent, _)| spent + HOURS >= hour);
    }

    /// For each number of expired hours (none now, then one by one), the hour from which it
    /// applies.
    fn hours(&self) -> Vec<(u64, usize)> {
        let over = self.spent.iter().zip(1..);
        let over = over.map(|((hour, _), over)| (hour + 1, over));
        std::iter::once((0, 0)).chain(over).collect()
    }

    /// Whether enough is left for a user once the `over` oldest hours have expired.
    fn is_enough(&self, user: User, count: u32, over: usize) -> bool {
        let (mut all, mut own) = (count, count);
        for (_, users) in self.spent.iter().skip(over) {
            all = users.values().fold(all, |sum, it| sum.saturating_add(*it));
            own = own.saturating_add(users.get(&user).copied().unwrap_or(0));
        }
        own <= MEASUREMENTS_KEPT || (own <= MEASUREMENTS_OF_A_USER && all <= MEASUREMENTS_A_DAY)
    }
}

const fn hour_of(now: Timestamp) -> u64 {
    now.since_start().as_secs() / HOUR.as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: User = User::Id(1000);
    const BOB: User = User::Id(1001);
    const EVE: User = User::Id(1002);

    fn at(hours: u64, minutes: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(hours * 3600 + minutes * 60))
    }

    /// Spends all that a user can, and returns how much that was.
    fn spend_all(budget: &mut Budget, now: Timestamp, user: User) -> u32 {
        let mut spent = 0;
        while budget.spend(now, user, 50).is_ok() {
            spent += 50;
        }
        spent
    }

    #[test]
    fn the_budget_is_documented() {
        let (day, user) = (MEASUREMENTS_A_DAY, MEASUREMENTS_OF_A_USER);
        for limit in [
            format!("| {day} in 24 hours in total and {user} by one user"),
            format!("each user can still use {MEASUREMENTS_KEPT},"),
            format!("each change of a series counts as {MEASUREMENTS_A_CHANGE} "),
        ] {
            assert!(
                include_str!("../../SECURITY.md").contains(&limit),
                "{limit}"
            );
        }
        let interface = include_str!("objects/device1.rs").replace("\n    /// ", " ");
        let method = format!("a budget of {day} in 24 hours, of which one user has {user};");
        assert!(interface.contains(&method), "{method}");
    }

    #[test]
    fn no_user_can_spend_all_and_each_has_a_guaranteed_share() {
        let mut budget = Budget::default();
        assert_eq!(
            spend_all(&mut budget, at(0, 0), ADA),
            MEASUREMENTS_OF_A_USER
        );
        let rest = MEASUREMENTS_A_DAY - MEASUREMENTS_OF_A_USER;
        assert_eq!(spend_all(&mut budget, at(0, 0), BOB), rest);
        assert_eq!(spend_all(&mut budget, at(0, 0), EVE), MEASUREMENTS_KEPT);
    }

    #[test]
    fn spending_expires_hour_by_hour_after_a_day() {
        let mut budget = Budget::default();
        assert_eq!(budget.spend(at(5, 30), ADA, 10_000), Ok(()));
        assert_eq!(budget.spend(at(7, 0), ADA, 10_000), Ok(()));
        let hours = |hours| Err(HOUR * hours);
        assert_eq!(budget.spend(at(10, 0), ADA, 1), hours(20), "at 30:00");
        assert_eq!(budget.spend(at(10, 0), ADA, 10_001), hours(22), "at 32:00");
        assert!(budget.spend(at(29, 59), ADA, 1).is_err());
        assert_eq!(budget.spend(at(30, 0), ADA, 10_000), Ok(()));
        assert!(!budget.is_over(at(53, 0)));
        assert!(budget.is_over(at(55, 0)));
    }

    #[test]
    fn a_working_day_of_watch_fits() {
        let mut budget = Budget::default();
        // Series of 60 seconds, renewed every 40 seconds, which adds 20 measurements.
        for renewal in 0..8 * 60 * 60 / 40 {
            let now = Timestamp::from_start(Duration::from_secs(40 * renewal));
            let count = 20 + MEASUREMENTS_A_CHANGE;
            assert_eq!(budget.spend(now, ADA, count), Ok(()));
        }
    }

    #[test]
    fn measurements_that_were_not_made_are_refunded() {
        let mut budget = Budget::default();
        budget.spend(at(0, 0), ADA, 100).unwrap();
        budget.spend(at(1, 0), ADA, 100).unwrap();
        budget.refund(ADA, 150);
        budget.refund(BOB, 150);
        assert_eq!(budget.spent[0].1[&ADA], 50);
        assert_eq!(budget.spent[1].1[&ADA], 0);
    }

    #[test]
    fn many_users_need_bounded_memory() {
        let mut budget = Budget::default();
        let granted =
            (0..10_000).filter(|user| budget.spend(at(0, 0), User::Id(*user), 10).is_ok());
        let shared = usize::try_from(MEASUREMENTS_OF_A_USER / 10).unwrap();
        assert_eq!(granted.count(), USERS + shared);
        assert!(budget.spent[0].1.len() <= USERS + 1);
        assert_eq!(spend_all(&mut budget, at(0, 0), User::Id(20_000)), 0);
    }
}
