//! The rooms of the program and the direction of their arrows: nobody uses what lies above.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};

/// Each room with those it may use. CONTRIBUTING.md says what lives in them.
const ROOMS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("storage", &[]),
    ("text", &[]),
    ("wire", &["units"]),
    ("transport", &["wire", "text", "units"]),
    ("feature", &["wire", "text", "units"]),
    ("device", &["feature", "wire", "units"]),
    ("history", &["storage", "device", "units"]),
    ("session", &["feature", "wire", "units"]),
    // Firmware: of the program it simulates a device for, it may know the door and the frames.
    ("sim", &["transport", "wire", "units"]),
    (
        "manager",
        &[
            "storage",
            "device",
            "session",
            "transport",
            "feature",
            "wire",
            "text",
            "units",
        ],
    ),
    (
        "nodes",
        &[
            "manager",
            "sim",
            "device",
            "transport",
            "feature",
            "wire",
            "text",
            "units",
        ],
    ),
    ("alerts", &["manager", "device", "units"]),
    ("chart", &["history", "device", "units"]),
    (
        "bus",
        &["history", "device", "feature", "wire", "text", "units"],
    ),
    (
        "service",
        &[
            "bus",
            "history",
            "nodes",
            "manager",
            "device",
            "session",
            "transport",
            "feature",
            "wire",
            "text",
            "units",
        ],
    ),
    (
        "doctor",
        &[
            "storage",
            "bus",
            "history",
            "nodes",
            "manager",
            "device",
            "session",
            "transport",
            "feature",
            "wire",
            "text",
            "units",
        ],
    ),
    (
        "cli",
        &[
            "storage",
            "doctor",
            "alerts",
            "chart",
            "bus",
            "nodes",
            "manager",
            "history",
            "sim",
            "device",
            "session",
            "transport",
            "feature",
            "wire",
            "text",
            "units",
        ],
    ),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    found
}

/// A file without its tests and comments.
fn code_of(text: &str) -> String {
    let code = text.split("#[cfg(test)]\n").next().unwrap_or_default();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The rooms named after `crate::` in code.
fn used_rooms(code: &str) -> Vec<String> {
    let names = code.split("crate::").skip(1);
    names
        .flat_map(|rest| match rest.strip_prefix('{') {
            // use crate::{a::…, b::…}
            Some(group) => group
                .split('}')
                .next()
                .unwrap_or_default()
                .split(',')
                .map(|item| item.trim().to_owned())
                .collect(),
            None => vec![rest.to_owned()],
        })
        .map(|path| {
            path.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

#[test]
fn arrows_point_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (room, allowed) in ROOMS {
        let files = sources(&root.join(room));
        assert!(!files.is_empty(), "{room} is empty");
        for file in files {
            // The way around the check below.
            let text = code_of(&fs::read_to_string(&file).unwrap());
            assert!(
                !text.contains("super::super::"),
                "{} uses super::super",
                file.display()
            );
            for used in used_rooms(&text) {
                let is_room = ROOMS.iter().any(|(name, _)| *name == used);
                if is_room && used != *room && !allowed.contains(&used.as_str()) {
                    wrong.push(format!("{} uses {used}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_folder_is_a_room_with_rules() {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "bin" {
            assert!(
                ROOMS.iter().any(|(room, _)| *room == name),
                "{name} has no rules"
            );
        }
    }
}

#[test]
fn an_arrow_up_would_be_seen() {
    let text = "use crate::wire::Report;\nuse crate::{manager::Node, units};\n// crate::cli\n";
    assert_eq!(used_rooms(&code_of(text)), ["wire", "manager", "units"]);
}
