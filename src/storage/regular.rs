//! Opens regular files only.
//!
//! Opening a FIFO blocks until its other end is opened, and reading a device may never end. So
//! every file of state, configuration or cache is opened with `O_NONBLOCK`, and its type is checked
//! on the open descriptor: after a check by path, the file could be replaced before it is opened.
//! On a regular file `O_NONBLOCK` has no effect.

use std::fmt;
use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use rustix::io::Errno;

/// The error for a path that does not lead to a regular file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is {0}, not a regular file; move it away")]
pub struct NotRegular(Other);

/// The type of a file that is not regular.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Other {
    Directory,
    Fifo,
    Socket,
    Device,
    Link,
    Unknown,
}

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory => "a directory",
            Self::Fifo => "a FIFO",
            Self::Socket => "a socket",
            Self::Device => "a device node",
            Self::Link => "a symbolic link",
            Self::Unknown => "a special file",
        })
    }
}

impl From<FileType> for Other {
    fn from(kind: FileType) -> Self {
        if kind.is_dir() {
            Self::Directory
        } else if kind.is_fifo() {
            Self::Fifo
        } else if kind.is_socket() {
            Self::Socket
        } else if kind.is_block_device() || kind.is_char_device() {
            Self::Device
        } else if kind.is_symlink() {
            Self::Link
        } else {
            Self::Unknown
        }
    }
}

/// Whether an error is [`NotRegular`].
pub fn is_not_regular(error: &io::Error) -> bool {
    matches!(error.get_ref(), Some(inner) if inner.is::<NotRegular>())
}

/// Opens a file for reading; symbolic links are followed.
pub fn open(path: &Path) -> io::Result<File> {
    open_with(path, OpenOptions::new().read(true), OFlags::empty())
}

/// Opens a file for reading; a symbolic link is an error.
pub fn open_unlinked(path: &Path) -> io::Result<File> {
    open_with(path, OpenOptions::new().read(true), OFlags::NOFOLLOW)
}

/// Opens a file for reading and appending, and creates it if it is missing. A symbolic link is an
/// error, so that no file elsewhere is written.
pub fn open_to_append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    open_with(path, &mut options, OFlags::NOFOLLOW)
}

/// Reads a file of at most this many bytes; a longer file is an error of kind `FileTooLarge`.
/// Symbolic links are followed.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    read_open(open(path)?, most)
}

/// Reads a text of at most this many bytes from any file that is open.
pub fn read_open_text(file: File, most: u64) -> io::Result<String> {
    text(read_open(file, most)?)
}

fn text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn read_open(file: File, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// Reads a text file of at most this many bytes, as [`read`] does.
pub fn read_text(path: &Path, most: u64) -> io::Result<String> {
    text(read(path, most)?)
}

fn open_with(path: &Path, options: &mut OpenOptions, flags: OFlags) -> io::Result<File> {
    // NOCTTY: a terminal that is opened must not become the controlling terminal.
    let flags = flags | OFlags::NONBLOCK | OFlags::NOCTTY;
    let flags = flags.bits().cast_signed();
    let file = options.custom_flags(flags).open(path).map_err(|error| {
        let refused = Errno::from_io_error(&error);
        // In the order of the errors: a socket, or a FIFO without a process at its other end; a
        // directory; a symbolic link.
        if matches!(refused, Some(Errno::NXIO | Errno::ISDIR | Errno::LOOP)) {
            let kind = fs::symlink_metadata(path).map(|it| it.file_type());
            not_regular(kind.map_or(Other::Unknown, Other::from))
        } else {
            error
        }
    })?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() {
        Ok(file)
    } else {
        Err(not_regular(kind.into()))
    }
}

fn not_regular(other: Other) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, NotRegular(other))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use rustix::fs::{CWD, FileType as Kind, Mode, makedev, mknodat};

    use super::*;

    type Opening = fn(&Path) -> io::Result<File>;

    const ALL: [Opening; 3] = [open, open_unlinked, open_to_append];

    #[test]
    fn a_file_that_is_not_regular_is_an_error_and_does_not_block() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name| folder.path().join(name);
        fs::create_dir(path("directory")).unwrap();
        mknodat(CWD, path("FIFO"), Kind::Fifo, Mode::RWXU, makedev(0, 0)).unwrap();
        let _listener = UnixListener::bind(path("socket")).unwrap();
        for opening in ALL {
            for name in ["directory", "FIFO", "socket"] {
                let error = opening(&path(name)).unwrap_err();
                assert!(is_not_regular(&error), "{error}");
                let expected = format!("it is a {name}, not a regular file; move it away");
                assert_eq!(error.to_string(), expected);
            }
        }
        for opening in [open, open_unlinked] {
            let error = opening(Path::new("/dev/null")).unwrap_err();
            assert!(error.to_string().contains("a device node"), "{error}");
        }
    }

    #[test]
    fn links_are_followed_only_for_reading() {
        let folder = tempfile::tempdir().unwrap();
        let (link, target) = (folder.path().join("link"), folder.path().join("target"));
        symlink(&target, &link).unwrap();
        assert!(is_not_regular(&open_to_append(&link).unwrap_err()));
        assert!(!target.exists());
        fs::write(&target, "text").unwrap();
        assert_eq!(read_text(&link, 4).unwrap(), "text");
        assert!(is_not_regular(&open_unlinked(&link).unwrap_err()));
    }

    #[test]
    fn a_file_that_is_too_long_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        let error = read(&path, 4).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert!(!is_not_regular(&error));
    }
}
