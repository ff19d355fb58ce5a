//! Checked against polybar's wiki, Formatting: a tag extends from `%{` to the next `}`; the program
//! uses two, `%{F#RRGGBB}` and `%{F-}`.

use crate::devices::{NAMES, mouse, odd, rendered};
use crate::program::full;

/// The text without its tags, which must be the two known ones, in pairs.
fn untagged(line: &str) -> String {
    let line = line.trim_end_matches('\n');
    assert!(!line.contains('\n'), "{line:?}");
    let (mut text, mut rest, mut painted) = (String::new(), line, false);
    while let Some((before, tagged)) = rest.split_once("%{") {
        let (tag, after) = tagged.split_once('}').unwrap();
        let color = tag.strip_prefix("F#");
        let is_color =
            color.is_some_and(|it| it.len() == 6 && it.chars().all(|c| c.is_ascii_hexdigit()));
        assert!(if painted { tag == "F-" } else { is_color }, "{tag}");
        painted = !painted;
        text.push_str(before);
        rest = after;
    }
    assert!(!painted, "{line}");
    text.push_str(rest);
    text
}

#[test]
fn low_and_absent_devices_are_coloured() {
    let line = rendered("polybar", &odd());
    assert_eq!(
        line,
        "%{F#FF5555}critical 10 % %{F-}  %{F#FF5555}broken 50 % %{F-}  \
         %{F#FFB86C}steps low %{F-}  +5"
    );
    assert_eq!(
        untagged(&line),
        "critical 10 %   broken 50 %   steps low   +5"
    );
    let mut asleep = odd();
    asleep.retain(|device| device.name.as_deref() == Some("asleep"));
    let line = rendered("polybar", &asleep);
    assert_eq!(line, "%{F#888888}asleep 4 % %{F-}");
}

#[test]
fn names_are_not_interpreted_as_tags() {
    for name in NAMES {
        let line = rendered("polybar", &[mouse(name, 5)]);
        assert_eq!(line.matches("%{").count(), 2, "{line}");
        let text = untagged(&line);
        assert!(text.ends_with(" 5 % "), "{text}");
    }
}

#[test]
fn an_empty_desk_is_an_empty_line_and_a_crowd_one_line() {
    assert_eq!(rendered("polybar", &[]), "");
    assert!(untagged(&full("polybar")).contains("  +"));
}
