//! What `clap_complete` 4.6.11 gets wrong, put right.

use clap_complete::Shell;

/// Where fish's completions give up: the last option has no value yet, since it is being typed.
const GIVES_UP: &str = "\n    or return\n";

/// What is written for a shell, so that it completes all of it.
pub(super) fn repaired(shell: Shell, program: &str, text: &str) -> String {
    match shell {
        // A program's hyphen is written in two ways, so that nothing is completed behind a command
        // (clap issue 6421).
        Shell::Bash => text.replace(
            &program.replace('-', "__subcmd__"),
            &program.replace('-', "__"),
        ),
        // The value of an option is not completed: without that option, the line can be parsed.
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
