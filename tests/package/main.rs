//! The Debian package, built as for a release: what is in it, what lintian thinks of it, and how it
//! lives and goes in a fresh Debian root.
//!
//! `cargo test --test package`; what it needs is installed by `tests/setup.sh`, and `mmdebstrap`
//! has to be allowed a root (be root, or have user namespaces). The packages of the fresh root come
//! from where this machine has its own.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod contents;
mod deb;
mod life;
mod system;
mod tools;
