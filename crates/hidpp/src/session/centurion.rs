//! The state of a node with frames of Centurion.

use crate::wire::centurion::Decoder;
use crate::wire::{Report, ReportId};

/// The state of a node with frames of Centurion.
#[derive(Debug)]
pub(super) struct Centurion {
    pub(super) decoder: Decoder,
    /// Whether the frames have a device address.
    pub(super) addressed: bool,
    /// Whether the headset is connected to its dongle, if that is known.
    pub(super) linked: Option<bool>,
    /// The last report that was sent, as the exchange has it.
    pub(super) sent: Option<Report>,
    /// The last one to the headset.
    pub(super) asked: Option<Report>,
}

impl Centurion {
    pub(super) fn new(form: ReportId) -> Self {
        Self {
            decoder: Decoder::default(),
            addressed: form == ReportId::CenturionAddressed,
            linked: None,
            sent: None,
            asked: None,
        }
    }

    /// Drops what is known about the connection: the dongle is asked before the next request to the
    /// headset.
    pub(super) const fn forget_connection(&mut self) {
        self.linked = None;
    }
}
