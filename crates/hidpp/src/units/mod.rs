//! Values with their units, so that a percentage is never taken for a lux count.

mod light;
mod power;
mod time;

pub use light::Lux;
pub use power::{Millivolts, Percent, PercentPoints};
pub use time::Timestamp;
