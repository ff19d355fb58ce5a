use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use test_support::attacker::calls;
use test_support::attacker::wire::{Body, Message, Peer, ReadMode, Received};
use test_support::wait::PATIENCE;

const NAME: &str = "org.freedesktop.Notifications";

/// A notification server that reports each notification; it ends with the bus.
pub(super) struct Notifications(Receiver<()>);

impl Notifications {
    pub(super) fn on(socket: &Path) -> Self {
        let mut peer = Peer::connect(socket, false).unwrap();
        peer.call(&calls::take_name(NAME), PATIENCE).unwrap();
        let (sender, shown) = channel();
        thread::spawn(move || {
            let hour = Duration::from_secs(3600);
            while let Ok(received) = peer.receive(Instant::now() + hour) {
                answer(&mut peer, &received, &sender);
            }
        });
        Self(shown)
    }

    /// Waits for a notification; `false`: none arrived in time.
    pub(super) fn next(&self) -> bool {
        self.0.recv_timeout(PATIENCE).is_ok()
    }
}

fn answer(peer: &mut Peer, call: &Received, sender: &Sender<()>) {
    let body = match call.member.as_str() {
        "GetCapabilities" => Body::default().strings(&[]),
        "Notify" => {
            // The test may have ended.
            _ = sender.send(());
            Body::default().u32(1)
        }
        "CloseNotification" => Body::default(),
        _ => return,
    };
    let reply = Message::reply(&call.sender, call.serial).with(body);
    let until = Instant::now() + PATIENCE;
    _ = peer.send(&reply, &[], ReadMode::Never, until);
}
