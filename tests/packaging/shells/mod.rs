//! The completions for bash, zsh and fish, generated from the same source as `--help`.

mod repair;
mod typed;

use clap::{Command, CommandFactory};
use clap_complete::{Shell, generate};
use solar_status::{cli, service};

use crate::written::{assert_all, assert_fresh};

/// Their folder.
const FOLDER: &str = "packaging/completions";

/// Each file's name, as its shell expects it, and its text.
fn files() -> Vec<(String, String)> {
    let programs = [cli::Cli::command(), service::Args::command()];
    let shells = [Shell::Bash, Shell::Zsh, Shell::Fish];
    let each = programs
        .iter()
        .flat_map(|program| shells.map(|shell| file(shell, program)));
    each.collect()
}

fn file(shell: Shell, program: &Command) -> (String, String) {
    let name = program.get_name();
    let mut text = Vec::new();
    generate(shell, &mut program.clone(), name, &mut text);
    let text = String::from_utf8(text).unwrap();
    let text = repair::repaired(shell, name, &text);
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
