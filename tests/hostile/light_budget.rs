//! A keyboard pays for every measurement: beyond the daily budget the service refuses a user, with the
//! time from which it measures again.

use std::thread;
use std::time::Duration;

use solar_status::service::LIGHT_BUDGET_PER_DAY;

use crate::attacker::calls;
use crate::attacker::user::{self, ATTACKER, HONEST};
use crate::stage::{Desk, Policy, Stage};

/// How many measurements one request may ask for.
const MOST: u32 = 255;

/// A caller must pause for half a second between two requests.
const PAUSE: Duration = Duration::from_millis(510);

#[test]
fn beyond_the_daily_budget_one_user_is_refused_and_another_is_not() {
    let _alone = crate::alone();
    let stage = Stage::new(Desk::Small, Policy::Open);
    let target = &stage.target;
    let series = calls::light(target, MOST, 1);
    // Each connection takes what it was granted with it.
    let refused = (0..=LIGHT_BUDGET_PER_DAY / MOST + 1).find_map(|_| {
        let reply = target.ask(ATTACKER.or_own(), &series).unwrap();
        thread::sleep(PAUSE);
        (!reply.is_return()).then_some(reply)
    });
    let refused = refused.expect("one user has light measured without end");
    assert!(refused.error_name.ends_with(".LimitsExceeded"), "{refused}");
    let text = refused.text().unwrap_or_default();
    let names_a_time = text.contains("again") && text.contains(|it: char| it.is_ascii_digit());
    assert!(names_a_time, "{text}");
    if user::can_change() {
        let reply = target.ask(HONEST, &calls::light(target, 1, 1)).unwrap();
        assert!(reply.is_return(), "another user: {reply}");
    }
}
