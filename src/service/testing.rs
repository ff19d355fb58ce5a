//! What tests of the service share.

use std::os::unix::net::UnixStream;
use std::thread;

use zbus::connection::Builder;
use zbus::{Connection, Guid, block_on};

/// Two ends without a bus: an object wants a connection to say its values.
pub(super) fn connections() -> [Connection; 2] {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let server = thread::spawn(move || {
        let server = Builder::unix_stream(ours).server(Guid::generate()).p2p();
        block_on(server.build()).unwrap()
    });
    let client = block_on(Builder::unix_stream(theirs).p2p().build()).unwrap();
    [server.join().unwrap(), client]
}
