use super::serve::serve;
use crate::bus::receiver1::{self, Properties, receiver1};
use crate::device::Receiver;

/// A receiver.
pub(in crate::service) struct Receiver1(pub(in crate::service) Receiver);

impl Receiver1 {
    fn read<T>(&self, read: impl FnOnce(&Properties<'_>) -> T) -> T {
        read(&Properties::of(&self.0))
    }
}

receiver1! { serve, 'static,

/// A receiver that devices are paired with. Unknown values are empty or 0.
impl Receiver1: receiver1 {}
}
