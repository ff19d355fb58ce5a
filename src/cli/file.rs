//! Writes standard output, and files that the user named, replacing them atomically.

use std::fs::{self, Metadata, OpenOptions, Permissions};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::color::ColorWhen;
use super::io_errors::unwritable;
use super::style::Style;

/// The mode of a new file, before the umask.
const NEW: u32 = 0o666;
/// The mode bits that a replaced file keeps: read, write and execute.
const KEPT: u32 = 0o777;
/// How many symbolic links are followed, as many as by the kernel.
const MOST_LINKS: usize = 40;

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be written: {source}", path = .path.display())]
struct Unwritten {
    path: PathBuf,
    source: io::Error,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It did not exist, or is a device or a pipe.
    New,
    /// It replaced a file.
    Replaced,
}

/// Where the text of a command is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'a> {
    StandardOutput,
    File(&'a Path),
}

impl<'a> Target<'a> {
    /// The target that `--output` names.
    pub(super) fn new(output: Option<&'a Path>) -> Self {
        output
            .filter(|path| !is_standard(path))
            .map_or(Self::StandardOutput, Self::File)
    }

    /// How text looks there: a file has no colour unless requested, and no width.
    pub(super) fn style(self, color: ColorWhen) -> Style {
        match self {
            Self::StandardOutput => Style::of_terminal(color, &io::stdout().lock()),
            Self::File(_) => Style::of_environment(color == ColorWhen::Always, None),
        }
    }

    /// Writes the whole text.
    pub(super) fn write(self, text: &[u8]) -> io::Result<()> {
        let path = match self {
            Self::StandardOutput => Path::new("-"),
            Self::File(path) => path,
        };
        write(path, text).map(drop)
    }
}

/// Returns whether this path means standard output.
pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Returns whether what is written to this path appears on a terminal.
pub(super) fn is_terminal(path: &Path) -> bool {
    if is_standard(path) {
        return io::stdout().is_terminal();
    }
    // Opening a pipe would have effects on its reader.
    let is_device = fs::metadata(path).is_ok_and(|it| it.file_type().is_char_device());
    let flags = OFlags::WRONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let open = || rustix::fs::open(path, flags, Mode::empty());
    is_device && open().is_ok_and(|it| it.is_terminal())
}

/// Writes a file like [`write_whole`], or standard output.
pub(super) fn write(path: &Path, content: &[u8]) -> io::Result<Written> {
    if !is_standard(path) {
        return write_whole(path, content);
    }
    let mut out = io::stdout().lock();
    let written = out.write_all(content).and_then(|()| out.flush());
    written.map_err(unwritable)?;
    Ok(Written::New)
}

/// Replaces a file atomically: no reader sees a part of it. The file keeps its mode and owner, and
/// the symbolic links that lead to it. A device or a pipe is written to instead.
fn write_whole(path: &Path, content: &[u8]) -> io::Result<Written> {
    write_to(path, content).map_err(|source| {
        let path = path.to_owned();
        io::Error::new(source.kind(), Unwritten { path, source })
    })
}

fn write_to(path: &Path, content: &[u8]) -> io::Result<Written> {
    // Ask the kernel before reading links: it refuses links that other users placed in a shared
    // directory.
    match fs::metadata(path) {
        Ok(there) if there.is_file() => {
            replace(&behind_links(path)?, content, Some(&there))?;
            Ok(Written::Replaced)
        }
        Ok(_) => {
            let mut file = OpenOptions::new().write(true).open(path)?;
            file.write_all(content)?;
            Ok(Written::New)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            replace(&behind_links(path)?, content, None)?;
            Ok(Written::New)
        }
        Err(error) => Err(error),
    }
}

fn replace(path: &Path, content: &[u8], before: Option<&Metadata>) -> io::Result<()> {
    let mut temporary = tempfile::Builder::new()
        .prefix(".solar-status-")
        .permissions(Permissions::from_mode(NEW))
        .tempfile_in(folder(path))?;
    temporary.write_all(content)?;
    if let Some(before) = before {
        // Only root can give a file away; files of other users become the caller's.
        _ = fchown(temporary.as_file(), Some(before.uid()), Some(before.gid()));
        let mode = Permissions::from_mode(before.mode() & KEPT);
        temporary.as_file().set_permissions(mode)?;
    }
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Follows symbolic links, also to a file that does not exist yet.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = folder(&path).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(rustix::io::Errno::LOOP.into())
}

fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{FileTypeExt, symlink};
    use std::thread;

    use tempfile::tempdir;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn a_new_file_gets_the_mode_of_any_other() {
        let folder = tempdir().unwrap();
        let (ours, other) = (folder.path().join("ours"), folder.path().join("other"));
        write(&ours, b"text").unwrap();
        fs::write(&other, b"").unwrap();
        assert_eq!(mode(&ours), mode(&other));
    }

    #[test]
    fn an_old_file_is_replaced_and_keeps_its_mode() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("chart.svg");
        for mode_before in [0o600, 0o646] {
            fs::write(&path, "old and long").unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode_before)).unwrap();
            let reader = fs::File::open(&path).unwrap();
            write(&path, b"new").unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"new");
            assert_eq!(mode(&path), mode_before);
            assert_eq!(io::read_to_string(reader).unwrap(), "old and long");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn root_keeps_the_owner_of_a_file() {
        const ANNA: u32 = 1000;
        let folder = tempdir().unwrap();
        let path = folder.path().join("report.txt");
        fs::write(&path, "").unwrap();
        let given = fchown(fs::File::open(&path).unwrap(), Some(ANNA), None).is_ok();
        let owner = fs::metadata(&path).unwrap().uid();
        assert!(owner == ANNA || !given);
        write(&path, b"report").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().uid(), owner);
    }

    #[test]
    fn a_device_is_written_to_and_not_replaced() {
        for device in ["/dev/null", "/dev/full"] {
            let written = write(Path::new(device), b"text");
            assert_eq!(written.is_ok(), device == "/dev/null");
            let there = fs::metadata(device).unwrap();
            assert!(there.file_type().is_char_device(), "{device}");
        }
    }

    #[test]
    fn a_pipe_is_written_to_and_not_replaced() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("pipe");
        let mode = Mode::RUSR | Mode::WUSR;
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &path,
            rustix::fs::FileType::Fifo,
            mode,
            rustix::fs::makedev(0, 0),
        )
        .unwrap();
        let read = {
            let path = path.clone();
            thread::spawn(move || fs::read_to_string(path).unwrap())
        };
        write(&path, b"text").unwrap();
        assert_eq!(read.join().unwrap(), "text");
        assert!(fs::metadata(&path).unwrap().file_type().is_fifo());
    }

    #[test]
    fn links_stay_and_their_target_is_written() {
        let folder = tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("deep")).unwrap();
        symlink("deep/next", path("link")).unwrap();
        symlink("../file", path("deep/next")).unwrap();
        // First to a missing file, then to an existing one.
        for text in ["new", "newer"] {
            write(&path("link"), text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(path("file")).unwrap(), text);
            for link in ["link", "deep/next"] {
                assert!(path(link).is_symlink(), "{link}");
            }
        }
    }

    #[test]
    fn links_in_a_circle_and_folders_are_errors() {
        let folder = tempdir().unwrap();
        let circle = folder.path().join("circle");
        symlink("circle", &circle).unwrap();
        assert!(write(&circle, b"").is_err());
        assert!(circle.is_symlink());
        assert!(write(folder.path(), b"").is_err());
    }

    #[test]
    fn an_error_names_the_file() {
        let error = write(Path::new("/nonexistent/chart.svg"), b"").unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("/nonexistent/chart.svg cannot be written: "));
    }
}
