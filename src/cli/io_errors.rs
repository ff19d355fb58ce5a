//! Standard input and output, with error messages that name them.
//!
//! An output that was closed beforehand (`>&-`) is not an error: Rust's start-up code opens
//! `/dev/null` instead, which cannot be distinguished from an intended one such as Python's
//! `DEVNULL`.

use std::io;

/// An I/O error and the operation that failed.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {source}")]
struct Named {
    what: &'static str,
    source: io::Error,
}

/// Adds context to an error of reading standard input.
pub(super) fn unreadable(error: io::Error) -> io::Error {
    named("standard input cannot be read", error)
}

/// Adds context to an error of writing standard output.
pub(super) fn unwritable(error: io::Error) -> io::Error {
    named("standard output cannot be written", error)
}

fn named(what: &'static str, source: io::Error) -> io::Error {
    io::Error::new(source.kind(), Named { what, source })
}
