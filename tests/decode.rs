//! `solar-status decode` as users run it.

#![expect(clippy::unwrap_used, reason = "a test panics on the first failure")]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Output, Stdio};

use proptest::prelude::*;
use serde_json::Value;
use test_support::program::Program;

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

const GOOD: &str = "11 02 09 10 39 00 0c 06 1d 47 4f 4f 44 00 00 00 00 00 00 00";
const BROADCAST: &str = "11 02 09 00 60 00 00 06 72 47 4f 4f 44 00 00 00 00 00 00 00";
const KEYS: &str = "20 01 01 00 04 05 06 07 08 09 00 00 00 00 00";

fn spawn(args: &[&str]) -> Child {
    SOLAR_STATUS
        .command(&[&["decode"], args].concat())
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
    // Written in a thread, so that a full pipe on either side cannot block the other.
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

/// The decoded lines of `input`, all of which are valid.
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
fn a_frame_as_argument_and_as_line_decodes_alike() {
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
fn a_frame_in_several_arguments_needs_no_quotes() {
    let unquoted = run(&["10", "01", "09", "03", "78", "01", "00"], b"");
    let quoted = run(&["10 01 09 03 78 01 00"], b"");
    assert!(unquoted.status.success());
    assert_eq!(stdout(&unquoted), stdout(&quoted));
}

#[test]
fn the_request_of_2012_decodes_as_a_light_request_by_assumption() {
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
fn root_replies_provide_the_feature_indices() {
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
    assert_eq!(
        explained[3]["feature"],
        Value::Null,
        "the index was learnt for another device"
    );
}

#[test]
fn battery_events_decode_once_their_feature_index_is_learnt() {
    // A device with each feature at index 6: lookup, reply, event.
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
fn a_reply_with_software_id_0_is_not_a_battery_event() {
    // linux-input 2022-08-26, Solaar issue 1718: version 0.1.0 decoded an event with 15 %.
    let of = |line: &str| json(&["--feature", "8=1004"], line).remove(0);
    let reply = of("11 01 08 00 0f 03 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
    assert_eq!(reply["type"], "reply");
    assert_eq!(reply["guessed"], true);
    assert_eq!(reply["percent"], Value::Null);
    assert_eq!(reply["level_names"], "critical, low, good, full");
    let event = of("11 01 08 00 0f 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
    assert_eq!(
        (&event["type"], &event["percent"]),
        (&"event".into(), &15.into())
    );
    // From a solar keyboard: the arguments of a light request, without the marker of its events.
    let reply = &json(
        &["--feature", "9=4301"],
        "11 01 09 00 3c 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
    )[0];
    assert_eq!(reply["type"], "reply");
    assert_eq!(reply["percent"], Value::Null);
}

#[test]
fn a_battery_reply_is_not_taken_for_a_request() {
    // Alone and without a direction: requests of these features carry no parameters.
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
fn feature_set_replies_provide_the_feature_indices() {
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
fn the_good_marker_identifies_the_solar_feature() {
    let explained = json(
        &[],
        &format!("{GOOD}\n11 02 09 20 39 {}\n", "00 ".repeat(15)),
    );
    assert_eq!(explained[0]["feature_source"], "inferred");
    assert_eq!(explained[1]["event_name"], "light key");
    assert_eq!(explained[1]["trusted"], false);
}

#[test]
fn unmeasured_light_is_null_instead_of_dark() {
    let explained = &json(&[], BROADCAST)[0];
    assert_eq!(explained["percent"], 96);
    assert_eq!(explained.get("lux"), Some(&Value::Null));
    assert_eq!(explained.get("state"), Some(&Value::Null));
    assert_eq!(explained["trusted"], true);
}

#[test]
fn usbmon_captures_decode_in_both_directions_and_skip_other_lines() {
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
        "solar-status: skipped 3 lines of USB capture without a HID++ report\n"
    );
}

#[test]
fn traces_decode_with_node_and_direction() {
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
    assert_eq!(
        explained[2]["type"], "notification",
        "the direction is known"
    );
}

#[test]
fn a_root_frame_that_a_keyboard_sends_on_its_own_is_an_event() {
    // Solaar issue 3265: between its replies a K380 sends short root frames of zeros, several
    // within 10 ms.
    let trace = "\
node 1 046D:B342 short,long bus=bluetooth /dev/hidraw0\n\
0.000000 1 > 11 ff 03 14 10 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n\
0.001000 1 < 10 ff 00 00 00 00 00\n\
0.002000 1 < 10 ff 00 00 00 00 00\n\
0.012000 1 < 11 ff 03 14 44 65 76 69 63 65 20 4b 65 79 62 6f 61 72 64 20\n";
    let explained = json(&[], trace);
    for event in &explained[1..3] {
        assert_eq!(event["type"], "event");
        assert_eq!(
            (&event["feature"], &event["event"]),
            (&"0000".into(), &0.into())
        );
        assert_eq!(event["guessed"], false);
    }
    assert_eq!(explained[3]["type"], "reply");
    let summary = "event: no operation, root (0000, index 00), direct device\n";
    assert!(stdout(&run(&[], trace.as_bytes())).contains(summary));
    // Alone and without a direction: an event, marked as a guess.
    let alone = &json(&[], "10 ff 00 00 00 00 00")[0];
    assert_eq!(
        (&alone["type"], &alone["guessed"]),
        (&"event".into(), &true.into())
    );
    // The same bytes to the device are a request.
    let request = &json(&[], "0.1 1 > 10 ff 00 00 00 00 00")[0];
    assert_eq!(request["type"], "request");
}

#[test]
fn logs_of_other_programs_decode_with_their_direction() {
    // Solaar issue 1735, libratbag issues 22 and 962, with changed numbers.
    let log = "\
13:20:52,208    DEBUG [MainThread] logitech_receiver.base: (6) <= w[11 02 001E 00005A00000000000000000000000000]\n\
13:20:52,210     INFO [MainThread] logitech_receiver.receiver: new device\n\
13:20:52,240    DEBUG [MainThread] logitech_receiver.base: (6) => r[11 02 001E 04055A00000000000000000000000000]\n\
ratbag debug: hidpp: device supports long reports\n\
ratbag raw: hidpp write: 10 00 81 07 00 00 00\n\
ratbag raw: hidpp read:  10 00 81 07 00 22 00\n";
    let output = run(&["--json"], log.as_bytes());
    assert!(output.status.success(), "{}", stderr(&output));
    let passed = "solar-status: skipped 2 lines of other programs' logs without a HID++ report\n";
    assert_eq!(stderr(&output), passed);
    let explained = objects(&output);
    let types: Vec<&Value> = explained.iter().map(|it| &it["type"]).collect();
    assert_eq!(types, ["request", "reply", "request", "reply"]);
    let directions: Vec<&Value> = explained.iter().map(|it| &it["direction"]).collect();
    let (to, from) = ("host_to_device", "device_to_host");
    assert_eq!(directions, [to, from, to, from]);
    assert_eq!(explained[1]["version"], "4.5");
    assert_eq!(explained[3]["state"], "full");
}

#[test]
fn index_ff_is_classified_by_the_nodes_ids_and_registers() {
    let refused = "10 ff 8f 00 1d 01 00";
    let decoded = |input: &str| stdout(&run(&[], input.as_bytes())).to_owned();
    // Notes of the Exo project: a Bolt receiver that rejects a ping.
    for input in [
        format!("node 1 046D:C548 short,long /dev/hidraw0\n0.1 1 < {refused}"),
        format!("10 ff 81 02 00 01 00\n{refused}"),
    ] {
        let text = decoded(&input);
        assert!(text.contains("8F/01), receiver, in answer to"), "{text}");
    }
    let corded = format!("node 1 046D:C318 short,long /dev/hidraw0\n0.1 1 < {refused}");
    assert!(decoded(&corded).contains("8F/01), direct device, in answer to"));
    // Dump of an EX100's receiver C517: its registers 01 and 09 differ from those of devices.
    let register = "0.1 1 < 10 ff 81 09 00 00 00";
    let old = json(
        &[],
        &format!("node 1 046D:C517 short /dev/hidraw0\n{register}"),
    );
    assert_eq!(old[0]["register_name"], Value::Null);
    // Without evidence of a device, a receiver is assumed.
    let bare = json(&[], "10 ff 81 01 00 00 00");
    assert_eq!(bare[0]["register_name"], Value::Null);
    let keyboard = json(&[], &format!("node 1 046D:C318 short,long x\n{register}"));
    assert_eq!(keyboard[0]["register_name"], "Fn swap");
}

#[test]
fn an_unreachable_slot_is_called_empty_only_if_it_is_unpaired() {
    let because = |input: &str| {
        let text = stdout(&run(&[], input.as_bytes())).to_owned();
        let row = text.lines().rfind(|line| line.contains("unreachable"));
        row.unwrap()
            .trim()
            .trim_start_matches("unreachable")
            .trim()
            .to_owned()
    };
    let paired = "asleep, switched off or out of range";
    let open = "asleep, switched off, out of range, or an empty slot";
    // A recording of a C52B: it sends error 09 for paired devices only.
    assert_eq!(because("10 01 8f 00 11 09 00"), paired);
    // Error 08 can mean both (libratbag issue 1594), until another frame shows which.
    let unknown = "10 02 8f 00 18 08 00";
    assert_eq!(because(unknown), open);
    for shows in [
        "20 02 41 01 02 40 1a 40 00 00 00 00 00 00 00",
        "10 02 41 10 42 34 b0",
        "11 ff 83 b5 21 12 14 20 11 04 00 01 0d 1a 00 00 00 00 00 00",
        "11 ff 83 b5 52 42 34 b0 fb 19 99 43 01 00 02 0a 01 00 00 00",
        "10 02 8f 00 11 09 00",
    ] {
        assert_eq!(because(&format!("{shows}\n{unknown}")), paired, "{shows}");
    }
    for shows in [
        "10 02 40 02 00 00 00",
        "20 02 40 00 00 00 00 00 00 00 00 00 00 00 00",
        "10 ff 83 b5 21 00 00\n10 ff 8f 83 b5 03 00",
        "10 ff 83 b5 52 00 00\n10 ff 8f 83 b5 0b 00",
    ] {
        let slot = because(&format!("{shows}\n{unknown}"));
        assert_eq!(slot, "an empty slot", "{shows}");
    }
}

#[test]
fn report_types_have_the_same_byte_order_in_every_message() {
    // A recording of a C52B with a K750 in slot 2.
    let explained = json(
        &[],
        "20 02 41 01 02 40 1a 40 00 00 00 00 00 00 00\n\
         11 ff 83 b5 31 01 02 03 04 1a 40 00 00 03 00 00 00 00 00 00\n",
    );
    assert_eq!(explained[0]["report_types"], "0000401A");
    assert_eq!(explained[1]["report_types"], "0000401A");
}

#[test]
fn a_bolt_receivers_id_and_slot_count_are_decoded() {
    // Solaar issue 2230 (the id), notes of the Exo project (the slots).
    let id = "11 ff 83 fb 42 31 41 46 37 46 30 42 37 42 37 35 37 35 43 34";
    let firmware = "11 ff 83 b5 02 05 01 00 10 01 b6 10 06 00 00 00 00 00 00 00";
    let explained = json(&[], &format!("{id}\n{firmware}\n"));
    assert_eq!(explained[0]["serial"], "B1AF7F0B7B7575C4");
    assert_eq!(explained[0]["params"], Value::Null);
    assert_eq!(explained[1]["firmware"], "05.01.B0010");
    assert_eq!(explained[1]["slots"], 6);
    assert_eq!(
        json(&[], firmware)[0]["slots"],
        6,
        "without the preceding id as well"
    );
    // A Unifying receiver has another number in this place (the same notes).
    let unifying = "11 ff 83 b5 02 24 11 00 36 88 08 04 01 00 00 00 00 00 00 00";
    assert_eq!(json(&[], unifying)[0].get("slots"), None);
    let known = format!("node 1 046D:C52B short,long,dj x\n0.1 1 < {firmware}");
    assert_eq!(json(&[], &known)[0].get("slots"), None);
}

#[test]
fn the_activity_counters_of_each_slot_are_decoded() {
    // Solaar issue 680.
    let reply = format!("11 ff 83 b3 13 00 05 {}", "00 ".repeat(13));
    let explained = &json(&[], &format!("0.1 1 < {reply}"))[0];
    let mut counters = [0; 16];
    (counters[0], counters[2]) = (0x13, 5);
    assert_eq!(explained["activity"], serde_json::json!(counters));
    let text = stdout(&run(&[], reply.as_bytes())).to_owned();
    assert!(text.contains("receiver: slot 1: 19, slot 3: 5\n"), "{text}");
}

#[test]
fn features_and_registers_of_gaming_devices_have_names() {
    for (feature, name) in [
        ("8070", "color LED effects"),
        ("8100", "onboard profiles"),
        ("1bc0", "report HID usage"),
    ] {
        let given = format!("c={feature}");
        let explained = &json(&["--feature", &given], "10 ff 0c 1a 00 00 00")[0];
        assert_eq!(explained["feature_name"], name, "{feature}");
    }
    // libratbag reads these registers of a G500.
    for (register, name) in [
        ("61", "optical sensor settings"),
        ("a0", "memory management"),
    ] {
        let explained = &json(&[], &format!("10 00 81 {register} 00 00 00"))[0];
        assert_eq!(explained["register_name"], name, "{register}");
    }
}

#[test]
fn button_reports_of_a_gaming_mouse_are_private() {
    let event = format!("11 01 0c 00 a5 5a {}", "00 ".repeat(14));
    let explained = &json(&["--feature", "c=8110"], &event)[0];
    assert_eq!(explained["type"], "input");
    assert_eq!(explained["frame"], "11 01 0c 00 ..");
}

#[test]
fn a_unit_id_of_all_ones_decodes_as_null() {
    // A recording of a G933.
    let explained = json(
        &["--feature", "2=0003"],
        "11 ff 02 0d 01 ff ff ff ff 00 03 00 00 00 00 0a 5b 00 00 00",
    );
    assert_eq!(explained[0].get("unit_id"), Some(&Value::Null));
    assert_eq!(explained[0]["model_ids"], "0A5B");
    assert_eq!(explained[0]["transports"], "Bluetooth, Bluetooth LE");
    let text = |frame: &str| stdout(&run(&["--feature", "2=0003"], frame.as_bytes())).to_owned();
    // The device is on USB, and neither of the two transports has a model.
    let lies = text("11 ff 02 0d 01 ff ff ff ff 00 03 00 00 00 00 0a 5b 00 00 00");
    assert!(lies.contains("Bluetooth LE (not by its models)"), "{lies}");
    // A G502 has a model for each transport.
    let true_word = text("11 01 02 0c 03 dd da ad bc 00 0c 40 7f c0 8d 00 00 00 00 00");
    assert!(true_word.contains("eQUAD, USB, model"), "{true_word}");
}

#[test]
fn replies_to_usb_control_requests_are_skipped() {
    // A C52B being plugged in: usbhid reads each report once.
    let capture = "\
ffff880012345600 110 C Ci:1:017:0 0 18 = 12010002 00000008 6d042bc5 07120102 0001\n\
ffff880012345600 120 C Ci:1:017:0 0 7 = 10000000 000000\n\
ffff880012345600 130 C Ci:1:017:0 0 20 = 11ff0a00 00000000 00000000 00000000 00000000\n";
    let output = run(&["--json"], capture.as_bytes());
    assert!(output.status.success());
    assert_eq!(objects(&output).len(), 0);
}

#[test]
fn an_alternative_software_id_is_ours_only_in_traces() {
    let lookup = "10 01 00 05 00 05 00";
    let foreign = |input: &str| json(&[], input)[0]["foreign"].clone();
    assert_eq!(foreign(lookup), true);
    assert_eq!(foreign(&format!("0.044000 1 > {lookup}")), false);
}

#[test]
fn key_presses_are_never_printed() {
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
fn invalid_frames_are_reported_and_decoding_continues() {
    let input = format!("10 01 0g\n\n10 01 09\n80 01 00 80 00\nabc\n{GOOD}\n");
    let output = run(&["--json"], input.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(objects(&output).len(), 1);
    assert_eq!(
        stderr(&output),
        "solar-status: line 1: character 8 is not a hexadecimal digit\n\
         solar-status: line 3: report 10 has 3 bytes instead of 7\n\
         solar-status: line 4: unknown report id 80: HID++ reports start with 10, 11 or 12\n\
         solar-status: line 5: a byte needs two hexadecimal digits, but there is an odd number at character 3\n"
    );
    let output = run(&["10 01 09", GOOD], b"");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "solar-status: argument 1: report 10 has 3 bytes instead of 7\n"
    );
    assert!(stdout(&output).contains("57 %"));
}

#[test]
fn an_invalid_feature_argument_is_a_usage_error() {
    let output = run(&["--feature", "9:4301", GOOD], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("expected INDEX=ID"));
}

#[test]
fn each_line_is_decoded_and_flushed_immediately() {
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
fn a_closed_output_pipe_is_not_an_error() {
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
fn overlong_and_binary_lines_are_rejected_and_decoding_continues() {
    let mut input = vec![b'1'; 1 << 20];
    input.extend_from_slice(b"\n\xff\xfe\x00\n");
    input.extend_from_slice(GOOD.as_bytes());
    let output = run(&["--json"], &input);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(objects(&output).len(), 1);
    assert_eq!(
        stderr(&output),
        "solar-status: line 1: longer than 4096 bytes\n\
         solar-status: line 2: it is not valid UTF-8\n"
    );
}

/// Bytes that start like a report more often than random ones.
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

/// A line with a frame in one of the input formats, or any text.
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
        frame().prop_map(move |bytes| {
            format!("f 1 C Ci:1:2:0 0 {} = {}", bytes.len(), spaced(&bytes))
        }),
        frame().prop_map(move |bytes| format!("x (3) => r[{}]", spaced(&bytes))),
        frame().prop_map(move |bytes| format!("ratbag raw: hidpp write: {}", spaced(&bytes))),
        "(node [0-9] |I: 3 |E: 1 2 |report_id=|Recv report_id=|<< |> )[0-9a-fA-F :=]{0,40}",
        "[0-9a-fA-FxX :<>=SC.#-]{0,80}",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn no_input_panics_and_every_output_line_is_valid_json(
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
    fn any_capture_has_a_summary_of_80_columns_and_one_object(
        lines in prop::collection::vec(line(), 0..60)
    ) {
        use solar_status::cli::decode::{DecodeArgs, run};
        let input = lines.join("\n");
        for json in [true, false] {
            let args = DecodeArgs { json, summary: true, ..DecodeArgs::default() };
            let (mut out, mut err) = (Vec::new(), Vec::new());
            run(&args, &mut input.as_bytes(), &mut out, &mut err).unwrap();
            let out = String::from_utf8(out).unwrap();
            if json {
                let object: Value = serde_json::from_str(&out).unwrap();
                prop_assert!(object["devices"].is_array());
                prop_assert_eq!(out.lines().count(), 1);
            } else {
                for line in out.lines() {
                    prop_assert!(line.chars().count() <= 80, "{}", line);
                }
            }
        }
    }

    #[test]
    fn a_frame_decodes_alike_in_every_log_format(
        id in prop::sample::select(vec![0x10_u8, 0x11]),
        device in prop::sample::select(vec![0xFF_u8, 0, 1, 6]),
        sub_id in prop::sample::select(vec![0x41_u8, 0x4A, 0x80, 0x81, 0x83]),
        rest in prop::collection::vec(any::<u8>(), 17),
        to_device in any::<bool>(),
    ) {
        use solar_status::cli::decode::{DecodeArgs, run};
        let mut bytes = [&[id, device, sub_id], &rest[..]].concat();
        bytes.truncate(if id == 0x10 { 7 } else { 20 });
        let spaced = |bytes: &[u8]| {
            let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            bytes.join(" ")
        };
        let joined = |bytes: &[u8]| spaced(bytes).replace(' ', "");
        let all = spaced(&bytes);
        let grouped = format!(
            "{} {} {} {}",
            joined(&bytes[..1]), joined(&bytes[1..2]), joined(&bytes[2..4]), joined(&bytes[4..])
        );
        // ltunify prints the register of a register access as a separate field.
        let is_access = (0x80..=0x83).contains(&sub_id);
        let params = &bytes[if is_access { 4 } else { 3 }..];
        let register = if is_access { format!("reg={:02X} X?  ", bytes[3]) } else { String::new() };
        let fields = format!(
            "report_id={id:02X} short device={device:02X} RECV type={sub_id:02X} NAME  {register}params={} ",
            spaced(params)
        );
        let mut lines = if to_device {
            vec![
                format!("x: (6) <= w[{grouped}]"),
                format!("<< (   0.015) [{grouped}] b'x[y]'"),
                format!("ratbag raw: hidpp write: {}", all.to_lowercase()),
                format!("12:34:56.789 Send\t{fields}"),
                format!("> {all}"),
            ]
        } else {
            vec![
                format!("x: (6) => r[{grouped}]"),
                format!(">> (   0.015) [{grouped}] b'x[y]'"),
                format!("ratbag raw: hidpp read:  {}", all.to_lowercase()),
                format!("12:34:56.789 Recv\t{fields}"),
                format!("E: 000001.5 {} {}", bytes.len(), all.to_lowercase()),
                format!("< {all}"),
            ]
        };
        lines.push(format!("0.1 1 {} {all}", if to_device { '>' } else { '<' }));
        let mut explained = lines.iter().map(|line| {
            let args = DecodeArgs { json: true, ..DecodeArgs::default() };
            let (mut out, mut err) = (Vec::new(), Vec::new());
            run(&args, &mut line.as_bytes(), &mut out, &mut err).unwrap();
            let object: Value = serde_json::from_slice(&out).unwrap();
            (object["frame"].clone(), object["direction"].clone())
        });
        let first = explained.next().unwrap();
        let direction = if to_device { "host_to_device" } else { "device_to_host" };
        prop_assert_eq!(&first, &(all.to_lowercase().into(), direction.into()));
        for other in explained {
            prop_assert_eq!(&other, &first);
        }
    }

    #[test]
    fn key_codes_are_never_printed_whatever_their_values(keys in prop::collection::vec(0xA0_u8..0xAF, 12)) {
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

/// A capture of a G933 without look-ups: ashkitten/g933-utils, `power_interrupts`.
const HEADSET: [&str; 4] = [
    "0.0 1 < 11 ff 08 00 0f 54 01 00 00 00 00 00 00 00 00 00 00 00 00 00",
    "28.0 1 < 11 ff 08 00 0f 71 03 00 00 00 00 00 00 00 00 00 00 00 00 00",
    "38.0 1 < 11 ff 08 00 0f 45 01 00 00 00 00 00 00 00 00 00 00 00 00 00",
    "68.0 1 < 11 ff 08 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
];

#[test]
fn the_battery_of_a_headset_is_recognized_by_its_values_and_said_to_be_assumed() {
    let explained = json(&[], &HEADSET.join("\n"));
    let voltages: Vec<&Value> = explained.iter().map(|frame| &frame["voltage_mv"]).collect();
    assert_eq!(voltages, [3924, 3953, 3909, 0].map(Value::from).each_ref());
    assert_eq!(explained[0]["feature_source"], "resembling");
    assert_eq!(explained[0]["feature_assumed"], true);
    assert_eq!(explained[3]["connected"], false);
}

#[test]
fn a_device_that_was_asked_for_its_features_is_not_guessed_about() {
    // Root says where 8300 is: what is at index 08 is then unknown, and stays so.
    let lookup = "0.0 1 > 11 ff 00 0b 83 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n\
                  0.1 1 < 11 ff 00 0b 07 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n";
    let explained = json(&[], &format!("{lookup}{}", HEADSET[0]));
    assert_eq!(explained[2]["feature"], Value::Null);
    let behind_a_receiver = HEADSET[0].replace("11 ff", "11 01");
    assert_eq!(json(&[], &behind_a_receiver)[0]["feature"], Value::Null);
}

#[test]
fn features_are_those_of_the_device_until_another_is_there() {
    let lookup = "0.1 1 > 10 01 00 0b 10 00 00\n\
                  0.2 1 < 11 01 00 0b 06 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n";
    let event = "11 01 06 00 5a 32 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n";
    let arrival = |wpid: &str| format!("0.3 1 < 10 01 41 04 62 {wpid}\n");
    let feature = |capture: String| json(&[], &capture).pop().unwrap()["feature"].clone();
    let same = [
        &arrival("82 40"),
        lookup,
        &arrival("82 40"),
        "0.4 1 < ",
        event,
    ]
    .concat();
    assert_eq!(feature(same), "1000");
    let other = [
        &arrival("82 40"),
        lookup,
        &arrival("83 40"),
        "0.4 1 < ",
        event,
    ]
    .concat();
    assert_eq!(feature(other), Value::Null);
    // Another session, on another node: the same model, so the same features.
    let again = arrival("82 40").replace(" 1 <", " 2 <");
    let session = [&arrival("82 40"), lookup, &again, "9.0 2 < ", event].concat();
    assert_eq!(feature(session), "1000");
}

#[test]
fn an_answer_has_its_round_trip() {
    let capture = "0.100 1 > 10 ff 81 02 00 00 00\n0.1025 1 < 10 ff 81 02 00 01 00\n";
    let output = run(&[], capture.as_bytes());
    assert!(
        stdout(&output).contains("round trip  2.5 ms"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_summary_is_one_object_or_one_page() {
    let page = run(&["--summary"], HEADSET.join("\n").as_bytes());
    assert!(page.status.success());
    let heading = "4 reports of HID++ in 68 s: 4 reports of devices on their own";
    assert!(stdout(&page).starts_with(heading), "{}", stdout(&page));
    let words = stdout(&page).split_whitespace().collect::<Vec<_>>();
    assert!(
        words.join(" ").contains("3924 mV first"),
        "{}",
        stdout(&page)
    );
    let object = json(&["--summary"], &HEADSET.join("\n")).pop().unwrap();
    let voltage = &object["devices"][0]["battery"]["voltage_mv"];
    assert_eq!(
        (&voltage["highest"], &voltage["changes"]),
        (&3953.into(), &2.into())
    );
    assert_eq!(object["devices"][0]["links"]["seen"][0], "headset off");
    assert_eq!(object["schema"], 1);
    let none = run(&["--summary"], b"");
    assert!(stdout(&none).contains("no message of a Logitech device"));
}
