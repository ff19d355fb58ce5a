//! Logitech's HID++ without I/O: frames, registers and features, and conversations.

pub mod feature;
pub mod session;
pub mod units;
pub mod wire;
