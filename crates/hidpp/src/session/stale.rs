//! Reasons to drop stale knowledge of a device.

use crate::wire::{ErrorCode, FeatureId};

/// Why the knowledge of a device is considered stale and requested again: an index has another
/// feature than was remembered, because the firmware changed, or because our look-up was matched
/// with the reply to another program that uses the same software id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StaleReason {
    /// A reply cannot be one of this feature.
    #[error("the reply does not match feature {0}")]
    NotAReading(FeatureId),
    /// A request was refused with an error that only another feature, or a missing one, returns.
    #[error("a request was refused: {0}")]
    Refused(ErrorCode),
    /// A light measurement was accepted, but its report did not arrive.
    #[error("the light measurement did not arrive")]
    NoMeasurement,
}
