//! Users on the bus: attacker, honest client and service, if the tests can change their user.

use std::thread;

use rustix::process::{Gid, Uid, getuid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

/// A user by number; its group has the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User(pub u32);

/// The user of the attacker: `nobody`.
pub const ATTACKER: User = User(65534);

/// The user of the honest client: `daemon` or `bin`.
pub const HONEST: User = User(1);

/// Whether connections can be made as other users.
pub fn can_change() -> bool {
    getuid().is_root()
}

impl User {
    /// This user if the user can be changed, otherwise the one of this process.
    pub fn or_own(self) -> Self {
        if can_change() {
            self
        } else {
            Self(getuid().as_raw())
        }
    }

    /// Runs this in a thread of the user. On Linux each thread has its own user, and a bus uses
    /// that of the thread that connected.
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
