//! What `-h` and `--help` of all commands look like, and what their options are called.

use std::collections::BTreeMap;

use clap::{Arg, Command, CommandFactory};
use solar_status::{cli, service};

/// The default width of a terminal.
const COLUMNS: usize = 80;

/// All commands of both programs.
fn commands() -> Vec<Command> {
    let mut all = Vec::new();
    for mut program in [cli::Cli::command(), service::Args::command()] {
        program.build();
        all.extend(program.get_subcommands().cloned());
        all.push(program);
    }
    all.retain(|command| command.get_name() != "help");
    all
}

/// The options that the help shows, without `--help` and `--version`.
fn options(command: &Command) -> impl Iterator<Item = &Arg> {
    let options = command.get_arguments().filter(|it| !it.is_hide_set());
    options.filter(|it| !it.is_positional() && !["help", "version"].contains(&it.get_id().as_str()))
}

#[test]
fn no_line_of_a_help_is_wider_than_a_terminal() {
    for mut command in commands() {
        let texts = [command.render_help(), command.render_long_help()];
        for text in texts.map(|it| it.to_string()) {
            for line in text.lines() {
                let width = line.chars().count();
                assert!(width <= COLUMNS, "{}: {line}", command.get_name());
            }
        }
    }
}

#[test]
fn a_letter_means_the_same_in_every_command() {
    let mut letters = BTreeMap::new();
    for command in commands() {
        for option in options(&command) {
            let (Some(letter), long) = (option.get_short(), option.get_long()) else {
                continue;
            };
            let before = letters.insert(letter, long.unwrap().to_owned());
            assert!(
                before.is_none_or(|it| Some(it.as_str()) == long),
                "-{letter}"
            );
        }
    }
    for (letter, long) in [
        ('j', "json"),
        ('d', "device"),
        ('v', "verbose"),
        ('o', "output"),
    ] {
        assert_eq!(letters.get(&letter).map(String::as_str), Some(long));
        for command in commands()
            .iter()
            .filter(|it| it.get_name() != "solar-statusd")
        {
            let mut options = options(command).filter(|it| it.get_long() == Some(long));
            assert!(options.all(|it| it.get_short() == Some(letter)), "--{long}");
        }
    }
}

#[test]
fn options_stand_under_the_same_heading_in_every_command() {
    let mut headings = BTreeMap::new();
    for command in commands()
        .iter()
        .filter(|it| it.get_name() != "solar-statusd")
    {
        for option in options(command) {
            let name = option.get_long().unwrap().to_owned();
            let heading = option.get_help_heading().map(str::to_owned);
            let is_alone = options(command).count() < 4;
            assert!(
                heading.is_some() || is_alone,
                "{} --{name}",
                command.get_name()
            );
            let before = headings.insert(name.clone(), heading.clone());
            let is_same = before.is_none_or(|it| it == heading || is_alone);
            assert!(is_same || name == "duration", "--{name}");
        }
    }
}

#[test]
fn the_three_ways_to_follow_are_told_apart_in_both_helps() {
    let mut program = cli::Cli::command();
    for text in [program.render_help(), program.render_long_help()] {
        let text = text.to_string();
        assert!(text.contains("To follow changes: watch for a screen, monitor for one line"));
    }
}
