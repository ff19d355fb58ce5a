//! A keyboard's battery pays for every measurement and request: beyond a daily budget the service
//! rejects a user's requests, with the time when they are accepted again.

use solar_status::service::{MEASUREMENTS_A_CHANGE, MEASUREMENTS_OF_A_USER};
use test_support::attacked::{Desk, Policy};
use test_support::attacker::calls;
use test_support::attacker::user::{self, ATTACKER, HONEST};
use test_support::bus::Broker;

/// The measurements of a request; each connection abandons the rest of them.
const MOST: u32 = 255;

#[test]
fn a_user_that_keeps_reconnecting_exhausts_only_its_own_budget() {
    let _alone = crate::alone();
    let service = crate::PROGRAMS.serve(Broker::DbusDaemon, Desk::Small, Policy::Open);
    let target = &service.target;
    let series = calls::light(target, MOST, 1);
    // A request costs nothing while the previous connection's series is still running.
    let most = 4 * MEASUREMENTS_OF_A_USER / MEASUREMENTS_A_CHANGE;
    let refused = (0..=most).find_map(|_| {
        let reply = target.ask(ATTACKER.or_own(), &series).unwrap();
        (!reply.is_return()).then_some(reply)
    });
    let Some(refused) = refused else {
        panic!("one user can request light without limit");
    };
    assert!(refused.error_name.ends_with(".LimitsExceeded"), "{refused}");
    let text = refused.text().unwrap_or_default();
    let names_a_time = text.contains("again") && text.contains(|it: char| it.is_ascii_digit());
    assert!(names_a_time, "{text}");
    if user::can_change() {
        let reply = target.ask(HONEST, &calls::light(target, 1, 1)).unwrap();
        assert!(reply.is_return(), "another user: {reply}");
    }
}
