//! All entries, for a spreadsheet.

use std::io::{self, Write};
use std::time::Duration;

use super::view::View;
use crate::history::Entry;
use crate::units::Timestamp;

/// What stands in the columns; what is not known is empty. Times are those of UTC.
const HEADER: &str = "device,name,time,span,percent,voltage_mv,lux,state,online";

pub(super) fn print(out: &mut dyn Write, views: &[View<'_>]) -> io::Result<()> {
    writeln!(out, "{HEADER}")?;
    for view in views {
        let (id, name) = (quoted(&view.subject.device.id), quoted(&view.name));
        for entry in view.entries {
            writeln!(out, "{id},{name},{}", values(entry))?;
        }
    }
    Ok(())
}

fn values(entry: &Entry) -> String {
    let number = |value: Option<u16>| value.map_or_else(String::new, |it| it.to_string());
    [
        utc(entry.at),
        entry.span.name().to_owned(),
        number(entry.charge.map(|it| it.get().into())),
        number(entry.voltage.map(|it| it.0)),
        number(entry.light.map(|it| it.0)),
        entry.state.name().unwrap_or_default().to_owned(),
        entry.online.to_string(),
    ]
    .join(",")
}

/// `2025-11-23T14:30:00Z`; what no calendar has is empty.
fn utc(at: Timestamp) -> String {
    let whole = Duration::from_secs(at.since_start().as_secs());
    let at = jiff::Timestamp::UNIX_EPOCH.checked_add(whole);
    at.map_or_else(|_| String::new(), |at| at.to_string())
}

/// A text in quotation marks where it needs them (RFC 4180).
fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_comma_is_one_value() {
        assert_eq!(quoted("K750"), "K750");
        assert_eq!(quoted("my \"K750\", old"), "\"my \"\"K750\"\", old\"");
    }

    #[test]
    fn no_time_is_too_far() {
        let at = |seconds| Timestamp::from_start(Duration::from_secs(seconds));
        assert_eq!(utc(at(1_764_028_800)), "2025-11-25T00:00:00Z");
        assert_eq!(utc(at(u64::MAX)), "");
    }
}
