//! The commands of `solar-status`.

pub mod decode;
