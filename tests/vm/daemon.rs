//! `solar-statusd` as installed: with its own user, a policy on the system bus, and a udev rule.

use std::fmt::{self, Display};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;
use test_support::wait::eventually;

use crate::bus::{Client, OURS};
use crate::cost::{Memory, memory_of, number};
use crate::kernel::PATIENCE;
use crate::process::{Finished, LIMIT, Running};
use crate::program::Program;
use crate::scenarios::udev_start::{USER, make_user};
use crate::udev::Installed;

const POLICY: &str = "org.solarstatus.Monitor1.conf";

/// Its state directory.
pub(crate) const STATE: &str = "/run/solar-statusd-state";

/// The system files of the daemon, and a client.
pub(crate) struct System {
    pub(crate) client: Client,
    group: u32,
    rule: Option<Installed>,
}

impl System {
    /// Installs all files of the daemon, with an empty state directory.
    pub(crate) fn install() -> Self {
        // udev resolves the group when it reads the rule, so the user must exist before.
        let mut system = Self::without_rule();
        system.rule = Some(Installed::new("71-solar-statusd.rules"));
        system
    }

    /// The same without the udev rule: only root can open the nodes.
    pub(crate) fn without_rule() -> Self {
        let group = make_user();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/dbus");
        let policies = Path::new("/etc/dbus-1/system.d");
        fs::copy(shipped.join(POLICY), policies.join(POLICY)).expect("the policy can be copied");
        let client = Client::connect();
        client.reload_policies();
        match fs::remove_dir_all(STATE) {
            Err(error) if error.kind() != ErrorKind::NotFound => panic!("{STATE}: {error}"),
            _ => {}
        }
        fs::create_dir(STATE).expect("a directory for its state");
        let system = Self {
            client,
            group,
            rule: None,
        };
        system.give_to_daemon(Path::new(STATE));
        system
    }

    /// Changes the owner of a file or directory to the daemon's user.
    pub(crate) fn give_to_daemon(&self, path: &Path) {
        chown(path, Some(self.group), Some(self.group)).expect("an owner can be set");
    }

    /// Starts the daemon, and waits until it owns its name.
    pub(crate) fn start(&self, program: &Program, arguments: &[&str]) -> Daemon {
        eventually("our name to be free", PATIENCE, || {
            (!self.client.is_there(OURS)).then_some(())
        });
        let daemon = Daemon::start(program, arguments);
        self.client.wait_for(OURS);
        daemon
    }
}

/// A running daemon; dropping it kills it.
pub(crate) struct Daemon(Running);

/// The cost of a process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    memory: Memory,
    /// How often its threads slept and were woken.
    pub(crate) wakes: u64,
    /// CPU time, in milliseconds.
    cpu_ms: u64,
}

impl Cost {
    /// The cost since an earlier point.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            wakes: self.wakes - before.wakes,
            cpu_ms: self.cpu_ms - before.cpu_ms,
            ..self
        }
    }
}

impl Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            memory: Memory { now, highest },
            wakes,
            cpu_ms,
        } = self;
        write!(
            f,
            "{now} kB of memory (at most {highest}), woken {wakes} times, {cpu_ms} ms of CPU"
        )
    }
}

impl Daemon {
    fn start(program: &Program, arguments: &[&str]) -> Self {
        let mut command: Command = program.daemon_as(USER);
        command.args(["--state", STATE]).args(arguments);
        Self(Running::start(command))
    }

    /// Ends it as systemd does: it must succeed in time.
    pub(crate) fn stop(self) -> Finished {
        self.0.signal(Signal::TERM);
        let run = self.0.finish(LIMIT);
        run.expect_status(0);
        run
    }

    /// Kills it with SIGKILL.
    pub(crate) fn kill(self) {
        self.0.signal(Signal::KILL);
        let run = self.0.finish(LIMIT);
        assert_eq!(run.signal(), Some(Signal::KILL.as_raw()), "{run:?}");
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Its standard error so far.
    pub(crate) fn errors(&self) -> String {
        self.0.stderr_so_far()
    }

    /// Its cost so far.
    pub(crate) fn cost(&self) -> Cost {
        let process = format!("/proc/{}", self.0.id());
        let read = |path: &str| fs::read_to_string(path).expect("the daemon's process");
        let threads = fs::read_dir(format!("{process}/task")).expect("its threads");
        // A thread may have just ended.
        let threads = threads.flatten().map(|thread| {
            let status = fs::read_to_string(thread.path().join("status")).unwrap_or_default();
            number(&status, "voluntary_ctxt_switches:")
        });
        let stat = read(&format!("{process}/stat"));
        // Fields 14 and 15, in ticks of 10 ms; field 2 is a name in parentheses.
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks: u64 = ticks.filter_map(|it| it.parse::<u64>().ok()).sum();
        Cost {
            memory: memory_of(self.0.id()),
            wakes: threads.sum(),
            cpu_ms: ticks * 10,
        }
    }
}
