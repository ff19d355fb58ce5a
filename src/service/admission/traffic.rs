//! Accounts the bytes sent to each user that may be unread.
//!
//! If a caller does not read, its answers stay queued in the bus. dbus-daemon counts them against
//! their sender, and when they exceed `max_incoming_bytes` (127 MiB) it stops reading from that
//! sender (back-pressure): one caller could block the service for all. (`check_read_watch` in
//! dbus/dbus-transport-socket.c of dbus 1.14 and 1.16; reproduced with 1.14.10.) So the bytes sent
//! to one user are kept well below that.
//!
//! A sender is not informed whether an answer was read. It is only certain that the bus drops the
//! answers of a caller that left. Apart from that, a user's sum decays slowly, for the sake of
//! callers that stay connected and read.

use std::collections::BTreeMap;
use std::time::Duration;

use super::call::{Cost, User};
use hidpp_proto::units::Timestamp;

/// The limit in bytes above which no bulk answers are sent to a user. The histories of all devices
/// of a desk are a tenth of this.
const BULK: u64 = 40 << 20;

/// The limit above which no answers are sent.
const SMALL: u64 = 48 << 20;

/// The limit above which no errors are sent either. Two users together stay below the bus's limit.
const ERRORS: u64 = 56 << 20;

/// The decay in bytes per second: more than the traffic of a client that reads all objects of a
/// desk every second. A user that never reads reaches the bus's limit after 40 minutes.
const DECAY: u64 = 32 << 10;

/// The number of callers per user accounted separately. The bytes of others stay with the user.
const CALLERS: usize = 256;

/// The bytes sent, by user.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    users: BTreeMap<User, Sum>,
}

/// The bytes sent to one user.
#[derive(Debug)]
struct Sum {
    bytes: u64,
    /// When the decay was last applied.
    at: Timestamp,
    /// The bytes sent to each caller, without decay.
    callers: BTreeMap<String, u64>,
    /// The same for callers not accounted separately.
    others: u64,
}

impl Sum {
    fn decay(&mut self, now: Timestamp) {
        let elapsed = now.since(self.at);
        let seconds = elapsed.as_secs();
        self.bytes = self.bytes.saturating_sub(seconds.saturating_mul(DECAY));
        self.at += Duration::from_secs(seconds);
    }
}

impl Traffic {
    /// Bytes were sent to a caller.
    pub(super) fn sent(&mut self, now: Timestamp, user: User, caller: &str, bytes: u64) {
        let sum = self.users.entry(user).or_insert(Sum {
            bytes: 0,
            at: now,
            callers: BTreeMap::new(),
            others: 0,
        });
        sum.decay(now);
        sum.bytes = sum.bytes.saturating_add(bytes);
        if let Some(part) = sum.callers.get_mut(caller) {
            *part = part.saturating_add(bytes);
        } else if sum.callers.len() < CALLERS {
            sum.callers.insert(caller.to_owned(), bytes);
        } else {
            sum.others = sum.others.saturating_add(bytes);
        }
    }

    /// A caller left the bus, which dropped its answers. The decay may belong to other callers, so
    /// the user's sum is only capped by the bytes sent to the remaining ones.
    pub(super) fn left(&mut self, caller: &str) {
        for sum in self.users.values_mut() {
            if sum.callers.remove(caller).is_some() {
                let remaining = sum.callers.values();
                let remaining = remaining.fold(sum.others, |all, part| all.saturating_add(*part));
                sum.bytes = sum.bytes.min(remaining);
            }
        }
    }

    /// Whether an answer of this cost class may be sent to a user.
    pub(super) fn allows(&mut self, now: Timestamp, user: User, cost: Cost) -> bool {
        self.bytes(now, user)
            < match cost {
                Cost::Bulk => BULK,
                Cost::Small => SMALL,
            }
    }

    /// Whether an error may be sent to a user.
    pub(super) fn allows_error(&mut self, now: Timestamp, user: User) -> bool {
        self.bytes(now, user) < ERRORS
    }

    /// The callers of a user to which bytes were sent.
    pub(super) fn callers(&self, user: User) -> impl Iterator<Item = &String> {
        let sum = self.users.get(&user).into_iter();
        sum.flat_map(|sum| sum.callers.keys())
    }

    /// Removes users with a sum of 0.
    pub(super) fn forget(&mut self, now: Timestamp) {
        self.users.retain(|_, sum| {
            sum.decay(now);
            sum.bytes > 0
        });
    }

    fn bytes(&mut self, now: Timestamp, user: User) -> u64 {
        let Some(sum) = self.users.get_mut(&user) else {
            return 0;
        };
        sum.decay(now);
        sum.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: User = User::Id(1000);
    const BOB: User = User::Id(1001);

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(seconds))
    }

    #[test]
    fn bulk_ends_before_small_answers_and_these_before_errors() {
        let mut traffic = Traffic::default();
        let allowed = |traffic: &mut Traffic| {
            (
                traffic.allows(at(0), ADA, Cost::Bulk),
                traffic.allows(at(0), ADA, Cost::Small),
                traffic.allows_error(at(0), ADA),
            )
        };
        assert_eq!(allowed(&mut traffic), (true, true, true));
        traffic.sent(at(0), ADA, ":1.1", BULK);
        assert_eq!(allowed(&mut traffic), (false, true, true));
        traffic.sent(at(0), ADA, ":1.1", SMALL - BULK);
        assert_eq!(allowed(&mut traffic), (false, false, true));
        traffic.sent(at(0), ADA, ":1.1", ERRORS - SMALL);
        assert_eq!(allowed(&mut traffic), (false, false, false));
        assert!(
            traffic.allows(at(0), BOB, Cost::Bulk),
            "others are unaffected"
        );
    }

    #[test]
    fn limits_are_documented() {
        let [bulk, small, errors] = [BULK, SMALL, ERRORS].map(|bytes| bytes >> 20);
        let limits = format!(
            "subtracts {} KB per second | above {bulk} MB no more long replies, above {small} MB no more \
             replies, above {errors} MB no more errors either |",
            DECAY >> 10
        );
        assert!(
            include_str!("../../../SECURITY.md").contains(&limits),
            "{limits}"
        );
    }

    #[test]
    fn two_users_together_stay_below_the_limit_of_the_bus() {
        const { assert!(2 * ERRORS < 127 << 20) };
    }

    #[test]
    fn answers_to_a_caller_that_left_do_not_count() {
        let mut traffic = Traffic::default();
        traffic.sent(at(0), ADA, ":1.1", BULK);
        traffic.sent(at(0), ADA, ":1.2", 5);
        assert_eq!(traffic.callers(ADA).count(), 2);
        traffic.left(":1.1");
        assert!(traffic.allows(at(0), ADA, Cost::Bulk));
        assert_eq!(traffic.callers(ADA).collect::<Vec<_>>(), [":1.2"]);
    }

    #[test]
    fn bytes_sent_to_others_still_count_when_a_caller_leaves() {
        let mut traffic = Traffic::default();
        traffic.sent(at(0), ADA, ":1.1", 10 * DECAY);
        traffic.sent(at(0), ADA, ":1.2", 10 * DECAY);
        assert_eq!(traffic.bytes(at(15), ADA), 5 * DECAY);
        traffic.left(":1.1");
        assert_eq!(traffic.bytes(at(15), ADA), 5 * DECAY);
    }

    #[test]
    fn the_sum_decays_with_time() {
        let mut traffic = Traffic::default();
        traffic.sent(at(0), ADA, ":1.1", BULK + DECAY);
        assert!(!traffic.allows(at(1), ADA, Cost::Bulk));
        assert!(traffic.allows(at(2), ADA, Cost::Bulk));
        traffic.forget(at(3600));
        assert!(traffic.users.is_empty());
    }

    #[test]
    fn the_number_of_callers_is_bounded_and_all_are_accounted() {
        let mut traffic = Traffic::default();
        for caller in 0..2 * CALLERS {
            traffic.sent(at(0), ADA, &format!(":1.{caller}"), 1 << 10);
        }
        assert_eq!(traffic.callers(ADA).count(), CALLERS);
        assert_eq!(traffic.bytes(at(0), ADA), (2 * CALLERS as u64) << 10);
        traffic.sent(at(0), BOB, ":2.1", BULK);
        traffic.left(":2.1");
        assert!(
            traffic.allows(at(0), BOB, Cost::Bulk),
            "others are unaffected"
        );
        for caller in 0..2 * CALLERS {
            traffic.left(&format!(":1.{caller}"));
        }
        assert_eq!(traffic.bytes(at(0), ADA), (CALLERS as u64) << 10);
    }
}
