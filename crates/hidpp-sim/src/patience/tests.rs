use crate::Firmware;
use crate::patience::Patience;
use crate::receiver::Receiver;
use crate::scenario::{self, K750, K800, M705};
use crate::testing::{after, arrived, frame, frames};
use hidpp_proto::units::Timestamp;

const START: Timestamp = Timestamp::START;

fn desk(patience: Patience) -> Receiver {
    let mut desk = scenario::desk();
    desk.wake(START, K800);
    desk.patience = patience;
    desk
}

/// Sends all requests at once and returns the answers of the receiver, from 2 ms on, and those of
/// its devices, from 12 ms on.
fn at_once(desk: &mut Receiver, now: Timestamp, requests: &[&str]) -> [Vec<Vec<u8>>; 2] {
    for request in requests {
        desk.output_report(now, &frame(request));
    }
    [arrived(desk, after(now, 11)), arrived(desk, after(now, 20))]
}

const TO_K750: &str = "11 01 00 1E 00 00 01 …";
const TO_M705: &str = "10 02 81 0D 00 00 00";
const TO_K800: &str = "10 03 81 07 00 00 00";
const FROM_K750: &str = "11 01 00 1E 02 00 01 …";
const FROM_M705: &str = "10 02 81 0D 41 47 34";
const FROM_K800: &str = "10 03 81 07 07 00 00";

#[test]
fn endless_accepts_every_message() {
    let mut desk = desk(Patience::default());
    let [soon, later] = at_once(&mut desk, START, &[TO_K750, TO_K750, TO_M705]);
    assert_eq!(soon, frames(&[]));
    assert_eq!(later, frames(&[FROM_K750, FROM_K750, FROM_M705]));
}

#[test]
fn a_patient_receiver_accepts_one_message_to_each_device() {
    let mut desk = desk(Patience::Patient);
    let requests = [TO_K750, TO_M705, TO_K800, TO_K750, TO_M705];
    let [soon, later] = at_once(&mut desk, START, &requests);
    assert_eq!(soon, frames(&[]));
    // The devices themselves answer "busy", each with the error of its protocol.
    let busy = ["11 01 FF 00 1E 08 …", "10 02 8F 81 0D 07 00"];
    assert_eq!(
        later,
        frames(&[FROM_K750, FROM_M705, FROM_K800, busy[0], busy[1]])
    );
    let [_, later] = at_once(&mut desk, after(START, 20), &[TO_K750]);
    assert_eq!(later, frames(&[FROM_K750]));
}

#[test]
fn a_strict_receiver_accepts_one_message_in_total() {
    let mut desk = desk(Patience::STRICT);
    let [soon, later] = at_once(&mut desk, START, &[TO_K750, TO_M705, TO_K750]);
    assert_eq!(
        soon,
        frames(&["10 02 8F 81 0D 07 00", "10 01 8F 00 1E 07 00"])
    );
    assert_eq!(later, frames(&[FROM_K750]));
    // The answer has arrived, so the next message is accepted.
    let [soon, later] = at_once(&mut desk, after(START, 20), &[TO_M705]);
    assert_eq!(soon, frames(&[]));
    assert_eq!(later, frames(&[FROM_M705]));
}

#[test]
fn its_own_registers_and_unreachable_devices_do_not_count() {
    let mut desk = desk(Patience::STRICT);
    desk.sleep(START, K800);
    let registers = "10 FF 81 02 00 00 00";
    let [soon, later] = at_once(&mut desk, START, &[TO_K800, registers, TO_K750, registers]);
    assert_eq!(
        soon,
        frames(&[
            "10 03 8F 81 07 09 00",
            "10 FF 81 02 00 03 00",
            "10 FF 81 02 00 03 00",
        ])
    );
    assert_eq!(later, frames(&[FROM_K750]));
}

#[test]
fn up_to_two_messages_are_accepted() {
    let mut desk = desk(Patience::UpTo(2));
    let [soon, later] = at_once(&mut desk, START, &[TO_K750, TO_K750, TO_M705, TO_K800]);
    assert_eq!(soon, frames(&["10 03 8F 81 07 07 00"]));
    assert_eq!(
        later,
        frames(&[FROM_K750, "11 01 FF 00 1E 08 …", FROM_M705])
    );
}

#[test]
fn a_silent_device_blocks_a_strict_receiver_for_one_round_trip() {
    let mut desk = desk(Patience::STRICT);
    desk.set_silent(K750, true);
    let [soon, later] = at_once(&mut desk, START, &[TO_K750, TO_M705]);
    assert_eq!(soon, frames(&["10 02 8F 81 0D 07 00"]));
    assert_eq!(later, frames(&[]));
    let [soon, later] = at_once(&mut desk, after(START, 20), &[TO_M705]);
    assert_eq!((soon, later), (frames(&[]), frames(&[FROM_M705])));

    desk.set_silent(K750, false);
    let [_, later] = at_once(&mut desk, after(START, 40), &[TO_K750]);
    assert_eq!(later, frames(&[FROM_K750]));
    assert!(desk.device(M705).is_some());
}

#[test]
fn a_dropping_receiver_accepts_one_and_silently_loses_the_others() {
    let mut desk = desk(Patience::Dropping(1));
    let [soon, later] = at_once(&mut desk, START, &[TO_K750, TO_M705, TO_K800]);
    assert_eq!((soon, later), (frames(&[]), frames(&[FROM_K750])));
    let [_, later] = at_once(&mut desk, after(START, 20), &[TO_M705]);
    assert_eq!(later, frames(&[FROM_M705]));
}

#[test]
fn a_replacing_receiver_accepts_the_last_one() {
    let mut desk = desk(Patience::Replacing);
    let [soon, later] = at_once(&mut desk, START, &[TO_K750, TO_M705, TO_K800]);
    assert_eq!((soon, later), (frames(&[]), frames(&[FROM_K800])));
    let [_, later] = at_once(&mut desk, after(START, 20), &[TO_M705]);
    assert_eq!(later, frames(&[FROM_M705]));
}

#[test]
fn a_deaf_receiver_drops_register_accesses_too() {
    let mut desk = desk(Patience::Deaf);
    let registers = "10 FF 81 02 00 00 00";
    let [soon, later] = at_once(&mut desk, START, &[registers, TO_K750, registers, TO_M705]);
    assert_eq!(soon, frames(&["10 FF 81 02 00 03 00"]));
    assert_eq!(later, frames(&[FROM_K750]));
}
