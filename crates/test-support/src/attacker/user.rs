//! Users of the bus: attacker, honest caller and service, as far as the tests may change theirs.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;

use rustix::process::{Gid, Uid, getuid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

/// A user by number, in the group of the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User(pub u32);

/// The one that attacks: `nobody`.
pub const ATTACKER: User = User(65534);

/// The one that has done nothing; a system has it as `daemon` or `bin`.
pub const HONEST: User = User(1);

/// Whether connections of several users can be made here.
pub fn can_change() -> bool {
    getuid().is_root()
}

impl User {
    /// The user that is wanted, or, without the right to change it, the one of this process.
    pub fn or_own(self) -> Self {
        if can_change() {
            self
        } else {
            Self(getuid().as_raw())
        }
    }

    /// Runs this in a thread of the user. On Linux each thread has a user of its own, and a bus takes
    /// the one that the thread had when it connected.
    pub fn run<T: Send>(self, run: impl FnOnce() -> T + Send) -> T {
        if self.0 == getuid().as_raw() {
            return run();
        }
        let (user, group) = (Uid::from_raw(self.0), Gid::from_raw(self.0));
        let become_user = move || {
            set_thread_groups(&[]).unwrap();
            set_thread_res_gid(group, group, group).unwrap();
            set_thread_res_uid(user, user, user).unwrap();
            run()
        };
        thread::scope(|scope| scope.spawn(become_user).join().unwrap())
    }
}

/// Lets other users enter a folder and connect to the socket in it.
pub fn open_to_all(folder: &Path) {
    fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
}
