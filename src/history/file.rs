//! The file of one device: a header, then a line for each entry.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use log::{debug, info};

use super::entry::Entry;
use super::error::HistoryError;
use super::line::{Header, read_entry, read_header, write_entry, write_header};
use super::thin::{WEEK, thin};
use crate::units::Timestamp;

/// A file that is longer than this is thinned before the next entry.
const FULL: u64 = 512 << 10;

/// What a thinned file has at most.
const THINNED: usize = 384 << 10;

/// A longer file is none of ours.
const LONGEST: u64 = 2 * FULL;

/// What the names of all files end with.
const EXTENSION: &str = "jsonl";

/// What the names of files begin with that are to take the place of others.
const TEMPORARY: &str = ".history-";

/// Where the history of a device is.
#[derive(Debug)]
pub(super) struct DeviceFile {
    path: PathBuf,
    device: String,
}

/// Changes when a file is written: it only grows, or is replaced by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

/// What a file begins with.
#[derive(Clone, Copy)]
enum Start {
    /// A header of the device.
    Header,
    /// A part of it, or nothing.
    Torn,
}

impl DeviceFile {
    /// The file of a device. Its name is the device's id, with `_` and two hexadecimal digits for
    /// each byte that is neither a letter nor a digit nor `-` nor `:`: so no two ids share one.
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

    /// All files in a directory, with the time each was last written.
    pub(super) fn all(directory: &Path) -> io::Result<Vec<(Self, SystemTime)>> {
        let mut files = Vec::new();
        for found in fs::read_dir(directory)? {
            let found = found?;
            let path = found.path();
            // To open a pipe would be to wait for who writes into it.
            let is_file = fs::metadata(&path).is_ok_and(|it| it.is_file());
            if path.extension().is_none_or(|it| it != EXTENSION) || !is_file {
                continue;
            }
            let start = File::open(&path).and_then(|file| start_of(&file));
            let file = match start.as_deref().map(header_of) {
                Ok(Header::Ours(device)) => Self::of(directory, &device),
                Ok(_) => {
                    info!("{} is no history that this version knows", path.display());
                    continue;
                }
                Err(error) => {
                    info!("{} cannot be read: {error}", path.display());
                    continue;
                }
            };
            if file.path == path {
                files.push((file, found.metadata()?.modified()?));
            } else {
                info!("{} is the history of another device", path.display());
            }
        }
        Ok(files)
    }

    /// Removes what a process left that was killed while it thinned.
    pub(super) fn remove_leftovers(directory: &Path) -> io::Result<()> {
        for found in fs::read_dir(directory)? {
            let found = found?;
            if found.file_name().to_string_lossy().starts_with(TEMPORARY) {
                fs::remove_file(found.path())?;
            }
        }
        Ok(())
    }

    /// Whose it is.
    pub(super) fn device(&self) -> &str {
        &self.device
    }

    /// What it has become.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        let metadata = fs::metadata(&self.path).ok()?;
        Some(Stamp {
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        })
    }

    /// Whether there is one.
    pub(super) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Removes it.
    pub(super) fn remove(&self) -> Result<(), HistoryError> {
        fs::remove_file(&self.path).map_err(|source| self.writing(source))
    }

    /// The entries, sorted by time. Lines that are no entries are left out: torn and damaged ones.
    pub(super) fn read(&self) -> Result<Vec<Entry>, HistoryError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.reading(error)),
        };
        let mut text = Vec::new();
        file.take(LONGEST + 1)
            .read_to_end(&mut text)
            .map_err(|source| self.reading(source))?;
        if text.len() as u64 > LONGEST {
            return Err(self.foreign());
        }
        if let Start::Torn = self.check(&text)? {
            return Ok(Vec::new());
        }
        let lines = text.split(|byte| *byte == b'\n').skip(1);
        let lines = lines.filter(|line| !line.is_empty());
        let mut damaged = 0;
        let mut entries: Vec<Entry> = lines
            .filter_map(|line| {
                let entry = read_entry(line);
                damaged += usize::from(entry.is_none());
                entry
            })
            .collect();
        if damaged > 0 {
            debug!("{}: {damaged} damaged lines", self.path.display());
        }
        // A clock that was set back wrote later what was earlier.
        entries.sort_by_key(|entry| entry.at);
        Ok(entries)
    }

    /// Appends an entry in one write. After a torn line it begins a new one.
    pub(super) fn append(&self, entry: &Entry) -> Result<(), HistoryError> {
        if self.length()? > FULL {
            let entries = self.read()?;
            self.thin(&entries, entry.at)
                .map_err(|source| self.writing(source))?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&self.path)
            .map_err(|source| self.writing(source))?;
        let start = start_of(&file).map_err(|source| self.reading(source))?;
        let start = self.check(&start)?;
        self.write(&mut file, start, entry)
            .map_err(|source| self.writing(source))
    }

    fn write(&self, file: &mut File, start: Start, entry: &Entry) -> io::Result<()> {
        let line = write_entry(entry)?;
        match start {
            Start::Torn => {
                file.set_len(0)?;
                file.write_all((write_header(&self.device) + &line).as_bytes())?;
                // What a power cut leaves of a header may look like another program's.
                file.sync_all()
            }
            Start::Header if ends_a_line(file)? => file.write_all(line.as_bytes()),
            Start::Header => file.write_all(format!("\n{line}").as_bytes()),
        }
    }

    /// Rewrites the file with fewer entries.
    fn thin(&self, entries: &[Entry], now: Timestamp) -> io::Result<()> {
        let mut lines = Vec::new();
        // A device that changes more often than any we know gives up more of its last days.
        for whole in [WEEK, WEEK / 7, WEEK / (7 * 24), Duration::ZERO] {
            let kept = thin(entries, now, whole);
            lines = kept.iter().map(write_entry).collect::<Result<_, _>>()?;
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
        self.replace(&(write_header(&self.device) + &lines.split_off(dropped).concat()))
    }

    /// Replaces the file as a whole: at any time the old one or the new one is there.
    fn replace(&self, text: &str) -> io::Result<()> {
        let directory = self.path.parent().unwrap_or(Path::new("."));
        let mode = fs::metadata(&self.path)?.permissions().mode();
        let mut temporary = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .permissions(fs::Permissions::from_mode(mode))
            .tempfile_in(directory)?;
        temporary.write_all(text.as_bytes())?;
        temporary.as_file().sync_all()?;
        temporary.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Looks at the first bytes, more than any header has.
    fn check(&self, start: &[u8]) -> Result<Start, HistoryError> {
        if write_header(&self.device).as_bytes().starts_with(start) {
            return Ok(Start::Torn);
        }
        match header_of(start) {
            Header::Ours(device) if device == self.device => Ok(Start::Header),
            Header::Newer(version) => Err(HistoryError::Newer {
                path: self.path.clone(),
                version,
            }),
            Header::Ours(_) | Header::Foreign => Err(self.foreign()),
        }
    }

    fn length(&self) -> Result<u64, HistoryError> {
        match fs::metadata(&self.path) {
            Ok(metadata) if metadata.len() > LONGEST => Err(self.foreign()),
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(self.reading(error)),
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

/// The first bytes of a file, more than any header of ours has.
fn start_of(file: &File) -> io::Result<Vec<u8>> {
    let mut start = vec![0; 4096];
    let length = file.read_at(&mut start, 0)?;
    start.truncate(length);
    Ok(start)
}

fn header_of(start: &[u8]) -> Header {
    read_header(
        start
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default(),
    )
}

/// Whether nothing is torn at the end of a file.
fn ends_a_line(file: &File) -> io::Result<bool> {
    let last = file.metadata()?.len().saturating_sub(1);
    let mut byte = [0];
    file.read_exact_at(&mut byte, last)?;
    Ok(byte == *b"\n")
}

fn length(lines: &[String]) -> usize {
    lines.iter().map(String::len).sum()
}
