//! The lines of a file, as JSON.
//!
//! ```json
//! {"device":"4002-5692B2EC","format":"solar-status history","version":1}
//! {"at":1764000000,"percent":57,"voltage_mv":3850,"lux":312,"state":"charging","online":true}
//! ```
//!
//! What is not known is left out. `span` is there in what was thinned: `"hour"`, `"day"`.

use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::entry::{Entry, Span};
use crate::device::ChargeState;
use crate::units::{Lux, Millivolts, Percent, Timestamp};

const FORMAT: &str = "solar-status history";
const VERSION: u32 = 1;

/// What the first line of a file says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// A history of this device.
    Ours(String),
    /// A history of a newer version.
    Newer(u32),
    /// Anything else.
    Foreign,
}

#[derive(Deserialize)]
struct HeaderLine {
    device: String,
}

/// Of a header, what all versions have.
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

/// The first line of a device's file.
pub(super) fn write_header(device: &str) -> String {
    format!(
        "{}\n",
        json!({"device": device, "format": FORMAT, "version": VERSION})
    )
}

/// Reads the first line of a file.
pub(super) fn read_header(line: &[u8]) -> Header {
    match serde_json::from_slice::<AnyHeader>(line) {
        Ok(any) if any.format == FORMAT && any.version > VERSION => Header::Newer(any.version),
        Ok(any) if any.format == FORMAT && any.version == VERSION => {
            match serde_json::from_slice::<HeaderLine>(line) {
                Ok(header) => Header::Ours(header.device),
                Err(_) => Header::Foreign,
            }
        }
        _ => Header::Foreign,
    }
}

/// The line of an entry.
pub(super) fn write_entry(entry: &Entry) -> io::Result<String> {
    let line = EntryLine {
        at: entry.at.since_start().as_secs(),
        percent: entry.charge,
        voltage_mv: entry.voltage,
        lux: entry.light,
        state: entry.state.name().map(str::to_owned),
        online: entry.online,
        span: (entry.span != Span::Moment).then(|| entry.span.name().to_owned()),
    };
    Ok(serde_json::to_string(&line)? + "\n")
}

/// Reads the line of an entry; `None`: it is torn or damaged.
pub(super) fn read_entry(line: &[u8]) -> Option<Entry> {
    let line: EntryLine = serde_json::from_slice(line).ok()?;
    let state = match line.state.as_deref() {
        None => ChargeState::Unknown,
        Some(name) => ChargeState::from_name(name)?,
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

#[cfg(test)]
mod tests {
    use super::*;

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
            write_entry(&entry).unwrap(),
            "{\"at\":1764000000,\"percent\":57,\"voltage_mv\":3850,\"lux\":312,\
             \"state\":\"charging\",\"online\":true}\n"
        );
    }

    const STATES: [ChargeState; 6] = [
        ChargeState::Discharging,
        ChargeState::Charging,
        ChargeState::Full,
        ChargeState::NotCharging,
        ChargeState::Error,
        ChargeState::Unknown,
    ];

    #[test]
    fn every_entry_is_read_as_it_was_written() {
        for state in STATES {
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
                    let line = write_entry(&entry).unwrap();
                    assert_eq!(read_entry(line.as_bytes()), Some(entry), "{line}");
                }
            }
        }
    }

    #[test]
    fn what_nobody_wrote_is_no_entry() {
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
            assert_eq!(read_entry(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn a_header_tells_its_device_or_a_newer_version() {
        let ours = write_header("B034-\"\n\u{1F5B1}");
        assert_eq!(ours.matches('\n').count(), 1);
        assert_eq!(
            read_header(ours.as_bytes()),
            Header::Ours("B034-\"\n\u{1F5B1}".to_owned())
        );
        let newer = br#"{"format":"solar-status history","version":2,"keyboard":1}"#;
        assert_eq!(read_header(newer), Header::Newer(2));
        for foreign in ["", "1764000000\t57.000\tcharging", r#"{"version":1}"#] {
            assert_eq!(read_header(foreign.as_bytes()), Header::Foreign);
        }
    }
}
