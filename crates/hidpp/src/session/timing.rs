//! Timeouts, retries, backoff and other times of a session.
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
//! So a sleeping device is reported at once, and long timeouts cost time only if neither the device
//! nor its receiver ever answers.

use std::time::Duration;

/// The timeout of the first message to a device behind a receiver, and of any that is not retried.
///
/// The receiver holds it until an idle device polls for it, 1.94 s at most as measured. A retry
/// before that is a needless radio message. logiops needed 3 s on Bolt (its issue 564).
pub(super) const FIRST_ANSWER: Duration = Duration::from_secs(3);

/// The slots of a Unifying or Bolt receiver.
const SLOTS: u32 = 6;

/// How long reading all devices of a receiver with six slots may take.
///
/// The worst case is that neither devices nor receiver answer: a first message to all at the same
/// time, then a retry to each alone, 21 s. The rest is for devices that answer on a receiver that
/// accepts one message at a time (about ten messages each, of up to 163 ms, take less than the
/// first message to a silent one), and for a light measurement.
pub const LONGEST_STATUS: Duration = FIRST_ANSWER
    .saturating_mul(SLOTS + 1)
    .saturating_add(Duration::from_secs(9));

/// The shortest timeout of the messages after it: 343 ms is the longest time that was measured. The
/// timeout of a device that needed longer is twice the time it needed, up to [`FIRST_ANSWER`].
pub(super) const NEXT_ANSWER: Duration = Duration::from_secs(1);

/// How long after an answer a device counts as attentive. No recording shows when a device becomes
/// idle again, so this is short: treating a message as a first one only makes its timeout longer.
pub(super) const ATTENTIVE: Duration = Duration::from_secs(1);

/// The timeout of a device on its own node. The longest that was measured is 685 ms; and over
/// Bluetooth the first requests after it woke get lost without a report, as do 2 in 100 at a
/// headset's dongle. Other programs send up to four requests at this distance.
pub(super) const DIRECT_ANSWER: Duration = Duration::from_millis(700);

/// How many times a request to such a device is sent, retries included.
pub(super) const DIRECT_ATTEMPTS: u8 = 3;

/// The timeout of a receiver's own registers: 1 to 6.5 ms were measured, the longest behind a list
/// of its devices.
pub(super) const RECEIVER_ANSWER: Duration = Duration::from_millis(500);

/// How many times a request to a receiver, or for light, is sent, retries included.
pub(super) const ATTEMPTS: u8 = 2;

/// The backoff before the first retry after a "busy" answer; it doubles up to [`BUSY_LONGEST`]. A
/// corded keyboard accepted the retry after 1.3 to 2.2 ms, but over the radio each retry is a
/// message.
pub(super) const BUSY_FIRST: Duration = Duration::from_millis(100);

/// The longest backoff before a retry of such a request.
pub(super) const BUSY_LONGEST: Duration = Duration::from_millis(800);

/// How many busy answers make a request fail.
pub(super) const BUSY_ANSWERS: u8 = 10;

/// The wait before a retry after the USB endpoint stalled.
pub(super) const STALL: Duration = Duration::from_millis(20);

/// How many stalls of a request are retried.
pub(super) const STALLS: u8 = 3;

/// The backoff before the first retry of a message that the receiver refused because it is
/// occupied: by a message of another program, which takes a round trip, or by one that it holds for
/// an idle device.
pub(super) const REFUSED_FIRST: Duration = Duration::from_millis(20);

/// A round trip to a device, until one was measured. It is short, since a retry too soon costs a
/// refusal of 2 ms and no radio message.
pub(super) const ROUND_TRIP: Duration = Duration::from_millis(10);

/// The shortest time for which a message to a device holds back others from a receiver that refuses
/// them.
pub(super) const HOLD_LEAST: Duration = Duration::from_millis(20);

/// The longest, so that a silent device does not delay the others. The receiver may hold a message
/// for 1.94 s and refuse all others meanwhile, which costs no radio message and does not count as
/// an attempt of any of them. To a receiver that drops instead of refusing, nothing else is sent
/// until the answer or the timeout.
pub(super) const HOLD_MOST: Duration = Duration::from_millis(250);

/// The wait for the battery notice that follows when notices are switched on: it came 6 to 16 ms
/// after the acknowledgement (recording of a Performance MX).
pub(super) const FIRST_NOTICE: Duration = Duration::from_millis(100);

/// How long a late or duplicate answer may still arrive after its request timed out or was
/// answered.
pub(super) const LATE_ANSWER: Duration = Duration::from_secs(30);

/// How long a receiver may continue to announce devices after its acknowledgement; real ones
/// announce before it, one device every 1 to 4 ms.
pub(super) const STRAGGLERS: Duration = Duration::from_millis(1500);

/// The settle time after a suspend: nothing is sent while receivers are being set up again.
pub(super) const RESUMING: Duration = Duration::from_secs(1);

/// How much later than its period a light measurement may arrive.
pub(super) const LIGHT_SLACK: Duration = Duration::from_millis(1500);
