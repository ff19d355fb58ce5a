//! Completes every value of a list with commas; `clap_complete` 4.6 completes the first only.

use clap::Arg;
use clap::builder::PossibleValue;
use clap_complete::Shell;

/// Begins what stands for the values in the generated scripts.
const BEGIN: &str = "@list+";
/// Ends it.
const END: &str = "+list@";

/// What stands for the values of this argument, if it is a list.
pub(super) fn place(argument: &Arg) -> Option<String> {
    argument.get_value_delimiter()?;
    let values = argument.get_possible_values();
    let values: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    Some(format!("{BEGIN}{}{END}", values.join("+")))
}

/// The script with the values.
pub(super) fn completed(shell: Shell, text: &str) -> String {
    let Some((_, rest)) = text.split_once(BEGIN) else {
        return text.to_owned();
    };
    let (joined, _) = rest.split_once(END).unwrap();
    let (place, values) = (format!("{BEGIN}{joined}{END}"), joined.replace('+', " "));
    let (generated, call) = match shell {
        Shell::Bash => (
            format!("-W \"{place}\" -- \"${{cur}}\""),
            format!("-P \"${{cur%\"${{cur##*,}}\"}}\" -W \"{values}\" -- \"${{cur##*,}}\""),
        ),
        Shell::Zsh => (
            format!(":({place})'"),
            format!(":_sequence compadd - {values}'"),
        ),
        Shell::Fish => (
            format!("-a \"{place}\\t''\""),
            format!("-a \"(__fish_append , {values})\""),
        ),
        other => unreachable!("{other}"),
    };
    let completed = text.replace(&generated, &call);
    assert!(!completed.contains(&place), "{shell}: {generated}");
    self::completed(shell, &completed)
}
