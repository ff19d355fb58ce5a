//! The objects on the bus. They answer from the board, without blocking on devices.

mod actions;
mod device1;
mod error;
mod receiver1;
mod root;
mod serve;
#[cfg(test)]
mod tests;
mod upower_device;

pub(super) use actions::Actions;
pub(super) use device1::{Device1, Device1Signals};
pub(super) use error::{MeasureError, UpowerError};
pub(super) use receiver1::Receiver1;
pub(super) use root::{DeviceList, Root, RootSignals};
pub(super) use upower_device::UpowerDevice;
