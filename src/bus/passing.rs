use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zruntime::Event;

use super::head::{Head, Incoming, MessageKind};
use super::socket::Intake;
use super::splitter::Limits;

/// The length limits in bytes of a client. The longest answer has all objects of a service with
/// hundreds of devices; zbus queues 64 signals for each stream; calls are not used by a client.
const LIMITS: Limits = Limits {
    call: 16 << 10,
    signal: 256 << 10,
    answer: 16 << 20,
};

/// The intake of a client: answers and signals pass in order, except those that are too long.
#[derive(Debug, Default)]
pub(super) struct Passing {
    /// Bounded: the socket is read only while this is empty (back-pressure).
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
        log::debug!("message from {:?} too long, skipped", head.sender);
    }

    fn next_message(&self) -> Option<Vec<u8>> {
        self.waiting().pop_front()
    }

    fn released(&self) -> &Event {
        &self.released
    }
}
