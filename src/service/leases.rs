//! Leases on light measurements: the requests of all callers are merged into one series per
//! keyboard.
//!
//! Every measurement uses charge of the keyboard, and a keyboard runs one series at a time. The
//! series covers the requests of all callers; it ends by itself, or when the last of the callers
//! leaves the bus. The number of requests is limited per user, and what a request adds to the running
//! series is charged to the user's share of the keyboard's daily [`Budget`].

use std::collections::BTreeMap;
use std::time::Duration;

use super::admission::User;
use super::budget::{Budget, MEASUREMENTS_A_CHANGE};
use hidpp_proto::feature::solar_dashboard::LightMeasure;
use hidpp_proto::units::Timestamp;

/// The longest series; a caller that needs more renews its request.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// The limit of concurrent leases of one user, over all of its connections.
const LEASES_OF_A_USER: usize = 16;

/// The limit of concurrent leases in total.
const LEASES: usize = 256;

/// Rate limit: the minimum time between two requests of a caller.
const PAUSE: Duration = Duration::from_millis(500);

/// How late the last measurement of a series may arrive, rounded up: 1.94 s for the request, and 1.5
/// s for a measurement. A receiver holds the request until an idle keyboard polls for it: in
/// recordings of real receivers the first answer of an idle device came after 1.1 to 1.94 s. The
/// session waits for a measurement until 1.5 s after its period.
const SLACK: Duration = Duration::from_millis(3500);

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// The arguments are invalid, or the series would be too long.
    #[error(
        "count must be 1 to 255 and period 1 to 255 seconds, together at most {} minutes; count 0 ends it",
        LONGEST.as_secs() / 60
    )]
    OutOfBounds,
    /// The rate limit of the caller was exceeded.
    #[error("rate limit exceeded: wait half a second")]
    TooOften,
    /// The number of leases is exhausted.
    #[error("too many light requests of this user, or in total; end one with count 0, or retry")]
    TooMany,
    /// The keyboard's budget is spent.
    #[error(
        "the daily limit of light measurements of this keyboard, for this user or in total, is \
         reached; available again in {}",
        hours_and_minutes(*.0)
    )]
    Spent(Duration),
}

/// `3 h 20 min`, rounded up.
fn hours_and_minutes(time: Duration) -> String {
    let minutes = time.as_secs().div_ceil(60);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// A command for the device with this id: start this series, or (`None`) cancel it.
pub(super) type LightCommand = (String, Option<LightMeasure>);

#[derive(Debug, Default)]
pub(super) struct Leases {
    /// The leases, by caller and device.
    wanted: BTreeMap<(String, String), Lease>,
    /// The running series, by device.
    running: BTreeMap<String, Series>,
    /// The last request of each caller within [`PAUSE`].
    asked: BTreeMap<String, Timestamp>,
    budgets: BTreeMap<String, Budget>,
}

/// The request of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lease {
    user: User,
    series: Series,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Series {
    period: Duration,
    until: Timestamp,
}

impl Series {
    /// The number of remaining measurements, at most 255: the device's counter has one byte.
    fn left(&self, now: Timestamp) -> u8 {
        if self.until <= now {
            return 0;
        }
        let left = self.until.since(now).as_secs_f64() / self.period.as_secs_f64();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and 255"
        )]
        let left = left.round().clamp(1.0, 255.0) as u8;
        left
    }

    /// Whether this series can replace another: its period is not longer, and it ends less than one
    /// of its periods before the other, or later.
    fn contains(&self, other: &Self) -> bool {
        self.period <= other.period && self.until + self.period > other.until
    }
}

impl Leases {
    /// Grants a caller a lease on `count` measurements, one every `period` seconds, which replaces
    /// its previous lease on the device; a count of 0 ends that. If no lease is free but the running
    /// series covers the request, it succeeds without one. Returns the command for the device, if
    /// its series changes.
    pub(super) fn request(
        &mut self,
        now: Timestamp,
        caller: &str,
        user: User,
        device: &str,
        count: u32,
        period: u32,
    ) -> Result<Option<LightCommand>, Refusal> {
        self.expire(now);
        let key = (caller.to_owned(), device.to_owned());
        if count == 0 {
            let left = self.wanted.remove(&key);
            return Ok(left.and_then(|lease| self.shrink(now, device, lease.user)));
        }
        let series = series(now, count, period).ok_or(Refusal::OutOfBounds)?;
        let is_running = self
            .running
            .get(device)
            .is_some_and(|it| it.contains(&series));
        let has_free_lease = self.wanted.contains_key(&key) || self.has_free_lease(user);
        if !has_free_lease && is_running {
            // The running series covers the request without a lease of its own.
            return Ok(None);
        }
        if self.asked.contains_key(caller) {
            return Err(Refusal::TooOften);
        }
        if !has_free_lease {
            return Err(Refusal::TooMany);
        }
        let before = self.wanted.insert(key.clone(), Lease { user, series });
        let runs = self.running.get(device).map_or(0, |it| it.left(now));
        let will_run = self.union(now, device).map_or(0, |it| it.left(now));
        let added = will_run.saturating_sub(runs);
        let budget = self.budgets.entry(device.to_owned()).or_default();
        let cost = u32::from(added) + MEASUREMENTS_A_CHANGE;
        if !is_running && let Err(wait) = budget.spend(now, user, cost) {
            match before {
                Some(before) => _ = self.wanted.insert(key, before),
                None => _ = self.wanted.remove(&key),
            }
            return Err(Refusal::Spent(wait));
        }
        self.asked.insert(caller.to_owned(), now);
        Ok(self.adapt(now, device))
    }

    /// A caller left the bus. Returns the commands for the devices.
    pub(super) fn leave(&mut self, now: Timestamp, caller: &str) -> Vec<LightCommand> {
        let left: Vec<(String, String)> = self
            .wanted
            .keys()
            .filter(|(of, _)| of == caller)
            .cloned()
            .collect();
        self.asked.remove(caller);
        let mut commands = Vec::new();
        for key in left {
            if let Some(lease) = self.wanted.remove(&key) {
                self.expire(now);
                commands.extend(self.shrink(now, &key.1, lease.user));
            }
        }
        self.expire(now);
        commands
    }

    /// Whether a caller has a lease.
    pub(super) fn has(&mut self, now: Timestamp, caller: &str) -> bool {
        self.expire(now);
        self.wanted.keys().any(|(of, _)| of == caller)
    }

    /// A device is back online, and has lost its series. Returns the command that starts the rest of
    /// it. The leases are not extended.
    pub(super) fn restart(&mut self, now: Timestamp, device: &str) -> Option<LightCommand> {
        self.running.remove(device);
        self.wanted.retain(|_, lease| now < lease.series.until);
        self.adapt(now, device)
    }

    /// The computer resumed from suspend, and all devices may have lost their series. Returns the
    /// commands that start the rest of them.
    pub(super) fn restart_all(&mut self, now: Timestamp) -> Vec<LightCommand> {
        let ran = std::mem::take(&mut self.running).into_keys();
        ran.filter_map(|device| self.restart(now, &device))
            .collect()
    }

    fn has_free_lease(&self, user: User) -> bool {
        let of_user = self.wanted.values().filter(|lease| lease.user == user);
        self.wanted.len() < LEASES && of_user.count() < LEASES_OF_A_USER
    }

    fn expire(&mut self, now: Timestamp) {
        self.wanted
            .retain(|_, lease| now < lease.series.until + SLACK);
        self.running.retain(|_, series| now < series.until + SLACK);
        self.asked.retain(|_, at| now.since(*at) < PAUSE);
        self.budgets.retain(|_, budget| !budget.is_over(now));
    }

    /// The series that covers all leases of a device.
    fn union(&self, now: Timestamp, device: &str) -> Option<Series> {
        let wanted = self.wanted.iter().filter(|((_, of), _)| of == device);
        let series = wanted.map(|(_, lease)| lease.series);
        let wanted = series.filter(|series| now < series.until);
        let mut union = wanted.reduce(|one, other| Series {
            period: one.period.min(other.period),
            until: one.until.max(other.until),
        })?;
        union.period = union.period.max(shortest_period(union.until.since(now)));
        Some(union)
    }

    /// Updates the running series of a device to cover all leases. Returns the command for it, if
    /// the series changes.
    fn adapt(&mut self, now: Timestamp, device: &str) -> Option<LightCommand> {
        let Some(wanted) = self.union(now, device) else {
            let ran = self.running.remove(device);
            return ran.map(|_| (device.to_owned(), None));
        };
        let running = self.running.get(device);
        if running.is_some_and(|it| it.period == wanted.period && it.contains(&wanted)) {
            return None;
        }
        self.running.insert(device.to_owned(), wanted);
        let series = LightMeasure {
            reports: wanted.left(now),
            period_s: u8::try_from(wanted.period.as_secs()).unwrap_or(u8::MAX),
        };
        Some((device.to_owned(), Some(series)))
    }

    /// Updates the running series after a lease of a user ended, as [`Self::adapt`], and refunds the
    /// measurements that this saves to the user's budget.
    fn shrink(&mut self, now: Timestamp, device: &str, user: User) -> Option<LightCommand> {
        let left = |leases: &Self| leases.running.get(device).map_or(0, |it| it.left(now));
        let before = left(self);
        let command = self.adapt(now, device);
        if let Some(budget) = self.budgets.get_mut(device) {
            let after = self.running.get(device).map_or(0, |it| it.left(now));
            budget.refund(user, before.saturating_sub(after).into());
        }
        command
    }
}

/// The series for a request made now; `None`: it is empty or too long.
fn series(now: Timestamp, count: u32, period: u32) -> Option<Series> {
    let (count, period) = (u8::try_from(count).ok()?, u8::try_from(period).ok()?);
    let period = Duration::from_secs(period.into());
    let span = period * u32::from(count);
    if span.is_zero() || span > LONGEST {
        return None;
    }
    let until = now + span;
    Some(Series { period, until })
}

/// Returns the shortest period with which one series lasts this long: it has at most 255
/// measurements. With a shorter period, as another caller may request, the series would end too
/// early; so the longest lease limits the rate for all.
const fn shortest_period(span: Duration) -> Duration {
    Duration::from_secs(span.as_secs().div_ceil(u8::MAX as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_millis(millis))
    }

    /// The id of a device.
    fn device(number: u8) -> String {
        format!("4002-0000000{number}")
    }

    const ADA: User = User::Id(1000);
    const BOB: User = User::Id(1001);

    const fn series(reports: u8, period_s: u8) -> LightMeasure {
        LightMeasure { reports, period_s }
    }

    #[test]
    fn the_requests_of_several_callers_are_merged_into_one_series() {
        let mut leases = Leases::default();
        let mut want = |now, caller, count, period| {
            let command = leases.request(at(now), caller, ADA, &device(1), count, period);
            command.unwrap().map(|(_, series)| series)
        };
        assert_eq!(want(0, ":1.1", 60, 2), Some(Some(series(60, 2))));
        // Covered by the running series except for its shorter period.
        assert_eq!(want(1000, ":1.2", 10, 1), Some(Some(series(119, 1))));
        assert_eq!(want(2000, ":1.3", 100, 1), None);
        assert_eq!(want(3000, ":1.2", 0, 0), None);
        assert_eq!(want(4000, ":1.3", 0, 0), Some(Some(series(58, 2))));
        assert_eq!(want(5000, ":1.1", 0, 0), Some(None));
    }

    #[test]
    fn one_more_measurement_does_not_cut_a_long_series_short() {
        let mut leases = Leases::default();
        let mut want = |now, caller, count, period| {
            let command = leases.request(at(now), caller, ADA, &device(1), count, period);
            command.unwrap().map(|(_, series)| series)
        };
        assert_eq!(want(0, ":1.1", 255, 7), Some(Some(series(255, 7))));
        assert_eq!(want(10_000, ":1.2", 1, 1), None, "one is due in 7 seconds");
        // 765 seconds are left.
        assert_eq!(want(1_020_000, ":1.3", 10, 1), Some(Some(series(255, 3))));
    }

    #[test]
    fn the_leases_of_a_caller_end_when_it_leaves_the_bus() {
        let mut leases = Leases::default();
        for slot in [1, 2] {
            let command = leases.request(
                at(1000 * u64::from(slot)),
                ":1.1",
                ADA,
                &device(slot),
                60,
                1,
            );
            assert_eq!(command, Ok(Some((device(slot), Some(series(60, 1))))));
        }
        let commands = leases.leave(at(5000), ":1.1");
        assert_eq!(commands, [(device(1), None), (device(2), None)]);
        assert_eq!(leases.leave(at(6000), ":1.1"), []);
    }

    #[test]
    fn a_device_that_is_back_continues_the_rest_of_the_series() {
        let mut leases = Leases::default();
        leases
            .request(at(0), ":1.1", ADA, &device(1), 60, 1)
            .unwrap();
        let rest = (device(1), Some(series(40, 1)));
        assert_eq!(leases.restart(at(20_000), &device(1)), Some(rest));
        assert_eq!(leases.restart(at(20_000), &device(2)), None);
        assert_eq!(leases.restart(at(60_500), &device(1)), None, "it ended");
    }

    #[test]
    fn a_series_that_ended_by_itself_is_not_cancelled() {
        let mut leases = Leases::default();
        leases
            .request(at(0), ":1.1", ADA, &device(1), 5, 1)
            .unwrap();
        assert_eq!(leases.leave(at(20_000), ":1.1"), []);
    }

    #[test]
    fn unfinished_series_are_requested_again_after_suspend() {
        let mut leases = Leases::default();
        leases
            .request(at(0), ":1.1", ADA, &device(1), 60, 1)
            .unwrap();
        leases
            .request(at(0), ":1.2", ADA, &device(2), 5, 1)
            .unwrap();
        let again = leases.restart_all(at(20_000));
        assert_eq!(again, [(device(1), Some(series(40, 1)))]);
    }

    #[test]
    fn requests_are_bounded() {
        let mut leases = Leases::default();
        let mut want = |now, caller: &str, count, period| {
            leases
                .request(at(now), caller, ADA, &device(1), count, period)
                .err()
        };
        for (count, period) in [(1, 0), (256, 1), (1, 256), (u32::MAX, u32::MAX), (255, 255)] {
            assert_eq!(want(0, ":1.1", count, period), Some(Refusal::OutOfBounds));
        }
        assert_eq!(want(0, ":1.1", 60, 1), None);
        assert_eq!(want(400, ":1.1", 60, 1), Some(Refusal::TooOften));
        assert_eq!(want(500, ":1.1", 60, 1), None);
        for caller in 2..=16 {
            assert_eq!(want(1000, &format!(":1.{caller}"), 60, 2), None);
        }
        assert_eq!(want(1000, ":1.17", 255, 1), Some(Refusal::TooMany));
        assert_eq!(want(70_000, ":1.17", 1, 1), None);
    }

    #[test]
    fn a_user_without_free_leases_gets_only_what_is_measured_anyway() {
        let mut leases = Leases::default();
        let mut want = |caller: &str, user, count, period| {
            leases.request(at(0), caller, user, &device(1), count, period)
        };
        for caller in 1..=64 {
            let wanted = want(&format!(":1.{caller}"), ADA, 255, 7);
            assert!(wanted.is_ok(), "{caller}: {wanted:?}");
        }
        assert_eq!(want(":1.65", ADA, 3, 10), Ok(None));
        assert_eq!(want(":1.65", ADA, 3, 1), Err(Refusal::TooMany));
        assert!(want(":1.66", BOB, 3, 1).is_ok());
    }

    #[test]
    fn an_ended_request_does_not_affect_the_series_of_another() {
        let mut leases = Leases::default();
        let mut want = |now, caller: &str, user, count, period| {
            let command = leases.request(at(now), caller, user, &device(1), count, period);
            command.unwrap().map(|(_, series)| series)
        };
        assert_eq!(want(0, ":1.1", ADA, 1, 1), Some(Some(series(1, 1))));
        assert_eq!(want(1500, ":1.2", BOB, 30, 2), Some(Some(series(30, 2))));
    }

    #[test]
    fn only_added_measurements_are_charged_and_saved_ones_refunded() {
        let mut leases = Leases::default();
        let spent = |leases: &Leases, user| {
            let budget = leases.budgets.get(&device(1));
            budget.map_or(0, |it| it.spent_by(user))
        };
        let want = |leases: &mut Leases, now, caller: &str, user, count, period| {
            leases.request(at(now), caller, user, &device(1), count, period)
        };
        want(&mut leases, 0, ":1.1", ADA, 60, 2).unwrap();
        assert_eq!(spent(&leases, ADA), 60 + 5);
        want(&mut leases, 0, ":1.2", BOB, 30, 4).unwrap();
        assert_eq!(spent(&leases, BOB), 0, "measured anyway");
        want(&mut leases, 80_000, ":1.1", ADA, 60, 2).unwrap();
        assert_eq!(spent(&leases, ADA), 100 + 2 * 5, "20 were left");
        want(&mut leases, 100_000, ":1.1", ADA, 0, 0).unwrap();
        let left = 55 + 2 * 5;
        assert_eq!(spent(&leases, ADA), left, "bob still needs 5, one per 4 s");
        leases.leave(at(104_000), ":1.2");
        assert_eq!(spent(&leases, BOB), 0);
    }

    #[test]
    fn the_daily_budget_limits_the_measurements_of_a_keyboard() {
        let mut leases = Leases::default();
        let mut granted = 0;
        let refusal = loop {
            let now = at(granted * 60_000);
            match leases.request(now, ":1.1", ADA, &device(1), 60, 1) {
                Ok(_) => granted += 1,
                Err(refusal) => break refusal,
            }
        };
        assert_eq!(granted, 307, "of 65 each");
        let wait = Duration::from_secs((25 * 60 - 307) * 60);
        assert_eq!(refusal, Refusal::Spent(wait));
        assert!(refusal.to_string().ends_with("in 19 h 53 min"), "{refusal}");
        let other = leases.request(at(granted * 60_000), ":1.2", BOB, &device(1), 60, 1);
        assert!(other.is_ok());
        let other = leases.request(at(granted * 60_000), ":1.1", ADA, &device(2), 60, 1);
        assert!(other.is_ok(), "each keyboard has its own budget");
    }
}
