//! The history of charge, voltage and light over months, in one text file per device.
//!
//! # Why text files
//!
//! A device causes ten entries per hour, rarely more, which is too little to justify an embedded
//! database. rusqlite adds 2 MB to the program and a C build. redb is well maintained, but an empty
//! database takes 0.6 to 3.6 MB (its issue 943), each commit writes whole pages and waits for the
//! disk, and while the daemon has it open, no other process can read it. fjall has its own threads
//! and memory for merging. Appending a line costs a write of about 100 bytes, and no memory in
//! between; the file can be read by people and `jq` at any time; and a truncated or damaged line is
//! only one lost line.
//!
//! # What is stored
//!
//! The first line of a file has format, version and device (`line.rs`), and each other line is an
//! [`Entry`]. Changes are written at once, but light and voltage at most once a minute. Unchanged
//! values are written once an hour, to distinguish a value that stayed the same from a gap in the
//! recording: see [`Entry::follows`]. Light measured before the history was opened is not recorded.
//!
//! A file that exceeds 512 KiB is thinned (`thin.rs`): all entries of the last 7 days are kept,
//! then one per hour, and after 90 days one per day. Only if that is not sufficient, the oldest are
//! dropped: a wrong clock costs details, not years. A solar keyboard with a reading every ten
//! minutes is thinned every five or six weeks, a mouse once a year. There are at most 200 files.
//! Read permission is determined by the umask and the directory.
//!
//! # What can get lost
//!
//! A line is one write, so a killed process leaves complete lines, or a truncated last one, which
//! is skipped. Appending does not wait for the disk: a power cut costs what the kernel had not
//! written yet, about 30 seconds. A thinned file is synchronised to the disk before it replaces the
//! old one. If the disk is full, only the new entry is lost, and the next one is a retry.
//!
//! Each line has a checksum (`line.rs`), so a damaged one is skipped; the log has their number at
//! the first entry of a run. A damaged header costs nothing: the checksums of the following lines
//! identify the device, and the next entry repairs the header.
//!
//! After a clock was set back, new entries have earlier times: entries are sorted when read. A file
//! of another program or a newer version is left alone, as is anything that is not a regular file.
//!
//! # A directory that changes
//!
//! The directory and its lock (`lock.rs`) are checked before each entry, and created again if they
//! are missing or were replaced. If a directory is removed, or cannot be written at the start, the
//! entries until the first change after it is usable again are lost. There is no retry timer, so an
//! idle daemon does not wake up.

mod entry;
mod error;
mod file;
pub mod forecast;
mod line;
mod lock;
mod statistics;
mod store;
mod thin;
mod upower;

pub use entry::{Entry, HEARTBEAT, Sample, Span};
pub use error::HistoryError;
pub use file::Stamp;
pub use statistics::{Flow, statistics};
pub use store::{History, Recorded, devices, read, stamp};
pub use upower::{Point, Quantity, series, state_code};
