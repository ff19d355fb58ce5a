use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;

use zbus::Address;
use zbus::address::transport::{Transport, UnixSocket};
use zbus::connection::Builder;

use super::passing::Passing;
use super::socket::{BusSocket, Intake};

/// Which bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bus {
    /// The computer's.
    System,
    /// The user's.
    Session,
    /// The one at this address.
    Address(String),
}

impl Bus {
    /// Connects to it as a client, and returns what makes a [`zbus::Connection`] of that. It must
    /// run on the thread and in the `block_on` in which the connection is built.
    ///
    /// # Errors
    ///
    /// There is no bus at the address, or it refuses the connection.
    pub fn builder(&self) -> zbus::Result<Builder<'static>> {
        self.builder_with(Arc::new(Passing::default()))
    }

    /// The same with a decision about each message that arrives.
    ///
    /// # Errors
    ///
    /// As above.
    pub fn builder_with(&self, intake: Arc<dyn Intake>) -> zbus::Result<Builder<'static>> {
        let address = match self {
            Self::System => Address::system()?,
            Self::Session => Address::session()?,
            Self::Address(address) => Address::try_from(address.as_str())?,
        };
        let Some(socket) = unix_address(&address) else {
            // No descriptors pass over anything else.
            return Ok(Builder::address(address));
        };
        let stream = socket.and_then(|socket| UnixStream::connect_addr(&socket));
        let socket = stream.and_then(|stream| BusSocket::new(stream, intake));
        let socket = socket
            .map_err(|error| zbus::Error::Connection(Arc::new(error), Box::new(address.clone())))?;
        Ok(Builder::socket(socket))
    }
}

/// Where the socket of an address is; `None`: it is not a Unix socket that one can connect to.
fn unix_address(address: &Address) -> Option<io::Result<SocketAddr>> {
    let Transport::Unix(unix) = address.transport() else {
        return None;
    };
    match unix.path() {
        UnixSocket::File(path) => Some(SocketAddr::from_pathname::<&PathBuf>(path)),
        UnixSocket::Abstract(name) => {
            let name: &OsString = name;
            Some(SocketAddr::from_abstract_name(name.as_bytes()))
        }
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
