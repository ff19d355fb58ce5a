//! How long to wait for an answer, and how often to ask.
//!
//! The figures come from 141 public recordings of real receivers and devices, in protocol terms, not
//! tuned to one machine:
//!
//! | path | measured |
//! |---|---|
//! | registers of a receiver | 1 to 6.5 ms, of a 27 MHz one 5 to 6 ms |
//! | the receiver's report that a device cannot be reached | 1.3 to 2.9 ms, 21 times |
//! | first message to an idle device | 1.13 to 1.94 s, 7 times, held by the receiver |
//! | messages to it after that | 28 to 113 ms |
//! | device in use | 9 to 163 ms, now and then 250 to 343 ms |
//! | Bluetooth LE | 15 to 132 ms, late answers of 500 to 685 ms |
//! | headset's dongle | 2.6 to 6 ms, once 665 ms; what it asks the headset 40 to 78 ms |
//! | corded device | 0.8 to 7 ms, rarely 20 to 100 ms |
//! | reports of one receiver | one every 1 to 4 ms |
//!
//! So a device that sleeps is reported at once, and to wait longer for one that does not answer costs
//! only where neither it nor its receiver ever answers.

use std::time::Duration;

/// How long the first message to a device behind a receiver may take, and any that is not repeated.
///
/// The receiver holds it until an idle device asks for it, 1.94 s at most as measured. A repeat before
/// that is a needless radio message. logiops needed 3 s on Bolt (its issue 564).
pub(super) const FIRST_ANSWER: Duration = Duration::from_secs(3);

/// The slots of a Unifying or Bolt receiver.
const SLOTS: u32 = 6;

/// How long reading all devices of a receiver with six slots may take.
///
/// The most is needed where no device is ever answered for, nor reported as asleep: a first message to
/// all at the same time, and one to each alone, 21 s. The rest is for devices that answer, on a receiver
/// that takes one message at a time: about ten messages each, of up to 163 ms, take less than the first
/// message to a silent one; and for a measurement of light.
pub const LONGEST_STATUS: Duration = FIRST_ANSWER
    .saturating_mul(SLOTS + 1)
    .saturating_add(Duration::from_secs(9));

/// How long the messages after it may take at least: 343 ms is the longest that was measured. A
/// device that needed longer is given twice the time it needed, up to [`FIRST_ANSWER`].
pub(super) const NEXT_ANSWER: Duration = Duration::from_secs(1);

/// How long after an answer a device counts as attentive. No recording shows when an idle device
/// stops to listen closely, so this is short: with a message that is a first one again nothing is
/// lost.
pub(super) const ATTENTIVE: Duration = Duration::from_secs(1);

/// How long a device on its own node may take. The longest that was measured is 685 ms; and over
/// Bluetooth the first requests after it woke get lost without a report, as do 2 in 100 at a
/// headset's dongle. Other programs send up to four requests at this distance.
pub(super) const DIRECT_ANSWER: Duration = Duration::from_millis(700);

/// How often an unanswered request to such a device is sent, in all.
pub(super) const DIRECT_ATTEMPTS: u8 = 3;

/// How long a receiver's own registers may take: 1 to 6.5 ms were measured, the longest behind a list
/// of its devices.
pub(super) const RECEIVER_ANSWER: Duration = Duration::from_millis(500);

/// How often an unanswered request to a receiver, or for light, is sent, in all.
pub(super) const ATTEMPTS: u8 = 2;

/// The wait before the first repeat of a request that met "busy"; it doubles up to
/// [`BUSY_LONGEST`]. A corded keyboard took the repeat after 1.3 to 2.2 ms, but over the radio each
/// repeat is a message.
pub(super) const BUSY_FIRST: Duration = Duration::from_millis(100);

/// The longest wait before repeating such a request.
pub(super) const BUSY_LONGEST: Duration = Duration::from_millis(800);

/// How many busy answers end a request.
pub(super) const BUSY_ANSWERS: u8 = 10;

/// The wait after the USB layer stalled.
pub(super) const STALL: Duration = Duration::from_millis(20);

/// How many stalls a request survives.
pub(super) const STALLS: u8 = 3;

/// The wait before the first repeat of a message that the receiver refused, while it has no time for
/// another: it handles one of another program, which takes a round trip, or one that it holds for an
/// idle device.
pub(super) const REFUSED_FIRST: Duration = Duration::from_millis(20);

/// A round trip to a device, until one was measured: a short one, since asking a receiver too soon
/// costs a refusal of 2 ms and no radio message.
pub(super) const ROUND_TRIP: Duration = Duration::from_millis(10);

/// The shortest time for which a message to a device keeps others from a receiver that refuses them.
pub(super) const HOLD_LEAST: Duration = Duration::from_millis(20);

/// The longest, so that a silent device does not delay the others. The receiver may hold a message
/// for 1.94 s and refuse all others meanwhile, which costs no radio message and counts for none of
/// them. A receiver that drops instead of refusing is sent nothing else until the answer or the end
/// of the wait.
pub(super) const HOLD_MOST: Duration = Duration::from_millis(250);

/// The wait for the battery notice that follows when notices are switched on: it came 6 to 16 ms
/// after the acknowledgement (recording of a Performance MX).
pub(super) const FIRST_NOTICE: Duration = Duration::from_millis(100);

/// How long an answer may still come after its question was given up or answered once.
pub(super) const LATE_ANSWER: Duration = Duration::from_secs(30);

/// How long a receiver may go on announcing devices after its acknowledgement; real ones announce
/// before it, one device every 1 to 4 ms.
pub(super) const STRAGGLERS: Duration = Duration::from_millis(1500);

/// How long nothing is sent after the computer was asleep: receivers are set up again meanwhile.
pub(super) const RESUMING: Duration = Duration::from_secs(1);

/// How much later than its period a light measurement may come.
pub(super) const LIGHT_SLACK: Duration = Duration::from_millis(1500);
