use std::ffi::OsString;
use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

/// The prefix of temporary files, followed by the name of the file to be replaced.
const TEMPORARY: &str = ".new-";

/// The age from which on a temporary file is stale, that is, was left by a process that was killed.
const LEFT_BEHIND: Duration = Duration::from_secs(60 * 60);

/// Replaces a file atomically: at any time either the complete old or the complete new file exists,
/// even after a power cut, because the new file is synchronised to the disk (fsync) before it is
/// renamed. The directory is not synchronised, so after a power cut the old file may be back. The
/// directory is created if it is missing. File and directory are accessible to their owner only.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = write_temporary(path, content)?;
    new.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Replaces a damaged file, and keeps the damaged one with `.damaged` appended to its name. A
/// damaged file that was kept before is replaced. Returns the new path of the damaged file.
pub fn replace_damaged(path: &Path, content: &[u8]) -> io::Result<PathBuf> {
    let new = write_temporary(path, content)?;
    let mut kept = path.as_os_str().to_owned();
    kept.push(".damaged");
    let kept = PathBuf::from(kept);
    match fs::remove_file(&kept) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // With a hard link, the file exists at any time. Some file systems do not support hard links.
    if fs::hard_link(path, &kept).is_err() {
        fs::rename(path, &kept)?;
    }
    new.persist(path).map_err(|error| error.error)?;
    Ok(kept)
}

fn write_temporary(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let folder = folder_of(path);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let mut prefix = OsString::from(TEMPORARY);
    prefix.push(path.file_name().unwrap_or_default());
    remove_left_behind(folder, &prefix);
    let mut temporary = tempfile::Builder::new()
        .prefix(&prefix)
        .permissions(Permissions::from_mode(0o600))
        .tempfile_in(folder)?;
    temporary.write_all(content)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// Removes stale temporary files of killed processes, which would accumulate. Failures are ignored.
fn remove_left_behind(folder: &Path, prefix: &OsString) {
    let prefix = prefix.as_encoded_bytes();
    for found in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_ours = found.file_name().as_encoded_bytes().starts_with(prefix);
        let age = || {
            SystemTime::now()
                .duration_since(found.metadata()?.modified()?)
                .map_err(io::Error::other)
        };
        // A time in the future was recorded while the clock was wrong.
        if is_ours && age().map_or(true, |age| age > LEFT_BEHIND) {
            _ = fs::remove_file(found.path());
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let found = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = found
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_and_its_directory_are_accessible_to_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/file");
        replace(&path, b"old").unwrap();
        replace(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&folder.path().join("below")), 0o700);
    }

    #[test]
    fn stale_temporary_files_are_removed_and_others_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let age = |name, seconds| {
            let file = fs::File::create(folder.path().join(name)).unwrap();
            let then = SystemTime::now() - Duration::from_secs(seconds);
            file.set_modified(then).unwrap();
        };
        age(".new-fileAbC123", 3601);
        age(".new-fileDeF456", 10);
        age(".new-otherGhI7", 9999);
        replace(&folder.path().join("file"), b"").unwrap();
        let left = [".new-fileDeF456", ".new-otherGhI7", "file"];
        assert_eq!(names(folder.path()), left);
    }

    #[test]
    fn only_the_last_damaged_file_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for text in ["first", "second"] {
            fs::write(&path, text).unwrap();
            replace_damaged(&path, b"new").unwrap();
        }
        assert_eq!(names(folder.path()), ["file", "file.damaged"]);
        assert_eq!(
            fs::read(folder.path().join("file.damaged")).unwrap(),
            b"second"
        );
    }
}
