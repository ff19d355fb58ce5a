//! Alerts while the clock is wrong, or is set.

use crate::story::story;

/// An empty configuration.
const NOTHING: &str = "";

#[test]
fn a_clock_that_was_wrong_does_not_suppress_later_alerts() {
    let shown = story(
        NOTHING,
        "9000d 08:00 M705 20
         9000d 09:00 M705 90
         9000d 10:00 restart",
    );
    assert_eq!(shown.len(), 2);
    let shown = story(
        NOTHING,
        "9000d 08:00 M705 20\n 9000d 09:00 M705 90\n 1d 09:00 restart\n 1d 10:00 M705 90
         1d 11:00 M705 19\n 3d 12:00",
    );
    assert_eq!(shown.last().unwrap(), "2d 10:00 M705 low");
}

#[test]
fn a_clock_that_is_set_back_does_not_delay_alerts() {
    // The second reading arrives at the new time; in the second story none arrives.
    let shown = story(NOTHING, "08:00 M705 20\n 05:00 M705 19");
    assert_eq!(shown, ["0d 05:00 M705 low"]);
    let shown = story(NOTHING, "08:00 M705 20\n 05:00 woken\n 05:03");
    assert_eq!(shown, ["0d 05:03 M705 low"]);
    // Charged, at the new time.
    let shown = story(NOTHING, "08:00 M705 20\n 08:03\n 05:00 M705 90");
    assert_eq!(shown, ["0d 08:03 M705 low", "0d 05:00 - charge of M705"]);
}
