#![doc = include_str!("../README.md")]

pub mod feature;
pub mod session;
pub mod units;
pub mod wire;
