use std::io;

use crate::bus::UPOWER_NAME;

/// A failure of the bus connection or of owning the bus name.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The connection failed.
    #[error("{bus} cannot be reached: {source}")]
    Connect {
        /// The bus.
        bus: String,
        /// The cause.
        source: zbus::Error,
    },
    /// The bus accepted the connection, and did not answer before the timeout.
    #[error("the bus does not answer")]
    Silent,
    /// The connection was lost.
    #[error("the bus closed the connection")]
    Lost,
    /// Another program owns the name.
    #[error("the name {name} is taken on this bus by {owner}: {hint}")]
    Taken {
        /// The name.
        name: String,
        /// Its owner.
        owner: String,
        /// The remedy.
        hint: &'static str,
    },
    /// The bus refused the name.
    #[error("the bus refused the name {name}: {source}; its policy must allow it")]
    Refused {
        /// The name.
        name: String,
        /// The cause.
        source: zbus::Error,
    },
    /// The bus assigned the name to another program.
    #[error("the bus name {0} was lost to another program")]
    NameLost(String),
    /// The thread for the bus could not be started.
    #[error("cannot start the bus thread: {0}")]
    Thread(io::Error),
}

impl BusError {
    /// Another program owns the name; with the remedy.
    pub(super) fn taken(name: &str, owner: String) -> Self {
        let hint = if name == UPOWER_NAME {
            "upowerd is running and is not replaced; omit --bus-name"
        } else {
            "solar-statusd is already running; stop it first, or choose another --bus-name"
        };
        Self::Taken {
            name: name.to_owned(),
            owner,
            hint,
        }
    }
}
