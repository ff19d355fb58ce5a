//! The decoded content of a frame: flat fields, each with its JSON value and its text.

use std::fmt::{self, Display};
use std::time::Duration;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::text;
use hidpp_proto::feature::DeviceText;

/// The fields of one frame, in the order of output.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<Field>);

/// One field.
#[derive(Clone, Debug)]
struct Field {
    name: &'static str,
    value: Value,
    words: Words,
}

/// Where a field appears in the text; in JSON every field appears.
#[derive(Clone, Debug)]
enum Words {
    /// In the summary line.
    Summary(String),
    /// In a separate line, after the field's name.
    Row(String),
    /// Not at all: null values, and values that the text of another field includes.
    None,
}

impl Fields {
    /// Adds a field of the summary; `words` is its text.
    pub(super) fn say(&mut self, name: &'static str, value: impl Into<Value>, words: impl Display) {
        self.add(name, value.into(), Words::Summary(words.to_string()));
    }

    /// Adds a field with a separate line.
    pub(super) fn row(&mut self, name: &'static str, value: impl Into<Value>, words: impl Display) {
        self.add(name, value.into(), Words::Row(words.to_string()));
    }

    /// Adds a text of a device to the summary.
    pub(super) fn text(
        &mut self,
        name: &'static str,
        text: &DeviceText,
        words: impl FnOnce(&str) -> String,
    ) {
        let text = text::name(text.untrusted()).unwrap_or_default();
        let words = words(&text);
        self.say(name, text, words);
    }

    /// Adds a field to the JSON output only.
    pub(super) fn keep(&mut self, name: &'static str, value: impl Into<Value>) {
        self.add(name, value.into(), Words::None);
    }

    fn add(&mut self, name: &'static str, value: Value, words: Words) {
        self.0.push(Field { name, value, words });
    }

    /// The value of a field.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        let mut fields = self.0.iter();
        fields
            .find(|field| field.name == name)
            .map(|field| &field.value)
    }

    /// The value of a field that is a whole number.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(Value::as_i64)
    }

    /// The value of a field that is text.
    pub(super) fn text_of(&self, name: &str) -> Option<String> {
        self.get(name)
            .and_then(Value::as_str)
            .map(ToOwned::to_owned)
    }

    /// The phrases of the summary.
    pub(super) fn summary(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|field| match &field.words {
            Words::Summary(words) => Some(words.as_str()),
            _ => None,
        })
    }

    /// The other lines: name and text.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().filter_map(|field| match &field.words {
            Words::Row(words) => Some((field.name, words.as_str())),
            _ => None,
        })
    }
}

/// A name in quotation marks.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for field in &self.0 {
            map.serialize_entry(field.name, &field.value)?;
        }
        map.end()
    }
}

/// Bytes as `fb 84 1b`.
pub(super) fn hex(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(" ")
}

/// A duration shown in milliseconds with up to two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Milliseconds(pub(super) Duration);

impl Milliseconds {
    fn rounded(self) -> f64 {
        (self.0.as_secs_f64() * 1e5).round() / 1e2
    }
}

impl Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.rounded())
    }
}

impl Serialize for Milliseconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rounded().serialize(serializer)
    }
}

/// `1 device`, `2 devices`.
pub(super) fn count(number: u8, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {one}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tests::{HOSTILE, assert_harmless};

    #[test]
    fn every_field_is_in_json_and_each_in_one_place_of_the_text() {
        let mut fields = Fields::default();
        fields.say("percent", 57, "57 %");
        fields.row("mark", 0x4F, "4F");
        fields.keep("lux", Value::Null);
        assert_eq!(
            serde_json::to_string(&fields).unwrap(),
            r#"{"percent":57,"mark":79,"lux":null}"#
        );
        assert_eq!(fields.summary().collect::<Vec<_>>(), ["57 %"]);
        assert_eq!(fields.rows().collect::<Vec<_>>(), [("mark", "4F")]);
    }

    #[test]
    fn numbers_agree_with_their_nouns() {
        assert_eq!(count(1, "report"), "1 report");
        assert_eq!(count(120, "report"), "120 reports");
    }

    #[test]
    fn a_hostile_name_in_any_report_is_harmless() {
        // A name may be cut within a character.
        let pieces = |name: &'static str| name.as_bytes().chunks(16);
        for bytes in HOSTILE.iter().copied().flat_map(pieces) {
            let mut fields = Fields::default();
            fields.text("name", &DeviceText::new(bytes), str::to_owned);
            let Words::Summary(words) = &fields.0[0].words else {
                panic!("{fields:?}");
            };
            assert_harmless(words);
            assert_eq!(fields.0[0].value, **words);
        }
    }
}
