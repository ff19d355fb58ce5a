//! The rooms, what each may use, and which crates.

use std::collections::BTreeSet;

/// Each room with those it may use. docs/architecture.md describes them.
pub(crate) const ROOMS: &[(&str, &str)] = &[
    ("units", ""),
    ("clock", "units"),
    ("storage", ""),
    ("text", ""),
    ("wire", ""),
    ("transport", "wire text units"),
    ("feature", "wire units"),
    ("capture", "feature transport wire text units"),
    ("device", "feature wire units"),
    ("history", "storage device units"),
    ("session", "feature wire units"),
    // Firmware: of the program it simulates a device for, it may know the frames.
    ("sim", "wire units"),
    (
        "manager",
        "storage device session capture transport feature wire clock text units",
    ),
    ("nodes", "manager sim capture transport wire units"),
    ("alerts", "device units"),
    ("config", "storage alerts device text"),
    ("chart", "history device feature units"),
    ("bus", "history device feature wire text units"),
    (
        "service",
        "bus history nodes manager device session transport feature wire clock text units",
    ),
    ("client", "bus history device feature clock text units"),
    (
        "doctor",
        "storage client bus history nodes manager device session capture transport feature \
         wire clock text units",
    ),
    ("decode", "capture device feature wire text units"),
    (
        "cli",
        "storage decode client doctor config alerts chart bus nodes manager history sim device \
         session capture transport feature wire clock text units",
    ),
];

/// Each crate that the program depends on, with the rooms that use it.
pub(crate) const CRATES: &[(&str, &str)] = &[
    ("anstyle", "cli"),
    ("clap", "cli config service"),
    ("crc32fast", "storage"),
    ("env_logger", "cli service text"),
    ("hidapi", "transport"),
    ("jiff", "alerts chart cli"),
    (
        "log",
        "bus capture cli client history manager nodes service session text transport",
    ),
    ("ordered_stream", "cli client service"),
    ("png", "chart"),
    ("ratatui_core", "cli"),
    ("rusb", "doctor transport"),
    (
        "rustix",
        "bus cli client clock doctor manager service storage transport",
    ),
    ("sd_notify", "service"),
    (
        "serde",
        "alerts bus capture cli client config decode device doctor feature history manager session \
         units wire",
    ),
    ("serde_json", "cli decode doctor history manager"),
    ("signal_hook", "cli service"),
    ("strsim", "cli"),
    ("tempfile", "cli doctor history storage"),
    (
        "thiserror",
        "capture chart cli client config device doctor history manager nodes service session sim \
         storage transport wire",
    ),
    ("tiny_skia", "chart"),
    ("toml", "config"),
    ("ttf_parser", "chart"),
    ("unicode_properties", "text"),
    ("unicode_script", "text"),
    ("unicode_segmentation", "text"),
    ("unicode_width", "cli text"),
    ("zbus", "bus cli client doctor service"),
    ("zruntime", "bus service"),
];

/// The pairs that a table lists.
pub(crate) fn pairs(table: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    let rows = table.iter().flat_map(|(first, all)| {
        let pair = |second: &str| ((*first).to_owned(), second.to_owned());
        all.split_whitespace().map(pair)
    });
    rows.collect()
}
