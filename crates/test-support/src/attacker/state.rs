//! A state directory with three years of history.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Three years with an entry every five hours: the most that a file holds before it is thinned out.
const ENTRIES: u64 = 5200;
const EVERY: u64 = 5 * 60 * 60;

/// Writes histories of the devices with these ids in the documented format.
pub fn three_years(state: &Path, ids: &[String]) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let start = now.as_secs() - ENTRIES * EVERY;
    let mut lines = String::new();
    for step in 0..ENTRIES {
        let (at, percent, lux) = (start + step * EVERY, 90 - step % 60, step % 500);
        writeln!(
            lines,
            r#"{{"at":{at},"percent":{percent},"voltage_mv":2600,"lux":{lux},"state":"discharging","online":true}}"#
        )
        .unwrap();
    }
    let history = state.join("history");
    fs::create_dir_all(&history).unwrap();
    for id in ids {
        let header = format!(r#"{{"device":"{id}","format":"solar-status history","version":1}}"#);
        let text = format!("{header}\n{lines}");
        assert!(text.len() < 512 << 10, "{} bytes are thinned", text.len());
        fs::write(history.join(format!("{id}.jsonl")), text).unwrap();
    }
}
