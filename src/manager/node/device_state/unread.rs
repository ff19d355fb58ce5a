//! What of a device's description is still to be asked.

use hidpp_proto::session::Wanted;

/// Name, firmware and identity, which do not change, as far as they are wanted and not known.
#[derive(Debug)]
pub(in crate::manager::node) struct Unread {
    wanted: Wanted,
    /// The device answered a request since the last poll began with an error that may pass.
    failed: bool,
}

impl Unread {
    pub(in crate::manager::node) const fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            failed: false,
        }
    }

    /// What to ask for.
    pub(in crate::manager::node) const fn wanted(&self) -> Wanted {
        self.wanted
    }

    pub(in crate::manager::node) const fn want_name(&mut self) {
        self.wanted = self.wanted.with(Wanted::NAME);
    }

    /// The firmware is to be read, again if it was; `false`: it is to be read already.
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

    /// A device that is there was asked for all: what it did not return now it never will, unless that
    /// failed.
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
    fn what_failed_stays_wanted_until_a_poll_without_a_failure() {
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
