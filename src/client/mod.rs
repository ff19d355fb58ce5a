//! solar-statusd, seen from outside: what a front end needs to find it, ask it and follow it.

pub mod daemon;
pub mod deadline;
pub mod filter;
pub mod follow;
pub mod naming;
