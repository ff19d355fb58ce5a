//! The `solar-status` command: its arguments and its output.

mod args;
mod bar;
mod cache;
mod check;
mod color;
mod configured;
pub mod decode;
pub mod doctor;
pub mod document;
mod exit;
mod file;
mod follow;
pub mod format;
mod history;
mod io_errors;
mod json;
mod mistake;
mod monitor;
mod notify;
mod options;
mod origin;
mod selecting;
mod setup;
mod status;
mod stderr;
mod style;
mod table;
mod value_text;
mod watch;

use std::io;

use clap::{CommandFactory, Parser};

use crate::text;
pub use args::{Cli, Command};
pub use exit::Exit;
pub use options::Field;
use stderr::complain;

/// Runs the command with the program's arguments.
pub fn main() -> Exit {
    let mut cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let command = Cli::named_command();
            let error = mistake::explained(error, &Cli::command(), command.as_deref());
            return match command.as_deref() {
                Some("check") => check::not_run(&error),
                _ => show(&error),
            };
        }
    };
    log_to_stderr(&cli);
    if let Some(exit) = configured::configure(&mut cli) {
        return exit;
    }
    let result = match cli.command {
        None => status::run(&cli.status),
        Some(Command::Check(args)) => Ok(check::run(&args)),
        Some(Command::List(args)) => status::run(&args),
        Some(Command::Monitor(args)) => monitor::run(&args),
        Some(Command::Watch(args)) => watch::run(args),
        Some(Command::Decode(args)) => decode(&args),
        Some(Command::Doctor(args)) => doctor::run(&args),
        Some(Command::Notify(args)) => notify::run(&args),
        Some(Command::History(args)) => history::run(&args),
    };
    result.unwrap_or_else(|error| failed(&error))
}

fn log_to_stderr(cli: &Cli) {
    let env = env_logger::Env::default().default_filter_or("warn");
    let mut logger = env_logger::Builder::from_env(env);
    if matches!(cli.command, Some(Command::Watch(_))) && watch::has_screen() {
        logger.target(env_logger::Target::Pipe(Box::new(stderr::Log)));
    }
    text::Clean::init(logger.build());
}

/// Prints the error in the arguments, or the help or version that was requested.
fn show(answer: &clap::Error) -> Exit {
    match answer.print() {
        _ if answer.use_stderr() => Exit::Usage,
        Ok(()) => Exit::Ok,
        Err(error) => failed(&io_errors::unwritable(error)),
    }
}

/// Reports an error that ended the command, and returns the exit status for it.
fn failed(error: &io::Error) -> Exit {
    // The reader closed the pipe.
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Exit::Ok;
    }
    complain(error);
    Exit::Failure
}

fn decode(args: &decode::DecodeArgs) -> io::Result<Exit> {
    let (mut input, mut out) = (io::stdin().lock(), io::stdout().lock());
    let complete = decode::run(args, &mut input, &mut out, &mut io::stderr().lock())?;
    Ok(if complete { Exit::Ok } else { Exit::Failure })
}
