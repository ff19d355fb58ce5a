//! The `solar-statusd` daemon.

use solar_status::service::{self, Exit};

fn main() -> Exit {
    service::main()
}
