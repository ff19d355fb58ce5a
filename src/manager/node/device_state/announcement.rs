//! When a device is first reported to the front ends.

/// What is missing until a device is announced: it has to be asked, and named by its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::manager::node) enum Announcement {
    /// Neither is done.
    AwaitsNameAndAnswers,
    /// All was asked that was to be.
    AwaitsName,
    /// Its receiver returned the name, or cannot.
    AwaitsAnswers,
    /// It was announced, which is not done again.
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

    /// The name came, or there is none; `true`: announce the device now.
    pub(in crate::manager::node) const fn on_named(&mut self) -> bool {
        let complete = matches!(self, Self::AwaitsName);
        *self = match self {
            Self::AwaitsNameAndAnswers | Self::AwaitsAnswers => Self::AwaitsAnswers,
            Self::AwaitsName | Self::Made => Self::Made,
        };
        complete
    }

    /// All was asked; `true`: announce the device now.
    pub(in crate::manager::node) const fn on_polled(&mut self) -> bool {
        let complete = matches!(self, Self::AwaitsAnswers);
        *self = match self {
            Self::AwaitsNameAndAnswers | Self::AwaitsName => Self::AwaitsName,
            Self::AwaitsAnswers | Self::Made => Self::Made,
        };
        complete
    }

    /// Something is asked that belongs to the announcement.
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
        assert!(!stored.on_named(), "it is not waited for");
        assert!(stored.on_polled());
    }

    #[test]
    fn what_is_asked_meanwhile_is_waited_for() {
        let mut announcement = Announcement::new(true);
        assert!(!announcement.on_polled());
        announcement.await_answers();
        assert!(!announcement.on_named());
        assert!(announcement.on_polled());
    }
}
