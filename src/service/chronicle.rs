//! Has the history written, and says so once if that fails.

use std::path::Path;
use std::time::Instant;

use log::{info, warn};

use super::board::Post;
use super::wall;
use crate::history::{HEARTBEAT, History, HistoryError, Sample};
use crate::units::Timestamp;

pub(super) struct Chronicle {
    history: Option<History>,
    /// The last attempt failed, and that was said.
    failing: bool,
    /// When to tell what stayed the same.
    due: Option<Instant>,
}

impl Chronicle {
    /// Opens the history in a directory, if there is to be one.
    pub(super) fn open(directory: Option<&Path>, now: Timestamp) -> Self {
        let mut chronicle = Self {
            history: None,
            failing: false,
            due: None,
        };
        if let Some(directory) = directory {
            match History::open(directory.to_owned(), now) {
                Ok(history) => chronicle.history = Some(history),
                Err(error) => warn!("no history is written: {error}"),
            }
        }
        chronicle
    }

    /// Records what is known of a device, if it is news.
    pub(super) fn note(&mut self, post: &Post) {
        let Some(history) = &mut self.history else {
            return;
        };
        let facts = post.facts();
        let Some(sample) = Sample::of(&facts.device) else {
            return;
        };
        let written = history.record(&post.name, wall::today(), &sample);
        self.report(written);
        if facts.device.is_online() {
            self.due = Some(Instant::now() + HEARTBEAT);
        }
    }

    /// When to note the devices that are online again, though nothing about them is different.
    pub(super) const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether that time has come; it is then over.
    pub(super) fn is_due(&mut self) -> bool {
        self.due.take_if(|due| *due <= Instant::now()).is_some()
    }

    fn report(&mut self, written: Result<(), HistoryError>) {
        match written {
            Ok(()) if self.failing => {
                self.failing = false;
                info!("the history is written again");
            }
            Err(error) if !self.failing => {
                self.failing = true;
                warn!("{error}");
            }
            Ok(()) | Err(_) => {}
        }
    }
}
