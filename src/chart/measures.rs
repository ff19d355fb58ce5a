//! Sizes shared by all parts of a chart.

/// The size of texts; the title is larger.
pub(super) const TEXT: f32 = 12.0;

/// The height of a line of text, including the space below it.
pub(super) const LINE: f32 = 22.0;
