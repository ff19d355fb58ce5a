//! Why what is known of a device is dropped.

use crate::wire::{ErrorCode, FeatureId};

/// Why what is known of a device is dropped and requested again: another feature is at an index than
/// was thought, because the firmware changed, or because another program that uses the same software id
/// was sent the reply to our look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// A reply cannot be one of this feature.
    #[error("the reply cannot be one of feature {0}")]
    Implausible(FeatureId),
    /// A request was refused as only another feature refuses it, or none.
    #[error("a request was refused: {0}")]
    Refused(ErrorCode),
    /// A measurement of light was accepted and did not come.
    #[error("the measurement of light did not come")]
    NoMeasurement,
}
