//! Files that hold state: opened without blocking, checked for damage, replaced atomically.
//!
//! - [`regular`] opens regular files only: a FIFO, socket, device node or directory instead of a
//!   file is an error, and cannot block the program.
//! - [`seal`] adds a checksum to a JSON object, to detect damage.
//! - [`replace()`] replaces a file atomically.

pub mod regular;
mod replace;
pub mod seal;

pub use replace::{replace, replace_damaged};
