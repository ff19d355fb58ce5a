//! The `solar-status` command.

use std::io;
use std::process::ExitCode;

use clap::Parser;
use solar_status::cli::decode::{self, DecodeArgs};

#[derive(Parser)]
#[command(version, about)]
enum Command {
    Decode(DecodeArgs),
}

fn main() -> ExitCode {
    let Command::Decode(args) = Command::parse();
    let done = decode::run(
        &args,
        &mut io::stdin().lock(),
        &mut io::stdout().lock(),
        &mut io::stderr().lock(),
    );
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("solar-status: {why}");
            ExitCode::FAILURE
        }
    }
}
