//! The service under attack, as seen by its clients.

use std::io;
use std::path::{Path, PathBuf};

use crate::client::NAME;
use crate::wait::{PATIENCE, eventually};

use super::calls;
use super::user::User;
use super::wire::{Message, Peer, Received};

/// The target of an attack.
#[derive(Clone, Debug)]
pub struct Target {
    /// The socket of the bus.
    pub socket: PathBuf,
    /// The unique name of the service.
    pub unique: String,
    /// The paths of the devices with a battery.
    pub devices: Vec<String>,
    /// The path of the first of them with a light sensor.
    pub solar: String,
}

impl Target {
    /// Waits until the service has its name on the bus and this many devices.
    pub fn find(socket: &Path, devices: usize) -> Self {
        let mut peer = Peer::connect(socket, false).unwrap();
        eventually("the devices of the service", PATIENCE, || {
            Self::look(&mut peer, socket).filter(|it| it.devices.len() >= devices)
        })
    }

    fn look(peer: &mut Peer, socket: &Path) -> Option<Self> {
        let unique = owner(peer)?;
        let enumerate = calls::enumerate();
        let devices = peer.call(&enumerate, PATIENCE).unwrap().texts()?;
        let mut solar = devices.iter().filter(|path| path.contains("hidpp_4002"));
        Some(Self {
            socket: socket.to_owned(),
            unique,
            solar: solar.next()?.clone(),
            devices,
        })
    }

    /// The device for this number; numbers wrap around.
    pub fn device(&self, number: usize) -> &str {
        &self.devices[number % self.devices.len()]
    }

    /// Whether the name still belongs to the same connection.
    pub fn is_same(&self) -> bool {
        let Ok(mut peer) = Peer::connect(&self.socket, false) else {
            return false;
        };
        owner(&mut peer).as_ref() == Some(&self.unique)
    }

    /// Calls a method over a separate connection.
    pub fn ask(&self, user: User, message: &Message) -> io::Result<Received> {
        let mut peer = self.connect(user, false)?;
        peer.call(message, PATIENCE)
    }

    /// Connects as this user.
    pub fn connect(&self, user: User, descriptors: bool) -> io::Result<Peer> {
        user.run(|| Peer::connect(&self.socket, descriptors))
    }
}

fn owner(peer: &mut Peer) -> Option<String> {
    let reply = peer.call(&calls::name_owner(NAME), PATIENCE).unwrap();
    reply.is_return().then(|| reply.text())?
}
