//! Light measurements are shared fairly: a user with many connections cannot block another.

use std::thread;
use std::time::{Duration, Instant};

use test_support::attacked::{Desk, Policy};
use test_support::attacker::attack::Attack;
use test_support::attacker::calls;
use test_support::attacker::user::{self, ATTACKER, HONEST};
use test_support::bus::Broker;

/// The greatest number of connections with a light series, each for half an hour.
const ALL_PLACES: Attack = Attack::new("64 series of half an hour", 1, |target, _| {
    calls::light(target, 255, 7)
})
.from(64)
.lingering(Duration::from_secs(5));

#[test]
fn a_user_with_many_connections_does_not_block_light_for_others() {
    let _alone = crate::alone();
    let service = crate::PROGRAMS.serve(Broker::DbusDaemon, Desk::Small, Policy::Open);
    let target = &service.target;
    thread::scope(|scope| {
        let attack = scope.spawn(|| ALL_PLACES.run(target, ATTACKER.or_own(), ALL_PLACES.linger));
        thread::sleep(Duration::from_secs(2));
        // A request that the running series covers needs no lease, not even for the same user.
        let satisfied = calls::light(target, 10, 7);
        let reply = target.ask(ATTACKER.or_own(), &satisfied).unwrap();
        assert!(reply.is_return(), "the attacker's 65th connection: {reply}");
        if user::can_change() {
            let denser = calls::light(target, 10, 1);
            let reply = target.ask(HONEST, &denser).unwrap();
            assert!(reply.is_return(), "another user: {reply}");
        } else {
            println!("not run as root: no other user asks for light");
        }
        assert_eq!(attack.join().unwrap().connected, ALL_PLACES.connections);
    });
}

#[test]
fn leases_are_released_when_their_connections_close() {
    let _alone = crate::alone();
    let service = crate::PROGRAMS.serve(Broker::DbusDaemon, Desk::Small, Policy::Open);
    let target = &service.target;
    for _ in 0..3 {
        let short = ALL_PLACES.lingering(Duration::from_millis(500));
        let tally = short.run(target, ATTACKER.or_own(), Duration::from_secs(20));
        assert_eq!(tally.connected, short.connections);
    }
    let start = Instant::now();
    let denser = calls::light(target, 10, 1);
    while !target.ask(HONEST.or_own(), &denser).unwrap().is_return() {
        let waited = start.elapsed();
        assert!(waited < Duration::from_secs(10), "no place in {waited:.0?}");
        // Longer than the rate limit of a caller.
        thread::sleep(Duration::from_millis(600));
    }
}
