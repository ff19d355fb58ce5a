//! The parts of a device's description that are still to be requested.

use hidpp_proto::session::Wanted;

/// Name, firmware and identity, which are constant, as far as they are needed and not known.
#[derive(Debug)]
pub(in crate::manager::node) struct Unread {
    wanted: Wanted,
    /// Whether the device answered a request of the current poll with a transient error.
    failed: bool,
}

impl Unread {
    pub(in crate::manager::node) const fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            failed: false,
        }
    }

    /// What to request.
    pub(in crate::manager::node) const fn wanted(&self) -> Wanted {
        self.wanted
    }

    pub(in crate::manager::node) const fn want_name(&mut self) {
        self.wanted = self.wanted.with(Wanted::NAME);
    }

    /// Adds the firmware, even if it was read before; `false`: it was already to be read.
    pub(in crate::manager::node) const fn want_firmware(&mut self) -> bool {
        let is_new = !self.wanted.contains(Wanted::FIRMWARE);
        self.wanted = self.wanted.with(Wanted::FIRMWARE);
        is_new
    }

    pub(in crate::manager::node) const fn on_name(&mut self) {
        self.wanted = self.wanted.without(Wanted::NAME);
    }

    pub(in crate::manager::node) const fn on_firmware(&mut self) {
        self.wanted = self.wanted.without(Wanted::FIRMWARE);
    }

    pub(in crate::manager::node) const fn on_identity(&mut self) {
        self.wanted = self.wanted.without(Wanted::IDENTITY);
    }

    pub(in crate::manager::node) const fn on_poll_started(&mut self) {
        self.failed = false;
    }

    pub(in crate::manager::node) const fn on_failure(&mut self) {
        self.failed = true;
    }

    /// A poll of an online device finished: unless a request failed, what it did not return is not
    /// available.
    pub(in crate::manager::node) const fn on_poll_finished(&mut self) {
        if !self.failed {
            self.wanted = Wanted::NOTHING;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_failure_the_rest_is_requested_again() {
        let mut unread = Unread::new(Wanted::NAME);
        unread.on_failure();
        unread.on_poll_finished();
        assert_eq!(unread.wanted(), Wanted::NAME);
        assert!(unread.want_firmware());
        assert!(!unread.want_firmware());
        unread.on_name();
        unread.on_poll_started();
        assert_eq!(unread.wanted(), Wanted::FIRMWARE);
        unread.on_poll_finished();
        assert_eq!(unread.wanted(), Wanted::NOTHING);
    }
}
