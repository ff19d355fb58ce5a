//! When a device is first reported to the front ends: once it was polled and its name is known.

/// What is missing until a device is announced: the first poll, and its name from the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::manager::node) enum Announcement {
    /// Both are missing.
    AwaitsNameAndAnswers,
    /// The poll is complete.
    AwaitsName,
    /// The receiver returned the name, or has none.
    AwaitsAnswers,
    /// It was announced, which happens once.
    Made,
}

impl Announcement {
    pub(in crate::manager::node) const fn new(awaits_name: bool) -> Self {
        if awaits_name {
            Self::AwaitsNameAndAnswers
        } else {
            Self::AwaitsAnswers
        }
    }

    /// The name arrived, or there is none; `true`: announce the device now.
    pub(in crate::manager::node) const fn on_named(&mut self) -> bool {
        let complete = matches!(self, Self::AwaitsName);
        *self = match self {
            Self::AwaitsNameAndAnswers | Self::AwaitsAnswers => Self::AwaitsAnswers,
            Self::AwaitsName | Self::Made => Self::Made,
        };
        complete
    }

    /// The poll is complete; `true`: announce the device now.
    pub(in crate::manager::node) const fn on_polled(&mut self) -> bool {
        let complete = matches!(self, Self::AwaitsAnswers);
        *self = match self {
            Self::AwaitsNameAndAnswers | Self::AwaitsName => Self::AwaitsName,
            Self::AwaitsAnswers | Self::Made => Self::Made,
        };
        complete
    }

    /// A further poll was started that the announcement has to wait for.
    pub(in crate::manager::node) const fn await_answers(&mut self) {
        if matches!(self, Self::AwaitsName) {
            *self = Self::AwaitsNameAndAnswers;
        }
    }

    pub(in crate::manager::node) const fn awaits_name(self) -> bool {
        matches!(self, Self::AwaitsNameAndAnswers | Self::AwaitsName)
    }

    pub(in crate::manager::node) const fn is_made(self) -> bool {
        matches!(self, Self::Made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_announced_once_in_either_order() {
        let mut named_first = Announcement::new(true);
        assert!(!named_first.on_named() && named_first.on_polled());
        let mut asked_first = Announcement::new(true);
        assert!(!asked_first.on_polled() && asked_first.on_named());
        for mut made in [named_first, asked_first] {
            assert!(made.is_made());
            made.await_answers();
            assert!(!made.on_named() && !made.on_polled() && made.is_made());
        }
        let mut stored = Announcement::new(false);
        assert!(!stored.on_named(), "the name was not missing");
        assert!(stored.on_polled());
    }

    #[test]
    fn a_further_poll_delays_the_announcement() {
        let mut announcement = Announcement::new(true);
        assert!(!announcement.on_polled());
        announcement.await_answers();
        assert!(!announcement.on_named());
        assert!(announcement.on_polled());
    }
}
