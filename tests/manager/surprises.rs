//! What nobody expects while following: notices that get lost, slots that change hands unseen,
//! readings that leap at the wrong moment.

use std::collections::BTreeSet;
use std::fmt::Write;

use hidpp_proto::units::{Percent, Timestamp};
use hidpp_sim::Plugged;
use hidpp_sim::catalogue;
use hidpp_sim::device::{Device, Protocol};
use hidpp_sim::receiver::Receiver;
use hidpp_sim::scenario::{self, K750, M705};
use solar_status::manager::{Change, Memory, News, Selector};

use crate::desk::{Shared, hours};
use crate::follow_harness::{FollowHarness, words};

fn desk() -> Shared {
    Shared::new("/dev/hidraw0", Plugged::Receiver(scenario::desk()))
}

fn device(name: &str) -> Device {
    let entry = catalogue::find(name).unwrap();
    entry.paired([1, 2, 3, 4]).unwrap()
}

/// The notification flags of a HID++ 1.0 device.
fn flags(receiver: &Receiver, slot: u8) -> [u8; 3] {
    match &receiver.device(slot).unwrap().protocol {
        Protocol::Registers(registers) => registers.flags(),
        Protocol::Features(_) => panic!("it has no registers"),
    }
}

const BATTERY_NOTICES: [u8; 3] = [0x10, 0, 0];

#[test]
fn a_device_whose_first_reading_leaps_tells_its_battery_all_the_same() {
    let desk = Shared::receiver(&["M705 (M-R0009)"]);
    let mut harness = FollowHarness::new();
    desk.read(Timestamp::START, &mut harness.memory);
    desk.act(|receiver| receiver.set_charge(Timestamp::START, 1, Percent::new(15).unwrap()));
    harness.port.plug(&desk);
    let hand = desk.clone();
    harness.at(20, move |_| {
        assert_eq!(
            hand.act(|receiver| flags(receiver, 1)),
            BATTERY_NOTICES,
            "it was read twice, and is still to tell of changes"
        );
    });
    harness.follow(30);
}

#[test]
fn a_device_that_takes_the_place_of_another_unannounced_ends_it() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let hand = desk.clone();
    harness.at(10, move |now| {
        hand.take_requests();
        hand.act(|receiver| receiver.pair(now, M705, device("M525")));
    });
    let told = words(&harness.follow(30));
    let since: Vec<&String> = told.iter().filter(|it| it.starts_with("10 ")).collect();
    // It is announced without a link, which comes 100 ms later.
    let linked = ["10 M525 presence", "10 M525 battery description"];
    assert_eq!(since[..2], ["10 - M705", "10 + M525"]);
    assert_eq!(since[2..], linked);
    let mut radio = desk.take_radio();
    radio.retain(|report| report.starts_with("10 02 00 1"));
    assert_eq!(
        radio.len(),
        2,
        "the new one is pinged once, and before that its receiver answers: {radio:?}"
    );
}

#[test]
fn a_device_of_registers_that_speaks_unannounced_is_found() {
    // Its arrival was lost, as after a switch to another computer and back.
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let hand = desk.clone();
    harness.at(8, move |now| {
        hand.act(|receiver| receiver.pair(now, 4, device("M525")));
    });
    let hand = desk.clone();
    harness.at(9, move |now| {
        _ = hand.act(|receiver| receiver.unpair(now, 4));
    });
    let hand = desk.clone();
    harness.at(10, move |now| {
        hand.act(|receiver| {
            let flags = [0x10, 0xFF, 0x80, 0x00, 0, 0, 0];
            hidpp_sim::Firmware::output_report(receiver, now, &flags);
            receiver.pair(now, 4, device("K520"))
        });
        hand.say("10 04 07 05 00 00 00");
    });
    let told = words(&harness.follow(30));
    assert!(told.contains(&"10 + K520".to_owned()), "{told:?}");
}

#[test]
fn a_slot_without_a_record_is_looked_at_once_however_much_comes_from_it() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let hand = desk.clone();
    harness.at(10, move |_| _ = hand.take_requests());
    for second in 11..40 {
        let hand = desk.clone();
        harness.at(second, move |_| hand.say("11 05 08 00 00 C3"));
    }
    let hand = desk.clone();
    harness.at(50, move |now| {
        hand.act(|receiver| receiver.pair(now, 5, device("M525")));
    });
    let told = words(&harness.follow(60));
    let mut records = desk.take_requests();
    records.retain(|it| it.starts_with("10 ff 83 b5 24"));
    assert_eq!(records.len(), 2, "for the first event, and for the arrival");
    assert!(told.contains(&"50 + M525".to_owned()), "{told:?}");
}

#[test]
fn a_device_that_is_switched_off_and_on_at_once_tells_its_battery_again() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["K520"]);
    harness.port.plug(&desk);
    for second in [10, 11] {
        let hand = desk.clone();
        harness.at(second, move |now| {
            hand.act(|receiver| {
                receiver.switch_off(now, 1);
                receiver.switch_on(now, 1)
            });
        });
    }
    let hand = desk.clone();
    harness.at(20, move |_| {
        assert_eq!(hand.act(|receiver| flags(receiver, 1)), BATTERY_NOTICES);
    });
    harness.follow(30);
}

#[test]
fn one_wake_that_is_told_again_a_second_later_is_one_reading() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["PRO X"]);
    harness.port.plug(&desk);
    let hand = desk.clone();
    harness.at(10, move |now| {
        hand.take_requests();
        hand.act(|receiver| {
            receiver.sleep(now, 1);
            receiver.wake(now, 1)
        });
    });
    let hand = desk.clone();
    harness.at(11, move |_| hand.say("10 01 4B 01 00 00 00"));
    harness.follow(30);
    assert_eq!(desk.take_radio(), ["10 01 06 16 00 00 00"]);
}

#[test]
fn each_leap_is_looked_at_again_also_after_one_that_could_not_be() {
    // 1004 says 15 %, once while it cannot be asked and once while it can: it has 71 %.
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["PRO X"]);
    harness.port.plug(&desk);
    for (second, deaf) in [(20, true), (40, false)] {
        let hand = desk.clone();
        harness.at(second, move |_| {
            hand.set_deaf(deaf);
            hand.say("11 01 06 00 0F 02 00 00");
        });
    }
    let told = words(&harness.follow(50));
    assert!(told.iter().all(|it| !it.contains("battery")), "{told:?}");
}

/// Whoever goes came before, and nobody comes twice.
fn assert_balanced(told: &[(u64, News)], context: &str) {
    let mut there = BTreeSet::new();
    for (_, news) in told {
        let News::Change(change) = news else { continue };
        let right = match &**change {
            Change::DeviceAdded(device) => there.insert(device.id.clone()),
            Change::DeviceRemoved(device) => there.remove(&device.id),
            Change::DeviceChanged(device, _)
            | Change::DeviceRead(device)
            | Change::LightKey(device) => there.contains(&device.id),
            Change::ReceiverAdded(_) | Change::ReceiverRemoved(_) | Change::Identified { .. } => {
                true
            }
        };
        assert!(right, "{context}: {change:?} in {:?}", words(told));
    }
}

#[test]
fn a_receiver_unplugged_at_any_moment_is_whole_when_it_is_back() {
    for reports in 0..45 {
        let mut harness = FollowHarness::new();
        let desk = desk();
        desk.set_gone_after(reports);
        harness.port.plug(&desk);
        let (port, hand) = (harness.port.clone(), desk.clone());
        harness.at(10, move |_| port.unplug(&hand));
        let (port, hand) = (harness.port.clone(), desk.clone());
        harness.at(20, move |now| {
            hand.act(|receiver| receiver.power_cycle(now));
            hand.set_gone_after(usize::MAX);
            port.plug(&hand);
        });
        let told = harness.follow(60);
        let context = format!("after {reports} requests");
        assert_balanced(&told, &context);
        let news = words(&told);
        for name in ["K750", "M705", "K800"] {
            let since = news.iter().filter(|it| it.starts_with('2'));
            let found = since.filter(|it| it.ends_with(&format!("+ {name}")));
            assert_eq!(found.count(), 1, "{context}: {news:?}");
        }
    }
}

#[test]
fn noise_adds_and_removes_nobody_twice_and_keeps_nobody_awake() {
    const SUB_IDS: [u8; 12] = [
        0x00, 0x04, 0x05, 0x07, 0x09, 0x0D, 0x40, 0x41, 0x41, 0x42, 0x4B, 0x8F,
    ];
    const BYTES: [u8; 12] = [
        0x00, 0x00, 0x01, 0x02, 0x04, 0x08, 0x10, 0x22, 0x32, 0x40, 0x42, 0x50,
    ];
    for seed in 1..=20 {
        let mut random = seed;
        let mut of = move |all: [u8; 12]| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let place: u64 = (random >> 33) % 12;
            all[usize::try_from(place).unwrap()]
        };
        let mut harness = FollowHarness::new();
        let desk = desk();
        harness.port.plug(&desk);
        for second in 5..600 {
            let slot = of([
                0x01, 0x01, 0x02, 0x02, 0x03, 0x03, 0x04, 0x05, 0x06, 0x07, 0, 0xFF,
            ]);
            let id = of([
                0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x11, 0x11, 0x11, 0x11, 0x11,
            ]);
            let mut report = format!("{id:02x} {slot:02x} {:02x}", of(SUB_IDS));
            for _ in 0..4 {
                write!(report, " {:02x}", of(BYTES)).unwrap();
            }
            let hand = desk.clone();
            harness.at(second, move |_| hand.say(&report));
        }
        let hand = desk.clone();
        harness.at(700, move |_| _ = hand.take_requests());
        let told = harness.follow(1000);
        assert_balanced(&told, &format!("seed {seed}"));
        // The keyboard's broadcasts come by themselves.
        assert!(desk.take_radio().len() < 8, "seed {seed}");
        assert!(harness.wakes_between(700, 999) < 12, "seed {seed}");
    }
}

#[test]
fn light_that_the_keyboard_does_not_vouch_for_replaces_none_that_it_does() {
    // Without its marker, an event 1 may be an answer to another program.
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let hand = desk.clone();
    harness.at(10, move |_| hand.say("11 01 09 10 39 01 90 06 1D"));
    let told = words(&harness.follow(20));
    assert!(told.iter().all(|it| !it.starts_with("10 ")), "{told:?}");
}

#[test]
fn of_devices_that_are_not_wanted_nothing_is_told() {
    let mut harness = FollowHarness::new();
    harness.query.devices = vec![Selector::new("M705")];
    let desk = desk();
    harness.port.plug(&desk);
    let hand = desk.clone();
    harness.at(10, move |now| {
        hand.act(|receiver| receiver.press_light_key(now, K750));
    });
    let hand = desk.clone();
    harness.at(20, move |now| {
        hand.act(|receiver| receiver.unpair(now, K750));
    });
    let (port, hand) = (harness.port.clone(), desk.clone());
    harness.at(30, move |_| port.unplug(&hand));
    let told = words(&harness.follow(40));
    assert_eq!(
        told,
        ["0 + receiver", "0 + M705", "30 - M705", "30 - receiver"]
    );
}

#[test]
fn a_receiver_that_never_answered_does_not_go() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    // Nothing it is sent arrives.
    desk.act(|receiver| receiver.power_cycle(Timestamp::START));
    desk.set_deaf(true);
    harness.port.plug(&desk);
    let (port, hand) = (harness.port.clone(), desk.clone());
    harness.at(100, move |_| {
        assert!(*port.opened.borrow() <= 7, "each time later");
        port.unplug(&hand);
    });
    let (port, hand) = (harness.port.clone(), desk.clone());
    harness.at(110, move |_| port.plug(&hand));
    let told = words(&harness.follow(120));
    assert_eq!(told.len(), 2, "once for each plugging: {told:?}");
    assert!(
        told.iter().all(|it| it.contains("does not answer")),
        "{told:?}"
    );
}

#[test]
fn a_node_that_may_not_be_opened_for_a_while_is_opened_in_the_end() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let (port, hand) = (harness.port.clone(), desk.clone());
    harness.at(10, move |_| {
        *port.denials.borrow_mut() = 3;
        hand.set_gone(true);
    });
    let hand = desk.clone();
    harness.at(11, move |_| hand.set_gone(false));
    let told = words(&harness.follow(100));
    let found = told.iter().filter(|it| it.ends_with("+ K750")).count();
    assert_eq!(found, 2, "{told:?}");
}

#[test]
fn a_node_that_failed_and_was_then_pulled_out_is_not_opened_again() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let hand = desk.clone();
    harness.at(10, move |_| hand.set_gone(true));
    let (port, hand) = (harness.port.clone(), desk.clone());
    harness.at(12, move |_| port.unplug(&hand));
    harness.follow(600);
    // At the start, and a second after it failed.
    assert_eq!(*harness.port.opened.borrow(), 2);
}

#[test]
fn a_battery_that_is_refused_for_once_keeps_its_value() {
    // The kernel has error 09 of 1004 now and then, and keeps what it knows.
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["PRO X"]);
    harness.port.plug(&desk);
    for (second, refused) in [(10, true), (20, false)] {
        let hand = desk.clone();
        harness.at(second, move |now| {
            if refused {
                hand.refuse("10 01 06 16", "11 01 ff 06 16 09");
            }
            hand.act(|receiver| {
                receiver.sleep(now, 1);
                receiver.wake(now, 1)
            });
        });
    }
    let hand = desk.clone();
    harness.at(15, move |_| _ = hand.take_requests());
    let told = harness.follow(30);
    let news = words(&told);
    assert!(
        news[2..].iter().all(|it| !it.contains("battery")),
        "{news:?}"
    );
    assert!(news.iter().any(|it| it.starts_with("10 ! ")), "{news:?}");
    assert_eq!(desk.take_radio().len(), 1, "read after the next wake");
}

#[test]
fn a_code_that_nobody_knew_is_told_also_where_features_are_only_remembered() {
    // 1004, status 8. A remembered index is doubted at first: something else may stand there.
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["PRO X"]);
    desk.read(Timestamp::START, &mut harness.memory);
    harness.port.plug(&desk);
    let hand = desk.clone();
    harness.at(10, move |_| {
        hand.take_requests();
        hand.say("11 01 06 00 46 08 08 00");
    });
    let hand = desk.clone();
    harness.at(20, move |_| hand.say("11 01 06 00 46 08 08 00"));
    let told = words(&harness.follow(30));
    assert!(told.contains(&"20 PRO X battery".to_owned()), "{told:?}");
    assert!(desk.take_radio().len() > 2, "looked up anew");
}

#[test]
fn what_was_remembered_by_a_clock_that_was_wrong_is_not_believed_for_years() {
    let desk = Shared::receiver(&["M525"]);
    let mut memory = Memory::default();
    desk.read(hours(100_000), &mut memory);
    desk.take_radio();
    desk.read(hours(1), &mut memory);
    assert!(desk.take_radio().len() > 1);
    desk.read(hours(2), &mut memory);
    assert_eq!(desk.take_radio().len(), 1);
}

/// What a client receives about a PRO X mouse at 71 % (1004 at index 6) when this arrives at second
/// 30, and the requests to it then. `capabilities`: its reply when it is asked for them.
fn news_after_a_foreign_reply(
    capabilities: Option<&'static str>,
    arrives: &'static str,
) -> (Vec<String>, Vec<String>) {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["PRO X"]);
    if let Some(answer) = capabilities {
        desk.refuse("10 01 06 0", answer);
    }
    harness.port.plug(&desk);
    let hand = desk.clone();
    harness.at(30, move |_| {
        hand.take_requests();
        hand.say(arrives);
    });
    let told = words(&harness.follow(60));
    let since = told.iter().filter(|it| it.starts_with("30 ")).cloned();
    (since.collect(), desk.take_radio())
}

#[test]
fn the_capabilities_of_1004_for_another_program_are_no_news() {
    // linux-input 2022-08-26, Solaar issue 1718: 0.1.0 showed 15 %.
    let (told, asked) = news_after_a_foreign_reply(None, "11 01 06 00 0F 03");
    assert!(told.is_empty() && asked.is_empty(), "{told:?} {asked:?}");
}

#[test]
fn what_may_be_its_battery_is_read_once_before_it_counts() {
    // Not rechargeable: capabilities that could be 15 %, low.
    let capabilities = Some("11 01 06 06 0F 02");
    let (told, asked) = news_after_a_foreign_reply(capabilities, "11 01 06 00 0F 02");
    assert_eq!(asked.len(), 1, "{asked:?}");
    let changed = told.iter().any(|it| it.contains("battery"));
    assert!(!changed, "it has 71 % as before: {told:?}");
}
