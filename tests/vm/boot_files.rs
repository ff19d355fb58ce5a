//! The files that a boot needs, made from the host's own kernel: an unpacked `vmlinux` and a small
//! initramfs.

use std::env;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// The modules that the init needs to reach the host's files; others are loaded from there.
const EARLY_MODULES: [&str; 4] = ["virtio_pci", "9p", "9pnet_virtio", "overlay"];

/// A kernel image and its release.
pub(crate) struct Kernel {
    image: PathBuf,
    /// The release, as in the names of its files.
    pub(crate) version: String,
}

/// The newest installed kernel with modules.
pub(crate) fn find_kernel() -> Option<Kernel> {
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

/// The numbers in a release, so that 6.12 is higher than 6.1.
fn numbers(version: &str) -> Vec<u32> {
    version
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect()
}

/// The path of a program, including those for the administrator.
pub(crate) fn find_tool(tool: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    env::split_paths(&path)
        .chain(system)
        .map(|directory| directory.join(tool))
        .find(|file| file.is_file())
}

/// Creates an empty directory.
pub(crate) fn fresh_directory(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir_all(directory)
}

/// Extracts the ELF file inside a bzImage: QEMU starts it directly, so the guest need not
/// decompress it.
///
/// Its position is in the setup header of the x86 boot protocol: `setup_sects` at 1F1,
/// `payload_offset` and `payload_length` at 248. The last four bytes are the unpacked size.
/// `payload_offset` and `payload_length` at 248. Its last four bytes are the unpacked size.
pub(crate) fn unpack_kernel(place: &Path, kernel: &Kernel) -> io::Result<PathBuf> {
    let vmlinux = place.join(format!("vmlinux-{}", kernel.version));
    let modified = |file: &Path| fs::metadata(file).and_then(|metadata| metadata.modified());
    if modified(&vmlinux).is_ok_and(|at| modified(&kernel.image).is_ok_and(|image| at > image)) {
        return Ok(vmlinux);
    }
    let image = fs::read(&kernel.image)?;
    let payload =
        payload(&image).ok_or_else(|| io::Error::other("the kernel image is not a bzImage"))?;
    let unpack: &[&str] = match payload {
        [0xFD, b'7', b'z', b'X', b'Z', ..] => &["xz", "-dc"],
        [0x28, 0xB5, 0x2F, 0xFD, ..] => &["zstd", "-dcq"],
        _ => {
            return Err(io::Error::other(
                "the kernel image is compressed with neither xz nor zstd",
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

/// An archive with busybox, the early modules and an init that continues with the commands in
/// `enter`.
pub(crate) fn make_initramfs(place: &Path, kernel: &Kernel, enter: &str) -> io::Result<PathBuf> {
    let tree = place.join("initramfs");
    fresh_directory(&tree)?;
    for directory in ["bin", "dev", "host", "layer", "modules", "root"] {
        fs::create_dir(tree.join(directory))?;
    }
    let busybox = find_tool("busybox").ok_or(io::ErrorKind::NotFound)?;
    fs::copy(busybox, tree.join("bin/busybox"))?;
    let mut insmods = String::new();
    for module in early_modules(kernel)? {
        let file = unpack_module(&module, &tree.join("modules"))?;
        insmods.extend(["/bin/busybox insmod /modules/", &file, "\n"]);
    }
    let init = INIT.replace("INSMODS\n", &insmods);
    let file = tree.join("init");
    fs::write(&file, init + enter)?;
    fs::set_permissions(&file, Permissions::from_mode(0o755))?;

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

/// The first process: mounts the host's files, and continues in the root where the scenarios run.
const INIT: &str = "#!/bin/busybox sh
set -e
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
/bin/busybox mount -t devtmpfs dev /dev
exec </dev/null >/dev/console 2>&1
INSMODS
/bin/busybox mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000 host /host
";

/// A path quoted for a shell.
pub(crate) fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

/// The files of the early modules and their dependencies, in loading order.
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

/// Unpacks a module into a directory; returns the name of the file.
fn unpack_module(module: &Path, directory: &Path) -> io::Result<String> {
    let name = module.file_name().unwrap_or_default().to_string_lossy();
    let plain = name.trim_end_matches(".xz").trim_end_matches(".zst");
    let to = directory.join(plain);
    if name.ends_with(".xz") {
        pipe(&["xz", "-dc"], module, &to)?;
    } else if name.ends_with(".zst") {
        pipe(&["zstd", "-dcq"], module, &to)?;
    } else {
        fs::copy(module, &to)?;
    }
    Ok(plain.to_owned())
}

/// Runs `COMMAND <from >to`.
fn pipe(command: &[&str], from: &Path, to: &Path) -> io::Result<()> {
    let status = Command::new(command[0])
        .args(&command[1..])
        .stdin(File::open(from)?)
        .stdout(File::create(to)?)
        .status()?;
    succeeded(command[0], status)
}

/// Returns an error unless the command succeeded.
pub(crate) fn succeeded(what: &str, status: ExitStatus) -> io::Result<()> {
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("{what}: {status}")))
    }
}
