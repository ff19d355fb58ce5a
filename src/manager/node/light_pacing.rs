//! How often a solar keyboard may be told to measure light.

use crate::feature::solar_dashboard::LightMeasure;
use crate::units::Timestamp;

/// What a solar keyboard was told and is to be told.
#[derive(Debug, Default)]
pub(super) struct Measuring {
    /// The series that is wanted next; one that cancels: none any more.
    pub(super) next: Option<LightMeasure>,
    /// When it was told last.
    pub(super) told: Option<Timestamp>,
}
