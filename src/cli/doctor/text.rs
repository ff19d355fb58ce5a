//! Findings as text: one line each, with the advice below it.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};
use unicode_width::UnicodeWidthStr;

use crate::cli::style::Style;
use crate::doctor::{Area, Finding, Verdict};

/// The column in which the text of a finding begins.
const INDENT: usize = 18;
/// The least width of a text, in columns.
const NARROWEST: usize = 30;

/// Prints the findings and a summary.
pub(super) fn print(out: &mut dyn Write, findings: &[Finding], style: Style) -> io::Result<()> {
    let mut last: Option<Area> = None;
    for finding in findings {
        let area = if last == Some(finding.area) {
            ""
        } else {
            finding.area.name()
        };
        last = Some(finding.area);
        let verdict = finding.verdict.name();
        let ansi = style.ansi(ansi(finding.verdict));
        write!(out, "{area:<9} {ansi}{verdict:<7}{ansi:#} ")?;
        lines(out, &finding.text, INDENT, style)?;
        if let Some(advice) = &finding.advice {
            let arrow = if style.unicode { "→" } else { ">" };
            write!(out, "{:INDENT$}{arrow} ", "")?;
            lines(out, advice, INDENT + 2, style)?;
        }
    }
    writeln!(out, "\n{}", sum(findings))
}

/// Prints a text, wrapped at the terminal's width and indented below its beginning.
fn lines(out: &mut dyn Write, text: &str, indent: usize, style: Style) -> io::Result<()> {
    let width = style.width.map_or(usize::MAX, |width| {
        width.saturating_sub(indent).max(NARROWEST)
    });
    let mut column = 0;
    for word in text.split(' ') {
        let word_width = word.width();
        if column > 0 && column + 1 + word_width > width {
            write!(out, "\n{:indent$}", "")?;
            column = 0;
        }
        if column > 0 {
            write!(out, " ")?;
            column += 1;
        }
        write!(out, "{word}")?;
        column += word_width;
    }
    writeln!(out)
}

const fn ansi(verdict: Verdict) -> Ansi {
    let color = match verdict {
        Verdict::Ok => AnsiColor::Green,
        Verdict::Note => AnsiColor::Cyan,
        Verdict::Unseen => return Ansi::new().dimmed(),
        Verdict::Denied | Verdict::Absent => AnsiColor::Yellow,
        Verdict::Problem => AnsiColor::Red,
    };
    Ansi::new().fg_color(Some(anstyle::Color::Ansi(color)))
}

/// Counts the findings: `Something is wrong: 2 problems, 1 note.`
fn sum(findings: &[Finding]) -> String {
    let count = |verdict| findings.iter().filter(|it| it.verdict == verdict).count();
    let plural = |number, one: &str, more: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        number => Some(format!("{number} {more}")),
    };
    let parts = [
        plural(count(Verdict::Problem), "problem", "problems"),
        plural(
            count(Verdict::Denied),
            "missing permission",
            "missing permissions",
        ),
        plural(count(Verdict::Note), "note", "notes"),
        plural(count(Verdict::Unseen), "thing unseen", "things unseen"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let rest = if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join(", "))
    };
    let verdict = match crate::doctor::worst(findings) {
        Verdict::Ok | Verdict::Note | Verdict::Unseen => "Nothing is wrong",
        Verdict::Denied => "You cannot read the devices",
        Verdict::Absent => "No receiver or device was found",
        Verdict::Problem => "Something is wrong",
    };
    format!("{verdict}{rest}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(findings: &[Finding], style: Style) -> String {
        let mut out = Vec::new();
        print(&mut out, findings, style).unwrap();
        String::from_utf8(out).unwrap()
    }

    const PLAIN: Style = Style {
        color: false,
        unicode: false,
        width: Some(60),
    };

    fn findings() -> [Finding; 3] {
        [
            Finding::ok(Area::Usb, "device", "a receiver"),
            Finding::problem(
                Area::Hidraw,
                "x",
                "a text that is long enough for two whole lines",
            )
            .advise("sudo do this and that, then plug it in again"),
            Finding::note(Area::Hidraw, "y", "another"),
        ]
    }

    #[test]
    fn a_finding_is_a_line_with_its_advice_below() {
        assert_eq!(
            printed(&findings(), PLAIN),
            "usb       ok      a receiver\n\
             hidraw    problem a text that is long enough for two whole\n\
             \x20                 lines\n\
             \x20                 > sudo do this and that, then plug it in\n\
             \x20                   again\n\
             \x20         note    another\n\
             \n\
             Something is wrong: 1 problem, 1 note.\n"
        );
    }

    #[test]
    fn colour_and_unicode_are_used_where_available() {
        let style = Style {
            color: true,
            unicode: true,
            width: None,
        };
        let text = printed(&findings(), style);
        assert!(text.contains("\x1b[31mproblem\x1b[0m"), "{text:?}");
        assert!(text.contains("→ sudo"), "{text}");
    }

    #[test]
    fn the_summary_is_the_last_line() {
        let sum = |verdict| sum(&[Finding::new(Area::Usb, "x", verdict, "")]);
        assert_eq!(sum(Verdict::Ok), "Nothing is wrong.");
        assert_eq!(sum(Verdict::Unseen), "Nothing is wrong: 1 thing unseen.");
        assert_eq!(
            sum(Verdict::Denied),
            "You cannot read the devices: 1 missing permission."
        );
        assert_eq!(sum(Verdict::Absent), "No receiver or device was found.");
    }
}
