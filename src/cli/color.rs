//! Whether to use colour: by the user's option, otherwise by the environment and the terminal.

use std::ffi::OsString;
use std::io::IsTerminal;

pub(super) use crate::config::ColorWhen;

/// Returns whether to use colour on this output.
pub(super) fn color(when: ColorWhen, out: &impl IsTerminal) -> bool {
    match when {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto => by_environment(|name| std::env::var_os(name), out.is_terminal()),
    }
}

/// Follows the rules of no-color.org and bixense.com/clicolors, as clap does for the help:
/// `NO_COLOR` overrides `CLICOLOR_FORCE`, which overrides everything else.
fn by_environment(variable: impl Fn(&str) -> Option<OsString>, is_terminal: bool) -> bool {
    let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
    if is_set("NO_COLOR") {
        return false;
    }
    if is_set("CLICOLOR_FORCE") {
        return true;
    }
    let wanted = variable("CLICOLOR").is_none_or(|value| value != "0");
    // A terminal without a name is assumed to have no colours.
    let able = variable("TERM").is_some_and(|name| name != "dumb");
    is_terminal && wanted && able
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With these variables, on a terminal and on a pipe.
    fn with(variables: &[(&str, &str)]) -> (bool, bool) {
        let value = |wanted: &str| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| OsString::from(value))
        };
        (by_environment(value, true), by_environment(value, false))
    }

    const NOWHERE: (bool, bool) = (false, false);
    const ON_TERMINALS: (bool, bool) = (true, false);
    const EVERYWHERE: (bool, bool) = (true, true);

    #[test]
    fn a_terminal_has_colour_unless_it_is_dumb() {
        assert_eq!(with(&[("TERM", "xterm-256color")]), ON_TERMINALS);
        assert_eq!(with(&[("TERM", "dumb")]), NOWHERE);
        assert_eq!(with(&[]), NOWHERE);
    }

    #[test]
    fn the_environment_can_disable_colour() {
        let xterm = ("TERM", "xterm");
        assert_eq!(with(&[xterm, ("NO_COLOR", "1")]), NOWHERE);
        assert_eq!(with(&[xterm, ("NO_COLOR", "")]), ON_TERMINALS);
        assert_eq!(with(&[xterm, ("CLICOLOR", "0")]), NOWHERE);
        assert_eq!(with(&[xterm, ("CLICOLOR", "1")]), ON_TERMINALS);
    }

    #[test]
    fn the_environment_can_force_colour_on_a_pipe() {
        let force = ("CLICOLOR_FORCE", "1");
        assert_eq!(with(&[force]), EVERYWHERE);
        assert_eq!(with(&[force, ("TERM", "dumb")]), EVERYWHERE);
        assert_eq!(with(&[force, ("NO_COLOR", "1")]), NOWHERE);
    }
}
