//! What became of charge, voltage and light over months, one text file per device.
//!
//! # Why files of lines
//!
//! A device gives ten entries an hour, seldom more; no embedded store is built for so little.
//! rusqlite is 2 MB more of program and a C build. redb is well kept, but an empty database takes 0.6 to
//! 3.6 MB (its issue 943), each commit writes whole pages and waits for the disk, and while the
//! daemon has it open nobody else can read it. fjall keeps threads and memory of its own for merging.
//! A line appended costs the write of some 100 bytes, needs no memory between two, is read by people
//! and `jq` while it is written, and when it is torn or damaged it is one line that is lost.
//!
//! # What is kept
//!
//! The first line of a file names format, version and device (`line.rs`), each other one is an
//! [`Entry`]. What changes is written at once, but light and voltage not more than once a minute;
//! what stays the same once an hour, and that makes the difference between a value that stayed
//! and nobody there to see it: see [`Entry::follows`]. What a device had measured before the
//! history was opened is no news.
//!
//! A file that exceeds 512 KiB is thinned (`thin.rs`): everything of the last 7 days stays, then an
//! entry an hour, after 90 days one a day. Only when that is too much, the oldest go: a wrong clock
//! costs details, not years. A solar keyboard with a reading every ten minutes is thinned every five or
//! six weeks, a mouse once a year. There are at most 200 files. Who may read them is left to
//! the umask and the directory.
//!
//! # What can get lost
//!
//! A line is one write, so a process killed leaves whole lines or a torn last one, which is not
//! read. Nothing waits for the disk: a power cut costs what the kernel had not written yet, some
//! 30 seconds. A thinned file is on the disk before it takes the place of the old one. With a full
//! disk the new entry is lost, nothing before it, and the next one is tried again.
//!
//! Each line has a checksum (`line.rs`), so a damaged one is left out and counted in the log, at the
//! first entry of a run. A damaged header costs nothing: the lines after it prove whose they are, and
//! the next entry repairs it.
//!
//! A clock that is set back writes entries before the last: they are sorted in reading. A file of
//! another program or a newer version is left alone, as is anything that is not a regular file.
//!
//! # A directory that changes
//!
//! The directory and its lock (`lock.rs`) are checked before each entry, and made again if they are
//! missing or were exchanged: a directory that is removed, or cannot be written at the start, costs
//! the entries up to the next news after it can be used. Nothing is tried in between, so an idle
//! daemon does not wake for it.

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
