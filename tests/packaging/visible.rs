//! The command line without what `--help` hides.

use clap::Command;
use clap::builder::StyledStr;

/// Sets a text of a command.
type Set = fn(Command, StyledStr) -> Command;

/// The same command without hidden options and commands. clap cannot remove any, and the generators
/// of completions write them.
pub(crate) fn visible(command: &Command) -> Command {
    let name: &'static str = command.get_name().to_owned().leak();
    let arguments = command.get_arguments().filter(|it| !it.is_hide_set());
    let commands = command.get_subcommands().filter(|it| !it.is_hide_set());
    let mut shown = Command::new(name)
        .args(arguments.cloned())
        .subcommands(commands.map(visible));
    if let Some(version) = command.get_version() {
        shown = shown.version(version.to_owned().leak() as &'static str);
    }
    let texts: [(Option<&StyledStr>, Set); 4] = [
        (command.get_about(), Command::about),
        (command.get_long_about(), Command::long_about),
        (command.get_after_help(), Command::after_help),
        (command.get_after_long_help(), Command::after_long_help),
    ];
    for (text, set) in texts {
        if let Some(text) = text {
            shown = set(shown, text.clone());
        }
    }
    shown
}
