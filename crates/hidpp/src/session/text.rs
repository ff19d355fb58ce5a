//! Which texts of devices are passed on, and in which form.

use crate::feature::DeviceText;

/// Returns the form in which a name or an id of a device is passed on; `None`: it is not fit to be
/// shown, so it counts as missing and the next source is asked. [`DeviceText::printable`] unless
/// [`Session::with_text`](super::Session::with_text) sets another one.
pub type ReadText = fn(&DeviceText) -> Option<String>;
