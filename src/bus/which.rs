use std::fmt;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, socket_with};
use zbus::Address;
use zbus::address::transport::{Transport, UnixSocket};
use zbus::connection::Builder;

use super::passing::Passing;
use super::socket::{BusSocket, Intake};

/// A message bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bus {
    /// The system bus.
    System,
    /// The session bus of the user.
    Session,
    /// The bus at this address.
    Address(String),
}

impl Bus {
    /// Connects to it as a client, and returns a builder for the [`zbus::Connection`]. This must
    /// run on the same thread and in the same `block_on` that build the connection.
    ///
    /// # Errors
    ///
    /// There is no bus at the address, or it refuses the connection.
    pub fn builder(&self) -> zbus::Result<Builder<'static>> {
        let address = self.address()?;
        match unix_address(&address) {
            Some(socket) => connect(address, socket, Arc::new(Passing::default())),
            // Other transports cannot pass file descriptors.
            None => Ok(Builder::address(address)),
        }
    }

    /// The same with an intake that decides about each received message.
    ///
    /// # Errors
    ///
    /// As above; or the address is not that of a Unix socket.
    pub fn builder_with(&self, intake: Arc<dyn Intake>) -> zbus::Result<Builder<'static>> {
        let address = self.address()?;
        let socket = unix_address(&address).ok_or_else(|| {
            let why = format!("cannot serve on {address}: only unix: addresses are supported");
            zbus::Error::Address(why)
        })?;
        connect(address, socket, intake)
    }

    fn address(&self) -> zbus::Result<Address> {
        match self {
            Self::System => Address::system(),
            Self::Session => Address::session(),
            Self::Address(address) => Address::try_from(address.as_str()),
        }
    }
}

/// Connects without blocking: if the bus's queue of new connections is full, this is an error.
fn connect(
    address: Address,
    socket: rustix::io::Result<SocketAddrUnix>,
    intake: Arc<dyn Intake>,
) -> zbus::Result<Builder<'static>> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let open = || {
        let stream = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
        rustix::net::connect(&stream, &socket?)?;
        BusSocket::new(UnixStream::from(stream), intake)
    };
    let socket = open()
        .map_err(|error: io::Error| zbus::Error::Connection(Arc::new(error), Box::new(address)))?;
    Ok(Builder::socket(socket))
}

/// The socket of an address; `None`: it is not a Unix socket to connect to.
fn unix_address(address: &Address) -> Option<rustix::io::Result<SocketAddrUnix>> {
    let Transport::Unix(unix) = address.transport() else {
        return None;
    };
    match unix.path() {
        UnixSocket::File(path) => Some(SocketAddrUnix::new(path)),
        UnixSocket::Abstract(name) => Some(SocketAddrUnix::new_abstract_name(name.as_bytes())),
        _ => None,
    }
}

impl From<&str> for Bus {
    fn from(text: &str) -> Self {
        match text {
            "system" => Self::System,
            "session" => Self::Session,
            address => Self::Address(address.to_owned()),
        }
    }
}

impl fmt::Display for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("the system bus"),
            Self::Session => f.write_str("the session bus"),
            Self::Address(address) => write!(f, "the bus at {address}"),
        }
    }
}
