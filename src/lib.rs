//! Battery and light monitor for Logitech wireless devices, beside the kernel driver.

pub mod cli;
pub mod feature;
pub mod sim;
pub mod units;
pub mod wire;
