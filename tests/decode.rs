//! `solar-status decode` as its users run it.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Output, Stdio};

use proptest::prelude::*;
use serde_json::Value;

const GOOD: &str = "11 02 09 10 39 00 0c 06 1d 47 4f 4f 44 00 00 00 00 00 00 00";
const BROADCAST: &str = "11 02 09 00 60 00 00 06 72 47 4f 4f 44 00 00 00 00 00 00 00";
const KEYS: &str = "20 01 01 00 04 05 06 07 08 09 00 00 00 00 00";

fn spawn(args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_solar-status"))
        .arg("decode")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn run(args: &[&str], input: &[u8]) -> Output {
    let mut child = spawn(args);
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // Written beside, so that a full pipe on either side cannot block the other.
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

/// The explanations of `input`, of which every line is good.
fn json(args: &[&str], input: &str) -> Vec<Value> {
    let output = run(&[&["--json"], args].concat(), input.as_bytes());
    assert!(output.status.success(), "{}", stderr(&output));
    objects(&output)
}

fn objects(output: &Output) -> Vec<Value> {
    let lines = stdout(output).lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn arguments_and_lines_are_explained_alike() {
    let by_argument = run(&[GOOD], b"");
    let by_line = run(&[], GOOD.as_bytes());
    assert!(by_argument.status.success() && by_line.status.success());
    assert_eq!(stdout(&by_argument), stdout(&by_line));
    let summary = stdout(&by_line).lines().nth(1).unwrap();
    assert_eq!(
        summary.trim(),
        "event: light measurement, solar dashboard (4301, index 09), slot 2: \
         57 %, 12 lux, 2.54 V, discharging, GOOD"
    );
}

#[test]
fn a_frame_need_not_be_quoted() {
    let unquoted = run(&["10", "01", "09", "03", "78", "01", "00"], b"");
    let quoted = run(&["10 01 09 03 78 01 00"], b"");
    assert!(unquoted.status.success());
    assert_eq!(stdout(&unquoted), stdout(&quoted));
}

#[test]
fn the_2012_request_is_a_light_measure_request_by_assumption() {
    let explained = &json(&[], "10 01 09 03 78 01 00")[0];
    assert_eq!(explained["type"], "request");
    assert_eq!(explained["feature"], "4301");
    assert_eq!(explained["feature_assumed"], true);
    assert_eq!(
        (&explained["reports"], &explained["period_s"]),
        (&120.into(), &1.into())
    );
    assert_eq!(
        (&explained["software_id"], &explained["foreign"]),
        (&3.into(), &true.into())
    );
    let given = &json(&["--feature", "9=4301"], "10 01 09 03 78 01 00")[0];
    assert_eq!(given["feature_assumed"], false);
    assert!(stdout(&run(&["10010903780100"], b"")).contains("assumed"));
}

#[test]
fn the_answers_of_root_teach_where_features_stand() {
    let explained = json(
        &[],
        "10 01 00 0e 43 01 00\n\
         11 01 00 0e 06 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n\
         11 01 06 00 60 00 00 06 72 00 00 00 00 00 00 00 00 00 00 00\n\
         11 02 06 00 60 00 00 06 72 00 00 00 00 00 00 00 00 00 00 00\n",
    );
    assert_eq!(explained[1]["answers"], "10 01 00 0e 43 01 00");
    assert_eq!(explained[2]["feature"], "4301");
    assert_eq!(explained[2]["feature_source"], "learnt");
    assert_eq!(explained[3]["feature"], Value::Null, "another device");
}

#[test]
fn battery_events_are_explained_where_their_feature_was_learnt() {
    // A device of each feature at index 6; lookup, answer, event.
    for (id, event, expected) in [
        ("10 00", "5a 32 00", "percent"),
        ("10 01", "0e b5 00", "voltage_mv"),
        ("10 04", "61 08 00", "level"),
        ("1f 20", "10 00 03", "connected"),
    ] {
        let zeros = "00 ".repeat(13);
        let explained = json(
            &[],
            &format!(
                "10 01 00 0e {id} 00\n11 01 00 0e 06 00 00 {zeros}\n11 01 06 00 {event} {zeros}\n"
            ),
        );
        assert_eq!(explained[2]["type"], "event", "{id}");
        assert!(!explained[2][expected].is_null(), "{id}");
        assert_eq!(explained[2]["params"], Value::Null, "{id}");
    }
}

#[test]
fn an_answer_about_the_battery_is_no_request() {
    // Alone, and with the direction not known: requests of these features carry nothing.
    for (feature, frame) in [
        ("6=1000", "11 01 06 0b 5a 32 00"),
        ("6=1000", "11 01 06 1b 04 00 a0"),
        ("6=1001", "11 01 06 0b 0e b5 00"),
        ("6=1004", "11 01 06 1b 61 08 00"),
        ("6=1f20", "11 01 06 0b 10 00 03"),
    ] {
        let explained = &json(
            &["--feature", feature],
            &format!("{frame} {}\n", "00 ".repeat(13)),
        )[0];
        assert_eq!(explained["type"], "reply", "{feature}");
        assert_eq!(explained["guessed"], false, "{feature}");
    }
}

#[test]
fn the_entries_of_the_feature_set_teach_too() {
    let explained = json(
        &["--feature", "1=0001"],
        "10 01 01 1e 04 00 00\n\
         11 01 01 1e 1d 4b 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n\
         11 01 04 00 01 01 01 00 00 00 00 00 00 00 00 00 00 00 00 00\n",
    );
    assert_eq!(explained[2]["feature"], "1D4B");
    assert_eq!(explained[2]["reconnected"], true);
}

#[test]
fn the_marker_teaches_by_itself() {
    let explained = json(
        &[],
        &format!("{GOOD}\n11 02 09 20 39 {}\n", "00 ".repeat(15)),
    );
    assert_eq!(explained[0]["feature_source"], "inferred");
    assert_eq!(explained[1]["event_name"], "light key");
    assert_eq!(explained[1]["trusted"], false);
}

#[test]
fn light_that_was_not_measured_is_null_and_not_dark() {
    let explained = &json(&[], BROADCAST)[0];
    assert_eq!(explained["percent"], 96);
    assert_eq!(explained.get("lux"), Some(&Value::Null));
    assert_eq!(explained.get("state"), Some(&Value::Null));
    assert_eq!(explained["trusted"], true);
}

#[test]
fn usbmon_lines_show_both_directions_and_pass_over_the_rest() {
    let capture = "\
ffff880012345600 100 S Ci:1:005:0 s 80 06 0100 0000 0012 18 <\n\
ffff880012345600 110 C Ci:1:005:0 0 18 = 12010002 00000008 6d042bc5 01120102 0001\n\
ffff880012345600 120 S Co:1:005:0 s 21 09 0210 0002 0007 7 = 10010903 780100\n\
ffff880012345600 130 C Co:1:005:0 0 7 >\n\
ffff880012345600 140 C Ii:1:005:1 0:8 8 = 00001c00 00000000\n\
ffff880012345600 150 C Ii:1:005:3 0:8 15 = 20010100 1c000000 00000000 000000\n\
ffff880012345600 160 C Ii:1:005:3 0:8 20 = 11020910 39000c06 1d474f4f 44000000 00000000\n";
    let output = run(&["--json"], capture.as_bytes());
    assert!(output.status.success());
    let explained = objects(&output);
    assert_eq!(explained.len(), 2);
    assert_eq!(explained[0]["direction"], "host_to_device");
    assert_eq!(explained[1]["direction"], "device_to_host");
    assert_eq!(explained[1]["percent"], 57);
    assert_eq!(
        stderr(&output),
        "3 lines of USB capture without a HID++ report passed over\n"
    );
}

#[test]
fn traces_of_ours_are_read_with_node_and_direction() {
    let trace = "\
# solar-status trace 1\n\
node 1 /dev/hidraw1 046D:C52B\n\
0.000000 1 > 10 ff 80 00 00 09 00\n\
0.003120 1 < 10 ff 80 00 00 00 00\n\
0.010000 2 < 10 01 07 0b 00 00 00\n";
    let explained = json(&[], trace);
    assert_eq!(explained.len(), 3);
    assert_eq!(explained[0]["type"], "request");
    assert_eq!(explained[1]["answers"], "10 ff 80 00 00 09 00");
    assert_eq!(explained[2]["type"], "notification", "it came in");
}

#[test]
fn a_spare_software_id_is_ours_in_our_traces_only() {
    let lookup = "10 01 00 05 00 05 00";
    let foreign = |input: &str| json(&[], input)[0]["foreign"].clone();
    assert_eq!(foreign(lookup), true);
    assert_eq!(foreign(&format!("0.044000 1 > {lookup}")), false);
}

#[test]
fn what_was_typed_is_shown_nowhere() {
    let input = format!(
        "{KEYS}\n10 01 03 e9 00 00 00\n01 02 04 05 06 07 08 09\n\
         0.1 1 < 10 01 05 06 07 08 09\n11 ff 4d 00 31 32 33 34 35 36 00 00 00 00 00 00 00 00 00 00\n\
         20 01 01 00 04 05 0x\n20 01 01 00 04 05 06\n21 01 01 04 05 06\n"
    );
    for args in [&[][..], &["--json"]] {
        let output = run(args, input.as_bytes());
        for text in [stdout(&output), stderr(&output)] {
            for typed in ["04 05", "0405", "05 06", "06 07", "e9", "31 32", "02 04"] {
                assert!(!text.contains(typed), "{typed} in {text}");
            }
        }
    }
    let explained = &json(&[], KEYS)[0];
    assert_eq!(
        (&explained["type"], &explained["frame"]),
        (&"input".into(), &"20 01 01 ..".into())
    );
    assert_eq!(explained["event_name"], "keyboard input");
}

#[test]
fn mistakes_are_named_and_do_not_stop_the_rest() {
    let input = format!("10 01 0g\n\n10 01 09\n80 01 00 80 00\nabc\n{GOOD}\n");
    let output = run(&["--json"], input.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(objects(&output).len(), 1);
    assert_eq!(
        stderr(&output),
        "line 1: character 8 is no hexadecimal digit\n\
         line 3: report 10 has 3 bytes instead of 7\n\
         line 4: unknown report id 80: HID++ reports start with 10, 11 or 12\n\
         line 5: a byte needs two hexadecimal digits, and at character 3 there is an odd number\n"
    );
    let output = run(&["10 01 09", GOOD], b"");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "argument 1: report 10 has 3 bytes instead of 7\n"
    );
    assert!(stdout(&output).contains("57 %"));
}

#[test]
fn a_bad_feature_is_a_usage_error() {
    let output = run(&["--feature", "9:4301", GOOD], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("expected INDEX=ID"));
}

#[test]
fn each_frame_is_explained_as_it_comes() {
    let mut child = spawn(&["--json"]);
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..3 {
        writeln!(stdin, "{GOOD}").unwrap();
        // The pipe stays open: this returns only because the frame was flushed.
        assert!(lines.next().unwrap().unwrap().contains("57"));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let mut child = spawn(&[]);
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let _ = writeln!(stdin, "{GOOD}");
    drop(stdin);
    assert!(child.wait().unwrap().success());
    let mut complaints = String::new();
    child
        .stderr
        .unwrap()
        .read_to_string(&mut complaints)
        .unwrap();
    assert_eq!(complaints, "");
}

#[test]
fn endless_lines_and_other_bytes_are_survived() {
    let mut input = vec![b'1'; 1 << 20];
    input.extend_from_slice(b"\n\xff\xfe\x00\n");
    input.extend_from_slice(GOOD.as_bytes());
    let output = run(&["--json"], &input);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(objects(&output).len(), 1);
    assert_eq!(
        stderr(&output),
        "line 1: longer than 4096 bytes\nline 2: no text: it is not valid UTF-8\n"
    );
}

/// Bytes with the start of a report, more often than chance has it.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let head = (
        prop::sample::select(vec![0x10_u8, 0x11, 0x12, 0x20, 0x21, 0x01]),
        prop::sample::select(vec![0xFF_u8, 0, 1, 2, 9]),
        prop_oneof![0_u8..12, 0x40_u8..0x55, 0x80_u8..0x90, any::<u8>()],
        any::<u8>(),
    );
    let len = prop::sample::select(vec![7_usize, 15, 20, 32, 64, 5]);
    (head, len, prop::collection::vec(any::<u8>(), 64)).prop_map(
        |((id, device, sub_id, address), len, rest)| {
            let mut bytes = vec![id, device, sub_id, address];
            bytes.extend(rest);
            bytes.truncate(len);
            bytes
        },
    )
}

/// A line: a frame in some dress, or any text.
fn line() -> impl Strategy<Value = String> {
    let spaced = |bytes: &[u8]| {
        let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        bytes.join(" ")
    };
    prop_oneof![
        frame().prop_map(move |bytes| spaced(&bytes)),
        frame().prop_map(move |bytes| format!("0.1 1 > {}", spaced(&bytes))),
        frame().prop_map(move |bytes| format!("0.1 1 < {}", spaced(&bytes))),
        frame().prop_map(move |bytes| {
            format!("f 1 C Ii:1:2:3 0:8 {} = {}", bytes.len(), spaced(&bytes))
        }),
        "[0-9a-fA-FxX :<>=SC.#-]{0,80}",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn nothing_panics_and_every_line_of_json_parses(
        lines in prop::collection::vec(line(), 0..40)
    ) {
        use solar_status::cli::decode::{DecodeArgs, run};
        for json in [true, false] {
            let args = DecodeArgs { json, ..DecodeArgs::default() };
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let input = lines.join("\n");
            let decoded = run(&args, &mut input.as_bytes(), &mut out, &mut err).unwrap();
            let out = String::from_utf8(out).unwrap();
            let complained = String::from_utf8(err).unwrap().contains("line ");
            prop_assert!(decoded || complained);
            if json {
                for line in out.lines() {
                    let object: Value = serde_json::from_str(line).unwrap();
                    prop_assert!(object["type"].is_string());
                }
            }
        }
    }

    #[test]
    fn keys_stay_private_whatever_they_are(keys in prop::collection::vec(0xA0_u8..0xAF, 12)) {
        use solar_status::cli::decode::{DecodeArgs, run};
        let hex: Vec<String> = keys.iter().map(|byte| format!("{byte:02x}")).collect();
        let input = format!("20 01 01 {}", hex.join(" "));
        for json in [true, false] {
            let args = DecodeArgs { json, ..DecodeArgs::default() };
            let (mut out, mut err) = (Vec::new(), Vec::new());
            run(&args, &mut input.as_bytes(), &mut out, &mut err).unwrap();
            let out = String::from_utf8([out, err].concat()).unwrap();
            prop_assert!(!hex.iter().any(|byte| out.contains(&**byte)), "{}", out);
        }
    }
}
