//! Pictures as files: whole, or not there at all.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::cli::standard::unwritable;

/// Why a picture is not there.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be written: {source}", path = .path.display())]
pub(super) struct PictureError {
    path: PathBuf,
    source: io::Error,
}

/// Whether this means standard output.
pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Writes a picture to a file, which it replaces as a whole, or to standard output.
pub(super) fn write(path: &Path, picture: &[u8]) -> io::Result<()> {
    if is_standard(path) {
        let mut out = io::stdout().lock();
        return out
            .write_all(picture)
            .and_then(|()| out.flush())
            .map_err(unwritable);
    }
    let written = match fs::metadata(path) {
        // A device or a pipe: it is to stay one.
        Ok(there) if !there.is_file() => fs::write(path, picture),
        _ => replace(path, picture),
    };
    written.map_err(|source| {
        let path = path.to_owned();
        io::Error::new(source.kind(), PictureError { path, source })
    })
}

fn replace(path: &Path, picture: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let mut temporary = tempfile::Builder::new()
        .prefix(".solar-status-")
        // As for any new file; the umask takes away from it.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    temporary.write_all(picture)?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_a_device_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chart.svg");
        write(&path, b"old").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        write(Path::new("/dev/null"), b"new").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn an_error_names_the_file() {
        let error = write(Path::new("/nonexistent/chart.svg"), b"").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("/nonexistent/chart.svg cannot be written: ")
        );
    }
}
