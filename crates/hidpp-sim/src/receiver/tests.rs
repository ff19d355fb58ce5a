use super::*;
use crate::scenario::{self, K750, M705};
use crate::testing::{after, arrived, ask, frame, frames};

const START: Timestamp = Timestamp::START;

#[test]
fn answers_arrive_after_their_latency() {
    // A register of its own and a sleeping device: 2 ms. A device: 12 ms.
    for (request, milliseconds) in [
        ("10 FF 81 02 00 00 00", 2),
        ("10 03 00 1E 00 00 01", 2),
        ("10 01 00 1E 00 00 01", 12),
    ] {
        let mut desk = scenario::desk();
        desk.output_report(START, &frame(request));
        let due = after(START, milliseconds);
        assert_eq!(desk.next_due(), Some(due), "{request}");
        assert_eq!(arrived(&mut desk, due).len(), 1, "{request}");
    }
}

#[test]
fn an_idle_device_answers_late_at_first_and_soon_afterwards() {
    // Recordings of a G603 on a C539: 1668 ms, then 88 ms, for any request.
    let mut desk = scenario::desk();
    desk.rest(M705);
    let mileage = frame("10 02 81 0D 00 00 00");
    let mut answered = |sent: u64, due: u64| {
        desk.output_report(after(START, sent), &mileage);
        assert_eq!(desk.next_due(), Some(after(START, due)), "{sent}");
        assert_eq!(arrived(&mut desk, after(START, due)).len(), 1);
    };
    answered(0, 1668);
    answered(1668, 1756);
    answered(1756, 1844);
    // After a long pause it is idle again.
    answered(30_000, 31_668);

    // The answer to a second message comes after the answer to the first.
    desk.output_report(after(START, 90_100), &mileage);
    desk.output_report(after(START, 91_100), &mileage);
    desk.forget_requests();
    let due = after(START, 90_100 + 1668);
    assert_eq!(arrived(&mut desk, due).len(), 2, "and the broadcast");
    assert_eq!(desk.next_due(), Some(after(due, 88)));

    // In use it answers at once.
    desk.move_mouse(after(START, 99_000), M705, 1, 1);
    arrived(&mut desk, after(START, 99_000));
    desk.output_report(after(START, 100_000), &mileage);
    assert_eq!(desk.next_due(), Some(after(START, 100_012)));
}

#[test]
fn reports_come_one_every_two_milliseconds() {
    // Recordings of a C52B: a list of n devices takes 2 (n + 1) ms, and answers to requests sent
    // meanwhile come after it.
    let mut desk = scenario::desk();
    desk.output_report(START, &frame("20 FF 80 3F …"));
    desk.output_report(START, &frame("20 FF 81 …"));
    desk.output_report(after(START, 3), &frame("10 FF 81 02 00 00 00"));
    for (millis, first) in [(2, 0x20), (4, 0x20), (6, 0x20), (8, 0x20), (10, 0x10)] {
        assert_eq!(desk.next_due(), Some(after(START, millis)));
        let report = desk.input_report(after(START, millis)).unwrap();
        assert_eq!(report[0], first, "{millis}");
    }
    assert_eq!(desk.input_report(after(START, 80)), None);
}

#[test]
fn one_answer_each_in_the_order_of_the_requests() {
    let mut desk = scenario::desk();
    desk.output_report(START, &frame("10 01 00 1E 00 00 01"));
    desk.output_report(START, &frame("10 02 81 0D 00 00 00"));
    desk.output_report(START, &frame("10 01 00 1E 00 00 02"));
    assert_eq!(
        arrived(&mut desk, after(START, 16)),
        frames(&[
            "11 01 00 1E 02 00 01 …",
            "10 02 81 0D 41 47 34",
            "11 01 00 1E 02 00 02 …",
        ])
    );
}

#[test]
fn unknown_reports_are_ignored() {
    let mut desk = scenario::desk();
    for report in [
        "",
        "10",
        "10 FF 81 02 00 00",
        "10 FF 81 02 00 00 00 00",
        "11 FF 81 02 00 00 00",
        "12 FF 81 02 00 00 00",
        "20 FF 80 3F",
        "80 01 00 80 00",
    ] {
        assert_eq!(ask(&mut desk, START, report), frames(&[]), "{report}");
    }
    assert_eq!(desk.requests().len(), 8);
}

#[test]
fn the_kernel_switches_to_dj_and_asks_for_the_list() {
    let mut desk = scenario::desk();
    // Entries as in recordings of a C52B with five devices, where the K750 is `20 02 41 01 02 40 1A
    // 40`; vector 47 (end of list). A C52B that is plugged in gives the list before DJ mode as
    // well.
    let list = [
        "20 01 41 01 02 40 1A 40 …",
        "20 02 41 01 1B 10 1E 00 …",
        "20 03 41 01 10 20 1A 40 …",
        "20 00 41 02 …",
    ];
    assert_eq!(ask(&mut desk, START, "20 FF 81 …"), frames(&list));
    assert_eq!(ask(&mut desk, START, "20 FF 80 3F …"), frames(&[]));
    assert_eq!(ask(&mut desk, START, "20 FF 81 …"), frames(&list));
}

#[test]
fn registers_of_a_hidpp10_device() {
    let mut desk = scenario::desk();
    desk.wake(START, scenario::K800);
    // Vectors 50, 54, 59 to 62 and 65 (hardware, K800), moved to its slot here.
    for (request, answer) in [
        ("10 03 81 07 00 00 00", "10 03 81 07 07 00 00"),
        ("10 03 81 0D 00 00 00", "10 03 8F 81 0D 02 00"),
        ("10 03 80 00 03 00 00", "10 03 80 00 00 00 00"),
        ("10 03 81 00 00 00 00", "10 03 81 00 03 00 00"),
        // All flags except battery notices, which have their own test.
        ("10 03 80 00 EF FF FF", "10 03 80 00 00 00 00"),
        ("10 03 81 00 00 00 00", "10 03 81 00 03 02 00"),
        ("10 03 81 F1 01 00 00", "10 03 81 F1 01 22 01"),
        ("10 03 81 F1 03 00 00", "10 03 81 F1 03 00 07"),
        ("10 03 81 F1 00 00 00", "10 03 8F 81 F1 03 00"),
        (
            "10 03 83 0F 00 00 00",
            "11 03 83 0F FF FB 00 00 02 40 02 5C 00 00 00 00 0F F9 00 80",
        ),
        ("10 03 81 FE 00 00 00", "10 03 8F 81 FE 02 00"),
        ("10 03 84 00 00 00 00", "10 03 8F 84 00 01 00"),
    ] {
        assert_eq!(ask(&mut desk, START, request), frames(&[answer]));
    }
}

#[test]
fn enabling_battery_notices_sends_the_first_one_at_once() {
    // Recording of a Performance MX: `07` comes 6 to 16 ms after the acknowledgement.
    let mut desk = scenario::desk();
    desk.wake(START, scenario::K800);
    desk.output_report(START, &frame("10 03 80 00 10 02 00"));
    assert_eq!(
        arrived(&mut desk, after(START, 12)),
        frames(&["10 03 80 00 00 00 00"])
    );
    assert_eq!(desk.next_due(), Some(after(START, 22)));
    let notice = frames(&["10 03 07 07 00 00 00"]);
    assert_eq!(arrived(&mut desk, after(START, 22)), notice);
    // No notice: they are enabled already; the device sleeps before the notice; register 0D.
    let ack = frames(&["10 03 80 00 00 00 00"]);
    assert_eq!(
        ask(&mut desk, after(START, 100), "10 03 80 00 10 00 00"),
        ack
    );
    let _ack = ask(&mut desk, after(START, 200), "10 03 80 00 00 00 00");
    desk.output_report(after(START, 300), &frame("10 03 80 00 10 00 00"));
    assert_eq!(arrived(&mut desk, after(START, 312)), ack);
    desk.sleep(after(START, 315), scenario::K800);
    desk.wake(after(START, 400), scenario::K800);
    assert_eq!(arrived(&mut desk, after(START, 500)), frames(&[]));
    assert_eq!(
        ask(&mut desk, after(START, 600), "10 02 80 00 10 00 00"),
        frames(&["10 02 80 00 00 00 00"])
    );
}

#[test]
fn busy_devices_and_a_busy_receiver_return_their_errors() {
    let mut desk = scenario::desk();
    desk.answer_busy(K750, 1);
    desk.answer_busy(M705, 1);
    let ping = "10 01 00 1E 00 00 01";
    assert_eq!(
        ask(&mut desk, START, ping),
        frames(&["11 01 FF 00 1E 08 …"])
    );
    assert_eq!(
        ask(&mut desk, START, ping),
        frames(&["11 01 00 1E 02 00 01 …"])
    );
    let mileage = "10 02 81 0D 00 00 00";
    assert_eq!(
        ask(&mut desk, START, mileage),
        frames(&["10 02 8F 81 0D 07 00"])
    );
    assert_eq!(
        ask(&mut desk, START, mileage),
        frames(&["10 02 81 0D 41 47 34"])
    );

    desk.receiver_busy(2);
    for _ in 0..2 {
        assert_eq!(
            ask(&mut desk, START, ping),
            frames(&["10 01 8F 00 1E 07 00"])
        );
    }
    // The receiver's own registers are never busy; afterwards the device answers again.
    desk.receiver_busy(1);
    assert_eq!(
        ask(&mut desk, START, "10 FF 81 02 00 00 00"),
        frames(&["10 FF 81 02 00 03 00"])
    );
}

#[test]
fn requests_are_stored_with_their_time() {
    let mut desk = scenario::desk();
    desk.output_report(after(START, 7), &frame("10 FF 81 02 00 00 00"));
    let sent: Vec<Sent> = desk.requests().cloned().collect();
    assert_eq!(
        sent,
        [Sent {
            at: after(START, 7),
            report: frame("10 FF 81 02 00 00 00"),
        }]
    );
    desk.forget_requests();
    assert_eq!(desk.requests().len(), 0);
}
