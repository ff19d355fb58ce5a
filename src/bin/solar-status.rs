//! The `solar-status` command.

use solar_status::cli::{self, Exit};

fn main() -> Exit {
    cli::main()
}
