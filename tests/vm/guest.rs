//! The guest's role: as process 1 it sets up a small system from the host's files, or it is a
//! service of systemd; it runs the scenarios and powers off.

use std::ffi::CStr;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rustix::mount::{MountFlags, mount};
use rustix::system::{RebootCommand, reboot};
use test_support::wait::eventually;

use crate::host::Summary;
use crate::kernel;
use crate::program::{Program, Subject};
use crate::scenarios::{self, Scenario};

/// The file in the job's directory with the result.
pub(crate) const STATUS: &str = "status";
const SCENARIOS: &str = "scenarios";
const PROGRAM: &str = "program";
const DAEMON: &str = "daemon";
const PACKAGE: &str = "package";
const LATER_PACKAGE: &str = "later-package";

/// The job's directory in the guest.
const JOB: &str = "/run/job";

/// Solaar's udev rule runs a Perl program for every node, which takes minutes here; a link to
/// /dev/null at this path disables it.
const MASKED_RULE: &str = "/run/udev/rules.d/60-solaar.rules";

/// The driver of the bus that devices are plugged into. Under systemd, all further modules are
/// loaded automatically.
const USB: &str = "vhci-hcd";

/// The drivers that a desktop normally has loaded.
const MODULES: [&str; 6] = [
    "uhid",
    "usbhid",
    "hid-generic",
    "hid-logitech-dj",
    "hid-logitech-hidpp",
    "evdev",
];

/// The task that the host gives to the guest.
pub(crate) struct Job {
    /// The programs or packages under test.
    pub(crate) subject: Subject,
    /// The names of the scenarios to run.
    pub(crate) scenarios: Vec<String>,
}

impl Job {
    /// Writes the job to its directory.
    pub(crate) fn write(&self, directory: &Path) -> io::Result<()> {
        let files = match &self.subject {
            Subject::Programs { program, daemon } => [(PROGRAM, program), (DAEMON, daemon)],
            Subject::Packages { first, later } => [(PACKAGE, first), (LATER_PACKAGE, later)],
        };
        for (name, path) in files {
            fs::write(directory.join(name), path.as_os_str().as_encoded_bytes())?;
        }
        fs::write(directory.join(SCENARIOS), self.scenarios.join("\n"))
    }

    fn read(directory: &Path) -> io::Result<Self> {
        let path = |name| fs::read_to_string(directory.join(name)).map(PathBuf::from);
        let subject = match path(PACKAGE) {
            Ok(first) => Subject::Packages {
                first,
                later: path(LATER_PACKAGE)?,
            },
            Err(_) => Subject::Programs {
                program: path(PROGRAM)?,
                daemon: path(DAEMON)?,
            },
        };
        Ok(Self {
            subject,
            scenarios: fs::read_to_string(directory.join(SCENARIOS))?
                .lines()
                .map(str::to_owned)
                .collect(),
        })
    }
}

/// Runs the job; ends by powering off.
pub(crate) fn main() -> ! {
    // The panic has been printed, and a missing status reports the failure to the host.
    panic::catch_unwind(run_job).ok();
    rustix::fs::sync();
    reboot(RebootCommand::PowerOff).expect("powering off succeeds");
    loop {
        std::thread::park();
    }
}

fn run_job() {
    make_system();
    let job = Job::read(Path::new(JOB)).expect("a readable job");
    let program = Program::install(job.subject);
    let chosen =
        scenarios::choose(&job.scenarios).expect("the host has checked the names of the scenarios");
    println!("guest ready after {} s", uptime());
    let mut summary = Summary::default();
    for scenario in chosen {
        let started = Instant::now();
        let result = run(scenario, &program);
        let seconds = started.elapsed().as_secs_f32();
        let verdict = if result.is_ok() { "ok" } else { "FAILED" };
        let Scenario { name, proves, .. } = scenario;
        println!("{verdict:<7} {name:<12} {seconds:5.1} s  {proves}");
        match result {
            Ok(()) => summary.passed += 1,
            Err(reason) => {
                summary.failed += 1;
                print_indented(&reason);
                print_indented(&kernel_log());
            }
        }
    }
    fs::write(Path::new(JOB).join(STATUS), summary.to_string()).expect("the status can be written");
}

/// Runs a scenario; a panic is a failure.
fn run(scenario: &Scenario, program: &Program) -> Result<(), String> {
    let reason = Arc::new(Mutex::new(String::new()));
    let hook = Arc::clone(&reason);
    panic::set_hook(Box::new(move |panic| {
        let mut reason = hook.lock().unwrap_or_else(PoisonError::into_inner);
        *reason += &panic.to_string();
        *reason += "\n";
    }));
    program.forget();
    let result = panic::catch_unwind(AssertUnwindSafe(|| (scenario.run)(program)));
    drop(panic::take_hook());
    // The next scenario must start without a receiver.
    eventually(
        "the receiver to be gone",
        kernel::PATIENCE,
        kernel::unplugged,
    );
    let reason = reason
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    // A panic in another thread counts, too.
    if result.is_ok() && reason.is_empty() {
        Ok(())
    } else {
        Err(reason)
    }
}

/// Mounts, device manager, bus and drivers, unless systemd has set them up.
fn make_system() {
    let is_first = process::id() == 1;
    let plain = MountFlags::NOSUID | MountFlags::NODEV;
    if is_first {
        mount_at("proc", c"/proc", "proc", plain, None);
        mount_at("sysfs", c"/sys", "sysfs", plain, None);
        mount_at("run", c"/run", "tmpfs", plain, Some(c"mode=0755"));
    }
    fs::create_dir(JOB).expect("a directory for the job");
    mount_at(
        "job",
        c"/run/job",
        "9p",
        plain,
        Some(c"trans=virtio,version=9p2000.L,msize=512000"),
    );
    if is_first {
        start_services();
        command("modprobe", &[&["--all"], MODULES.as_slice()].concat());
    }
    command("modprobe", &[USB]);
    command("udevadm", &["settle"]);
}

/// Starts the device manager and the bus.
fn start_services() {
    fs::create_dir_all("/run/udev/rules.d").expect("a directory for udev's rules");
    symlink("/dev/null", MASKED_RULE).expect("a masked rule");
    command(
        "env",
        &[
            "SYSTEMD_LOG_LEVEL=warning",
            "/lib/systemd/systemd-udevd",
            "--daemon",
        ],
    );
    fs::create_dir("/run/dbus").expect("a directory for the bus");
    command("dbus-daemon", &["--system", "--fork"]);
}

fn mount_at(source: &str, target: &CStr, kind: &str, flags: MountFlags, options: Option<&CStr>) {
    mount(source, target, kind, flags, options)
        .unwrap_or_else(|error| panic!("cannot mount {source}: {error}"));
}

fn command(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status();
    let status = status.unwrap_or_else(|error| panic!("cannot run {program}: {error}"));
    assert!(status.success(), "{program} {arguments:?}: {status}");
}

/// The end of the kernel's log, printed after a failure.
fn kernel_log() -> String {
    let log = Command::new("dmesg").output().expect("the kernel's log");
    let log = String::from_utf8_lossy(&log.stdout);
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

fn print_indented(text: &str) {
    for line in text.lines() {
        println!("        {line}");
    }
}

fn uptime() -> String {
    let text = fs::read_to_string("/proc/uptime").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}
