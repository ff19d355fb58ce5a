//! `solar-status` as a person or a script runs it, on the simulated receiver and on traces.

#![expect(clippy::unwrap_used, reason = "a test panics on the first failure")]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::process::Signal;
use serde_json::{Value, json};
use test_support::documents::document as read_document;
use test_support::process::Process;
use test_support::program::{Program, stdout};

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

fn solar_status(arguments: &[&str]) -> Output {
    SOLAR_STATUS.run(arguments)
}

fn document(arguments: &[&str]) -> Value {
    serde_json::from_str(&stdout(&solar_status(arguments))).unwrap()
}

/// A file of this test, deleted afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name))
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.0);
    }
}

const TABLE: &str = "\
Unifying Receiver  046D:C52B, serial AF4F95EA, 3 of 6 slots used, simulated
  SLOT  DEVICE  KIND      CHARGE            STATE        VOLTAGE  LIGHT         READ
     1  K750    keyboard  █████▋····  57 %  discharging   2.54 V  12 lux, dark  now
     2  M705    mouse     ██████▌···  65 %  discharging  –        –             now
     3  K800    keyboard  –                 offline      –        –             –
";

#[test]
fn a_status_is_printed_as_a_table() {
    assert_eq!(stdout(&solar_status(&["--simulate"])), TABLE);
}

#[test]
fn table_and_json_can_be_written_to_a_file() {
    let file = Scratch::new("output.txt");
    for (more, text) in [
        (&[][..], TABLE.to_owned()),
        (
            &["--json"],
            stdout(&solar_status(&["--simulate", "--json"])),
        ),
    ] {
        let arguments = [&["--simulate", "--output", file.path()], more].concat();
        assert_eq!(stdout(&solar_status(&arguments)), "");
        assert_eq!(fs::read_to_string(file.path()).unwrap(), text);
    }
    let standard = ["--simulate", "-o", "-", "--device", "K750"];
    assert!(stdout(&solar_status(&standard)).starts_with("Unifying"));
    let wrong = solar_status(&["--simulate", "-o", "/nonexistent/file"]);
    assert_eq!(wrong.status.code(), Some(1));
}

#[test]
fn the_readme_shows_the_table() {
    assert!(read_document("README.md").contains(TABLE));
}

#[test]
fn without_unicode_the_table_is_ascii() {
    let output = SOLAR_STATUS
        .command(&["--simulate"])
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    let table = stdout(&output);
    assert!(table.is_ascii(), "{table}");
    assert!(table.contains("######----  57 %"), "{table}");
}

#[test]
fn colour_is_off_on_a_pipe_and_on_with_the_option() {
    assert!(!stdout(&solar_status(&["--simulate"])).contains('\u{1b}'));
    assert!(stdout(&solar_status(&["--simulate", "--color", "always"])).contains('\u{1b}'));
}

#[test]
fn the_color_option_overrides_the_environment() {
    for (when, variable) in [("always", "NO_COLOR"), ("never", "CLICOLOR_FORCE")] {
        let output = SOLAR_STATUS
            .command(&["--simulate", "--color", when])
            .env("TERM", "dumb")
            .env(variable, "1")
            .output()
            .unwrap();
        assert_eq!(stdout(&output).contains('\u{1b}'), when == "always");
    }
}

#[test]
fn the_document_has_known_values_and_null_for_unknown_ones() {
    let document = document(&["--simulate", "--json"]);
    assert_eq!(document["schema"], 2);
    assert_eq!(document["receivers"][0]["serial"], "AF4F95EA");
    assert_eq!(
        document["devices"][0],
        json!({
            "id": "4002-392A0750",
            "name": "K750",
            "alias": null,
            "hidden": false,
            "kind": "keyboard",
            "wpid": "4002",
            "serial": "392A0750",
            "connection": "receiver",
            "receiver": "AF4F95EA",
            "slot": 1,
            "node": null,
            "product_id": null,
            "links": [{
                "connection": "receiver",
                "receiver": "AF4F95EA",
                "slot": 1,
                "node": null,
                "product_id": null,
                "online": true,
            }],
            "protocol": "2.0",
            "firmware": null,
            "power_switch": "edge of top right corner",
            "online": true,
            "last_seen_age_s": 0.0,
            "has_battery": true,
            "battery": {
                "percent": 57,
                "percent_margin": null,
                "level": null,
                "next_percent": null,
                "state": "discharging",
                "external_power": null,
                "voltage_mv": 2540,
                "source": "4301",
                "value_kind": "percent",
                "trusted": true,
                "age_s": 0.0,
                "charge_age_s": 0.0,
            },
            "light": { "lux": 12, "level": "dark", "trusted": true, "age_s": 0.0 },
            "time_left": null,
        })
    );
    let k800 = &document["devices"][2];
    assert_eq!(
        (&k800["online"], &k800["battery"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(k800["light"], Value::Null);
}

/// The device with this name.
fn device(document: &Value, name: &str) -> Value {
    let mut devices = document
        .pointer("/devices")
        .and_then(Value::as_array)
        .unwrap()
        .iter();
    devices
        .find(|device| device.pointer("/name") == Some(&json!(name)))
        .unwrap()
        .clone()
}

#[test]
fn a_device_without_a_receiver_has_its_own_node() {
    let document = document(&["--simulate=full", "--json"]);
    let mx_master = device(&document, "MX Master 4");
    assert_eq!(mx_master["connection"], "bluetooth");
    assert_eq!(mx_master["receiver"], Value::Null);
    assert_eq!(mx_master["slot"], Value::Null);
    assert_eq!(mx_master["wpid"], Value::Null);
    assert_eq!(mx_master["product_id"], "B042");
    assert!(mx_master["node"].is_string(), "{mx_master}");
    assert_eq!(mx_master["battery"]["value_kind"], "percent");
    assert_eq!(mx_master["battery"]["percent"], 45);
    let keyboard = device(&document, "G815 Mechanical Keyboard");
    assert_eq!(keyboard["connection"], "usb");
    assert_eq!(keyboard["has_battery"], false);
    assert_eq!(keyboard["battery"], Value::Null);
}

#[test]
fn the_precision_of_a_charge_is_in_the_document() {
    let document = document(&["--simulate=full", "--json"]);
    let step = &device(&document, "M525")["battery"];
    assert_eq!(step["value_kind"], "steps");
    assert_eq!(
        (&step["percent"], &step["level"]),
        (&json!(90), &json!("full"))
    );
    assert_eq!(step["next_percent"], 5);
    let voltage = &device(&document, "G703")["battery"];
    assert_eq!(voltage["value_kind"], "voltage");
    assert_eq!(voltage["external_power"], false);
}

#[test]
fn the_id_of_a_bolt_receiver_has_16_digits() {
    let document = document(&["--simulate=full", "--json"]);
    let receivers = document["receivers"].as_array().unwrap();
    let bolt = receivers.iter().find(|it| it["family"] == "bolt").unwrap();
    assert_eq!(bolt["serial"].as_str().unwrap().len(), 16);
}

#[test]
fn a_replay_shows_what_was_recorded() {
    let trace = Scratch::new("replay.trace");
    let recorded = document(&["--simulate", "--json", "--record", trace.path()]);
    let mut replayed = document(&["--replay", trace.path(), "--json"]);
    assert_eq!(recorded, replayed);
    replayed = document(&["--replay", trace.path(), "--json", "--fields", "battery"]);
    assert_eq!(
        replayed["devices"][0]["battery"]["percent"], 57,
        "a shorter conversation"
    );
}

#[test]
fn a_replay_lacks_only_the_kernels_device_names() {
    let trace = Scratch::new("kernel.trace");
    let mut seen = document(&["--simulate=full", "--json", "--record", trace.path()]);
    let mut replayed = document(&["--replay", trace.path(), "--json"]);
    let mut names = 0;
    for document in [&mut seen, &mut replayed] {
        for device in document["devices"].as_array_mut().unwrap() {
            if device["connection"] != "receiver" {
                // A replay has the name of the model instead.
                names += usize::from(device["name"].take().is_string());
            }
        }
    }
    assert!(names > 0);
    assert_eq!(replayed, seen);
}

#[test]
fn a_trace_of_everything_replays_with_any_fields() {
    // The fields that docs/traces.md requests for a bug report.
    let trace = Scratch::new("everything.trace");
    let fields = "name,battery,full-name,firmware";
    let recorded = document(&[
        "--simulate",
        "--json",
        "--fields",
        fields,
        "--record",
        trace.path(),
    ]);
    assert_eq!(
        document(&["--replay", trace.path(), "--json", "--fields", fields]),
        recorded
    );
    for fewer in ["name,battery", "battery", "battery,firmware"] {
        let replayed = document(&["--replay", trace.path(), "--json", "--fields", fewer]);
        assert_eq!(replayed["devices"][0]["battery"]["percent"], 57, "{fewer}");
        assert_eq!(replayed["devices"][0]["light"]["lux"], 12, "{fewer}");
    }
}

#[test]
fn recording_over_the_trace_that_is_replayed_keeps_it_whole() {
    let trace = Scratch::new("over.trace");
    document(&["--simulate", "--json", "--record", trace.path()]);
    let before = fs::read_to_string(trace.path()).unwrap();
    document(&["--replay", trace.path(), "--record", trace.path(), "--json"]);
    assert_eq!(fs::read_to_string(trace.path()).unwrap(), before);
    let nothing = Scratch::new("nothing.trace");
    solar_status(&["--replay", "/dev/null", "--record", nothing.path()]);
    assert!(!nothing.0.exists(), "an empty trace");
    // A failed attempt without a receiver must not overwrite an older trace either.
    let output = solar_status(&["--record", trace.path()]);
    assert_ne!(output.status.code(), Some(0));
    assert_eq!(fs::read_to_string(trace.path()).unwrap(), before);
}

#[test]
fn an_anonymous_trace_holds_no_serial_number_and_replays() {
    let trace = Scratch::new("anonymous.trace");
    let seen = document(&[
        "--simulate",
        "--json",
        "--record",
        trace.path(),
        "--anonymize",
    ]);
    let text = fs::read_to_string(trace.path()).unwrap();
    for serial in ["af 4f 95 ea", "39 2a 07 50", "1c 5e 07 05", "fb 84 1b 86"] {
        assert!(!text.contains(serial), "{serial} in {text}");
    }
    assert_eq!(
        seen["devices"][0]["serial"], "392A0750",
        "the output is not anonymized"
    );
    let replayed = document(&["--replay", trace.path(), "--json"]);
    assert_eq!(replayed["devices"][0]["serial"], Value::Null);
    assert_eq!(replayed["devices"][0]["light"]["lux"], 12);
    let ids: Vec<&Value> = (0..3).map(|at| &replayed["devices"][at]["id"]).collect();
    assert_eq!(
        ids,
        [
            "4002-C52B-simulated-1",
            "101B-C52B-simulated-2",
            "2010-C52B-simulated-3"
        ]
    );
}

#[test]
fn fewer_fields_are_fewer_requests() {
    let requests = |fields: &str| {
        let trace = Scratch::new(&format!("{fields}.trace"));
        document(&[
            "--simulate",
            "--json",
            "--fields",
            fields,
            "--record",
            trace.path(),
        ]);
        let text = fs::read_to_string(trace.path()).unwrap();
        let to_device = |slot: &str| {
            text.lines()
                .filter(|line| line.contains(&format!(" > 10 {slot} ")))
                .count()
        };
        (to_device("ff"), to_device("01"))
    };
    assert_eq!(requests("battery"), (11, 3));
    assert_eq!(requests("name,battery"), (14, 3));
    assert_eq!(requests("name"), (14, 0));
    assert_eq!(requests("battery,full-name"), (11, 7));
}

#[test]
fn a_device_can_be_selected_by_any_of_its_names() {
    for name in ["K750", "k75", "4002", "1", "392a0750", "4002-392A0750"] {
        let document = document(&["--simulate", "--json", "--device", name]);
        let devices = document["devices"].as_array().unwrap();
        assert_eq!(devices.len(), 1, "{name}");
        assert_eq!(devices[0]["wpid"], "4002", "{name}");
    }
    let two = document(&[
        "--simulate",
        "--json",
        "--device",
        "K750",
        "--device",
        "mouse",
    ]);
    assert_eq!(two["devices"].as_array().unwrap().len(), 2);
}

/// The names of the selected devices among the 73.
fn selected(device: &str) -> Vec<String> {
    let document = document(&["--simulate=full", "--json", "--device", device]);
    let devices = document.pointer("/devices").unwrap().as_array().unwrap();
    let name = |device: &Value| device.pointer("/name")?.as_str().map(str::to_owned);
    devices
        .iter()
        .map(|it| name(it).unwrap_or_default())
        .collect()
}

#[test]
fn a_bare_number_selects_a_slot_and_no_part_of_a_name() {
    // No slot 5 of this desk is used; K750 and M705 have a 5 in their names.
    let output = solar_status(&["--simulate", "--device", "5"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(output.stdout, b"");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("similar: “name:5”"), "{error}");
    for number in ["1", "5"] {
        let prefixed = selected(&format!("slot:{number}"));
        assert_eq!(selected(number), prefixed, "{number}");
        assert!(!prefixed.is_empty(), "{number}");
    }
    assert!(selected("name:5").len() > selected("5").len());
}

#[test]
fn an_exact_match_excludes_partial_ones() {
    let mice = document(&["--simulate=full", "--json", "--device", "mouse"]);
    for device in mice["devices"].as_array().unwrap() {
        assert_eq!(device["kind"], "mouse", "{device}");
    }
    assert_eq!(selected("mouse"), selected("kind:mouse"));
    assert!(selected("name:mouse").len() > 1);
    assert_eq!(selected("M525"), ["M525"]);
    assert!(!selected("M52").is_empty());
}

#[test]
fn the_document_has_only_the_receivers_of_selected_devices() {
    let document = document(&["--simulate=full", "--json", "--device", "headset"]);
    let devices = document["devices"].as_array().unwrap();
    assert!(devices.len() > 1);
    for receiver in document["receivers"].as_array().unwrap() {
        let mut devices = devices.iter();
        let id = &receiver["id"];
        assert!(devices.any(|it| it["receiver"] == *id), "{receiver}");
    }
    let none = solar_status(&["--simulate", "--json", "--device", "nosuch"]);
    let none: Value = serde_json::from_slice(&none.stdout).unwrap();
    assert_eq!(none["receivers"], json!([]));
}

#[test]
fn a_receiver_selects_its_devices() {
    let one = document(&["--simulate=full", "--json", "--device", "receiver:A0000015"]);
    let receivers = one["receivers"].as_array().unwrap();
    assert_eq!(receivers.len(), 1);
    assert_eq!(one["devices"].as_array().unwrap().len(), 5);
    let bolt = document(&["--simulate=full", "--json", "--device", "receiver:bolt"]);
    for receiver in bolt["receivers"].as_array().unwrap() {
        assert_eq!(receiver["family"], "bolt", "{receiver}");
    }
    assert!(!bolt["devices"].as_array().unwrap().is_empty());
}

#[test]
fn a_table_of_selected_devices_has_only_their_receivers() {
    let headings = |arguments: &[&str]| {
        let table = stdout(&solar_status(arguments));
        let lines = table.lines().filter(|it| it.contains(", simulated"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let all = headings(&["--simulate=full"]);
    assert!(all.len() > 10, "{all:?}");
    let some = headings(&["--simulate=full", "--device", "K750"]);
    assert_eq!(
        some,
        ["Unifying Receiver  046D:C52B, serial A0000015, 5 of 6 slots used, simulated 21"]
    );
    assert!(all.contains(&some[0]), "{all:?}");
}

#[test]
fn an_unknown_device_is_exit_status_3() {
    let output = solar_status(&["--simulate", "--json", "--device", "K999"]);
    assert_eq!(output.status.code(), Some(3));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        error.contains("K999") && error.lines().count() == 1,
        "{error}"
    );
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        document["devices"],
        json!([]),
        "the output is a valid document"
    );
}

#[test]
fn an_unknown_device_is_named_and_the_others_are_printed() {
    let output = solar_status(&[
        "--simulate",
        "--json",
        "--device",
        "K750",
        "--device",
        "nosuch",
    ]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("“nosuch”"));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["devices"][0]["wpid"], "4002");
}

#[test]
fn wrong_arguments_are_exit_status_2() {
    for wrong in [
        &["--nonsense"][..],
        &["--timeout", "0"],
        &["--fields", "weather"],
        &["--simulate", "--replay", "x"],
        &["--simulate", "--transport", "usb"],
        &["--anonymize"],
        &["--device", ""],
        &["--device", "name:"],
        &["--device", " "],
        &["--device", "slot:0"],
        &["--device", "kind:mice"],
        &["nonsense"],
        &["decode", "--feature", "9"],
    ] {
        let output = solar_status(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(!output.stderr.is_empty(), "{wrong:?}");
    }
    assert_eq!(solar_status(&["--help"]).status.code(), Some(0));
    assert_eq!(solar_status(&["--version"]).status.code(), Some(0));
}

#[test]
fn an_invalid_trace_is_reported_with_its_line() {
    let broken = Scratch::new("broken.trace");
    fs::write(
        &broken.0,
        "# solar-status trace 1\n0.000000 1 > 10 ff 83 b5 zz 00 00\n",
    )
    .unwrap();
    for (path, message) in [
        (broken.path(), "line 2: “zz” is not a hexadecimal byte"),
        ("/nowhere/at.trace", "/nowhere/at.trace cannot be read"),
        ("/dev/null", "it contains no report"),
        ("/dev/zero", "line 1 is longer than 4096 bytes"),
    ] {
        let output = solar_status(&["--replay", path]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(message) && error.contains(path), "{error}");
    }
}

#[test]
fn waiting_for_a_trace_can_be_interrupted() {
    let pipe = Scratch::new("trace.pipe");
    let mode = Mode::RUSR | Mode::WUSR;
    mknodat(CWD, &pipe.0, FileType::Fifo, mode, 0).unwrap();
    let mut command = SOLAR_STATUS.command(&["--replay", pipe.path()]);
    let mut replay = Process::start(command.stderr(Stdio::null()));
    // Opening blocks until the program has opened the other end.
    let writer = fs::File::create(&pipe.0).unwrap();
    replay.signal(Signal::TERM);
    drop(writer);
    let ended = replay.wait();
    assert_eq!(ended.signal(), Some(Signal::TERM.as_raw()), "{ended:?}");
}

#[test]
fn a_trace_that_cannot_be_written_is_an_error() {
    let output = solar_status(&["--simulate", "--record", "/nowhere/at.trace"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/at.trace"));
    let full = solar_status(&["--simulate", "--record", "/dev/full"]);
    assert_eq!(full.status.code(), Some(1), "{full:?}");
    assert!(String::from_utf8_lossy(&full.stderr).contains("/dev/full is incomplete"));
    assert!(
        String::from_utf8_lossy(&full.stdout).contains("57 %"),
        "the reading is printed"
    );
}

#[test]
fn a_request_missing_in_the_trace_fails_without_a_timeout() {
    let trace = Scratch::new("partial.trace");
    document(&["--simulate", "--json", "--record", trace.path()]);
    let text = fs::read_to_string(trace.path()).unwrap();
    // Removes the lookup of the K750's solar feature.
    let without: String = text
        .lines()
        .filter(|line| !line.contains("10 01 00 06 43 01") && !line.contains("11 01 00 06 09"))
        .flat_map(|line| [line, "\n"])
        .collect();
    fs::write(&trace.0, without).unwrap();
    let output = solar_status(&["--replay", trace.path(), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("4002-392A0750: no answer"), "{error}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        document["devices"][0]["online"], false,
        "it answered earlier, then stopped answering"
    );
    assert_eq!(document["devices"][0]["battery"], Value::Null);
    assert_eq!(document["devices"][1]["battery"]["percent"], 65);
    // Readings made in the meantime must not age while waiting for a reply that cannot come.
    let age = document["devices"][1]["battery"]["age_s"].as_f64().unwrap();
    assert!(age < 0.1, "{age}");
}

#[test]
fn a_trace_with_a_retried_request_replays() {
    // Programs with a timeout of one second repeat the ping. In a recording of an M705 the first
    // reply arrives after 1131 ms.
    let trace = Scratch::new("idle.trace");
    fs::write(
        &trace.0,
        "\
# solar-status trace 1
node 1 046D:C52B short,long,dj /dev/hidraw0
0.000000 1 > 10 ff 83 b5 03 00 00
0.002000 1 < 11 ff 83 b5 03 c3 38 7c c1 04 06 00 00 00 00 00 00 00 00 00
0.002000 1 > 10 ff 81 02 00 00 00
0.004000 1 < 10 ff 81 02 00 01 00
0.004000 1 > 10 ff 83 b5 21 00 00
0.006000 1 < 11 ff 83 b5 21 07 08 10 1b 04 00 02 02 00 00 00 00 00 00 00
0.010000 1 > 10 02 00 16 00 00 2a
1.010000 1 > 10 02 00 16 00 00 2a
1.141000 1 < 10 02 8f 00 16 01 00
1.141000 1 > 10 02 81 0d 00 00 00
1.231000 1 < 10 02 81 0d 41 47 34
",
    )
    .unwrap();
    let document = document(&["--replay", trace.path(), "--json"]);
    assert_eq!(document["devices"][0]["online"], true, "{document}");
    assert_eq!(document["devices"][0]["battery"]["percent"], 65);
}

#[test]
fn after_the_timeout_the_known_values_are_printed() {
    let output = solar_status(&["--simulate", "--json", "--timeout", "0.5"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        error.contains("--timeout") && error.lines().count() == 1,
        "{error}"
    );
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        document["devices"][0]["battery"],
        Value::Null,
        "a measurement takes a second"
    );
    assert_eq!(document["devices"][1]["battery"]["percent"], 65);
}

#[test]
fn a_closed_output_pipe_is_not_an_error() {
    let mut command = SOLAR_STATUS.command(&["--simulate"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut status = Process::start(&mut command);
    drop(status.stdout());
    assert_eq!(status.end(), (Some(0), String::new()));
}

#[test]
fn a_long_trace_takes_a_small_multiple_of_its_size_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.trace");
    // 16 MiB of the shortest possible lines, with no two requests alike.
    let lines = (0..600_000_u32).map(|number| {
        let [_, high, middle, low] = number.to_be_bytes();
        format!(
            "0 1 > 10 {high:02x} {:02x} {low:02x} 00 00 {middle:02x}\n",
            middle & 0x7F
        )
    });
    fs::write(&path, lines.collect::<String>()).unwrap();
    let output = SOLAR_STATUS
        .within_memory(64, &["--direct", "--replay", path.to_str().unwrap()])
        .output()
        .unwrap();
    // The receiver of this trace never replies.
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("a receiver that does not answer"),
        "{errors}"
    );
    assert_eq!(output.status.code(), Some(1), "{errors}");
}

#[test]
fn unreadable_devices_are_named_in_a_replay_too() {
    // Solaar issue 1835 (C542, with any reports).
    let trace = Scratch::new("no-hidpp.trace");
    let node = "node 1 046D:C542 short,long /dev/hidraw1\n0 1 > 10 ff 81 02 00 00 00\n";
    fs::write(trace.path(), node).unwrap();
    let output = solar_status(&["--replay", trace.path(), "--json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["unreadable"][0]["reason"], "no-hidpp");
    assert_eq!(document["devices"], json!([]));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("is plugged in and cannot be read: it "));
}
