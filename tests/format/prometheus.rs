//! Checked by the Python client of Prometheus: its parsers of the text format and of `OpenMetrics`
//! text.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;
use test_support::tools::missing;

use crate::devices::{NAMES, mouse, odd, rendered};
use crate::program::{desk, full, stdout};

/// Both parsers must agree; prints all families with their samples.
const PARSE: &str = r"
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as strict
from prometheus_client.parser import text_string_to_metric_families as plain
text = sys.stdin.read()
def read(parse):
    return [
        [family.name, family.type, family.documentation,
         [[sample.name, sample.labels, sample.value] for sample in family.samples]]
        for family in parse(text)
    ]
assert read(strict) == read(plain), 'the parsers differ'
json.dump(read(plain), sys.stdout)
";

/// Samples: the name of the metric, its labels and its value.
struct Samples(Vec<(String, BTreeMap<String, String>, f64)>);

impl Samples {
    fn of(text: &str) -> Self {
        let mut python = Command::new("/usr/bin/python3");
        python.args(["-c", PARSE]).stdin(Stdio::piped());
        python.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = python
            .spawn()
            .unwrap_or_else(|error| missing(&python, "python3", &error));
        child
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{errors}\nprometheus_client is in Debian's python3-prometheus-client \
             (or run tests/setup.sh)"
        );
        let families: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        let mut samples = Vec::new();
        for family in &families {
            assert_eq!(family[1], "gauge", "{family}");
            assert!(family[2].as_str().unwrap().ends_with('.'), "{family}");
            for sample in family[3].as_array().unwrap() {
                assert_eq!(sample[0], family[0]);
                let labels = serde_json::from_value(sample[1].clone()).unwrap();
                let name = sample[0].as_str().unwrap().to_owned();
                samples.push((name, labels, sample[2].as_f64().unwrap()));
            }
        }
        let mut keys: Vec<_> = samples.iter().map(|it| (&it.0, &it.1)).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), samples.len(), "a sample occurs twice");
        Self(samples)
    }

    fn all(&self, metric: &str, name: &str) -> Vec<&(String, BTreeMap<String, String>, f64)> {
        let metric = format!("solar_status_{metric}");
        let is_it =
            |it: &&(String, BTreeMap<String, String>, f64)| it.0 == metric && it.1["name"] == name;
        self.0.iter().filter(is_it).collect()
    }

    fn get(&self, metric: &str, name: &str) -> Option<f64> {
        match self.all(metric, name).as_slice() {
            [] => None,
            [sample] => Some(sample.2),
            several => panic!("{several:?}"),
        }
    }
}

#[test]
fn values_are_in_base_units() {
    let desk = Samples::of(&desk("prometheus"));
    assert_eq!(desk.get("battery_charge_ratio", "K750"), Some(0.57));
    assert_eq!(desk.get("battery_voltage_volts", "K750"), Some(2.54));
    assert_eq!(desk.get("light_lux", "K750"), Some(12.0));
    assert_eq!(desk.get("device_online", "K750"), Some(1.0));
    assert_eq!(desk.get("device_online", "K800"), Some(0.0));
    assert_eq!(desk.get("battery_charge_ratio", "K800"), None, "unknown");
    let info = desk.all("device_info", "K750")[0];
    for (label, value) in [
        ("id", "4002-392A0750"),
        ("kind", "keyboard"),
        ("serial", "392A0750"),
        ("wpid", "4002"),
        ("connection", "receiver"),
        ("receiver", "AF4F95EA"),
    ] {
        assert_eq!(info.1[label], value);
    }
}

#[test]
fn steps_are_a_state_set_instead_of_a_guessed_ratio() {
    let odd = Samples::of(&rendered("prometheus", &odd()));
    assert_eq!(odd.get("battery_charge_ratio", "steps"), None);
    let steps: Vec<(&str, f64)> = odd
        .all("battery_level", "steps")
        .into_iter()
        .map(|sample| (sample.1["level"].as_str(), sample.2))
        .collect();
    let states = [
        ("critical", 0.0),
        ("low", 1.0),
        ("good", 0.0),
        ("full", 0.0),
    ];
    assert_eq!(steps, states);
    assert!(odd.all("battery_level", "solar").is_empty());
}

#[test]
fn times_are_seconds_since_1970() {
    let odd = Samples::of(&rendered("prometheus", &odd()));
    for metric in [
        "device_last_seen_timestamp_seconds",
        "battery_read_timestamp_seconds",
        "light_read_timestamp_seconds",
    ] {
        assert_eq!(odd.get(metric, "solar"), Some(1_763_900_000.25), "{metric}");
    }
    assert_eq!(odd.get("battery_charging", "solar"), Some(1.0));
    assert_eq!(odd.get("battery_charging", "low"), Some(0.0));
}

#[test]
fn every_name_is_preserved() {
    for name in NAMES {
        let device = mouse(name, 50);
        let samples = Samples::of(&rendered("prometheus", &[device]));
        let ratio = samples
            .0
            .iter()
            .find(|it| it.0.ends_with("_ratio"))
            .unwrap();
        let label = &ratio.1["name"];
        assert!(
            !label.is_empty() && !label.contains(char::is_control),
            "{label:?}"
        );
        if !name.contains(|c: char| c.is_control() || c == '\u{202E}') && !name.is_empty() {
            assert_eq!(label, name);
        }
    }
}

#[test]
fn an_empty_desk_and_a_crowd_parse_too() {
    assert!(Samples::of(&rendered("prometheus", &[])).0.is_empty());
    let crowd = Samples::of(&full("prometheus"));
    let infos = crowd.0.iter().filter(|it| it.0.ends_with("_info"));
    assert_eq!(infos.count(), 73);
}

#[test]
fn the_collector_file_is_written_atomically_and_readable_by_others() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("solar.prom");
    let path = file.to_str().unwrap();
    let arguments = ["--simulate", "--format", "prometheus", "--output", path];
    for _ in 0..2 {
        assert_eq!(stdout(&arguments), "");
    }
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text, desk("prometheus"));
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0);
    assert_ne!(mode & 0o600, 0);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}
