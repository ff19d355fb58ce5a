//! Corrects errors in the output of `clap_complete` 4.6.11.

use clap_complete::Shell;

/// Where fish's completions stop: the last option is still being typed and has no value yet.
const GIVES_UP: &str = "\n    or return\n";

/// The corrected completions for a shell.
pub(super) fn repaired(shell: Shell, program: &str, text: &str) -> String {
    match shell {
        // A program's hyphen is escaped in two different ways, so nothing is completed after a
        // command (clap issue 6421).
        Shell::Bash => text.replace(
            &program.replace('-', "__subcmd__"),
            &program.replace('-', "__"),
        ),
        // Completes the value of an option: the line can be parsed after removing that option.
        Shell::Fish => {
            let Some((before, after)) = text.split_once(GIVES_UP) else {
                return text.to_owned();
            };
            let parse = before.rsplit_once('\n').unwrap().1.trim();
            format!(
                "{before}\n    or begin\n        set -e cmd[-1]\n        {parse}\n    end{GIVES_UP}{after}"
            )
        }
        _ => text.to_owned(),
    }
}
