//! Runs the program's monitor during a scenario, and evaluates its output.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use rustix::process::Signal;
use serde_json::Value;
use solar_status::capture::trace::{Entry, Line};
use test_support::wait::eventually;

use crate::comparison::{battery_text, light_text, plain};
use crate::kernel::PATIENCE;
use crate::process::{LIMIT, Running};
use crate::program::Program;

/// The path of its trace.
const TRACE: &str = "/run/monitor.trace";

/// The exit status of an interrupted program.
pub(crate) const INTERRUPTED: i32 = 130;

/// A running monitor.
pub(crate) struct Monitor(Running);

/// The output and the trace of a monitor after its end.
pub(crate) struct Watched {
    /// Its lines in short form.
    pub(crate) lines: Vec<MonitorLine>,
    /// The reports between it and its nodes.
    pub(crate) entries: Vec<Entry>,
}

/// A line in short form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MonitorLine {
    /// The serial number of its device or receiver.
    pub(crate) serial: String,
    /// The event in words; for a changed device only the changed values.
    pub(crate) what: String,
}

impl Watched {
    /// The lines about the device with this serial number.
    pub(crate) fn lines_about(&self, serial: [u8; 4]) -> impl Iterator<Item = &str> {
        let serial = plain(serial);
        let about = self.lines.iter().filter(move |line| line.serial == serial);
        about.map(|line| line.what.as_str())
    }
}

impl MonitorLine {
    /// A line about the device with this serial number.
    pub(crate) fn of(serial: [u8; 4], what: &str) -> Self {
        Self {
            serial: plain(serial),
            what: what.to_owned(),
        }
    }
}

impl Monitor {
    /// Starts it; [`Self::stop`] ends it.
    pub(crate) fn start(program: &Program) -> Self {
        Self(program.start(&["monitor", "--json", "--record", TRACE]))
    }

    /// Its lines so far.
    pub(crate) fn lines(&self) -> Vec<MonitorLine> {
        in_words(&self.0.stdout_so_far())
    }

    /// Waits until it has printed this many lines, and returns them.
    pub(crate) fn wait_for(&self, count: usize) -> Vec<MonitorLine> {
        let mut lines = Vec::new();
        eventually(&format!("{count} lines of the monitor"), PATIENCE, || {
            lines = self.lines();
            (lines.len() >= count).then(|| lines.clone())
        })
    }

    /// Ends it as Ctrl-C or a service manager does. It must not have printed an error.
    pub(crate) fn stop(self) -> Watched {
        self.0.signal(Signal::TERM);
        let run = self.0.finish(LIMIT);
        run.expect_status(INTERRUPTED);
        assert_eq!(run.stderr, "", "standard error of the monitor");
        let trace = PathBuf::from(TRACE);
        let lines = fs::read_to_string(&trace).expect("the monitor's trace");
        fs::remove_file(&trace).expect("the trace can be removed");
        let lines = lines.lines().map(|line| line.parse().expect("a trace"));
        Watched {
            lines: in_words(&run.stdout),
            entries: lines
                .filter_map(|line| match line {
                    Line::Entry(entry) => Some(entry),
                    Line::Remark | Line::Node(..) => None,
                })
                .collect(),
        }
    }
}

/// Lines in short form. A line with only an unchanged light is omitted: every measurement is
/// reported, including those that other programs request.
fn in_words(lines: &str) -> Vec<MonitorLine> {
    let mut light = BTreeMap::new();
    let mut all = Vec::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {line:?}"));
        let (subject, device) = (&line["receiver"], &line["device"]);
        let subject = if subject.is_null() { device } else { subject };
        let serial = subject["serial"].as_str().unwrap_or_default().to_owned();
        let last_light = light.insert(serial.clone(), light_text(device));
        let event = line["event"].as_str().unwrap_or_default();
        let what = match event {
            "device-added" => ["added".to_owned(), battery_text(device), light_text(device)]
                .into_iter()
                .chain((device["online"] == false).then(|| "offline".to_owned()))
                .collect(),
            "device-changed" => changes(&line, last_light.as_deref()),
            event => vec![event.to_owned()],
        };
        let what: Vec<String> = what.into_iter().filter(|part| !part.is_empty()).collect();
        if !what.is_empty() {
            let what = what.join(", ");
            all.push(MonitorLine { serial, what });
        }
    }
    all
}

/// The changes that a line reports.
fn changes(line: &Value, last_light: Option<&str>) -> Vec<String> {
    let device = &line["device"];
    let changed = line["changed"].as_array().into_iter().flatten();
    let words = changed.map(|changed| match changed.as_str().unwrap_or_default() {
        "presence" => match device["online"].as_bool() {
            Some(true) => "online".to_owned(),
            Some(false) => "offline".to_owned(),
            None => "of unknown presence".to_owned(),
        },
        "battery" => battery_text(device),
        "light" if last_light == Some(&light_text(device)) => String::new(),
        "light" => light_text(device),
        other => format!("another {other}"),
    });
    words.collect()
}
