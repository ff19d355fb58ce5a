//! An explanation as a block of text: the frame, a summary line, and the details.

use std::fmt::Write as _;

use super::context::Knowledge;
use super::explanation::{Explanation, FrameKind};

/// The block, with a line end after each line.
pub fn block(explanation: &Explanation) -> String {
    let rows = rows(explanation);
    let width = rows.iter().map(|(label, _)| label.len()).max();
    let mut text = format!("{}\n  {}\n", explanation.frame, summary(explanation));
    for (label, words) in &rows {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "    {label:width$}  {words}",
            width = width.unwrap_or(0)
        );
    }
    text
}

fn kind(explanation: &Explanation) -> &'static str {
    match explanation.kind {
        FrameKind::Request => "request",
        FrameKind::Reply => "reply",
        FrameKind::Event => "event",
        FrameKind::Notification => "notification",
        FrameKind::Error => "error",
        FrameKind::Dj => "DJ notice",
        FrameKind::Input => "input",
    }
}

fn summary(explanation: &Explanation) -> String {
    let kind = kind(explanation);
    let device = explanation.device();
    let mut phrases: Vec<&str> = explanation.fields.summary().collect();
    let subject = match (explanation.kind, explanation.event) {
        (FrameKind::Error, _) => {
            let name = phrases.join(", ");
            let subject = explanation.subject();
            return format!("{kind}: {name}, {device}, in answer to {subject}");
        }
        (FrameKind::Input, None) if explanation.protocol.is_some() => {
            explanation.protocol.unwrap_or_default().to_owned()
        }
        (FrameKind::Input, None) => "keyboard, mouse or another input device".to_owned(),
        _ => explanation.subject(),
    };
    if explanation.kind == FrameKind::Input {
        phrases = vec!["content withheld"];
    }
    let device = match explanation.device_index {
        Some(_) => format!(", {device}"),
        None => String::new(),
    };
    let colon = if phrases.is_empty() { "" } else { ": " };
    format!("{kind}: {subject}{device}{colon}{}", phrases.join(", "))
}

/// The details, each with its label.
fn rows(explanation: &Explanation) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut row = |label: &str, words: String| rows.push((label.to_owned(), words));
    if let (Some(id), true) = (explanation.software_id, explanation.function.is_some()) {
        let program = explanation.software.unwrap_or("unknown program");
        row("software id", format!("{id:X} ({program})"));
    }
    let source = match explanation.feature_source {
        Some(Knowledge::Inferred) => Some("inferred from the marker GOOD"),
        Some(Knowledge::Assumed) => Some("assumed: the usual index of this feature"),
        Some(Knowledge::Resembling) => Some("assumed: its values look like a headset's battery"),
        _ => None,
    };
    if let Some(source) = source {
        row("feature", source.to_owned());
    }
    if let Some(request) = &explanation.answers {
        row("answers", short(request));
    }
    if let Some(took) = explanation.round_trip {
        row("round trip", took.to_string());
    }
    if explanation.guessed {
        let kind = kind(explanation);
        row(
            "guessed",
            format!("{kind} rather than request: the direction is not known"),
        );
    }
    for (name, words) in explanation.fields.rows() {
        row(&label(name), words.to_owned());
    }
    if let Some(params) = &explanation.params {
        row("parameters", short(params));
    }
    if let Some(direction) = explanation.direction {
        row("direction", direction.to_string());
    }
    rows
}

/// The name of a field without its unit, which the text contains.
fn label(name: &str) -> String {
    let name = name.strip_suffix("_ms").unwrap_or(name);
    name.replace('_', " ")
}

/// Bytes without the zeros at their end: `5a 05 00 …`.
fn short(params: &str) -> String {
    let kept = params.trim_end_matches(" 00");
    match kept {
        "00" => "all zero".to_owned(),
        _ if params.len() - kept.len() >= 9 => format!("{kept} 00 …"),
        _ => params.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::context::Context;
    use super::super::explain::explain;
    use super::*;
    use crate::capture::line::Line;
    use crate::capture::line::read;

    fn text(line: &str) -> String {
        let Ok(Line::Frame(frame)) = read(line) else {
            panic!("{line}");
        };
        block(&explain(&mut Context::default(), &frame).unwrap())
    }

    #[test]
    fn the_2012_event_at_a_glance() {
        let expected = "\
11 02 09 10 39 00 0c 06 1d 47 4f 4f 44 00 00 00 00 00 00 00
  event: light measurement, solar dashboard (4301, index 09), slot 2: 57 %, 12 lux, 2.54 V, discharging, GOOD
    feature  inferred from the marker GOOD
    adc      1565 (061D), raw cell voltage
";
        assert_eq!(
            text("11 02 09 10 39 00 0C 06 1D 47 4F 4F 44 00 00 00 00 00 00 00"),
            expected
        );
    }

    #[test]
    fn the_2012_request_at_a_glance() {
        let expected = "\
10 01 09 03 78 01 00
  request: set light measure, solar dashboard (4301 assumed, index 09), slot 1: 120 reports, every 1 s
    software id  3 (Logitech solar application)
    feature      assumed: the usual index of this feature
";
        assert_eq!(text("10 01 09 03 78 01 00"), expected);
    }

    #[test]
    fn an_error_names_the_request_it_answers() {
        let expected = "\
10 01 8f 00 1b 09 00
  error: resource error (8F/09), slot 1, in answer to ping, root (0000, index 00)
    software id  B (Solaar or Logitech's own programs)
    unreachable  asleep, switched off or out of range
    direction    device to host
";
        assert_eq!(text("0.25 1 < 10 01 8F 00 1B 09 00"), expected);
    }

    #[test]
    fn typed_keys_are_left_out() {
        let expected = "20 01 01 ..\n  input: keyboard input (01), slot 1: content withheld\n";
        assert_eq!(
            text("20 01 01 00 04 05 06 00 00 00 00 00 00 00 00"),
            expected
        );
    }

    #[test]
    fn zeros_at_the_end_are_cut() {
        assert_eq!(short("5a 05 00 00 00 00"), "5a 05 00 …");
        assert_eq!(short("5a 05 00"), "5a 05 00");
        assert_eq!(short("00 00 00"), "all zero");
    }
}
