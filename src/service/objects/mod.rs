//! The objects on the bus. They answer from the board, without blocking on devices.

mod device1;
mod error;
mod hands;
mod receiver1;
mod root;
mod serve;
#[cfg(test)]
mod tests;
mod upower_device;

pub(super) use device1::{Device1, Device1Signals};
pub(super) use error::{MeasureError, UpowerError};
pub(super) use hands::Hands;
pub(super) use receiver1::Receiver1;
pub(super) use root::{Root, RootSignals, Roster};
pub(super) use upower_device::UpowerDevice;
