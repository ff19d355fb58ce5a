//! Sizes that everything in a chart shares.

/// The size of texts; the title is larger.
pub(super) const TEXT: f32 = 12.0;

/// How high a line of text is, with the space below it.
pub(super) const LINE: f32 = 22.0;
