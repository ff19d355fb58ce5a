//! The form in which texts of devices are passed on.

use crate::feature::DeviceText;

/// Returns the form in which a name or id of a device is passed on: see
/// [`Session::with_text`](super::Session::with_text).
pub(super) type ReadText = fn(&DeviceText) -> Option<String>;
