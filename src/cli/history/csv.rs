//! All entries as comma-separated values, for a spreadsheet.
//!
//! A spreadsheet interprets a cell that begins with `=`, `+`, `-` or `@` as a formula, in quotation
//! marks or not, and a formula can send the contents of the sheet elsewhere or start a program.
//! Names come from devices, so such a cell gets an apostrophe in front. Source:
//! <https://owasp.org/www-community/attacks/CSV_Injection>. Numbers are written by this program and
//! stay numbers.

use std::io::{self, Write};

use super::view::View;
use crate::cli::value_text;
use crate::history::Entry;

/// The columns; unknown values are empty. Times are in UTC.
const HEADER: &str = "device,name,time,span,percent,voltage_mv,lux,state,online";

pub(super) fn print(out: &mut dyn Write, views: &[View<'_>]) -> io::Result<()> {
    writeln!(out, "{HEADER}")?;
    for view in views {
        let id = cell(&value_text::id(&view.subject.device.id));
        let name = cell(&view.name);
        for entry in view.entries {
            writeln!(out, "{id},{name},{}", values(entry))?;
        }
    }
    Ok(())
}

fn values(entry: &Entry) -> String {
    let number = |value: Option<u16>| value.map_or_else(String::new, |it| it.to_string());
    [
        value_text::utc(entry.at).unwrap_or_default(),
        entry.span.name().to_owned(),
        number(entry.charge.map(|it| it.get().into())),
        number(entry.voltage.map(|it| it.0)),
        number(entry.light.map(|it| it.0)),
        entry.state.name().unwrap_or_default().to_owned(),
        entry.online.to_string(),
    ]
    .join(",")
}

/// Makes a text safe from formulas, in quotation marks if it needs them (RFC 4180).
fn cell(text: &str) -> String {
    let text = without_formula(text);
    if text.contains(['"', ',', ';', '\t', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// Adds an apostrophe before each character that would begin a formula: at the beginning, and after
/// a mark that separates cells if the reader uses another separator than the comma (OWASP names `;`
/// and both kinds of quotation marks).
fn without_formula(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut is_beginning = true;
    for c in text.chars() {
        let begins_formula = matches!(
            c,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'
        );
        if is_beginning && begins_formula {
            safe.push('\'');
        }
        safe.push(c);
        is_beginning = match c {
            ',' | ';' | '|' | '"' | '\t' | '\r' | '\n' => true,
            c => is_beginning && (c == '\'' || c.is_whitespace()),
        };
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use hidpp_proto::units::Timestamp;

    /// The cells of a line as a spreadsheet with this separator would split it.
    fn cells(line: &str, separator: char) -> Vec<String> {
        let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
        let mut rest = line.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '"' if is_quoted && rest.next_if_eq(&'"').is_some() => cell.push('"'),
                '"' if is_quoted || cell.is_empty() => is_quoted = !is_quoted,
                c if c == separator && !is_quoted => cells.push(std::mem::take(&mut cell)),
                c => cell.push(c),
            }
        }
        cells.push(cell);
        cells
    }

    #[test]
    fn a_name_with_a_comma_is_one_value() {
        assert_eq!(cell("K750"), "K750");
        assert_eq!(cell("my \"K750\", old"), "\"my \"\"K750\"\", old\"");
    }

    #[test]
    fn no_text_is_a_formula_with_any_separator() {
        let starts = [
            "", " ", "'", "\"", "\" '", ";", "K750;", "K750\";", "K750,\"", "x|", "\t",
        ];
        let formulas = [
            "=1+cmd|' /C calc'!A0",
            "+1",
            "-1+1",
            "@SUM(1)",
            "\t=1",
            "\r=1",
            "＝1",
        ];
        for text in starts
            .iter()
            .flat_map(|start| formulas.map(|it| format!("{start}{it}")))
        {
            let line = format!("4002-392A0750,{},57", cell(&text));
            for separator in [',', ';', '\t', '|'] {
                for cell in cells(&line, separator) {
                    let begins = cell.trim_start_matches([' ', '"']).chars().next();
                    let is_formula = begins.is_some_and(|c| "=+-@\t\r\n＝＋－＠".contains(c));
                    assert!(!is_formula, "{text:?}: {cell:?} by {separator:?}");
                }
            }
        }
    }

    #[test]
    fn a_name_that_is_not_a_formula_stays_as_it_is() {
        for name in ["MX Master 3S", "K-750", "a=b", "me@home", "1+1", "О'Нил"] {
            assert_eq!(cell(name), name);
        }
    }

    #[test]
    fn numbers_stay_numbers() {
        let entry = Entry {
            at: Timestamp::START,
            span: crate::history::Span::Moment,
            charge: hidpp_proto::units::Percent::new(57),
            voltage: Some(hidpp_proto::units::Millivolts(2540)),
            light: Some(hidpp_proto::units::Lux(12)),
            state: crate::device::ChargeState::Discharging,
            online: true,
        };
        let all = "1970-01-01T00:00:00Z,moment,57,2540,12,discharging,true";
        assert_eq!(values(&entry), all);
    }
}
