//! The text of the file: a JSON document with a line for each device.
//!
//! ```json
//! {"schema":1,"devices":{
//! "4002-392A0750":{"checked":…,"battery":…,"light":…,"crc":"89abcdef"},
//! "101B-0C8D5D36":{"checked":…,"crc":"01234567"}
//! },"crc":"fedcba98"}
//! ```
//!
//! The document and each entry have a checksum ([`crate::storage::seal`]); an entry's covers its
//! id, too. In a damaged document, each entry with a valid checksum is still used. A document
//! without a checksum was written by an earlier version, which ignores and omits checksums. A newer
//! schema is recognised by its number, so newer versions must keep `schema` and `crc`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::entry::Entry;
use crate::storage::seal::{Seal, check, seal};
use crate::text;

/// The version of the format.
const SCHEMA: u32 = 1;

/// The contents of a document.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) devices: BTreeMap<String, Entry>,
    /// A description of the damage, if any.
    pub(super) damage: Option<String>,
}

/// The document was written by a newer version, with this schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Newer(pub(super) u32);

/// The part that documents of all versions have.
#[derive(Deserialize)]
struct Any {
    schema: u32,
}

#[derive(Deserialize)]
struct Document {
    devices: BTreeMap<String, Box<RawValue>>,
}

/// Serializes a document.
pub(super) fn write(devices: &BTreeMap<String, Entry>) -> serde_json::Result<String> {
    let line = |(id, entry): (&String, &Entry)| {
        let key = serde_json::to_string(id)?;
        Ok(format!(
            "{key}:{}",
            seal(id, &serde_json::to_string(entry)?)
        ))
    };
    let lines: serde_json::Result<Vec<String>> = devices.iter().map(line).collect();
    let lines = lines?.join(",\n");
    let document = format!("{{\"schema\":{SCHEMA},\"devices\":{{\n{lines}\n}}}}");
    Ok(seal("", &document) + "\n")
}

/// Parses a document.
pub(super) fn parse(text: &[u8]) -> Result<Contents, Newer> {
    let text = text.trim_ascii_end();
    let sealed = check("", text);
    let schema = serde_json::from_slice::<Any>(text).map(|it| it.schema);
    match (sealed, &schema) {
        (Seal::Sound | Seal::Missing, Ok(schema)) if *schema > SCHEMA => {
            return Err(Newer(*schema));
        }
        (Seal::Sound | Seal::Missing, Ok(schema)) if *schema < SCHEMA => {
            return Ok(Contents {
                damage: Some(format!("it has the unknown schema {schema}")),
                ..Contents::default()
            });
        }
        _ => {}
    }
    let document = schema.and_then(|_| serde_json::from_slice::<Document>(text));
    let mut contents = Contents::default();
    match document {
        Ok(document) => {
            let mut damaged = 0;
            for (id, raw) in document.devices {
                match entry(&id, &raw, sealed == Seal::Missing) {
                    Some(entry) => _ = contents.devices.insert(id, entry),
                    None => damaged += 1,
                }
            }
            contents.damage = match damaged {
                0 if sealed == Seal::Broken => Some("its checksum does not match".to_owned()),
                0 => None,
                1 => Some("one of its entries is damaged".to_owned()),
                _ => Some(format!("{damaged} of its entries are damaged")),
            };
        }
        Err(error) => {
            contents.devices = salvage(text);
            let intact = contents.devices.len();
            contents.damage = Some(format!("{error}; {intact} of its entries are intact"));
        }
    }
    Ok(contents)
}

/// Recovers the entries with a valid checksum from a text that is not a valid document.
fn salvage(text: &[u8]) -> BTreeMap<String, Entry> {
    let lines = text.split(|byte| *byte == b'\n');
    let entries = lines.filter_map(|line| {
        let line = line.strip_suffix(b",").unwrap_or(line);
        let object = [b"{", line, b"}"].concat();
        let object: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(&object).ok()?;
        let (id, raw) = object.into_iter().next()?;
        let entry = entry(&id, &raw, false)?;
        Some((id, entry))
    });
    entries.collect()
}

/// Parses the entry of a device; `None`: it is damaged.
fn entry(id: &str, raw: &RawValue, earlier: bool) -> Option<Entry> {
    match check(id, raw.get().as_bytes()) {
        Seal::Sound => {}
        Seal::Missing if earlier => {}
        Seal::Missing | Seal::Broken => return None,
    }
    serde_json::from_str(raw.get()).ok().map(displayable)
}

/// Sanitizes the names of an entry for display: the file is not trusted.
fn displayable(entry: Entry) -> Entry {
    Entry {
        name: entry.name.as_deref().and_then(text::name),
        full_name: entry.full_name.as_deref().and_then(text::name),
        ..entry
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use hidpp_proto::units::Timestamp;

    fn entry_of(seconds: u64, name: &str) -> Entry {
        Entry {
            checked: Timestamp::from_start(Duration::from_secs(seconds)),
            name: Some(name.to_owned()),
            has_battery: Some(true),
            ..Entry::default()
        }
    }

    fn desk() -> BTreeMap<String, Entry> {
        let entry = |seconds, id: &str| (id.to_owned(), entry_of(seconds, "K750 \"*J\""));
        BTreeMap::from([
            entry(1, "4002-1"),
            entry(2, "4002-2"),
            entry(3, "101B-\"\n"),
        ])
    }

    #[test]
    fn a_document_round_trips_and_has_a_line_for_each_device() {
        for devices in [BTreeMap::new(), desk()] {
            let text = write(&devices).unwrap();
            assert_eq!(text.lines().count(), 2 + devices.len().max(1));
            let contents = parse(text.as_bytes()).unwrap();
            assert_eq!((contents.devices, contents.damage), (devices, None));
        }
    }

    #[test]
    fn a_flipped_bit_never_changes_an_entry() {
        let devices = desk();
        let text = write(&devices).unwrap().into_bytes();
        for byte in 0..text.len() {
            for bit in 0..8 {
                let mut flipped = text.clone();
                flipped[byte] ^= 1 << bit;
                let contents = parse(&flipped).unwrap();
                let read = &contents.devices;
                assert!(read.iter().all(|(id, it)| devices.get(id) == Some(it)));
                // The damaged line is lost; if its newline is damaged, the next one too.
                assert!(devices.len() - read.len() <= 2, "{byte} {bit}");
                assert!(contents.damage.is_some() || *read == devices);
            }
        }
    }

    #[test]
    fn the_complete_lines_of_a_truncated_document_are_read() {
        let devices = desk();
        let text = write(&devices).unwrap();
        for length in 0..text.len() - 2 {
            let cut = &text[..length];
            let contents = parse(cut.as_bytes()).unwrap();
            let lines = cut.matches('\n').count().saturating_sub(1);
            assert!(contents.devices.len() >= lines.min(devices.len()), "{cut}");
            assert!(contents.damage.is_some());
        }
    }

    #[test]
    fn a_newer_schema_is_recognised_unless_its_document_is_damaged() {
        let newer = r#"{"schema":2,"devices":["other"]}"#;
        for text in [newer.to_owned(), seal("", newer)] {
            assert_eq!(parse(text.as_bytes()).unwrap_err(), Newer(2));
        }
        let damaged = seal("", newer).replace('2', "3");
        assert!(parse(damaged.as_bytes()).unwrap().damage.is_some());
    }

    #[test]
    fn an_earlier_version_wrote_no_checksums_and_ignores_them() {
        #[derive(Deserialize, serde::Serialize)]
        struct Earlier {
            schema: u32,
            devices: BTreeMap<String, serde_json::Value>,
        }
        let devices = desk();
        let mut earlier: Earlier = serde_json::from_str(&write(&devices).unwrap()).unwrap();
        for value in earlier.devices.values_mut() {
            let entry: Entry = serde_json::from_value(value.take()).unwrap();
            *value = serde_json::to_value(entry).unwrap();
        }
        let text = serde_json::to_vec(&earlier).unwrap();
        let contents = parse(&text).unwrap();
        assert_eq!((contents.devices, contents.damage), (devices, None));
    }

    #[test]
    fn a_sealed_document_has_no_unsealed_entries() {
        let mut text = write(&desk()).unwrap();
        text = text.replacen("\"crc\"", "\"csc\"", 1);
        let contents = parse(text.as_bytes()).unwrap();
        assert_eq!(contents.devices.len(), 2);
        assert_eq!(contents.damage.unwrap(), "one of its entries is damaged");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in prop::collection::vec(any::<u8>(), 0..300)) {
            _ = parse(&text);
        }
    }
}
