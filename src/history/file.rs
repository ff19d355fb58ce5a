//! The history file of one device: a header, then one line per entry.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use log::{info, warn};

use super::entry::Entry;
use super::error::HistoryError;
use super::line::{Header, is_sealed, read_entry, read_header, write_entry, write_header};
use super::thin::{WEEK, thin};
use crate::storage::regular;
use hidpp_proto::units::Timestamp;

/// The length in bytes from which on a file is thinned before the next entry.
const FULL: u64 = 512 << 10;

/// The maximum length of a thinned file in bytes.
const THINNED: usize = 384 << 10;

/// The size limit in bytes; no file of this program is longer.
const LONGEST: u64 = 2 * FULL;

/// The extension of history files.
const EXTENSION: &str = "jsonl";

/// The prefix of temporary files, which replace others.
const TEMPORARY: &str = ".history-";

/// The history file of a device.
#[derive(Debug)]
pub(super) struct DeviceFile {
    path: PathBuf,
    device: String,
}

/// Detects changes of a file: it only grows, or is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

/// The state of the beginning of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// The header of the device.
    Header,
    /// A truncated header, or nothing.
    Torn,
    /// A damaged header, followed by lines with a valid checksum for this device.
    Damaged,
}

/// The contents of a file.
#[derive(Default)]
struct Contents {
    /// Sorted by time.
    entries: Vec<Entry>,
    /// The number of truncated or damaged lines.
    damaged: usize,
}

impl DeviceFile {
    /// The file of a device. Its name is the device's id; each byte other than letters, digits, `-`
    /// and `:` is escaped as `_` and two hexadecimal digits, so that names are unique.
    pub(super) fn of(directory: &Path, device: &str) -> Self {
        let name: String = device
            .bytes()
            .map(|byte| match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b':' => {
                    char::from(byte).to_string()
                }
                _ => format!("_{byte:02X}"),
            })
            .collect();
        Self {
            path: directory.join(format!("{name}.{EXTENSION}")),
            device: device.to_owned(),
        }
    }

    /// The file with this name in a directory, if it is a valid name of a history.
    fn named(directory: &Path, name: &str) -> Option<Self> {
        let stem = name.strip_suffix(EXTENSION)?.strip_suffix('.')?;
        let mut device = Vec::new();
        let mut rest = stem.as_bytes();
        while let Some((byte, after)) = rest.split_first() {
            let escaped = after.split_at_checked(2).filter(|_| *byte == b'_');
            let (byte, after) = match escaped {
                None => (*byte, after),
                Some((digits, after)) => {
                    let digits = str::from_utf8(digits).ok()?;
                    (u8::from_str_radix(digits, 16).ok()?, after)
                }
            };
            device.push(byte);
            rest = after;
        }
        let file = Self::of(directory, &String::from_utf8(device).ok()?);
        (file.path.file_name()? == name).then_some(file)
    }

    /// All history files in a directory, with their modification times. Others are skipped and
    /// logged.
    pub(super) fn all(directory: &Path) -> io::Result<Vec<(Self, SystemTime)>> {
        let mut files = Vec::new();
        for found in fs::read_dir(directory)? {
            let path = found?.path();
            if path.extension().is_none_or(|it| it != EXTENSION) {
                continue;
            }
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(file) = name.and_then(|name| Self::named(directory, name)) else {
                info!("{}: not a name of a history, skipped", path.display());
                continue;
            };
            match file.look() {
                Ok((Start::Header | Start::Damaged, written)) => files.push((file, written)),
                Ok((Start::Torn, _)) => info!("{} has no entries, skipped", path.display()),
                Err(error) => info!("{error}"),
            }
        }
        Ok(files)
    }

    /// The state of its beginning, and its modification time.
    fn look(&self) -> Result<(Start, SystemTime), HistoryError> {
        let look = || {
            let file = regular::open_unlinked(&self.path)?;
            Ok((start_of(&file)?, file.metadata()?.modified()?))
        };
        let (start, written) = look().map_err(|source| self.reading(source))?;
        Ok((self.check(&start)?, written))
    }

    /// Removes temporary files left by a process that was killed while thinning.
    pub(super) fn remove_leftovers(directory: &Path) -> io::Result<()> {
        for found in fs::read_dir(directory)? {
            let found = found?;
            if found.file_name().to_string_lossy().starts_with(TEMPORARY) {
                fs::remove_file(found.path())?;
            }
        }
        Ok(())
    }

    /// The id of its device.
    pub(super) fn device(&self) -> &str {
        &self.device
    }

    /// Its current stamp; `None` if it does not exist.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        let metadata = fs::metadata(&self.path).ok()?;
        Some(Stamp {
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        })
    }

    /// Whether it exists.
    pub(super) fn exists(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok()
    }

    /// Removes it.
    pub(super) fn remove(&self) -> Result<(), HistoryError> {
        fs::remove_file(&self.path).map_err(|source| self.writing(source))
    }

    /// Reads the entries, sorted by time. Truncated and damaged lines are skipped.
    pub(super) fn read(&self) -> Result<Vec<Entry>, HistoryError> {
        let contents = self.contents()?;
        if contents.damaged > 0 {
            info!("{}: {}", self.path.display(), skipped(contents.damaged));
        }
        Ok(contents.entries)
    }

    /// Logs the number of damaged lines, if there are any.
    pub(super) fn report_damage(&self) {
        // If it cannot be read, the next write reports the reason.
        let damaged = self.contents().map_or(0, |contents| contents.damaged);
        if damaged > 0 {
            warn!("{}: {}", self.path.display(), skipped(damaged));
        }
    }

    fn contents(&self) -> Result<Contents, HistoryError> {
        let file = match regular::open_unlinked(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Contents::default());
            }
            Err(error) => return Err(self.reading(error)),
        };
        let mut text = Vec::new();
        file.take(LONGEST + 1)
            .read_to_end(&mut text)
            .map_err(|source| self.reading(source))?;
        if text.len() as u64 > LONGEST {
            return Err(self.foreign());
        }
        let mut contents = Contents::default();
        match self.check(&text)? {
            Start::Torn => return Ok(contents),
            Start::Damaged => contents.damaged += 1,
            Start::Header => {}
        }
        let lines = text.split(|byte| *byte == b'\n').skip(1);
        for line in lines.filter(|line| !line.is_empty()) {
            match read_entry(&self.device, line) {
                Some(entry) => contents.entries.push(entry),
                None => contents.damaged += 1,
            }
        }
        // After a clock was set back, later lines have earlier times.
        contents.entries.sort_by_key(|entry| entry.at);
        Ok(contents)
    }

    /// Appends an entry in one write, on a new line if the last one was truncated. A file that is
    /// full is thinned first, and one with a damaged header is rewritten.
    pub(super) fn append(&self, entry: &Entry) -> Result<(), HistoryError> {
        let (mut file, mut start) = self.open_to_append()?;
        let length = file.metadata().map_err(|source| self.reading(source))?;
        let length = length.len();
        if length > LONGEST {
            return Err(self.foreign());
        }
        let is_full = length > FULL;
        if is_full || start == Start::Damaged {
            let entries = self.contents()?.entries;
            let renewed = if is_full {
                self.thin(&entries, entry.at)
            } else {
                self.lines(&entries).and_then(|it| self.replace(&it))
            };
            renewed.map_err(|source| self.writing(source))?;
            (file, start) = self.open_to_append()?;
        }
        self.write(&mut file, start, entry)
            .map_err(|source| self.writing(source))
    }

    /// Merges the entries of another file, and removes it. After an interruption, entries may be in
    /// both files; merging again adds none twice.
    pub(super) fn absorb(&self, other: &Self, now: Timestamp) -> Result<(), HistoryError> {
        let theirs = other.contents()?.entries;
        let mut entries = self.contents()?.entries;
        entries.retain(|entry| {
            let from = theirs.partition_point(|it| it.at < entry.at);
            let mut same_time = theirs.iter().skip(from).take_while(|it| it.at == entry.at);
            !same_time.any(|it| it == entry)
        });
        entries.extend(theirs);
        entries.sort_by_key(|entry| entry.at);
        let written = self.lines(&entries).and_then(|lines| {
            if length(&lines) > THINNED {
                self.thin(&entries, now)
            } else {
                self.replace(&lines)
            }
        });
        written.map_err(|source| self.writing(source))?;
        other.remove()
    }

    fn open_to_append(&self) -> Result<(File, Start), HistoryError> {
        let file = regular::open_to_append(&self.path).map_err(|source| self.writing(source))?;
        let start = start_of(&file).map_err(|source| self.reading(source))?;
        Ok((file, self.check(&start)?))
    }

    fn write(&self, file: &mut File, start: Start, entry: &Entry) -> io::Result<()> {
        let line = write_entry(&self.device, entry)?;
        match start {
            Start::Torn => {
                file.set_len(0)?;
                file.write_all((write_header(&self.device) + &line).as_bytes())?;
                // After a power cut, a partly written header could look like a foreign file.
                file.sync_all()
            }
            Start::Header | Start::Damaged if ends_a_line(file)? => file.write_all(line.as_bytes()),
            Start::Header | Start::Damaged => file.write_all(format!("\n{line}").as_bytes()),
        }
    }

    /// Rewrites the file with fewer entries.
    fn thin(&self, entries: &[Entry], now: Timestamp) -> io::Result<()> {
        let mut lines = Vec::new();
        // For a device that changes more often than any known one, recent days are thinned, too.
        for whole in [WEEK, WEEK / 7, WEEK / (7 * 24), Duration::ZERO] {
            let kept = thin(entries, now, whole);
            lines = self.lines(&kept)?;
            if length(&lines) <= THINNED {
                break;
            }
        }
        let mut length = length(&lines);
        let oldest_first = lines.iter().take_while(|line| {
            let too_long = length > THINNED;
            length -= line.len();
            too_long
        });
        let dropped = oldest_first.count();
        self.replace(&lines.split_off(dropped))
    }

    /// Serializes entries to lines.
    fn lines(&self, entries: &[Entry]) -> io::Result<Vec<String>> {
        let lines = entries.iter().map(|it| write_entry(&self.device, it));
        lines.collect()
    }

    /// Replaces the file atomically.
    fn replace(&self, lines: &[String]) -> io::Result<()> {
        let text = write_header(&self.device) + &lines.concat();
        let directory = self.path.parent().unwrap_or(Path::new("."));
        let mode = match fs::metadata(&self.path) {
            Ok(metadata) => metadata.permissions().mode(),
            // The mode of a new file, before the umask is applied.
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0o666,
            Err(error) => return Err(error),
        };
        let mut temporary = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .permissions(fs::Permissions::from_mode(mode))
            .tempfile_in(directory)?;
        temporary.write_all(text.as_bytes())?;
        temporary.as_file().sync_all()?;
        temporary.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Checks the beginning of a file, which must be longer than a header.
    fn check(&self, start: &[u8]) -> Result<Start, HistoryError> {
        if write_header(&self.device).as_bytes().starts_with(start) {
            return Ok(Start::Torn);
        }
        let mut lines = start.split(|byte| *byte == b'\n');
        match read_header(lines.next().unwrap_or_default()) {
            Header::Ours(device) if device == self.device => Ok(Start::Header),
            Header::Newer(version) => Err(HistoryError::Newer {
                path: self.path.clone(),
                version,
            }),
            Header::Damaged | Header::Foreign if lines.any(|it| is_sealed(&self.device, it)) => {
                Ok(Start::Damaged)
            }
            Header::Ours(_) | Header::Damaged | Header::Foreign => Err(self.foreign()),
        }
    }

    fn foreign(&self) -> HistoryError {
        HistoryError::Foreign {
            path: self.path.clone(),
        }
    }

    fn reading(&self, source: io::Error) -> HistoryError {
        HistoryError::reading(&self.path, source)
    }

    fn writing(&self, source: io::Error) -> HistoryError {
        HistoryError::writing(&self.path, source)
    }
}

/// The beginning of a file, longer than any header of ours.
fn start_of(file: &File) -> io::Result<Vec<u8>> {
    let mut start = vec![0; 4096];
    let length = file.read_at(&mut start, 0)?;
    start.truncate(length);
    Ok(start)
}

/// Whether the last line of a file is complete.
fn ends_a_line(file: &File) -> io::Result<bool> {
    let last = file.metadata()?.len().saturating_sub(1);
    let mut byte = [0];
    file.read_exact_at(&mut byte, last)?;
    Ok(byte == *b"\n")
}

fn skipped(damaged: usize) -> String {
    let lines = if damaged == 1 { "line is" } else { "lines are" };
    format!("{damaged} {lines} truncated or damaged and skipped")
}

fn length(lines: &[String]) -> usize {
    lines.iter().map(String::len).sum()
}
