//! Standard input and output, named in the errors of using them.
//!
//! An output that was closed beforehand (`>&-`) is no error: Rust's start-up code puts `/dev/null`
//! in its place, opened as Python's `DEVNULL` is, so that one cannot be told from the other.

use std::io;

/// An error with what could not be done.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {source}")]
struct Named {
    what: &'static str,
    source: io::Error,
}

/// The error of reading standard input.
pub(super) fn unreadable(error: io::Error) -> io::Error {
    named("standard input cannot be read", error)
}

/// The error of writing standard output.
pub(super) fn unwritable(error: io::Error) -> io::Error {
    named("standard output cannot be written", error)
}

fn named(what: &'static str, source: io::Error) -> io::Error {
    io::Error::new(source.kind(), Named { what, source })
}
