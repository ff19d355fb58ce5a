//! The packages, built as for a release. That for Debian: what is in it, what lintian thinks of it,
//! and how it lives and goes in a fresh Debian root. Those for others as far as they can be had here,
//! and programs that run where there is nothing else.
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
mod others;
mod portable;
mod system;
mod tools;
