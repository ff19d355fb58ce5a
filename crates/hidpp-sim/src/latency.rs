//! How long a receiver and its devices take to answer.

use std::time::Duration;

/// How long answers take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// An access to a register of the receiver, and the error for a device that cannot be reached.
    pub register: Duration,
    /// A round trip over the radio to a device in use.
    pub radio: Duration,
    /// The first message to an idle device: the receiver holds the message until the device polls.
    pub first: Duration,
    /// A message to an idle device that received another one shortly before.
    pub idle: Duration,
    /// How long an idle device polls at short intervals after a message.
    pub listening: Duration,
}

impl Latency {
    /// As measured on recordings: registers of a C52B, C539 and C548 in 1.0 to 6.5 ms, most in 2
    /// ms; an M705 in use in 12 ms, others in 9 to 47 ms, now and then in 250 to 343 ms. The first
    /// message to an idle M705, Performance MX, G603 or Anywhere MX took 1.13 to 1.94 s, those
    /// after it 28 to 113 ms. How long such a device listens is not known: the recordings end
    /// before.
    pub const MEASURED: Self = Self {
        register: Duration::from_millis(2),
        radio: Duration::from_millis(12),
        first: Duration::from_millis(1668),
        idle: Duration::from_millis(88),
        listening: Duration::from_secs(5),
    };
}

impl Default for Latency {
    fn default() -> Self {
        Self::MEASURED
    }
}
