//! Templates: text with the names of values in braces.
//!
//! `{name}` is a value; `{percent:3}` is one at least three columns wide, `{name:.12}` one at most
//! twelve columns wide. Text in square brackets is left out if one of its values is unknown:
//! `[, {lux} lux]`. A doubled bracket is that character; `\n` is a new line, `\t` a tab, `\\` a
//! backslash.

use std::borrow::Cow;
use std::iter::{Enumerate, Peekable};
use std::str::Chars;

use unicode_width::UnicodeWidthStr;

use super::Look;
use super::entry::{Entry, lowest_first};
use super::field::Field;
use super::moment::Moment;
use crate::cli::style::Style;
use crate::config::WIDEST_NAME;
use crate::device::Device;
use crate::text;

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Value {
        field: Field,
        /// The minimum width in columns.
        width: usize,
        /// The maximum width in columns; `None`: unlimited.
        most: Option<usize>,
    },
    /// Left out if a value in it is unknown.
    Optional(Vec<Part>),
}

/// Why a template is not valid. Positions are counted in characters, from 1.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The name is not that of a value.
    #[error(
        "unknown value `{name}` (character {at}); the values are {}",
        Field::names()
    )]
    UnknownValue {
        /// The text in the braces.
        name: String,
        /// Its position.
        at: usize,
    },
    /// A bracket that is not closed.
    #[error(
        "the `{bracket}` at character {at} is not closed; write `{bracket}{bracket}` for the character"
    )]
    Unclosed {
        /// Which one.
        bracket: char,
        /// Its position.
        at: usize,
    },
    /// A bracket that was not opened.
    #[error(
        "the `{bracket}` at character {at} closes nothing; write `{bracket}{bracket}` for the character"
    )]
    Unopened {
        /// Which one.
        bracket: char,
        /// Its position.
        at: usize,
    },
    /// Square brackets in square brackets.
    #[error("the `[` at character {at} is inside brackets; write `[[` for the character")]
    Nested {
        /// Its position.
        at: usize,
    },
    /// Square brackets without a value.
    #[error(
        "the brackets at character {at} contain no value in braces; write `[[` and `]]` for the \
         characters"
    )]
    NoValue {
        /// The position of the opening one.
        at: usize,
    },
    /// The width is neither a number of columns nor two.
    #[error(
        "`{width}` (character {at}) is not a width from 1 to {WIDEST_NAME}, such as 6, .12 (at most) or \
         6.12"
    )]
    Width {
        /// The text given as the width.
        width: String,
        /// Its position.
        at: usize,
    },
    /// An unknown escape after a backslash.
    #[error(r"the `\` at character {at} is not an escape; there are `\n`, `\t` and `\\`")]
    Escape {
        /// Its position.
        at: usize,
    },
}

/// The unparsed rest of a template, with positions.
struct Rest<'a>(Peekable<Enumerate<Chars<'a>>>);

impl Rest<'_> {
    fn next(&mut self) -> Option<(usize, char)> {
        self.0.next().map(|(place, c)| (place + 1, c))
    }

    fn takes(&mut self, wanted: char) -> bool {
        self.0.next_if(|(_, c)| *c == wanted).is_some()
    }

    /// The parts up to the end, or up to the bracket that closes the one at `opened`.
    fn parts(&mut self, opened: Option<usize>) -> Result<Vec<Part>, TemplateError> {
        let (mut parts, mut text) = (Vec::new(), String::new());
        let mut closed = opened.is_none();
        while let Some((at, c)) = self.next() {
            let part = match c {
                '{' | '}' | '[' | ']' if self.takes(c) => {
                    text.push(c);
                    continue;
                }
                '{' => self.value(at)?,
                '[' if opened.is_some() => return Err(TemplateError::Nested { at }),
                '[' => Part::Optional(self.parts(Some(at))?),
                ']' if opened.is_some() => {
                    closed = true;
                    break;
                }
                bracket @ ('}' | ']') => return Err(TemplateError::Unopened { bracket, at }),
                '\\' => {
                    text.push(self.escaped(at)?);
                    continue;
                }
                c => {
                    text.push(c);
                    continue;
                }
            };
            parts.extend([Part::Text(std::mem::take(&mut text)), part]);
        }
        if let Some(at) = opened.filter(|_| !closed) {
            return Err(TemplateError::Unclosed { bracket: '[', at });
        }
        parts.push(Part::Text(text));
        parts.retain(|part| *part != Part::Text(String::new()));
        let is_text = parts.iter().all(|part| matches!(part, Part::Text(_)));
        if let Some(at) = opened.filter(|_| is_text) {
            return Err(TemplateError::NoValue { at });
        }
        Ok(parts)
    }

    /// Parses the character after a backslash.
    fn escaped(&mut self, at: usize) -> Result<char, TemplateError> {
        match self.next() {
            Some((_, 'n')) => Ok('\n'),
            Some((_, 't')) => Ok('\t'),
            Some((_, '\\')) => Ok('\\'),
            _ => Err(TemplateError::Escape { at }),
        }
    }

    /// Parses a value after its opening brace.
    fn value(&mut self, opened: usize) -> Result<Part, TemplateError> {
        let mut inside = String::new();
        while !self.takes('}') {
            let Some((_, c)) = self.next() else {
                return Err(TemplateError::Unclosed {
                    bracket: '{',
                    at: opened,
                });
            };
            inside.push(c);
        }
        let at = opened + 1;
        let (name, widths) = inside.split_once(':').unwrap_or((&inside, "1"));
        let Some(field) = Field::from_name(name) else {
            let name = name.to_owned();
            return Err(TemplateError::UnknownValue { name, at });
        };
        let Some((width, most)) = parse_widths(widths) else {
            return Err(TemplateError::Width {
                width: widths.to_owned(),
                at: at + name.chars().count() + 1,
            });
        };
        Ok(Part::Value { field, width, most })
    }
}

/// Parses a width in columns.
pub(super) fn columns(text: &str) -> Option<usize> {
    text.parse()
        .ok()
        .filter(|it| (1..=WIDEST_NAME).contains(it))
}

/// Parses the minimum and the maximum width of a value: `6`, `.12` or `6.12`.
fn parse_widths(text: &str) -> Option<(usize, Option<usize>)> {
    match text.split_once('.') {
        None => Some((columns(text)?, None)),
        Some(("", most)) => Some((1, Some(columns(most)?))),
        Some((least, most)) => Some((columns(least)?, Some(columns(most)?))),
    }
}

/// Parses text with the escapes of a template, and nothing else of one.
pub(super) fn unescaped(text: &str) -> Result<String, TemplateError> {
    let mut rest = Rest(text.chars().enumerate().peekable());
    let mut unescaped = String::new();
    while let Some((at, c)) = rest.next() {
        unescaped.push(if c == '\\' { rest.escaped(at)? } else { c });
    }
    Ok(unescaped)
}

impl Template {
    pub(super) fn parse(template: &str) -> Result<Self, TemplateError> {
        let parts = Rest(template.chars().enumerate().peekable()).parts(None)?;
        Ok(Self(parts))
    }

    /// Returns whether it contains a value of a device: brackets always do.
    pub(super) fn has_value(&self) -> bool {
        self.0.iter().any(|it| !matches!(it, Part::Text(_)))
    }

    /// Fills in all devices, the lowest battery first. For a single device the template is taken
    /// for a bar's, which leaves out a device that has long been absent.
    pub(super) fn render(&self, devices: &[Device], look: Look<'_>, moment: &Moment) -> String {
        let style = look.style();
        let alone = devices.len() == 1;
        let devices = lowest_first(devices).into_iter();
        let devices = devices.map(|device| Entry::of(device, look, moment));
        let devices = devices.filter(|entry| !alone || entry.is_in_bar());
        let devices = devices.map(|entry| {
            let mut filled = String::new();
            for part in &self.0 {
                part.fill(&entry, style, &mut filled);
            }
            filled
        });
        devices.collect::<Vec<_>>().join(look.separator)
    }
}

impl Part {
    /// Appends itself for a device. Returns `false` if it contains the sign for an unknown value.
    fn fill(&self, entry: &Entry<'_>, style: Style, filled: &mut String) -> bool {
        match self {
            Self::Text(text) => {
                filled.push_str(text);
                true
            }
            Self::Value { field, width, most } => {
                let value = field.of(entry, style);
                let text = value.as_deref().unwrap_or(style.unknown());
                let text = match *most {
                    Some(most) => Cow::Owned(text::shortened(text, most, style.ellipsis())),
                    None => Cow::Borrowed(text),
                };
                let room = " ".repeat(width.saturating_sub(text.width()));
                let (before, after) = if field.is_number() {
                    (room.as_str(), "")
                } else {
                    ("", room.as_str())
                };
                filled.extend([before, &text, after]);
                value.is_some()
            }
            Self::Optional(parts) => {
                let mut inside = String::new();
                let known = |part: &Self| part.fill(entry, style, &mut inside);
                if parts.iter().all(known) {
                    filled.push_str(&inside);
                }
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(template: &str) -> String {
        Template::parse(template).unwrap_err().to_string()
    }

    #[test]
    fn a_mistake_is_reported_with_its_position() {
        let unknown = error("ä {lxu}");
        let begins = "unknown value `lxu` (character 4); the values are name, id,";
        assert!(unknown.starts_with(begins), "{unknown}");
        for (template, what) in [
            (
                "{name",
                "the `{` at character 1 is not closed; write `{{` for the character",
            ),
            (
                "x[, {lux}",
                "the `[` at character 2 is not closed; write `[[` for the character",
            ),
            (
                "x}",
                "the `}` at character 2 closes nothing; write `}}` for the character",
            ),
            (
                "x]",
                "the `]` at character 2 closes nothing; write `]]` for the character",
            ),
            (
                "[[[[x[",
                "the `[` at character 6 is not closed; write `[[` for the character",
            ),
            (
                "[a[b]]",
                "the `[` at character 3 is inside brackets; write `[[` for the character",
            ),
            // `[waybar]` printed `waybar` for each device.
            (
                "{name} [waybar]",
                "the brackets at character 8 contain no value in braces; write `[[` and `]]` for \
                 the characters",
            ),
            (
                "[]",
                "the brackets at character 1 contain no value in braces; write `[[` and `]]` for \
                 the characters",
            ),
            (
                r"ä\x",
                r"the `\` at character 2 is not an escape; there are `\n`, `\t` and `\\`",
            ),
            (
                "\\",
                r"the `\` at character 1 is not an escape; there are `\n`, `\t` and `\\`",
            ),
        ] {
            assert_eq!(error(template), what, "{template}");
        }
        for width in ["x", "", ".", "0", "201", ".0", "6.", "6.201", ".6.6", "-1"] {
            let what = format!(
                "`{width}` (character 7) is not a width from 1 to 200, such as 6, .12 (at most) or 6.12"
            );
            assert_eq!(error(&format!("{{name:{width}}}")), what);
        }
    }

    #[test]
    fn brackets_and_line_ends_can_be_escaped() {
        let text = |template| Template::parse(template).unwrap().0;
        assert_eq!(
            text(r"{{a}}[[b]]\t\\\n"),
            [Part::Text("{a}[b]\t\\\n".to_owned())]
        );
        let value = Part::Value {
            field: Field::from_name("lux").unwrap(),
            width: 1,
            most: None,
        };
        let inside = vec![Part::Text("x[]".to_owned()), value];
        assert_eq!(text("[x[[]]{lux}]"), [Part::Optional(inside)]);
    }
}
