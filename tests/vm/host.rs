//! The host's role: boots QEMU, prints the guest's report, and enforces a deadline.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fmt};

use crate::boot_files::{
    Kernel, find_kernel, find_tool, fresh_directory, make_initramfs, succeeded, unpack_kernel,
};
use crate::guest;
use crate::scenarios::Scenario;
use crate::upowerd;
use crate::vm_environment::VmEnvironment;

/// The deadline, after which QEMU is killed.
const LIMIT: Duration = Duration::from_secs(900);

/// A minimal PC, emulated without KVM: nested or denied, KVM fails in too many ways, and the guest
/// is fast enough without it.
const MACHINE: &str = "-nodefaults -no-user-config -no-reboot -display none \
                       -accel tcg,thread=multi -cpu Nehalem -smp 2 -m 1024";

/// Console on the first serial port, power-off instead of a hang on panic, and nothing that takes
/// time.
const KERNEL_LINE: &str = "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on \
                           tsc=reliable nokaslr no_timer_check";

/// The required programs, each with its Debian package.
const TOOLS: [(&str, &str); 14] = [
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("busybox", "busybox-static"),
    ("cpio", "cpio"),
    ("modprobe", "kmod"),
    ("xz", "xz-utils"),
    ("zstd", "zstd"),
    ("setpriv", "util-linux"),
    ("udevadm", "udev"),
    ("systemd-sysusers", "systemd"),
    ("dbus-daemon", "dbus"),
    ("solaar", "solaar"),
    ("time", "time"),
    ("mmdebstrap", "mmdebstrap"),
    (upowerd::INSTALLED, "upower"),
];

/// How many scenarios passed and failed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Summary {
    /// The passed ones.
    pub(crate) passed: usize,
    /// The failed ones.
    pub(crate) failed: usize,
}

/// Runs the scenarios, in one guest per environment.
pub(crate) fn run(chosen: &[&Scenario]) -> Result<Summary, String> {
    let started = Instant::now();
    let kernel = find_everything()?;
    let mut summary = Summary::default();
    for environment in VmEnvironment::ALL {
        let there = chosen
            .iter()
            .filter(|scenario| scenario.environment == environment);
        let there: Vec<&Scenario> = there.copied().collect();
        if !there.is_empty() {
            let Summary { passed, failed } = run_on(environment, &kernel, &there)?;
            summary.passed += passed;
            summary.failed += failed;
        }
    }
    println!("{:.0} s in total", started.elapsed().as_secs_f32());
    Ok(summary)
}

fn run_on(
    environment: VmEnvironment,
    kernel: &Kernel,
    chosen: &[&Scenario],
) -> Result<Summary, String> {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("vm");
    let prepared = Prepared::new(environment, &place, kernel, chosen)
        .map_err(|error| format!("cannot prepare the guest: {error}"))?;
    println!(
        "Linux {} with {} scenarios; files in {}",
        kernel.version,
        chosen.len(),
        place.join(environment.name()).display()
    );
    let ended = Qemu::boot(&prepared).and_then(Qemu::watch);
    let why = match ended {
        Err(error) => format!("QEMU: {error}"),
        Ok(false) => format!("the guest did not finish within {} s", LIMIT.as_secs()),
        Ok(true) => match fs::read_to_string(prepared.job.join(guest::STATUS)) {
            Ok(status) => return status.parse(),
            Err(_) => "the guest ended without a status".to_owned(),
        },
    };
    Err(format!(
        "{why}; the end of its console:\n{}",
        prepared.console_tail()
    ))
}

fn find_everything() -> Result<Kernel, String> {
    if env::consts::ARCH != "x86_64" {
        return Err(format!(
            "the guest is an x86_64 PC, but this machine is {}",
            env::consts::ARCH
        ));
    }
    let mut missing: Vec<_> = TOOLS
        .into_iter()
        .filter(|(tool, _)| find_tool(tool).is_none())
        .collect();
    let kernel = find_kernel();
    if kernel.is_none() {
        missing.push(("a kernel in /boot with its modules", "linux-image-amd64"));
    }
    match kernel {
        Some(kernel) if missing.is_empty() => Ok(kernel),
        _ => {
            let (what, packages): (Vec<_>, Vec<_>) = missing.into_iter().unzip();
            Err(format!(
                "this test needs {}; on Debian: apt-get install {} (or run tests/setup.sh)",
                what.join(", "),
                packages.join(" ")
            ))
        }
    }
}

/// The files that a boot needs.
struct Prepared {
    vmlinux: PathBuf,
    initramfs: PathBuf,
    job: PathBuf,
    console: PathBuf,
}

impl Prepared {
    fn new(
        environment: VmEnvironment,
        place: &Path,
        kernel: &Kernel,
        chosen: &[&Scenario],
    ) -> io::Result<Self> {
        let own = place.join(environment.name());
        let job = own.join("job");
        fresh_directory(&job)?;
        guest::Job {
            subject: environment.subject()?,
            scenarios: chosen.iter().map(|s| s.name.to_owned()).collect(),
        }
        .write(&job)?;
        let enter = environment.enter(place, &env::current_exe()?)?;
        Ok(Self {
            vmlinux: unpack_kernel(place, kernel)?,
            initramfs: make_initramfs(&own, kernel, &enter)?,
            job,
            console: own.join("console.log"),
        })
    }

    fn console_tail(&self) -> String {
        let text = fs::read(&self.console).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

/// A running guest; killed when dropped.
struct Qemu(Child);

impl Qemu {
    fn boot(files: &Prepared) -> io::Result<Self> {
        let share = |path: &Path, tag: &str, more: &str| {
            // QEMU reads a doubled comma as a comma.
            let path = path.display().to_string().replace(',', ",,");
            format!("local,path={path},mount_tag={tag},security_model=none,multidevs=remap{more}")
        };
        // setpriv ends QEMU together with this process, even if that is killed.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "qemu-system-x86_64"]);
        command.args(MACHINE.split_whitespace());
        command
            .arg("-kernel")
            .arg(&files.vmlinux)
            .arg("-initrd")
            .arg(&files.initramfs);
        command.args(["-append", KERNEL_LINE]);
        command.args(["-virtfs", &share(Path::new("/"), "host", ",readonly=on")]);
        command.args(["-virtfs", &share(&files.job, "job", "")]);
        // The first serial port is the console, the second carries the guest's report.
        let console = format!("file:{}", files.console.display());
        command.args(["-serial", &console, "-serial", "stdio"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command.spawn().map(Self)
    }

    /// Prints the guest's report until it ends; `false` if it misses the deadline.
    fn watch(mut self) -> io::Result<bool> {
        let started = Instant::now();
        let report = self.0.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let printer = thread::spawn(move || {
            for line in BufReader::new(report).split(b'\n').map_while(Result::ok) {
                println!("{}", String::from_utf8_lossy(&line).trim_end());
            }
        });
        let status = loop {
            if let Some(status) = self.0.try_wait()? {
                break status;
            }
            if started.elapsed() > LIMIT {
                return Ok(false);
            }
            thread::sleep(Duration::from_millis(50));
        };
        drop(printer.join());
        succeeded("QEMU", status).map(|()| true)
    }
}

impl Drop for Qemu {
    fn drop(&mut self) {
        // Both fail only if it has already ended.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.passed, self.failed)
    }
}

impl FromStr for Summary {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<usize>, _> = text.split_whitespace().map(str::parse).collect();
        match numbers.as_deref() {
            Ok(&[passed, failed]) => Ok(Self { passed, failed }),
            _ => Err(format!("the guest's status is {text:?}")),
        }
    }
}
