use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zruntime::Event;

use super::head::{Head, Incoming, MessageKind};
use super::socket::Intake;
use super::splitter::Limits;

/// What a client reads. The longest answer is all objects of a service with hundreds of devices;
/// signals are queued by zbus, 64 for each stream, and calls are of no use to a client.
const LIMITS: Limits = Limits {
    call: 16 << 10,
    signal: 256 << 10,
    answer: 16 << 20,
};

/// The intake of a client: answers and signals pass in order, but for what is too long.
#[derive(Debug, Default)]
pub(super) struct Passing {
    /// Not more than what is read at once: more is read when it is empty.
    waiting: Mutex<VecDeque<Vec<u8>>>,
    released: Event,
}

impl Passing {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Vec<u8>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intake for Passing {
    fn limits(&self) -> Limits {
        LIMITS
    }

    fn takes_more(&self) -> bool {
        self.waiting().is_empty()
    }

    fn on_message(&self, message: Incoming) {
        match message.head.kind {
            MessageKind::Call | MessageKind::Unknown(_) => {}
            MessageKind::Return | MessageKind::Error | MessageKind::Signal => {
                self.waiting().push_back(message.bytes);
            }
        }
    }

    fn on_oversized(&self, head: Head) {
        log::debug!("a message from {:?} is too long: skipped", head.sender);
    }

    fn next_message(&self) -> Option<Vec<u8>> {
        self.waiting().pop_front()
    }

    fn released(&self) -> &Event {
        &self.released
    }
}
