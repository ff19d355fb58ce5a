//! The built programs on a real kernel: boots one in QEMU, plugs in a simulated receiver, and runs
//! scenarios there.
//!
//! `cargo test --test vm` runs all scenarios, `cargo test --test vm -- NAME…` those named. This
//! executable has two roles: on the host it prepares and watches QEMU; in the guest it is started
//! again with `--guest` as process 1.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test panics on the first failure"
)]

mod boot_files;
mod bus;
mod comparison;
mod cost;
mod daemon;
mod debian;
mod descriptors;
mod devices;
mod follower;
mod guest;
mod host;
mod input;
mod kernel;
mod monitor;
mod process;
mod program;
mod scenarios;
mod shipped;
mod solaar;
mod systemd;
mod traffic;
mod udev;
mod uhid;
mod upowerd;
mod usbip;
mod vm_environment;

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments == ["--guest"] {
        guest::main();
    }
    let chosen = match scenarios::choose(&arguments) {
        Ok(chosen) => chosen,
        Err(unknown) => {
            eprintln!("vm: unknown scenario {unknown:?}; the scenarios are:");
            for scenario in scenarios::ALL {
                eprintln!("    {:<12} {}", scenario.name, scenario.proves);
            }
            return ExitCode::FAILURE;
        }
    };
    match host::run(&chosen) {
        Ok(summary) => {
            println!("\n{} passed, {} failed", summary.passed, summary.failed);
            if summary.failed == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(reason) => {
            eprintln!("vm: {reason}");
            ExitCode::FAILURE
        }
    }
}
