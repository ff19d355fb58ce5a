//! Charts of what became of a device: charge and light over time, as SVG and PNG.

pub mod calendar;
