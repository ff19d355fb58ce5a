//! Sockets in front of or instead of a bus that drop connections when the test requests it.

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
                // While the bus is away, the connection is closed immediately.
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

    /// How many connections were made since they were last dropped.
    pub(crate) fn connections(&self) -> usize {
        self.clients.lock().unwrap().len()
    }

    /// Closes all current connections.
    pub(crate) fn cut(&self) {
        for client in self.clients.lock().unwrap().drain(..) {
            _ = client.shutdown(Shutdown::Both);
        }
    }

    /// Sends invalid bytes to all clients.
    pub(crate) fn spoil(&self) {
        for mut client in self.clients.lock().unwrap().drain(..) {
            _ = client.write_all(&[0xFF; 64]);
        }
    }
}

/// Copies bytes from one end to the other until either closes.
fn forward(from: &UnixStream, to: &UnixStream) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    thread::spawn(move || {
        _ = copy(&mut from, &mut to);
        for end in [from, to] {
            _ = end.shutdown(Shutdown::Both);
        }
    });
}

/// What the socket does with its clients.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Manner {
    Closes,
    NeverAnswers,
}

/// A socket instead of a bus; removed when dropped.
pub(crate) struct Impostor {
    path: PathBuf,
    accepted: Arc<AtomicUsize>,
    is_over: Arc<AtomicBool>,
}

impl Impostor {
    /// Listens at this path, which must not have a listener.
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

    /// How many clients have connected so far.
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
