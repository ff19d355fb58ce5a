//! A bounded round-robin queue that is fair to users, and to the callers of one user.
//!
//! Users take turns, and so do the callers of a user: however much one of them queues, the next
//! call of another waits for at most one call of each. When a limit is exceeded, a call is removed
//! from the longest queue, instead of refusing the new call.

use std::collections::{BTreeMap, VecDeque};

use super::call::{Call, User};

/// The maximum number of queued calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Per caller.
    pub(super) caller: usize,
    /// Per user.
    pub(super) user: usize,
    /// In total.
    pub(super) all: usize,
}

/// Queued calls.
#[derive(Debug)]
pub(super) struct FairQueue {
    limits: Limits,
    length: usize,
    /// The users with calls.
    users: BTreeMap<User, Share>,
    /// In which order users take turns; each of `users` once.
    turns: VecDeque<User>,
}

/// The calls of one user.
#[derive(Debug, Default)]
struct Share {
    length: usize,
    /// The callers with calls.
    callers: BTreeMap<String, VecDeque<Call>>,
    /// In which order callers take turns; each of `callers` once.
    turns: VecDeque<String>,
}

impl FairQueue {
    pub(super) const fn new(limits: Limits) -> Self {
        Self {
            limits,
            length: 0,
            users: BTreeMap::new(),
            turns: VecDeque::new(),
        }
    }

    /// Queues a call. Returns the call that exceeds the limits, if any: this one, or one removed
    /// from a longer queue.
    pub(super) fn push(&mut self, user: User, call: Call) -> Option<Call> {
        let share = self.users.get(&user);
        let of_user = share.map_or(0, |share| share.length);
        let of_caller = share
            .and_then(|share| share.callers.get(&call.caller))
            .map_or(0, VecDeque::len);
        if of_caller >= self.limits.caller {
            return Some(call);
        }
        let displaced = if of_user >= self.limits.user {
            let displaced = self.displace(user, of_caller + 1);
            if displaced.is_none() {
                return Some(call);
            }
            displaced
        } else if self.length >= self.limits.all {
            let fullest = self.users.iter().max_by_key(|(_, share)| share.length);
            let fullest = fullest.filter(|(_, share)| share.length > of_user + 1);
            let displaced = fullest
                .map(|(user, _)| *user)
                .and_then(|user| self.displace(user, 0));
            if displaced.is_none() {
                return Some(call);
            }
            displaced
        } else {
            None
        };
        self.length += 1;
        let turns = &mut self.turns;
        let share = self.users.entry(user).or_insert_with(|| {
            turns.push_back(user);
            Share::default()
        });
        share.push(call);
        displaced
    }

    /// Removes the next call of a user that `may_go_on` accepts.
    pub(super) fn pop(&mut self, may_go_on: impl Fn(User) -> bool) -> Option<(User, Call)> {
        let place = self.turns.iter().position(|user| may_go_on(*user))?;
        let user = self.turns.remove(place)?;
        let share = self.users.get_mut(&user)?;
        let call = share.pop();
        self.length -= usize::from(call.is_some());
        if share.length == 0 {
            self.users.remove(&user);
        } else {
            self.turns.push_back(user);
        }
        Some((user, call?))
    }

    /// Whether calls of this caller are queued.
    pub(super) fn has(&self, user: User, caller: &str) -> bool {
        let share = self.users.get(&user);
        share.is_some_and(|share| share.callers.contains_key(caller))
    }

    /// Removes all calls of a caller.
    pub(super) fn take(&mut self, user: User, caller: &str) -> VecDeque<Call> {
        let Some(share) = self.users.get_mut(&user) else {
            return VecDeque::new();
        };
        let calls = share.callers.remove(caller).unwrap_or_default();
        share.turns.retain(|it| it != caller);
        share.length -= calls.len();
        self.length -= calls.len();
        if share.length == 0 {
            self.users.remove(&user);
            self.turns.retain(|it| *it != user);
        }
        calls
    }

    /// Removes the newest call from the longest queue of the user's callers, if that is longer than
    /// `than`.
    fn displace(&mut self, user: User, than: usize) -> Option<Call> {
        let share = self.users.get_mut(&user)?;
        let (_, calls) = share
            .callers
            .iter_mut()
            .max_by_key(|(_, calls)| calls.len())
            .filter(|(_, calls)| calls.len() > than)?;
        // At least one call remains, so the turns stay unchanged.
        let call = if calls.len() > 1 {
            calls.pop_back()
        } else {
            return None;
        };
        share.length -= 1;
        self.length -= 1;
        call
    }
}

impl Share {
    fn push(&mut self, call: Call) {
        self.length += 1;
        if let Some(calls) = self.callers.get_mut(&call.caller) {
            calls.push_back(call);
            return;
        }
        let caller = call.caller.clone();
        self.turns.push_back(caller.clone());
        self.callers.insert(caller, VecDeque::from([call]));
    }

    fn pop(&mut self) -> Option<Call> {
        let caller = self.turns.pop_front()?;
        let calls = self.callers.get_mut(&caller)?;
        let call = calls.pop_front();
        self.length -= usize::from(call.is_some());
        if calls.is_empty() {
            self.callers.remove(&caller);
        } else {
            self.turns.push_back(caller);
        }
        call
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: User = User::Id(1000);
    const BOB: User = User::Id(1001);

    fn queue() -> FairQueue {
        FairQueue::new(Limits {
            caller: 4,
            user: 6,
            all: 9,
        })
    }

    fn call(caller: &str, serial: u32) -> Call {
        Call::example(caller, serial)
    }

    fn serials(queue: &mut FairQueue) -> Vec<u32> {
        std::iter::from_fn(|| queue.pop(|_| true))
            .map(|(_, call)| call.serial)
            .collect()
    }

    #[test]
    fn users_take_turns_and_so_do_their_callers() {
        let mut queue = queue();
        for serial in 1..=3 {
            assert!(queue.push(ADA, call(":1.1", serial)).is_none());
        }
        assert!(queue.push(ADA, call(":1.2", 11)).is_none());
        assert!(queue.push(BOB, call(":1.3", 21)).is_none());
        assert_eq!(serials(&mut queue), [1, 21, 11, 2, 3]);
        assert!(serials(&mut queue).is_empty());
    }

    #[test]
    fn a_blocked_user_keeps_its_turn() {
        let mut queue = queue();
        queue.push(ADA, call(":1.1", 1));
        queue.push(BOB, call(":1.3", 21));
        let next = queue.pop(|user| user != ADA);
        assert_eq!(
            next.map(|(user, call)| (user, call.serial)),
            Some((BOB, 21))
        );
        assert!(queue.pop(|user| user != ADA).is_none());
        assert_eq!(serials(&mut queue), [1]);
    }

    #[test]
    fn a_caller_with_a_full_queue_is_refused() {
        let mut queue = queue();
        for serial in 1..=4 {
            assert!(queue.push(ADA, call(":1.1", serial)).is_none());
        }
        let refused = queue.push(ADA, call(":1.1", 5));
        assert_eq!(refused.map(|call| call.serial), Some(5));
    }

    #[test]
    fn a_call_is_removed_from_the_longest_queue_of_a_user() {
        let mut queue = queue();
        for serial in 1..=4 {
            queue.push(ADA, call(":1.1", serial));
        }
        queue.push(ADA, call(":1.2", 11));
        queue.push(ADA, call(":1.2", 12));
        let refused = queue.push(ADA, call(":1.4", 31));
        assert_eq!(refused.map(|call| call.serial), Some(4));
        assert_eq!(serials(&mut queue), [1, 11, 31, 2, 12, 3]);
    }

    #[test]
    fn a_call_is_removed_from_the_user_with_most_calls() {
        let mut queue = queue();
        for serial in 1..=3 {
            queue.push(ADA, call(":1.1", serial));
            queue.push(ADA, call(":1.2", 10 + serial));
            queue.push(BOB, call(":1.3", 20 + serial));
        }
        let refused = queue.push(User::Id(1002), call(":1.9", 91)).unwrap();
        assert!(refused.caller == ":1.1" || refused.caller == ":1.2");
        assert_eq!(serials(&mut queue).len(), 9);
    }

    #[test]
    fn all_calls_of_a_caller_can_be_removed() {
        let mut queue = queue();
        queue.push(ADA, call(":1.1", 1));
        queue.push(ADA, call(":1.2", 11));
        queue.push(ADA, call(":1.2", 12));
        assert!(queue.has(ADA, ":1.2") && !queue.has(BOB, ":1.2"));
        assert_eq!(queue.take(ADA, ":1.2").len(), 2);
        assert_eq!(queue.take(ADA, ":1.2").len(), 0);
        assert_eq!(serials(&mut queue), [1]);
        queue.push(BOB, call(":1.3", 21));
        assert_eq!(queue.take(BOB, ":1.3").len(), 1);
        assert!(queue.pop(|_| true).is_none());
        queue.push(BOB, call(":1.3", 22));
        assert_eq!(serials(&mut queue), [22]);
    }

    #[test]
    fn single_calls_of_many_callers_are_limited_too() {
        let mut queue = queue();
        let push = |serial| queue.push(ADA, call(&format!(":1.{serial}"), serial));
        assert_eq!((1..=20).filter_map(push).count(), 14);
        assert_eq!(serials(&mut queue).len(), 6);
    }
}
