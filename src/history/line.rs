//! The lines of a history file, as JSON.
//!
//! ```json
//! {"device":"4002-5692B2EC","format":"solar-status history","version":1,"crc":"4ad18423"}
//! {"at":1764000000,"percent":57,"voltage_mv":3850,"state":"charging","online":true,"crc":"11c81698"}
//! ```
//!
//! Unknown values are omitted. Thinned entries have a `span`: `"hour"`, `"day"`.
//!
//! Each line has a checksum ([`crate::storage::seal`]): the header with an empty name, an entry
//! with the id of the device. Lines without a checksum were written by an earlier version; they are
//! read if they have only the members that it wrote, because otherwise a damaged `"crc"` would make
//! a line with a checksum look like one without. Earlier versions ignore the checksum. Later
//! versions of the format must keep it: a header with a wrong checksum is damaged, whatever its
//! version.

use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::entry::{Entry, Span};
use crate::device::ChargeState;
use crate::storage::seal::{Seal, check, seal};
use hidpp_proto::units::{Lux, Millivolts, Percent, Timestamp};

const FORMAT: &str = "solar-status history";
const VERSION: u32 = 1;

/// The first line of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// A history of this device.
    Ours(String),
    /// A history of a newer version.
    Newer(u32),
    /// A history with a damaged header.
    Damaged,
    /// Anything else.
    Foreign,
}

#[derive(Deserialize)]
struct HeaderLine {
    device: String,
}

/// The part of a header that all versions have.
#[derive(Deserialize)]
struct AnyHeader {
    format: String,
    version: u32,
}

#[derive(Deserialize, Serialize)]
struct EntryLine {
    at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<Percent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voltage_mv: Option<Millivolts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lux: Option<Lux>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    online: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<String>,
}

/// The members of a header that earlier versions wrote.
const HEADER_MEMBERS: [&str; 3] = ["device", "format", "version"];

/// The members of an entry that earlier versions wrote.
const ENTRY_MEMBERS: [&str; 7] = [
    "at",
    "percent",
    "voltage_mv",
    "lux",
    "state",
    "online",
    "span",
];

/// Serializes the first line of a device's file.
pub(super) fn write_header(device: &str) -> String {
    let header = json!({"device": device, "format": FORMAT, "version": VERSION});
    seal("", &header.to_string()) + "\n"
}

/// Parses the first line of a file.
pub(super) fn read_header(line: &[u8]) -> Header {
    let Ok(any) = serde_json::from_slice::<AnyHeader>(line) else {
        return Header::Foreign;
    };
    if any.format != FORMAT {
        return Header::Foreign;
    }
    match (check("", line), any.version) {
        (Seal::Broken, _) => Header::Damaged,
        (_, version) if version > VERSION => Header::Newer(version),
        (Seal::Missing, VERSION) if !has_only(&HEADER_MEMBERS, line) => Header::Damaged,
        (_, VERSION) => match serde_json::from_slice::<HeaderLine>(line) {
            Ok(header) => Header::Ours(header.device),
            Err(_) => Header::Foreign,
        },
        _ => Header::Foreign,
    }
}

/// Serializes an entry of a device.
pub(super) fn write_entry(device: &str, entry: &Entry) -> io::Result<String> {
    let line = EntryLine {
        at: entry.at.since_start().as_secs(),
        percent: entry.charge,
        voltage_mv: entry.voltage,
        lux: entry.light,
        state: entry.state.name().map(str::to_owned),
        online: entry.online,
        span: (entry.span != Span::Moment).then(|| entry.span.name().to_owned()),
    };
    Ok(seal(device, &serde_json::to_string(&line)?) + "\n")
}

/// Whether a line has a valid checksum for this device.
pub(super) fn is_sealed(device: &str, line: &[u8]) -> bool {
    check(device, line) == Seal::Sound
}

/// Parses the line of an entry of a device; `None`: it is truncated or damaged.
pub(super) fn read_entry(device: &str, line: &[u8]) -> Option<Entry> {
    let is_sealed = match check(device, line) {
        Seal::Sound => true,
        Seal::Missing if has_only(&ENTRY_MEMBERS, line) => false,
        Seal::Missing | Seal::Broken => return None,
    };
    let line: EntryLine = serde_json::from_slice(line).ok()?;
    let state = match line.state.as_deref() {
        None => ChargeState::Unknown,
        Some(name) => match ChargeState::from_name(name) {
            Some(state) => state,
            // A state of a newer version; the rest of the entry is usable.
            None if is_sealed => ChargeState::Unknown,
            None => return None,
        },
    };
    let span = match line.span.as_deref() {
        None => Span::Moment,
        Some(name) => Span::from_name(name)?,
    };
    Some(Entry {
        at: Timestamp::from_start(Duration::from_secs(line.at)),
        span,
        charge: line.percent,
        voltage: line.voltage_mv,
        light: line.lux,
        state,
        online: line.online,
    })
}

/// Whether a line has only these members.
fn has_only(names: &[&str], line: &[u8]) -> bool {
    let members = serde_json::from_slice::<Map<String, Value>>(line);
    members.is_ok_and(|it| it.keys().all(|name| names.contains(&name.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: &str = "4002-5692B2EC";

    #[test]
    fn a_line_is_short_and_plain() {
        let entry = Entry {
            at: Timestamp::from_start(Duration::from_secs(1_764_000_000)),
            span: Span::Moment,
            charge: Percent::new(57),
            voltage: Some(Millivolts(3850)),
            light: Some(Lux(312)),
            state: ChargeState::Charging,
            online: true,
        };
        assert_eq!(
            write_entry(DEVICE, &entry).unwrap(),
            "{\"at\":1764000000,\"percent\":57,\"voltage_mv\":3850,\"lux\":312,\
             \"state\":\"charging\",\"online\":true,\"crc\":\"4703d017\"}\n"
        );
        let earlier = br#"{"at":1764000000,"percent":57,"voltage_mv":3850,"lux":312,"state":"charging","online":true}"#;
        assert_eq!(read_entry(DEVICE, earlier), Some(entry));
    }

    #[test]
    fn a_line_of_another_device_or_with_a_damaged_checksum_is_not_an_entry() {
        let entry = read_entry(DEVICE, br#"{"at":1,"online":true}"#).unwrap();
        let line = write_entry(DEVICE, &entry).unwrap();
        let line = line.trim_end();
        assert_eq!(read_entry(DEVICE, line.as_bytes()), Some(entry));
        assert!(is_sealed(DEVICE, line.as_bytes()));
        assert_eq!(read_entry("4002-5692B2ED", line.as_bytes()), None);
        for (from, to) in [("\"at\":1", "\"at\":3"), ("crc", "csc"), ("crc", "at")] {
            let damaged = line.replace(from, to);
            assert_eq!(read_entry(DEVICE, damaged.as_bytes()), None, "{damaged}");
        }
    }

    #[test]
    fn every_entry_round_trips() {
        for state in ChargeState::ALL.iter().copied() {
            for span in [Span::Moment, Span::Hour, Span::Day] {
                for (percent, online) in [(None, false), (Percent::new(100), true)] {
                    let entry = Entry {
                        at: Timestamp::from_start(Duration::from_secs(u64::MAX)),
                        span,
                        charge: percent,
                        voltage: percent.map(|_| Millivolts(u16::MAX)),
                        light: percent.map(|_| Lux(538)),
                        state,
                        online,
                    };
                    let line = write_entry(DEVICE, &entry).unwrap();
                    let read = read_entry(DEVICE, line.trim_end().as_bytes());
                    assert_eq!(read, Some(entry), "{line}");
                }
            }
        }
    }

    #[test]
    fn invalid_lines_are_not_entries() {
        for line in [
            "",
            "{}",
            r#"{"at":-1,"online":true}"#,
            r#"{"at":1e300,"online":true}"#,
            r#"{"at":1,"percent":101,"online":true}"#,
            r#"{"at":1,"lux":65536,"online":true}"#,
            r#"{"at":1,"state":"melting","online":true}"#,
            r#"{"at":1,"online":true,"span":"year"}"#,
            r#"{"format":"solar-status history","version":1,"device":"4002"}"#,
            "\0\0\0\0",
        ] {
            assert_eq!(read_entry(DEVICE, line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn a_header_has_its_device_or_a_newer_version() {
        let ours = write_header("B034-\"\n\u{1F5B1}");
        assert_eq!(ours.matches('\n').count(), 1);
        let ours = ours.trim_end();
        assert_eq!(
            read_header(ours.as_bytes()),
            Header::Ours("B034-\"\n\u{1F5B1}".to_owned())
        );
        let earlier = br#"{"device":"4002-1","format":"solar-status history","version":1}"#;
        assert_eq!(read_header(earlier), Header::Ours("4002-1".to_owned()));
        let newer = r#"{"format":"solar-status history","version":2,"keyboard":1}"#;
        assert_eq!(read_header(newer.as_bytes()), Header::Newer(2));
        let newer = seal("", newer);
        assert_eq!(read_header(newer.as_bytes()), Header::Newer(2));
        let damaged = newer.replace('2', "3");
        assert_eq!(read_header(damaged.as_bytes()), Header::Damaged);
        let damaged = ours.replace("crc", "csc");
        assert_eq!(read_header(damaged.as_bytes()), Header::Damaged);
        for foreign in ["", "1764000000\t57.000\tcharging", r#"{"version":1}"#] {
            assert_eq!(read_header(foreign.as_bytes()), Header::Foreign);
        }
    }
}
