//! The scheduled light measurement: it runs when the last one is stale and the keyboard is awake,
//! and not more often.

use std::time::Duration;

use hidpp_proto::feature::solar_dashboard::LightMeasure;
use hidpp_sim::Firmware;
use solar_status::manager::Command;

use crate::desk::{Shared, id};
use crate::follow_harness::FollowHarness;

const K750: u8 = 1;
const HOUR: u64 = 3600;

/// A K750 and an interval of ten minutes.
fn harness() -> (FollowHarness, Shared) {
    let mut harness = FollowHarness::new();
    harness.query.light_every = Some(Duration::from_secs(600));
    let desk = Shared::receiver(&["K750"]);
    harness.port.plug(&desk);
    (harness, desk)
}

fn sleep_at(harness: &mut FollowHarness, second: u64, desk: &Shared) {
    let handle = desk.clone();
    harness.at(second, move |now| {
        _ = handle.act(|receiver| receiver.sleep(now, K750));
    });
}

fn wake_at(harness: &mut FollowHarness, second: u64, desk: &Shared) {
    let handle = desk.clone();
    harness.at(second, move |now| {
        _ = handle.act(|receiver| receiver.wake(now, K750));
    });
}

#[test]
fn light_is_measured_when_the_last_measurement_is_stale() {
    let (mut harness, desk) = harness();
    harness.follow(2000);
    let each = ["0 1 x 1 s", "601 1 x 1 s", "1202 1 x 1 s", "1803 1 x 1 s"];
    assert_eq!(desk.series_requested(K750), each);
}

#[test]
fn without_a_schedule_light_is_measured_only_at_the_start() {
    let (mut harness, desk) = harness();
    harness.query.light_every = None;
    harness.follow(10 * HOUR);
    assert_eq!(desk.series_requested(K750), ["0 1 x 1 s"]);
}

#[test]
fn light_is_measured_every_ten_minutes_while_the_keyboard_is_awake() {
    let (mut harness, desk) = harness();
    sleep_at(&mut harness, 4 * HOUR, &desk);
    let handle = desk.clone();
    harness.at(4 * HOUR + 1, move |_| {
        assert_eq!(handle.series_requested(K750).len(), 24, "in four hours");
        handle.take_requests();
    });
    let handle = desk.clone();
    harness.at(8 * HOUR - 1, move |_| {
        assert_eq!(handle.take_requests(), Vec::<String>::new(), "at night");
    });
    wake_at(&mut harness, 8 * HOUR, &desk);
    harness.follow(10 * HOUR);
    // Two hours: on waking, and then every ten minutes and one second.
    let series = desk.series_requested(K750);
    assert_eq!(series[..2], ["28800 1 x 1 s", "29401 1 x 1 s"]);
    assert_eq!(series.len(), 12, "{series:?}");
}

#[test]
fn a_sleeping_keyboard_causes_no_wake_up_of_the_manager() {
    let (mut harness, desk) = harness();
    sleep_at(&mut harness, 100, &desk);
    harness.follow(HOUR);
    assert_eq!(harness.wakes_between(101, HOUR - 1), 0);
}

#[test]
fn a_series_postpones_the_next_scheduled_measurement() {
    let (mut harness, desk) = harness();
    let series = Some(LightMeasure {
        reports: 60,
        period_s: 1,
    });
    let device = id("K750", K750);
    // The scheduled time falls into the series.
    harness.send_command_at(580, Command::MeasureLight { device, series });
    harness.follow(1300);
    assert_eq!(
        desk.series_requested(K750),
        ["0 1 x 1 s", "580 60 x 1 s", "1240 1 x 1 s"]
    );
}

#[test]
fn a_series_slower_than_the_schedule_is_not_interrupted() {
    let (mut harness, desk) = harness();
    harness.query.light_every = Some(Duration::from_secs(60));
    let series = Some(LightMeasure {
        reports: 5,
        period_s: 200,
    });
    let device = id("K750", K750);
    harness.send_command_at(50, Command::MeasureLight { device, series });
    harness.follow(1055);
    assert_eq!(desk.series_requested(K750), ["0 1 x 1 s", "50 5 x 200 s"]);
}

#[test]
fn a_rejected_measurement_is_retried_at_the_next_scheduled_time() {
    let (mut harness, desk) = harness();
    // A hardware error in reply to the first request.
    desk.refuse("10 01 09 06 01", "11 01 FF 09 06 04");
    harness.follow(1000);
    assert_eq!(desk.series_requested(K750), ["600 1 x 1 s"]);
}

#[test]
fn measurements_of_other_programs_count() {
    let (mut harness, desk) = harness();
    let handle = desk.clone();
    harness.at(500, move |now| {
        handle.act(|receiver| {
            receiver.output_report(now, &[0x10, K750, 0x09, 0x0B, 0x01, 0x01, 0x00]);
        });
    });
    harness.follow(1200);
    let series = ["0 1 x 1 s", "500 1 x 1 s", "1101 1 x 1 s"];
    assert_eq!(desk.series_requested(K750), series);
}

#[test]
fn a_keyboard_that_sleeps_without_a_notification_gets_one_request_until_its_next_message() {
    let (mut harness, desk) = harness();
    // The receiver no longer sends link notifications.
    let handle = desk.clone();
    harness.at(10, move |now| {
        handle.act(|receiver| receiver.output_report(now, &[0x10, 0xFF, 0x80, 0, 0, 0, 0]));
    });
    sleep_at(&mut harness, 100, &desk);
    wake_at(&mut harness, 5 * HOUR, &desk);
    let handle = desk.clone();
    harness.at(5 * HOUR - 1, move |_| {
        assert_eq!(handle.series_requested(K750), ["0 1 x 1 s", "601 1 x 1 s"]);
    });
    harness.follow(6 * HOUR);
    let series = desk.series_requested(K750);
    assert_eq!(series[2..4], ["18000 1 x 1 s", "18601 1 x 1 s"]);
    assert_eq!(series.len(), 8, "{series:?}");
}

#[test]
fn a_keyboard_that_does_not_answer_measurements_gets_requests_every_ten_minutes_only() {
    let (mut harness, desk) = harness();
    let handle = desk.clone();
    // It keeps broadcasting its charge.
    harness.at(100, move |_| {
        handle.act(|receiver| receiver.set_silent(K750, true));
    });
    harness.follow(2 * HOUR);
    let series = desk.series_requested(K750).len();
    // Each request is retried once, and repeated after the next broadcast.
    assert!(series <= 4 * 12, "{series}");
}
