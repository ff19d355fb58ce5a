//! Sockets in front of a bus, or in its place, that lose connections as the test demands.

use std::io::{Write, copy};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use tempfile::TempDir;
use test_support::bus::Bus;

/// A socket that forwards each connection to a bus.
pub(crate) struct Gate {
    pub(crate) address: String,
    clients: Arc<Mutex<Vec<UnixStream>>>,
    _folder: TempDir,
}

impl Gate {
    pub(crate) fn before(bus: &Bus) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bus");
        let listener = UnixListener::bind(&path).unwrap();
        let clients = Arc::<Mutex<Vec<UnixStream>>>::default();
        let (known, socket) = (Arc::clone(&clients), bus.socket().to_owned());
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                // A bus that is away closes the connection at once.
                let Ok(bus) = UnixStream::connect(&socket) else {
                    continue;
                };
                known.lock().unwrap().push(client.try_clone().unwrap());
                forward(&client, &bus);
                forward(&bus, &client);
            }
        });
        Self {
            address: format!("unix:path={}", path.display()),
            clients,
            _folder: folder,
        }
    }

    /// How many connections there were since the last loss.
    pub(crate) fn connections(&self) -> usize {
        self.clients.lock().unwrap().len()
    }

    /// Closes all connections of now.
    pub(crate) fn cut(&self) {
        for client in self.clients.lock().unwrap().drain(..) {
            _ = client.shutdown(Shutdown::Both);
        }
    }

    /// Sends all clients what is not a message.
    pub(crate) fn spoil(&self) {
        for mut client in self.clients.lock().unwrap().drain(..) {
            _ = client.write_all(&[0xFF; 64]);
        }
    }
}

/// Copies what one end sends to the other one, until one of them closes.
fn forward(from: &UnixStream, to: &UnixStream) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    thread::spawn(move || {
        _ = copy(&mut from, &mut to);
        for end in [from, to] {
            _ = end.shutdown(Shutdown::Both);
        }
    });
}

/// What a socket does with those who connect.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Manner {
    Closes,
    NeverAnswers,
}

/// A socket in the place of a bus; it leaves when dropped.
pub(crate) struct Impostor {
    path: PathBuf,
    accepted: Arc<AtomicUsize>,
    is_over: Arc<AtomicBool>,
}

impl Impostor {
    /// One at this path, without a listener.
    pub(crate) fn at(path: &Path, manner: Manner) -> Self {
        let listener = UnixListener::bind(path).unwrap();
        let accepted = Arc::<AtomicUsize>::default();
        let is_over = Arc::<AtomicBool>::default();
        let (count, over) = (Arc::clone(&accepted), Arc::clone(&is_over));
        thread::spawn(move || {
            let mut kept = Vec::new();
            for client in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                count.fetch_add(1, Ordering::SeqCst);
                if manner == Manner::NeverAnswers {
                    kept.push(client);
                }
            }
        });
        Self {
            path: path.to_owned(),
            accepted,
            is_over,
        }
    }

    /// How many connected so far.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

impl Drop for Impostor {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        _ = UnixStream::connect(&self.path);
        _ = std::fs::remove_file(&self.path);
    }
}
