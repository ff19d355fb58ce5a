//! How often a keyboard may be made to measure light in a day.
//!
//! Every measurement costs the keyboard some charge, and so does every request that changes its
//! series. Any local user can ask. So a keyboard has a budget of measurements for 24 hours, of which no
//! user has all. `solar-status watch` measures every two seconds in series that it renews after 40
//! seconds: a user can watch for almost nine hours a day.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::admission::User;
use hidpp_proto::units::Timestamp;

/// Measurements of a keyboard in 24 hours, on request. (Those of `--light-every` are not counted:
/// 144 by default.)
pub const MEASUREMENTS_A_DAY: u32 = 25_000;

/// Those of one user.
pub const MEASUREMENTS_OF_A_USER: u32 = 20_000;

/// What each user has in any case, though others spent the rest.
pub const MEASUREMENTS_KEPT: u32 = 500;

/// What a change of the series costs besides: the keyboard receives it, answers, and measures at
/// once. It is not refunded, so that repeated requests by short connections exhaust the budget.
pub const MEASUREMENTS_A_CHANGE: u32 = 5;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Spending is forgotten after a day. It is kept by the hour, so after up to an hour more.
const HOURS: u64 = 24;

/// The users that are accounted separately in an hour; any others share.
const USERS: usize = 64;

/// What was spent of one keyboard.
#[derive(Debug, Default)]
pub(super) struct Budget {
    /// By the hour since the start, the oldest first.
    spent: VecDeque<(u64, BTreeMap<User, u32>)>,
}

impl Budget {
    /// Spends measurements of a user. If there are not so many left: how long until there are.
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

    /// The user to account to: with too many users in this hour, the one that all others share.
    fn account_of(&self, now: Timestamp, user: User) -> User {
        let users = self.spent.back().filter(|(hour, _)| *hour == hour_of(now));
        let has_account =
            users.is_none_or(|(_, users)| users.contains_key(&user) || users.len() < USERS);
        if has_account { user } else { User::Unknown }
    }

    /// Gives measurements back that were not made.
    pub(super) fn refund(&mut self, user: User, mut count: u32) {
        for (_, users) in self.spent.iter_mut().rev() {
            if let Some(spent) = users.get_mut(&user) {
                let back = count.min(*spent);
                *spent -= back;
                count -= back;
            }
        }
    }

    /// Whether nothing is left to be known.
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

    /// From which hour on how many of the oldest hours are over: now none, and so on.
    fn hours(&self) -> Vec<(u64, usize)> {
        let over = self.spent.iter().zip(1..);
        let over = over.map(|((hour, _), over)| (hour + 1, over));
        std::iter::once((0, 0)).chain(over).collect()
    }

    /// Whether there is enough for a user once the oldest hours are over.
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

    /// How much a user can spend at a time.
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
            format!("| {day} in 24 hours; {user} by one user"),
            format!("{MEASUREMENTS_KEPT} for each user"),
            format!("each change of a series counts as {MEASUREMENTS_A_CHANGE} "),
        ] {
            assert!(
                include_str!("../../SECURITY.md").contains(&limit),
                "{limit}"
            );
        }
        let interface = include_str!("objects/device1.rs").replace("\n    /// ", " ");
        let method = format!("a budget of {day} in 24 hours, of which one user has {user} and");
        assert!(interface.contains(&method), "{method}");
    }

    #[test]
    fn no_user_spends_all_and_each_has_something() {
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
    fn what_was_spent_comes_back_after_a_day_by_the_hour() {
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
        // Series of 60 seconds, renewed each 40: what is added is 20 measurements.
        for renewal in 0..8 * 60 * 60 / 40 {
            let now = Timestamp::from_start(Duration::from_secs(40 * renewal));
            let count = 20 + MEASUREMENTS_A_CHANGE;
            assert_eq!(budget.spend(now, ADA, count), Ok(()));
        }
    }

    #[test]
    fn what_was_not_measured_is_given_back() {
        let mut budget = Budget::default();
        budget.spend(at(0, 0), ADA, 100).unwrap();
        budget.spend(at(1, 0), ADA, 100).unwrap();
        budget.refund(ADA, 150);
        budget.refund(BOB, 150);
        assert_eq!(budget.spent[0].1[&ADA], 50);
        assert_eq!(budget.spent[1].1[&ADA], 0);
    }

    #[test]
    fn many_users_take_no_memory() {
        let mut budget = Budget::default();
        let granted =
            (0..10_000).filter(|user| budget.spend(at(0, 0), User::Id(*user), 10).is_ok());
        let shared = usize::try_from(MEASUREMENTS_OF_A_USER / 10).unwrap();
        assert_eq!(granted.count(), USERS + shared);
        assert!(budget.spent[0].1.len() <= USERS + 1);
        assert_eq!(spend_all(&mut budget, at(0, 0), User::Id(20_000)), 0);
    }
}
