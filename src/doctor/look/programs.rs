//! Other programs that hold a node or a USB device open, or are known to use HID++.

use std::collections::BTreeSet;

use super::look_error::LookError;
use super::machine::{Machine, names};

/// The relevant processes.
#[derive(Clone, Debug, Default)]
pub struct Programs {
    /// Processes that hold a file open, as far as this user can see.
    pub holders: Vec<Holder>,
    /// Processes of a known name, regardless of what they hold.
    pub known: Vec<Running>,
    /// The number of processes that this user cannot examine.
    pub hidden: usize,
}

/// A process that holds nodes or USB devices open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its number.
    pub pid: u32,
    /// Its name, at most 15 letters of it.
    pub name: String,
    /// What it holds.
    pub files: BTreeSet<String>,
}

/// A process of a known name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Its number.
    pub pid: u32,
    /// The program.
    pub program: &'static str,
}

/// The names of processes and of their programs.
const KNOWN: [(&str, &str); 8] = [
    ("solaar", "Solaar"),
    ("fwupd", "fwupd"),
    ("logid", "logiops"),
    ("ratbagd", "libratbag"),
    ("openlogi", "OpenLogi"),
    ("ltunify", "ltunify"),
    ("headsetcontrol", "HeadsetControl"),
    ("solaarsd", "SolaaRS"),
];

/// Finds the processes that hold one of these files.
pub(super) fn look(machine: &Machine, files: &BTreeSet<String>) -> Result<Programs, LookError> {
    let processes =
        names(&machine.path("/proc")).map_err(|error| LookError::of("/proc", &error))?;
    let processes = processes.iter().filter_map(|name| name.parse().ok());
    let mut seen = Programs::default();
    for pid in processes.filter(|pid| *pid != std::process::id()) {
        let Some(name) = machine.process(pid) else {
            continue;
        };
        if let Some(program) = program(&name) {
            seen.known.push(Running { pid, program });
        }
        match held(machine, pid, files) {
            Some(files) if files.is_empty() => {}
            Some(files) => seen.holders.push(Holder { pid, name, files }),
            None => seen.hidden += 1,
        }
    }
    Ok(seen)
}

/// The program of a process of that name; `openlogi-gui` belongs to OpenLogi.
fn program(name: &str) -> Option<&'static str> {
    let is = |known: &str| {
        name == known
            || name
                .strip_prefix(known)
                .is_some_and(|rest| rest.starts_with('-'))
    };
    let known = KNOWN.iter().find(|(known, _)| is(known));
    known.map(|(_, program)| *program)
}

/// Which of the files it holds; `None`: this user cannot examine it.
fn held(machine: &Machine, pid: u32, files: &BTreeSet<String>) -> Option<BTreeSet<String>> {
    let folder = machine.path(format!("/proc/{pid}/fd"));
    let descriptors = match names(&folder) {
        Ok(descriptors) => descriptors,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => return None,
        // It ended meanwhile.
        Err(_) => Vec::new(),
    };
    let targets = descriptors
        .iter()
        .filter_map(|it| std::fs::read_link(folder.join(it)).ok());
    let targets = targets.map(|it| it.to_string_lossy().into_owned());
    Some(targets.filter(|it| files.contains(it)).collect())
}
