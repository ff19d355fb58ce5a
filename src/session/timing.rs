//! How long to wait for what. The figures are in protocol terms, not tuned to one machine.

use std::time::Duration;

/// For a device behind a receiver: 8 to 100 ms are usual, 1.2 s was seen once.
pub(super) const DEVICE_ANSWER: Duration = Duration::from_secs(1);

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

/// How long an answer may still come after its question was given up or answered once.
pub(super) const LATE_ANSWER: Duration = Duration::from_secs(30);

/// How long a receiver may go on announcing devices after it said that it was done.
pub(super) const STRAGGLERS: Duration = Duration::from_millis(1500);

/// How much later than its period a light measurement may come.
pub(super) const LIGHT_SLACK: Duration = Duration::from_millis(1500);
