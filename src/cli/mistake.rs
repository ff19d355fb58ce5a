//! Tips for mistaken arguments. Each leads to a command line that does what was meant.

use std::fmt;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error, ValueEnum};
use strsim::osa_distance;

use super::format::{self, Format};
use super::options::Field;
use crate::nodes::Desk;

/// How many other commands that have an option are named.
const MOST: usize = 3;

const PROGRAM: &str = "solar-status";

/// Adds tips to an error in the arguments, for the command that they name, if any. Tips of clap that
/// are too far from what was typed are removed.
pub(super) fn explained(mut error: Error, program: &Command, command: Option<&str>) -> Error {
    for kind in [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg] {
        remove_far(&mut error, kind);
    }
    let tips = tips(&error, program, command);
    if !tips.is_empty() {
        for kind in [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg] {
            error.remove(kind);
        }
        let tips = tips.iter().map(|tip| StyledStr::from(tip.to_string()));
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(tips.collect()),
        );
    }
    error
}

/// A command line that does what may have been meant.
struct Tip {
    when: String,
    line: String,
}

impl Tip {
    fn new(when: &str, line: String) -> Self {
        let when = when.to_owned();
        Self { when, line }
    }
}

impl fmt::Display for Tip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { when, line } = self;
        write!(f, "{when}: `{line}`")
    }
}

/// Returns the tips that clap does not give.
fn tips(error: &Error, program: &Command, command: Option<&str>) -> Vec<Tip> {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        Some(ContextValue::Strings(words)) => words.first().map(String::as_str),
        _ => None,
    };
    let here = command.and_then(|name| program.find_subcommand(name));
    let here = here.unwrap_or(program);
    let is_near = error.get(ContextKind::SuggestedSubcommand).is_some()
        || error.get(ContextKind::SuggestedArg).is_some();
    let about = |option| word(ContextKind::InvalidArg).filter(|it| it.contains(option));
    match error.kind() {
        _ if is_near => Vec::new(),
        // A word instead of an option, or a command after an option.
        ErrorKind::InvalidSubcommand | ErrorKind::ArgumentConflict => {
            let word = word(ContextKind::InvalidSubcommand);
            word.and_then(|it| of_word(it, program, here))
                .into_iter()
                .collect()
        }
        ErrorKind::UnknownArgument => match word(ContextKind::InvalidArg) {
            Some(option) if option.starts_with('-') => of_option(option, program, here),
            Some(word) => of_word(word, program, here).into_iter().collect(),
            None => Vec::new(),
        },
        // What follows `--simulate` and is not a desk.
        ErrorKind::InvalidValue if about("--simulate").is_some() => {
            let word = word(ContextKind::InvalidValue);
            let tip = word.and_then(|it| of_word(it, program, here));
            let simulated = |tip: Tip| Tip {
                line: format!("{} --simulate", tip.line),
                ..tip
            };
            tip.map(simulated).into_iter().collect()
        }
        // `--watch` without a format.
        ErrorKind::MissingRequiredArgument if about("--format").is_some() => vec![
            Tip::new("for a screen", format!("{PROGRAM} watch")),
            Tip::new("for one line per change", format!("{PROGRAM} monitor")),
        ],
        _ => Vec::new(),
    }
}

/// Returns the tip for a word where none is expected: if it names nothing, it may be a device.
fn of_word(word: &str, program: &Command, here: &Command) -> Option<Tip> {
    of_name(word, program, here).or_else(|| {
        let device = here
            .get_arguments()
            .find(|it| it.get_long() == Some("device"));
        let line = format!("{} --device {}", line(here), quoted(word));
        device.map(|_| Tip::new("for one device", line))
    })
}

/// Returns the tip for a word that names a command, an option or a value.
fn of_name(word: &str, program: &Command, here: &Command) -> Option<Tip> {
    let line = line(here);
    let has = |option| {
        let mut options = here
            .get_arguments()
            .filter(|it| it.get_action().takes_values());
        options.any(|it| it.get_long() == Some(option))
    };
    if let Some(command) = program.find_subcommand(word) {
        let is_list = command.is_hide_set();
        return if is_list {
            Some(Tip::new("to list all devices", PROGRAM.to_owned()))
        } else if line == PROGRAM {
            let line = format!("{PROGRAM} {}", command.get_name());
            Some(Tip::new("the command comes first", line))
        } else {
            None
        };
    }
    if has("format") && format::profiles().iter().any(|it| it == word) {
        return Some(Tip::new(
            "for that format",
            format!("{line} --format {word}"),
        ));
    }
    if let Some(option) = option_of(here, word) {
        return Some(Tip::new("as an option", format!("{line} {option}")));
    }
    if has("simulate") && Desk::named(word).is_some() {
        let line = format!("{line} --simulate {word}");
        return Some(Tip::new("for that simulated desk", line));
    }
    if has("fields") && Field::from_str(word, true).is_ok() {
        return Some(Tip::new(
            "for that field",
            format!("{line} --fields {word}"),
        ));
    }
    let is_value = |word: &str| !word.contains(['{', '}']) && Format::has_value(word);
    if has("format") && is_value(word) {
        let line = format!("{line} --format '{{{word}}}'");
        return Some(Tip::new("for that value only", line));
    }
    None
}

/// Returns the tips for an option that this command does not have.
fn of_option(option: &str, program: &Command, here: &Command) -> Vec<Tip> {
    let word = option.trim_start_matches('-');
    let word = word.split('=').next().unwrap_or(word);
    if let Some(command) = program.find_subcommand(word) {
        let line = if command.is_hide_set() {
            PROGRAM.to_owned()
        } else {
            format!("{PROGRAM} {}", command.get_name())
        };
        return vec![Tip::new("as a command", line)];
    }
    let commands = std::iter::once(program).chain(program.get_subcommands());
    let others = commands.filter(|it| it.get_name() != here.get_name() && !it.is_hide_set());
    let tip = |command: &Command| {
        let option = option_of(command, word)?;
        let line = format!("{} {option}", line(command));
        Some(Tip::new("another command has it", line))
    };
    let tips: Vec<Tip> = others.filter_map(tip).take(MOST).collect();
    if tips.is_empty() {
        return of_name(word, program, here).into_iter().collect();
    }
    tips
}

/// Returns a command's option of this long or short name, with the name of its value.
fn option_of(command: &Command, name: &str) -> Option<String> {
    let mut options = command.get_arguments().filter(|it| !it.is_hide_set());
    let option = options.find(|it| {
        let short = it.get_short().map(String::from);
        it.get_long() == Some(name) || short.as_deref() == Some(name)
    })?;
    let long = format!("--{}", option.get_long()?);
    let is_optional = option.get_num_args().is_some_and(|it| it.min_values() == 0);
    let value = option.get_value_names().and_then(<[_]>::first);
    let value = value.filter(|_| option.get_action().takes_values() && !is_optional);
    Some(value.map_or_else(|| long.clone(), |value| format!("{long} {value}")))
}

/// Removes a suggestion of clap unless a third of it at most differs from what was typed, or it
/// begins with what was typed.
fn remove_far(error: &mut Error, kind: ContextKind) {
    let typed = match kind {
        ContextKind::SuggestedSubcommand => error.get(ContextKind::InvalidSubcommand),
        _ => error.get(ContextKind::InvalidArg),
    };
    let Some(ContextValue::String(typed)) = typed else {
        return;
    };
    let typed = typed.trim_start_matches('-').to_lowercase();
    let is_near = |it: &String| {
        let it = it.trim_start_matches('-');
        it.starts_with(&typed) || osa_distance(it, &typed) <= (typed.chars().count() / 3).max(1)
    };
    let kept = match error.get(kind) {
        Some(ContextValue::String(it)) => is_near(it).then(|| ContextValue::String(it.clone())),
        Some(ContextValue::Strings(all)) => {
            let near: Vec<String> = all.iter().filter(|it| is_near(it)).cloned().collect();
            (!near.is_empty()).then_some(ContextValue::Strings(near))
        }
        _ => return,
    };
    error.remove(kind);
    if let Some(kept) = kept {
        error.insert(kind, kept);
    }
}

/// Returns how a command is called.
fn line(command: &Command) -> String {
    let name = command.get_name();
    if name == PROGRAM {
        PROGRAM.to_owned()
    } else {
        format!("{PROGRAM} {name}")
    }
}

/// Quotes a word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.');
    if word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
