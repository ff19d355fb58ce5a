//! Completes the names of devices, which the scripts get from the service. Without a service they
//! offer none: reading the devices takes seconds and needs a permission.

use clap_complete::Shell;

/// Stands for the names in the generated scripts.
pub(super) const PLACE: &str = "@devices@";

/// Prints the names, one a line, quickly and without an error message.
const NAMES: &str = "\
solar-status --bus system --timeout 1 --format '{name}' 2>/dev/null ||
        solar-status --bus session --timeout 1 --format '{name}' 2>/dev/null";

/// The script with the names of devices.
pub(super) fn completed(shell: Shell, text: &str) -> String {
    if !text.contains(PLACE) {
        return text.to_owned();
    }
    let (generated, call, function) = match shell {
        Shell::Bash => (
            format!("COMPREPLY=($(compgen -W \"{PLACE}\" -- \"${{cur}}\"))"),
            "_solar_status_devices",
            bash(),
        ),
        Shell::Zsh => (format!(":({PLACE})'"), ":_solar_status_devices'", zsh()),
        Shell::Fish => (
            format!("-a \"{PLACE}\\t''\""),
            "-a \"(__fish_solar_status_devices)\"",
            fish(),
        ),
        other => unreachable!("{other}"),
    };
    let completed = text.replace(&generated, call);
    assert!(!completed.contains(PLACE), "{shell}: {generated}");
    // zsh reads from the first line what the script completes.
    match shell {
        Shell::Zsh => completed.replacen('\n', &format!("\n\n{function}"), 1),
        _ => format!("{function}\n{completed}"),
    }
}

/// The names are compared without case, as `--device` does. They are not expanded: a device can have
/// any name.
fn bash() -> String {
    format!(
        r#"_solar_status_devices() {{
    local typed=${{cur//[\\\"\']/}} name
    COMPREPLY=()
    while IFS= read -r name; do
        if [[ ${{name,,}} == "${{typed,,}}"* ]]; then
            COMPREPLY+=("$(printf '%q' "${{name}}")")
        fi
    done < <({NAMES})
}}
"#
    )
}

fn zsh() -> String {
    format!(
        r#"_solar_status_devices() {{
    local -a names
    names=(${{(f)"$({NAMES})"}})
    compadd -M 'm:{{a-zA-Z}}={{A-Za-z}}' -a names
}}
"#
    )
}

fn fish() -> String {
    let names = NAMES.replace(" ||\n        ", "\n    or ");
    format!("function __fish_solar_status_devices\n    {names}\nend\n")
}
