//! The backoff between attempts to reconnect, and when to give up.

use std::io;
use std::time::Duration;

use crate::bus::Bus;
use crate::clock::Clock;
use hidpp_proto::units::Timestamp;

/// The first delay; most buses are back after a restart by then.
const FIRST: Duration = Duration::from_millis(200);

/// The longest delay. Each one is twice the one before.
const LONGEST: Duration = Duration::from_secs(30);

/// How long a connection must last for the delays to start over: a bus that accepts connections and
/// closes them at once must not be retried without delay.
const STABLE: Duration = Duration::from_secs(10);

/// How long to wait for a session bus. It ends with its session, and programs of that session must not
/// stay behind as orphans.
pub const SESSION_PATIENCE: Duration = Duration::from_secs(5 * 60);

/// How long to retry a bus that was lost; `None`: without a limit, since the system bus comes back
/// or the computer shuts down.
pub(super) const fn patience(bus: &Bus) -> Option<Duration> {
    match bus {
        Bus::Session => Some(SESSION_PATIENCE),
        Bus::System | Bus::Address(_) => None,
    }
}

/// The delays between attempts to connect.
#[derive(Clone, Debug, Default)]
pub struct Backoff {
    /// How many delays passed since the last stable connection.
    delays: u32,
}

impl Backoff {
    /// The next delay.
    pub fn next_delay(&mut self) -> Duration {
        let doubled = 2_u32.checked_pow(self.delays);
        let delay = doubled.map_or(LONGEST, |times| FIRST.saturating_mul(times));
        self.delays = self.delays.saturating_add(1);
        delay.min(LONGEST)
    }

    /// Processes the loss of a connection that had lasted this long. Returns whether it is the first
    /// loss since a connection was stable: only that one is reported.
    pub fn on_lost(&mut self, lasted: Duration) -> bool {
        if lasted >= STABLE {
            self.delays = 0;
        }
        self.delays == 0
    }
}

/// Calls `connect` after growing delays until it succeeds. Returns `None` if it does not within
/// `patience`.
pub fn reconnect<T>(
    backoff: &mut Backoff,
    patience: Option<Duration>,
    clock: &mut dyn Clock,
    connect: &mut dyn FnMut() -> Option<T>,
) -> io::Result<Option<T>> {
    let deadline = patience.map(|patience| clock.now() + patience);
    loop {
        let next = clock.now() + backoff.next_delay();
        sleep_until(clock, deadline.map_or(next, |deadline| next.min(deadline)))?;
        if let Some(connected) = connect() {
            return Ok(Some(connected));
        }
        // Checked after an attempt: the computer may have been suspended until the deadline.
        if deadline.is_some_and(|deadline| deadline <= clock.now()) {
            return Ok(None);
        }
    }
}

fn sleep_until(clock: &mut dyn Clock, until: Timestamp) -> io::Result<()> {
    while clock.now() < until {
        clock.wait(&[], Some(until))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::VirtualClock;

    fn delays(backoff: &mut Backoff, number: usize) -> Vec<u128> {
        let delays = (0..number).map(|_| backoff.next_delay().as_millis());
        delays.collect()
    }

    #[test]
    fn delays_double_up_to_half_a_minute() {
        let mut backoff = Backoff::default();
        let expected = [
            200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000,
        ];
        assert_eq!(delays(&mut backoff, 10), expected);
        for _ in 0..100 {
            assert_eq!(backoff.next_delay(), LONGEST);
        }
    }

    #[test]
    fn only_a_stable_connection_resets_the_backoff() {
        let mut backoff = Backoff::default();
        assert!(backoff.on_lost(Duration::ZERO), "the first loss");
        assert_eq!(delays(&mut backoff, 2), [200, 400]);
        assert!(!backoff.on_lost(STABLE / 2), "it is closed again and again");
        assert_eq!(delays(&mut backoff, 1), [800]);
        assert!(backoff.on_lost(STABLE));
        assert_eq!(delays(&mut backoff, 1), [200]);
    }

    /// Connects at this attempt; returns whether that succeeded, and when.
    fn connect(at: u32, patience: Option<Duration>) -> (bool, u64) {
        let mut clock = VirtualClock::default();
        let mut attempts = 0;
        let mut connect = || {
            attempts += 1;
            (attempts == at).then_some(())
        };
        let connected = reconnect(&mut Backoff::default(), patience, &mut clock, &mut connect);
        let now = clock.now().since(Timestamp::START).as_secs();
        (connected.unwrap().is_some(), now)
    }

    #[test]
    fn a_bus_is_retried_without_limit_or_until_its_deadline() {
        assert_eq!(connect(1, None), (true, 0));
        assert_eq!(connect(8, None), (true, 51));
        assert_eq!(connect(1000, None), (true, 51 + 992 * 30));
        let minutes = Some(Duration::from_secs(300));
        assert_eq!(connect(8, minutes), (true, 51));
        assert_eq!(connect(1000, minutes), (false, 300));
    }
}
