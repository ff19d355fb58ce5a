//! The syntax of the udev rules. udev ignores what it does not understand, and `udevadm verify`
//! requires systemd 253.

use test_support::documents::document;

use crate::tools::{RULES, UACCESS_RULES};

/// The keys in use, and the operators allowed for each.
const KEYS: [(&str, &[&str]); 11] = [
    ("ACTION", &["==", "!="]),
    ("SUBSYSTEM", &["==", "!="]),
    ("DEVPATH", &["==", "!="]),
    ("KERNELS", &["=="]),
    ("ATTRS{bInterfaceNumber}", &["=="]),
    ("TAG", &["+="]),
    ("GROUP", &["="]),
    ("MODE", &["="]),
    ("ENV{SYSTEMD_WANTS}", &["+="]),
    ("GOTO", &["="]),
    ("LABEL", &["="]),
];

/// The key, operator and value of each part of each rule.
fn parse(text: &str) -> Result<Vec<(&str, &str, &str)>, String> {
    let rules = text.lines().filter(|line| !line.is_empty());
    let parts = rules
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.split(", "));
    parts
        .map(|part| parse_part(part).ok_or_else(|| part.to_owned()))
        .collect()
}

fn parse_part(part: &str) -> Option<(&str, &str, &str)> {
    let (head, value) = part.strip_suffix('"')?.split_once('"')?;
    let key = head.trim_end_matches(['=', '!', '+']);
    let operator = head.strip_prefix(key)?;
    let (_, operators) = KEYS.iter().find(|(known, _)| *known == key)?;
    let fits = operators.contains(&operator) && !value.contains('"');
    fits.then_some((key, operator, value))
}

#[test]
fn every_part_of_every_rule_is_well_formed() {
    for file in [RULES, UACCESS_RULES] {
        let text = document(file);
        let parts = parse(&text).unwrap_or_else(|part| panic!("{file}: {part}"));
        assert!(!parts.is_empty(), "{file}");
    }
}

#[test]
fn every_goto_has_a_label_below() {
    for file in [RULES, UACCESS_RULES] {
        let text = document(file);
        let parts = parse(&text).unwrap();
        for (at, (key, _, label)) in parts.iter().enumerate() {
            let mut below = parts.iter().skip(at);
            assert!(
                *key != "GOTO" || below.any(|part| *part == ("LABEL", "=", label)),
                "{file}: {label}"
            );
        }
    }
}

#[test]
fn syntax_errors_are_detected() {
    for slip in [
        r#"ACTION="remove""#,
        r#"KERNEL=="hidraw*""#,
        r#"TAG+="uaccess"#,
        r#"KERNELS=="a" TAG+="b""#,
        r#"TAG+="a",TAG+="b""#,
    ] {
        assert!(parse(slip).is_err(), "{slip}");
    }
}
