use crate::device::Device;
use crate::history::Entry;

/// A device with its recorded entries.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) device: Device,
    /// Sorted by time.
    pub(super) entries: Vec<Entry>,
}
