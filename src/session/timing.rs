//! How long to wait for what. The figures are in protocol terms, not tuned to one machine.

use std::time::Duration;

/// For a device behind a receiver: 8 to 100 ms are usual, 1.2 s was seen once.
pub(super) const DEVICE_ANSWER: Duration = Duration::from_secs(1);

/// For a device on its own node. Over Bluetooth 15 to 45 ms are usual, but the first requests
/// after it woke get lost without a word; peers ask four times at this distance.
pub(super) const DIRECT_ANSWER: Duration = Duration::from_millis(700);

/// How often an unanswered request to such a device is sent, in all.
pub(super) const DIRECT_ATTEMPTS: u8 = 3;

/// For a receiver's own registers: 1 to 6 ms are usual.
pub(super) const RECEIVER_ANSWER: Duration = Duration::from_millis(500);

/// How often an unanswered request is sent, in all.
pub(super) const ATTEMPTS: u8 = 2;

/// The wait before the first repeat of a request that met "busy"; it doubles up to
/// [`BUSY_LONGEST`].
pub(super) const BUSY_FIRST: Duration = Duration::from_millis(100);

/// The longest wait before repeating such a request.
pub(super) const BUSY_LONGEST: Duration = Duration::from_millis(800);

/// How many busy answers end a request.
pub(super) const BUSY_ANSWERS: u8 = 10;

/// The wait after the USB layer stalled.
pub(super) const STALL: Duration = Duration::from_millis(20);

/// How many stalls a request survives.
pub(super) const STALLS: u8 = 3;

/// The wait before the first repeat of a message that the receiver refused while none of ours was
/// in flight: it handles another program's, which takes a round trip.
pub(super) const REFUSED_FIRST: Duration = Duration::from_millis(20);

/// A round trip to a device, until one was measured: a short one, since asking a receiver too soon
/// costs a refusal of 2 ms and no radio message.
pub(super) const ROUND_TRIP: Duration = Duration::from_millis(10);

/// The shortest time for which a message to a device counts as in flight.
pub(super) const HOLD_LEAST: Duration = Duration::from_millis(20);

/// The longest.
pub(super) const HOLD_MOST: Duration = Duration::from_millis(250);

/// The wait for the battery notice that follows when notices are switched on: it came 6 to 16 ms
/// after the acknowledgement (recording of a Performance MX).
pub(super) const FIRST_NOTICE: Duration = Duration::from_millis(100);

/// How long an answer may still come after its question was given up or answered once.
pub(super) const LATE_ANSWER: Duration = Duration::from_secs(30);

/// How long a receiver may go on announcing devices after it said that it was done.
pub(super) const STRAGGLERS: Duration = Duration::from_millis(1500);

/// How long nothing is sent after the computer was asleep: receivers are set up anew meanwhile.
pub(super) const RESUMING: Duration = Duration::from_secs(1);

/// How much later than its period a light measurement may come.
pub(super) const LIGHT_SLACK: Duration = Duration::from_millis(1500);
