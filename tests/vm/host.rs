//! The host's role: makes the initramfs, boots QEMU with it, passes on what the guest reports.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fmt};

use crate::guest;
use crate::scenarios::Scenario;

/// QEMU is killed after this time, whatever it does.
const LIMIT: Duration = Duration::from_secs(300);

/// What must be installed: the program, and Debian's package that has it.
const TOOLS: [(&str, &str); 9] = [
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("busybox", "busybox-static"),
    ("cpio", "cpio"),
    ("modprobe", "kmod"),
    ("xz", "xz-utils"),
    ("zstd", "zstd"),
    ("setpriv", "util-linux"),
    ("udevadm", "udev"),
    ("dbus-daemon", "dbus"),
];

/// What the init needs to reach the host's files; the rest is loaded from there.
const EARLY_MODULES: [&str; 4] = ["virtio_pci", "9p", "9pnet_virtio", "overlay"];

/// How many scenarios went well and how many did not.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Summary {
    /// Those that went well.
    pub(crate) passed: usize,
    /// Those that did not.
    pub(crate) failed: usize,
}

/// Runs scenarios in a guest.
pub(crate) fn run(chosen: &[&Scenario]) -> Result<Summary, String> {
    let started = Instant::now();
    let kernel = find_everything()?;
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("vm");
    let prepared = Prepared::new(&place, &kernel, chosen)
        .map_err(|error| format!("cannot prepare the guest: {error}"))?;
    println!(
        "Linux {} with {} scenarios; files in {}",
        kernel.version,
        chosen.len(),
        place.display()
    );
    let ended = Qemu::boot(&prepared).and_then(Qemu::watch);
    let why = match ended {
        Err(error) => format!("QEMU: {error}"),
        Ok(false) => format!("the guest was not done after {} s", LIMIT.as_secs()),
        Ok(true) => match fs::read_to_string(prepared.job.join(guest::STATUS)) {
            Ok(status) => {
                println!("{:.0} s in all", started.elapsed().as_secs_f32());
                return status.parse();
            }
            Err(_) => "the guest ended without a status".to_owned(),
        },
    };
    Err(format!(
        "{why}; the end of its console:\n{}",
        prepared.console_tail()
    ))
}

/// A kernel image and its release.
struct Kernel {
    image: PathBuf,
    version: String,
}

fn find_everything() -> Result<Kernel, String> {
    if env::consts::ARCH != "x86_64" {
        return Err(format!("the guest is a PC; this is {}", env::consts::ARCH));
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

/// The newest kernel that is there with its modules.
fn find_kernel() -> Option<Kernel> {
    let candidates = fs::read_dir("/boot").ok()?.flatten().filter_map(|entry| {
        let image = entry.path();
        let version = entry
            .file_name()
            .to_str()?
            .strip_prefix("vmlinuz-")?
            .to_owned();
        let complete = Path::new("/lib/modules")
            .join(&version)
            .join("modules.dep")
            .exists();
        complete.then_some(Kernel { image, version })
    });
    candidates.max_by_key(|kernel| numbers(&kernel.version))
}

/// The numbers in a release, so that 6.12 comes after 6.1.
fn numbers(version: &str) -> Vec<u32> {
    version
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect()
}

fn find_tool(tool: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    env::split_paths(&path)
        .chain(system)
        .map(|directory| directory.join(tool))
        .find(|file| file.is_file())
}

/// The files a boot needs.
struct Prepared {
    vmlinux: PathBuf,
    initramfs: PathBuf,
    job: PathBuf,
    console: PathBuf,
}

impl Prepared {
    fn new(place: &Path, kernel: &Kernel, chosen: &[&Scenario]) -> io::Result<Self> {
        fs::create_dir_all(place)?;
        let job = place.join("job");
        fresh_directory(&job)?;
        let program = Path::new(env!("CARGO_BIN_EXE_solar-status"));
        guest::Job {
            program: program.to_owned(),
            scenarios: chosen.iter().map(|s| s.name.to_owned()).collect(),
        }
        .write(&job)?;
        Ok(Self {
            vmlinux: unpack_kernel(place, kernel)?,
            initramfs: make_initramfs(place, kernel)?,
            job,
            console: place.join("console.log"),
        })
    }

    fn console_tail(&self) -> String {
        let text = fs::read(&self.console).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

fn fresh_directory(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir_all(directory)
}

/// The ELF file inside a bzImage: QEMU enters it directly, and the guest need not decompress it.
///
/// Where it lies is in the setup header of the x86 boot protocol: `setup_sects` at 1F1,
/// `payload_offset` and `payload_length` at 248. Its last four bytes are the unpacked size.
fn unpack_kernel(place: &Path, kernel: &Kernel) -> io::Result<PathBuf> {
    let vmlinux = place.join(format!("vmlinux-{}", kernel.version));
    let unpacked = fs::metadata(&vmlinux).and_then(|metadata| metadata.modified());
    if unpacked.is_ok_and(|at| {
        fs::metadata(&kernel.image)
            .and_then(|m| m.modified())
            .is_ok_and(|image| at > image)
    }) {
        return Ok(vmlinux);
    }
    let image = fs::read(&kernel.image)?;
    let payload =
        payload(&image).ok_or_else(|| io::Error::other("the kernel image is no bzImage"))?;
    let unpack: &[&str] = match payload {
        [0xFD, b'7', b'z', b'X', b'Z', ..] => &["xz", "-dc"],
        [0x28, 0xB5, 0x2F, 0xFD, ..] => &["zstd", "-dcq"],
        _ => {
            return Err(io::Error::other(
                "the kernel image is packed neither by xz nor by zstd",
            ));
        }
    };
    let packed = place.join("vmlinux.packed");
    fs::write(&packed, payload)?;
    let partial = place.join("vmlinux.partial");
    pipe(unpack, &packed, &partial)?;
    fs::remove_file(&packed)?;
    fs::rename(&partial, &vmlinux)?;
    Ok(vmlinux)
}

fn payload(image: &[u8]) -> Option<&[u8]> {
    let number = |at: usize| {
        let bytes = image.get(at..)?.first_chunk()?;
        usize::try_from(u32::from_le_bytes(*bytes)).ok()
    };
    let sectors = match *image.get(0x1F1)? {
        0 => 4,
        sectors => usize::from(sectors),
    };
    let start = (sectors + 1) * 512 + number(0x248)?;
    image.get(start..start + number(0x24C)?.checked_sub(4)?)
}

fn make_initramfs(place: &Path, kernel: &Kernel) -> io::Result<PathBuf> {
    let tree = place.join("initramfs");
    fresh_directory(&tree)?;
    for directory in ["bin", "dev", "host", "layer", "modules", "root"] {
        fs::create_dir(tree.join(directory))?;
    }
    let busybox = find_tool("busybox").ok_or(io::ErrorKind::NotFound)?;
    fs::copy(busybox, tree.join("bin/busybox"))?;
    let mut insmods = String::new();
    for module in early_modules(kernel)? {
        let plain = tree
            .join("modules")
            .join(module.file_stem().ok_or(io::ErrorKind::InvalidData)?);
        let plain = match module.extension().and_then(|extension| extension.to_str()) {
            Some("xz") => pipe(&["xz", "-dc"], &module, &plain).map(|()| plain)?,
            Some("zst") => pipe(&["zstd", "-dcq"], &module, &plain).map(|()| plain)?,
            _ => {
                let plain = plain.with_extension("ko");
                fs::copy(&module, &plain).map(|_| plain)?
            }
        };
        let file = plain
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        insmods.extend(["/bin/busybox insmod /modules/", &file, "\n"]);
    }
    let test = env::current_exe()?;
    let init = INIT
        .replace("INSMODS\n", &insmods)
        .replace("TEST", &quoted(&test));
    let file = tree.join("init");
    fs::write(&file, init)?;
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;

    let archive = place.join("initramfs.cpio");
    let mut cpio = Command::new("cpio")
        .args(["--create", "--format=newc", "--quiet", "--owner=0:0"])
        .current_dir(&tree)
        .stdin(Stdio::piped())
        .stdout(File::create(&archive)?)
        .spawn()?;
    let mut names = cpio.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    names.write_all(b"bin\nbin/busybox\ndev\nhost\ninit\nlayer\nmodules\nroot\n")?;
    for entry in fs::read_dir(tree.join("modules"))? {
        writeln!(names, "modules/{}", entry?.file_name().display())?;
    }
    drop(names);
    succeeded("cpio", cpio.wait()?)?;
    Ok(archive)
}

/// The first process: mounts the host's files with a writable layer over them and goes there.
const INIT: &str = "#!/bin/busybox sh
set -e
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
/bin/busybox mount -t devtmpfs dev /dev
exec </dev/null >/dev/console 2>&1
INSMODS
/bin/busybox mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000 host /host
/bin/busybox mount -t tmpfs layer /layer
/bin/busybox mkdir /layer/files /layer/work
/bin/busybox mount -t overlay -o lowerdir=/host,upperdir=/layer/files,workdir=/layer/work root /root
/bin/busybox mount --move /dev /root/dev
exec /bin/busybox switch_root /root TEST --guest >/root/dev/ttyS1 2>&1
";

/// A path as one word of a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

/// The files of the early modules and of all they need, in the order to load them.
fn early_modules(kernel: &Kernel) -> io::Result<Vec<PathBuf>> {
    let modprobe = find_tool("modprobe").ok_or(io::ErrorKind::NotFound)?;
    let mut files: Vec<PathBuf> = Vec::new();
    for module in EARLY_MODULES {
        let output = Command::new(&modprobe)
            .args(["--set-version", &kernel.version, "--show-depends", module])
            .stderr(Stdio::inherit())
            .output()?;
        succeeded("modprobe", output.status)?;
        // Lines are "insmod FILE" or "builtin NAME".
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            if let Some(file) = line.strip_prefix("insmod ") {
                let file = PathBuf::from(file.trim());
                if !files.contains(&file) {
                    files.push(file);
                }
            }
        }
    }
    Ok(files)
}

/// `COMMAND <from >to`.
fn pipe(command: &[&str], from: &Path, to: &Path) -> io::Result<()> {
    let status = Command::new(command[0])
        .args(&command[1..])
        .stdin(File::open(from)?)
        .stdout(File::create(to)?)
        .status()?;
    succeeded(command[0], status)
}

fn succeeded(what: &str, status: std::process::ExitStatus) -> io::Result<()> {
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("{what}: {status}")))
    }
}

/// A running guest; killed at the latest when this is dropped.
struct Qemu(Child);

impl Qemu {
    fn boot(files: &Prepared) -> io::Result<Self> {
        let share = |path: &Path, tag: &str, more: &str| {
            // QEMU takes a doubled comma for a comma.
            let path = path.display().to_string().replace(',', ",,");
            format!("local,path={path},mount_tag={tag},security_model=none,multidevs=remap{more}")
        };
        // setpriv ties QEMU's life to ours, even if we are killed.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "qemu-system-x86_64"]);
        command.args([
            "-nodefaults",
            "-no-user-config",
            "-no-reboot",
            "-display",
            "none",
        ]);
        // KVM is left alone: nested or forbidden, it fails in too many ways, and the guest is quick enough.
        command.args([
            "-accel",
            "tcg,thread=multi",
            "-cpu",
            "Nehalem",
            "-smp",
            "2",
            "-m",
            "1024",
        ]);
        command
            .arg("-kernel")
            .arg(&files.vmlinux)
            .arg("-initrd")
            .arg(&files.initramfs);
        command.args(["-append", KERNEL_LINE]);
        command.args(["-virtfs", &share(Path::new("/"), "host", ",readonly=on")]);
        command.args(["-virtfs", &share(&files.job, "job", "")]);
        // The first serial port is the console, the second the guest's report.
        command.args([
            "-serial",
            &format!("file:{}", files.console.display()),
            "-serial",
            "stdio",
        ]);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command.spawn().map(Self)
    }

    /// Prints what the guest reports until it ends; `false` if it did not end in time.
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
        succeeded("its exit", status).map(|()| true)
    }
}

impl Drop for Qemu {
    fn drop(&mut self) {
        // Both fail only when it is gone already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

const KERNEL_LINE: &str = "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on tsc=reliable nokaslr \
                           no_timer_check";

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
