//! The trace log contains reports, but nothing that could be key presses.

use std::cell::RefCell;

use log::{Level, LevelFilter, Log, Metadata, Record};

use crate::desk::Shared;
use crate::follow_harness::FollowHarness;

/// Collects the log lines of a test in its own thread.
struct Listener;

thread_local! {
    static HEARD: RefCell<Option<Vec<(Level, String)>>> = const { RefCell::new(None) };
}

impl Log for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        HEARD.with_borrow(Option::is_some)
    }

    fn log(&self, record: &Record<'_>) {
        HEARD.with_borrow_mut(|heard| {
            if let Some(lines) = heard {
                lines.push((record.level(), record.args().to_string()));
            }
        });
    }

    fn flush(&self) {}
}

/// The lines logged while a function runs.
pub(crate) fn logged(run: impl FnOnce()) -> Vec<String> {
    listen(run).into_iter().map(|(_, line)| line).collect()
}

/// The warnings and errors logged while a function runs.
pub(crate) fn warned(run: impl FnOnce()) -> Vec<String> {
    let lines = listen(run).into_iter();
    let severe = lines.filter(|(level, _)| *level <= Level::Warn);
    severe.map(|(_, line)| line).collect()
}

fn listen(run: impl FnOnce()) -> Vec<(Level, String)> {
    static LISTENER: Listener = Listener;
    // Fails for all tests but the first, because the logger is already set.
    if log::set_logger(&LISTENER).is_ok() {
        log::set_max_level(LevelFilter::Trace);
    }
    HEARD.set(Some(Vec::new()));
    run();
    HEARD.take().unwrap_or_default()
}

#[test]
fn battery_events_are_logged_and_possible_key_presses_are_not() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["PRO X"]);
    harness.port.plug(&desk);
    for (second, event) in [(10, "11 01 06 00 46 08 00 00"), (20, "11 01 08 00 00 C3")] {
        let hand = desk.clone();
        harness.at(second, move |_| hand.say(event));
    }
    let lines = logged(|| _ = harness.follow(30));
    let has = |wanted: &str| lines.iter().any(|line| line.contains(wanted));
    assert!(has("/dev/hidraw0 → 10 01 00 06 10 04 00"), "{lines:#?}");
    assert!(has("/dev/hidraw0 ← 11 01 06 00 46 08 00 00"), "{lines:#?}");
    assert!(!has("11 01 08 00"), "{lines:#?}");
    assert!(has("/dev/hidraw0 ← withheld: an event"), "{lines:#?}");
}
