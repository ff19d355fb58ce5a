//! An honest client: it asks one thing after another, and notes how long each answer takes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crate::client::ROOT;

use super::calls;
use super::target::Target;
use super::user::User;
use super::wire::{Message, Peer, Received};

/// An answer that takes longer is lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(5);

/// How many `Get` calls there are to each call with a large answer.
const BULK_EVERY: usize = 50;

/// What the service may answer to a user whose own connections ask for too much.
const LIMITS: &str = "org.freedesktop.DBus.Error.LimitsExceeded";

/// An honest client that is asking.
pub struct Honest<'scope> {
    asking: &'scope AtomicBool,
    thread: ScopedJoinHandle<'scope, Experience>,
}

/// What an honest client experienced.
#[derive(Clone, Debug, Default)]
pub struct Experience {
    /// How long each `Get` took, in the order of asking, with the time of asking.
    pub gets: Vec<(Instant, Duration)>,
    /// How long calls with large answers took.
    pub bulk: Vec<Duration>,
    /// How long calls of the bus itself took, each beside a `Get`.
    pub bus: Vec<Duration>,
    /// How many calls were answered by `LimitsExceeded`.
    pub limited: usize,
    /// Answers that were wrong or did not come.
    pub lost: Vec<String>,
}

impl<'scope> Honest<'scope> {
    /// Starts to ask as this user, until [`Self::stop`].
    pub fn ask<'env>(
        scope: &'scope Scope<'scope, 'env>,
        target: &'env Target,
        user: User,
        asking: &'scope AtomicBool,
    ) -> Self {
        // Connects before the attack begins, as a client that was there all the time.
        let peer = target.connect(user, false).unwrap();
        let thread = scope.spawn(move || {
            let mut experience = Experience::default();
            experience.gather(target, peer, asking);
            experience
        });
        Self { asking, thread }
    }

    /// Waits for the last answer.
    pub fn stop(self) -> Experience {
        self.asking.store(false, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

impl Experience {
    fn gather(&mut self, target: &Target, mut peer: Peer, asking: &AtomicBool) {
        let mut number = 0;
        while asking.load(Ordering::Relaxed) {
            let get = calls::get(target, number);
            let start = Instant::now();
            let took = self.call(&mut peer, "Get", &get, |it| {
                is_id(it, target.device(number))
            });
            self.gets.push((start, took));
            let to_bus = calls::to_bus("GetId");
            let took = self.call(&mut peer, "GetId", &to_bus, |it| it.text().is_some());
            self.bus.push(took);
            if number % BULK_EVERY == BULK_EVERY / 2 {
                let all = calls::get_managed_objects(target, number);
                let took = self.call(&mut peer, "GetManagedObjects", &all, |it| {
                    it.body.len() > 100 * target.devices.len()
                });
                self.bulk.push(took);
                let entries = calls::get_entries(target, number);
                let took = self.call(&mut peer, "GetEntries", &entries, |it| {
                    it.signature == "a(tsiiisb)"
                });
                self.bulk.push(took);
            }
            if self.lost.len() > 2 {
                return;
            }
            number += 1;
            thread::sleep(PAUSE);
        }
    }

    /// Calls, and notes what is wrong with the answer; returns how long it took.
    fn call(
        &mut self,
        peer: &mut Peer,
        what: &str,
        message: &Message,
        is_right: impl Fn(&Received) -> bool,
    ) -> Duration {
        let start = Instant::now();
        match peer.call(message, PATIENCE) {
            Ok(reply) if reply.is_return() && is_right(&reply) => {}
            Ok(reply) if reply.error_name == LIMITS => self.limited += 1,
            Ok(reply) => self.lost.push(format!("{what}: {reply}")),
            Err(error) => self.lost.push(format!("{what}: {error}")),
        }
        start.elapsed()
    }

    /// The longest of all `Get`.
    pub fn worst(&self) -> Duration {
        let took = self.gets.iter().map(|(_, took)| *took);
        took.max().unwrap_or_default()
    }
}

/// Whether it is the id of the device at this path.
fn is_id(reply: &Received, path: &str) -> bool {
    reply
        .text()
        .is_some_and(|id| format!("{ROOT}/devices/hidpp_{}", id.replace('-', "_")) == path)
}
