//! Long names are shortened before they push a value off a bar.

use solar_status::cli::format::bars;

use crate::devices::{LOOK, READ, mouse};
use crate::program::{SOLAR_STATUS, refused, stdout};

/// The longest name among the simulated devices, in a format.
fn k380(arguments: &[&str]) -> String {
    let device = ["--simulate=full", "--device", "K380"];
    stdout(&[&device[..], arguments].concat())
}

#[test]
fn a_bar_shortens_names_to_twenty_columns() {
    for bar in bars() {
        let text = k380(&["--format", &bar]);
        assert!(text.contains("Bluetooth Multi-Dev… ≈20 %"), "{bar}: {text}");
    }
    let waybar = k380(&["--format", "waybar"]);
    let full = r#""tooltip":"Bluetooth Multi-Device Keyboard K380  ≈20 %"#;
    assert!(waybar.contains(full), "{waybar}");
}

#[test]
fn max_name_sets_the_width_in_bars_and_templates() {
    let name = |arguments: &[&str]| k380(&[&["--format", "{name}|"], arguments].concat());
    assert_eq!(name(&[]), "Bluetooth Multi-Device Keyboard K380|\n");
    assert_eq!(name(&["--max-name", "12"]), "Bluetooth M…|\n");
    let tmux = |columns| {
        k380(&[
            "--format",
            "tmux",
            "--color",
            "never",
            "--max-name",
            columns,
        ])
    };
    assert_eq!(tmux("12"), "Bluetooth M… ≈20 %\n");
    assert_eq!(tmux("1"), "… ≈20 %\n");
    assert_eq!(tmux("36"), "Bluetooth Multi-Device Keyboard K380 ≈20 %\n");
    for wrong in ["0", "201", "ten", "-1", ""] {
        let argument = format!("--max-name={wrong}");
        let error = refused(&["--simulate", "--format", "tmux", &argument]);
        assert!(error.contains("from 1 to 200"), "{error}");
    }
}

#[test]
fn a_template_limits_any_value() {
    let filled = |template| k380(&["--format", template]);
    assert_eq!(filled("{name:.12}|"), "Bluetooth M…|\n");
    assert_eq!(filled("{name:12.9}|{kind:.3}|"), "Bluetoot…   |ke…|\n");
    assert_eq!(
        filled("{name:.40}|"),
        "Bluetooth Multi-Device Keyboard K380|\n"
    );
}

#[test]
fn a_name_is_cut_between_characters_of_any_width() {
    for (name, shown) in [
        ("🦊🦊🦊🦊", "🦊🦊…"),
        (
            "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
            "e\u{301}e\u{301}e\u{301}e\u{301}…",
        ),
        ("עכברים", "עכבר…"),
        ("M 705 R", "M 70…"),
        ("M705 R", "M705…"),
    ] {
        let format: solar_status::cli::format::Format = "{name}".parse().unwrap();
        let look = solar_status::cli::format::Look {
            max_name: Some(5),
            ..LOOK
        };
        let rendered = format.render(&[mouse(name, 5)], READ, look).unwrap();
        assert_eq!(rendered.text, shown);
    }
}

#[test]
fn a_separator_has_the_escapes_of_a_template() {
    let separated = |separator| {
        stdout(&[
            "--simulate",
            "--watch",
            "--duration",
            "60",
            "--format",
            "{name}",
            "--separator",
            separator,
        ])
    };
    assert_eq!(separated(r"\n"), "K750\nM705\nK800\n");
    assert_eq!(separated(r"\t|\\"), "K750\t|\\M705\t|\\K800\n");
    assert_eq!(separated("{}[]"), "K750{}[]M705{}[]K800\n");
    let error = refused(&["--format", "tmux", "--separator", r"ab\c"]);
    assert!(
        error.contains(r"the `\` at character 3 is not an escape"),
        "{error}"
    );
    assert_eq!(
        SOLAR_STATUS.run(&["--separator", "x"]).status.code(),
        Some(2)
    );
}
