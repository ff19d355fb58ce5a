//! The layout of parameters: which bytes are which field, and how a field is shown.

use super::super::fields::{Fields, hex};
use crate::text;
use hidpp_proto::feature::DeviceText;

/// A field of the parameters.
pub(super) struct Part {
    /// Its key in JSON, and its label with spaces for underscores. Empty: not shown.
    pub(super) name: &'static str,
    pub(super) form: Form,
}

/// The size of a field, and how it is shown. Numbers of several bytes are big-endian unless stated.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// A number of one byte, with its unit.
    Byte(&'static str),
    /// A signed number of one byte, with its unit.
    Signed(&'static str),
    /// A number of two bytes, with its unit.
    Word(&'static str),
    /// A little-endian number of two bytes, with its unit.
    LittleWord(&'static str),
    /// An id of one byte, as hexadecimal digits.
    Id,
    /// An id of two bytes.
    WideId,
    /// One byte that is a code with a name.
    Code(&'static [(u8, &'static str)]),
    /// Two bytes that are a code with a name.
    WideCode(&'static [(u8, &'static str)]),
    /// One byte of bits with names, lowest first.
    Bits(&'static [&'static str]),
    /// Two bytes of bits with names, lowest first.
    WideBits(&'static [&'static str]),
    /// Red, green and blue.
    Color,
    /// Numbers of two bytes up to a zero or the end. E000 plus a step between two numbers stands
    /// for all numbers between them (libratbag).
    Steps,
    /// All other bytes.
    Bytes,
    /// Text up to a zero or the end.
    Text,
    /// One byte without a known meaning.
    Unknown,
}

impl Form {
    /// The bytes that it needs.
    pub(super) const fn least(self) -> usize {
        match self {
            Self::Byte(_)
            | Self::Signed(_)
            | Self::Id
            | Self::Code(_)
            | Self::Bits(_)
            | Self::Unknown => 1,
            Self::Word(_)
            | Self::LittleWord(_)
            | Self::WideId
            | Self::WideCode(_)
            | Self::WideBits(_) => 2,
            Self::Color => 3,
            Self::Steps | Self::Bytes | Self::Text => 0,
        }
    }

    /// Whether it takes all bytes that are left.
    pub(super) const fn takes_rest(self) -> bool {
        matches!(self, Self::Steps | Self::Bytes | Self::Text)
    }
}

const fn part(name: &'static str, form: Form) -> Part {
    Part { name, form }
}

pub(super) const fn byte(name: &'static str) -> Part {
    part(name, Form::Byte(""))
}

pub(super) const fn unit(name: &'static str, unit: &'static str) -> Part {
    part(name, Form::Byte(unit))
}

pub(super) const fn signed(name: &'static str, unit: &'static str) -> Part {
    part(name, Form::Signed(unit))
}

pub(super) const fn word(name: &'static str, unit: &'static str) -> Part {
    part(name, Form::Word(unit))
}

pub(super) const fn little(name: &'static str, unit: &'static str) -> Part {
    part(name, Form::LittleWord(unit))
}

pub(super) const fn id(name: &'static str) -> Part {
    part(name, Form::Id)
}

pub(super) const fn wide_id(name: &'static str) -> Part {
    part(name, Form::WideId)
}

pub(super) const fn code(name: &'static str, codes: &'static [(u8, &'static str)]) -> Part {
    part(name, Form::Code(codes))
}

pub(super) const fn wide_code(name: &'static str, codes: &'static [(u8, &'static str)]) -> Part {
    part(name, Form::WideCode(codes))
}

pub(super) const fn bits(name: &'static str, names: &'static [&'static str]) -> Part {
    part(name, Form::Bits(names))
}

pub(super) const fn wide_bits(name: &'static str, names: &'static [&'static str]) -> Part {
    part(name, Form::WideBits(names))
}

pub(super) const fn color(name: &'static str) -> Part {
    part(name, Form::Color)
}

pub(super) const fn steps(name: &'static str) -> Part {
    part(name, Form::Steps)
}

pub(super) const fn bytes(name: &'static str) -> Part {
    part(name, Form::Bytes)
}

pub(super) const fn letters(name: &'static str) -> Part {
    part(name, Form::Text)
}

/// A byte without a known meaning.
pub(super) const SKIP: Part = part("", Form::Unknown);

/// `off` and `on`.
pub(super) const SWITCH: &[(u8, &str)] = &[(0, "off"), (1, "on")];

/// Adds the fields of `params`. Returns whether all bytes could be explained: bytes without a field
/// are zero.
pub(super) fn explain(fields: &mut Fields, parts: &[Part], params: &[u8]) -> bool {
    let mut rest = params;
    let mut is_explained = true;
    for part in parts {
        let size = if part.form.takes_rest() {
            rest.len()
        } else {
            part.form.least()
        };
        // A short report ends before the last fields.
        let Some((taken, left)) = rest.split_at_checked(size) else {
            break;
        };
        rest = left;
        is_explained &= show(fields, part, taken);
    }
    is_explained && rest.iter().all(|&byte| byte == 0)
}

fn show(fields: &mut Fields, part: &Part, bytes: &[u8]) -> bool {
    let name = part.name;
    let label = name.replace('_', " ");
    match (part.form, bytes) {
        (Form::Byte(unit), &[value]) => number(fields, name, &label, value.into(), unit),
        (Form::Signed(unit), &[value]) => {
            number(fields, name, &label, value.cast_signed().into(), unit);
        }
        (Form::Word(unit), &[high, low]) => {
            number(
                fields,
                name,
                &label,
                u16::from_be_bytes([high, low]).into(),
                unit,
            );
        }
        (Form::LittleWord(unit), &[low, high]) => {
            number(
                fields,
                name,
                &label,
                u16::from_le_bytes([low, high]).into(),
                unit,
            );
        }
        (Form::Id | Form::WideId, bytes) => {
            let digits = digits(bytes);
            fields.say(name, digits.clone(), format!("{label} {digits}"));
        }
        (Form::Code(codes), &[value]) => named(fields, name, &label, codes, bytes, value.into()),
        (Form::WideCode(codes), &[high, low]) => {
            let value = u16::from_be_bytes([high, low]);
            named(fields, name, &label, codes, bytes, value);
        }
        (Form::Bits(names), &[value]) => flags(fields, name, &label, names, bytes, value.into()),
        (Form::WideBits(names), &[high, low]) => {
            let value = u16::from_be_bytes([high, low]);
            flags(fields, name, &label, names, bytes, value);
        }
        (Form::Color, bytes) => {
            let digits = digits(bytes);
            fields.say(name, digits.clone(), format!("{label} #{digits}"));
        }
        (Form::Steps, bytes) => list(fields, name, &label, bytes),
        (Form::Bytes, bytes) => {
            let used = bytes
                .iter()
                .rposition(|&byte| byte != 0)
                .map_or(0, |last| last + 1);
            let words = match bytes.get(..used) {
                Some([]) | None => "all zero".to_owned(),
                Some(used) => hex(used),
            };
            fields.row(name, hex(bytes), words);
        }
        (Form::Text, bytes) => {
            let text = text::name(DeviceText::new(bytes).untrusted()).unwrap_or_default();
            fields.say(name, text.clone(), format!("{label} \"{text}\""));
        }
        (Form::Unknown, bytes) => return bytes.iter().all(|&byte| byte == 0),
        _ => return false,
    }
    true
}

fn number(fields: &mut Fields, name: &'static str, label: &str, value: i32, unit: &str) {
    let space = if unit.is_empty() { "" } else { " " };
    fields.say(name, value, format!("{label} {value}{space}{unit}"));
}

/// Bytes as hexadecimal digits without spaces.
fn digits(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.concat()
}

/// A code: its name, or its digits if it has none.
fn named(
    fields: &mut Fields,
    name: &'static str,
    label: &str,
    codes: &[(u8, &'static str)],
    bytes: &[u8],
    value: u16,
) {
    let known = codes.iter().find(|(code, _)| u16::from(*code) == value);
    let words = known.map_or_else(|| digits(bytes), |&(_, name)| name.to_owned());
    fields.say(name, words.clone(), format!("{label} {words}"));
}

/// Bits: the names of those that are set, and the digits if one of them has no name.
fn flags(
    fields: &mut Fields,
    name: &'static str,
    label: &str,
    names: &[&'static str],
    bytes: &[u8],
    value: u16,
) {
    let mut set: Vec<String> = Vec::new();
    let mut left = value;
    for (bit, &name) in names.iter().enumerate() {
        let mask = 1_u16
            .checked_shl(u32::try_from(bit).unwrap_or(u32::MAX))
            .unwrap_or(0);
        if value & mask != 0 && !name.is_empty() {
            set.push(name.to_owned());
            left &= !mask;
        }
    }
    if left != 0 {
        set.push(digits(bytes));
    }
    let words = if set.is_empty() {
        "none".to_owned()
    } else {
        set.join(", ")
    };
    fields.say(name, set, format!("{label}: {words}"));
}

fn list(fields: &mut Fields, name: &'static str, label: &str, bytes: &[u8]) {
    let words = bytes.chunks_exact(2).map_while(|pair| match pair {
        [0, 0] => None,
        &[high, low] => Some(u16::from_be_bytes([high, low])),
        _ => None,
    });
    let mut pieces: Vec<String> = Vec::new();
    let mut step = None;
    for word in words {
        match (word.checked_sub(0xE000), step.take()) {
            (Some(by), _) => step = Some(by),
            (None, Some(by)) => pieces.push(format!(" to {word} by {by}")),
            (None, None) if pieces.is_empty() => pieces.push(word.to_string()),
            (None, None) => pieces.push(format!(", {word}")),
        }
    }
    let text = pieces.concat();
    let words = format!("{label} {text}");
    fields.say(name, text, words);
}
