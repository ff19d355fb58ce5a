use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use test_support::attacker::calls::{self, Make};
use test_support::attacker::odd;
use test_support::attacker::target::Target;
use test_support::attacker::user::ATTACKER;
use test_support::attacker::wire::{Peer, ReadMode};
use test_support::wait::PATIENCE;

/// How long the hunter waits for a signal before it checks whether it was stopped.
const LOOKS: Duration = Duration::from_millis(100);

/// The messages sent to each new connection.
const MESSAGES: [(Make, usize); 3] = [
    (odd::unicast, odd::BROADCASTS),
    (odd::broadcast, odd::BROADCASTS),
    (odd::unknown_field, odd::UNKNOWN_FIELDS),
];

/// A program that attacks every new connection as soon as the bus reports it.
pub(super) struct Hunter {
    is_stopped: Arc<AtomicBool>,
    thread: JoinHandle<usize>,
}

impl Hunter {
    pub(super) fn on(socket: &Path) -> Self {
        let mut receiver = connect(socket);
        let rule = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'";
        receiver.call(&calls::add_match(rule), PATIENCE).unwrap();
        let mut sender = connect(socket);
        let mut seen = BTreeSet::from([sender.unique.clone()]);
        let (socket, is_stopped) = (socket.to_owned(), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&is_stopped);
        let thread = thread::spawn(move || {
            let mut hunted = 0;
            while !stopped.load(Ordering::Relaxed) {
                let Ok(change) = receiver.receive(Instant::now() + LOOKS) else {
                    continue;
                };
                let Some(unique) = change.text().filter(|it| it.starts_with(':')) else {
                    continue;
                };
                if !seen.insert(unique.clone()) {
                    continue;
                }
                let target = Target {
                    socket: socket.clone(),
                    unique,
                    devices: vec!["/org/solarstatus/Monitor1/devices/forged".to_owned()],
                    solar: String::new(),
                };
                if attack(&mut sender, &target).is_err() {
                    // The bus closes connections because of what some messages contain.
                    sender = connect(&socket);
                    seen.insert(sender.unique.clone());
                }
                hunted += 1;
            }
            hunted
        });
        Self { is_stopped, thread }
    }

    /// Stops it; returns how many connections it attacked.
    pub(super) fn stop(self) -> usize {
        self.is_stopped.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

fn connect(socket: &Path) -> Peer {
    let connect = || Peer::connect(socket, false).unwrap();
    ATTACKER.or_own().run(connect)
}

fn attack(peer: &mut Peer, target: &Target) -> io::Result<()> {
    for (make, count) in MESSAGES {
        for number in 0..count {
            let until = Instant::now() + PATIENCE;
            let message = make(target, number);
            peer.send(&message, &[], ReadMode::Always, until)?;
            peer.read_available(ReadMode::Always)?;
        }
    }
    Ok(())
}
