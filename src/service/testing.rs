//! Helpers for tests of the service.

use std::os::unix::net::UnixStream;
use std::thread;

use zbus::connection::Builder;
use zbus::{Connection, Guid, block_on};

/// The two ends of a connection without a bus: reading an object's values needs a connection.
pub(super) fn connections() -> [Connection; 2] {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let server = thread::spawn(move || {
        let server = Builder::unix_stream(ours).server(Guid::generate()).p2p();
        block_on(server.build()).unwrap()
    });
    let client = block_on(Builder::unix_stream(theirs).p2p().build()).unwrap();
    [server.join().unwrap(), client]
}
