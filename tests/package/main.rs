//! The packages, built as for a release: for Debian, with their contents, lintian's checks, and
//! their life cycle in a fresh Debian root; for other distributions, as far as possible here; and
//! static programs in an empty root.
//!
//! Run with `cargo test --test package`. `tests/setup.sh` installs what it needs, and `mmdebstrap`
//! must be able to create a root (as root, or with user namespaces). The packages of the fresh root
//! come from this machine's mirror.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test panics on the first failure"
)]

mod contents;
mod deb;
mod life;
mod others;
mod portable;
mod system;
mod tools;
