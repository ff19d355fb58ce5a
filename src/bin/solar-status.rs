//! The `solar-status` command.

fn main() {}
