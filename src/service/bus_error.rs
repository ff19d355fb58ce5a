use std::io;

use crate::bus::UPOWER_NAME;

/// Why there is no bus, or no name on it.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// It cannot be reached.
    #[error("{bus} cannot be reached: {source}")]
    Connect {
        /// Which bus.
        bus: String,
        /// Why.
        source: zbus::Error,
    },
    /// It takes connections and says nothing.
    #[error("the bus does not answer")]
    Silent,
    /// It can no longer be reached.
    #[error("the bus closed the connection")]
    Lost,
    /// Somebody has the name.
    #[error("the name {name} is taken on this bus by {owner}: {hint}")]
    Taken {
        /// The name.
        name: String,
        /// Who has it.
        owner: String,
        /// What to do.
        hint: &'static str,
    },
    /// The bus refuses the name.
    #[error("the bus does not give the name {name}: {source}; its policy has to allow it")]
    Refused {
        /// The name.
        name: String,
        /// Why.
        source: zbus::Error,
    },
    /// The name was taken away.
    #[error("the name {0} was taken away")]
    NameLost(String),
    /// There is no thread for it.
    #[error("there is no thread for the bus: {0}")]
    Thread(io::Error),
}

impl BusError {
    /// Another program owns the name; with the remedy.
    pub(super) fn taken(name: &str, owner: String) -> Self {
        let hint = if name == UPOWER_NAME {
            "upowerd runs here, and is not replaced; leave out --bus-name"
        } else {
            "solar-statusd runs already; stop that one first, or choose another --bus-name"
        };
        Self::Taken {
            name: name.to_owned(),
            owner,
            hint,
        }
    }
}
