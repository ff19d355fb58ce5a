//! Files that hold state: opened without blocking, checked for damage, replaced atomically.
//!
//! - [`regular`] opens regular files only: a FIFO, socket, device node or directory in the place of
//!   a file is an error, and cannot stop the program.
//! - [`seal`] adds a checksum to a JSON object, so that a damaged one is not believed.
//! - [`replace()`] replaces a file as a whole.

pub mod regular;
mod replace;
pub mod seal;

pub use replace::{replace, replace_damaged};
