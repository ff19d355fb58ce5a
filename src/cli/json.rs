//! JSON on standard output. Characters that cannot be displayed are escaped: nothing is lost, and
//! no control character reaches the terminal.

use std::fmt::Write;

use serde::Serialize;

use crate::text;

/// Formats a value on one line.
pub(super) fn to_string(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(value).map(escaped)
}

/// Formats a value over several lines, for people.
pub(super) fn to_string_pretty(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string_pretty(value).map(escaped)
}

/// Outside of its strings, JSON has no undisplayable characters except line ends (RFC 8259, 2).
fn escaped(json: String) -> String {
    let is_harmless = |c: char| c == '\n' || text::is_plain(c);
    if json.chars().all(is_harmless) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_harmless(c) {
            escaped.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tests::{HOSTILE, assert_harmless};

    #[test]
    fn no_text_is_lost_and_no_control_character_is_printed() {
        for text in HOSTILE {
            let json = to_string(text).unwrap();
            let back: String = serde_json::from_str(&json).unwrap();
            assert_eq!(back, *text);
            assert!(json.chars().all(text::is_plain), "{json}");
        }
        assert_eq!(
            to_string(&"\u{202e}\u{e0041}").unwrap(),
            r#""\u202e\udb40\udc41""#
        );
        assert_eq!(to_string(&"キーボード é").unwrap(), "\"キーボード é\"");
        assert_harmless(&to_string_pretty(&["a", "b"]).unwrap().replace('\n', " "));
    }
}
