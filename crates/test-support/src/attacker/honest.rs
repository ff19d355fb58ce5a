//! An honest client: it sends requests in sequence and records the time of each reply.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crate::client::ROOT;

use super::calls;
use super::target::Target;
use super::user::User;
use super::wire::{Message, Peer, Received};

/// The deadline of a reply; one that misses it counts as lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// The pause between two requests.
const PAUSE: Duration = Duration::from_millis(5);

/// How many `Get` calls there are for each call with a large reply.
const BULK_EVERY: usize = 50;

/// The error that the service may return to a user beyond the limits.
const LIMITS: &str = "org.freedesktop.DBus.Error.LimitsExceeded";

/// An honest client that is sending requests.
pub struct Honest<'scope> {
    asking: &'scope AtomicBool,
    thread: ScopedJoinHandle<'scope, Experience>,
}

/// What an honest client measured.
#[derive(Clone, Debug, Default)]
pub struct Experience {
    /// When each `Get` was sent, and how long its reply took.
    pub gets: Vec<(Instant, Duration)>,
    /// How long calls with large replies took.
    pub bulk: Vec<Duration>,
    /// How long calls of the bus itself took, one after each `Get`.
    pub bus: Vec<Duration>,
    /// How many calls returned `LimitsExceeded`.
    pub limited: usize,
    /// Replies that were wrong or missing.
    pub lost: Vec<String>,
}

impl<'scope> Honest<'scope> {
    /// Sends requests as this user until [`Self::stop`].
    pub fn ask<'env>(
        scope: &'scope Scope<'scope, 'env>,
        target: &'env Target,
        user: User,
        asking: &'scope AtomicBool,
    ) -> Self {
        // Connects before the attack begins, like a client that was already there.
        let peer = target.connect(user, false).unwrap();
        let thread = scope.spawn(move || {
            let mut experience = Experience::default();
            experience.gather(target, peer, asking);
            experience
        });
        Self { asking, thread }
    }

    /// Waits for the last reply.
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

    /// Calls, and records a wrong reply; returns how long it took.
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

    /// The longest time of all `Get` calls.
    pub fn worst(&self) -> Duration {
        let took = self.gets.iter().map(|(_, took)| *took);
        took.max().unwrap_or_default()
    }
}

/// Whether the reply is the id of the device at this path.
fn is_id(reply: &Received, path: &str) -> bool {
    reply
        .text()
        .is_some_and(|id| format!("{ROOT}/devices/hidpp_{}", id.replace('-', "_")) == path)
}
