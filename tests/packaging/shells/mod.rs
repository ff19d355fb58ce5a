//! The completions for bash, zsh and fish, generated from the same source as `--help`.

mod devices;
mod lists;
mod repair;
mod typed;

use clap::builder::PossibleValuesParser;
use clap::{Arg, Command, CommandFactory};
use clap_complete::{Shell, generate};
use solar_status::{cli, service};

use crate::visible::visible;
use crate::written::{assert_all, assert_fresh};

/// Their folder.
const FOLDER: &str = "packaging/completions";

/// Each file's name, as its shell expects it, and its text.
fn files() -> Vec<(String, String)> {
    let programs = [cli::Cli::command(), service::Args::command()];
    let programs = programs.map(|program| completed(&visible(&program)));
    let shells = [Shell::Bash, Shell::Zsh, Shell::Fish];
    let each = programs
        .iter()
        .flat_map(|program| shells.map(|shell| file(shell, program)));
    each.collect()
}

/// The command with the values of options that are not among a few: clap knows only these.
fn completed(command: &Command) -> Command {
    let values = |argument: &Arg| match argument.get_id().as_str() {
        "format" => cli::format::profiles(),
        "bus" => vec!["system".to_owned(), "session".to_owned()],
        "device" => vec![devices::PLACE.to_owned()],
        _ => lists::place(argument).into_iter().collect(),
    };
    let mut completed = command.clone();
    for argument in command.get_arguments() {
        let values: Vec<&str> = values(argument).into_iter().map(|it| &*it.leak()).collect();
        if !values.is_empty() {
            let (id, values) = (argument.get_id().clone(), PossibleValuesParser::new(values));
            completed = completed.mut_arg(id, |it| it.value_parser(values));
        }
    }
    let commands: Vec<_> = command
        .get_subcommands()
        .map(|it| it.get_name().to_owned())
        .collect();
    for name in commands {
        completed = completed.mut_subcommand(name, |it| self::completed(&it));
    }
    completed
}

fn file(shell: Shell, program: &Command) -> (String, String) {
    let name = program.get_name();
    let mut text = Vec::new();
    generate(shell, &mut program.clone(), name, &mut text);
    let text = String::from_utf8(text).unwrap();
    let text = repair::repaired(shell, name, &text);
    let text = devices::completed(shell, &text);
    let text = lists::completed(shell, &text);
    (file_name(shell, name), text)
}

fn file_name(shell: Shell, program: &str) -> String {
    match shell {
        Shell::Zsh => format!("_{program}"),
        shell => format!("{program}.{shell}"),
    }
}

#[test]
fn the_completions_match_the_options_of_the_programs() {
    let files = files();
    for (name, text) in &files {
        assert_fresh(&format!("{FOLDER}/{name}"), text);
    }
    let names: Vec<_> = files.into_iter().map(|(name, _)| name).collect();
    assert_all(FOLDER, &names);
}
