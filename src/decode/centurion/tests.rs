use serde_json::Value;

use crate::capture::line::{Line, read};
use crate::decode::{Context, block, explain};

/// The summary of each frame, in one conversation.
fn summaries(frames: &[&str]) -> Vec<String> {
    let mut context = Context::new(&[]);
    let texts = frames.iter().map(|frame| {
        let Ok(Line::Frame(read)) = read(frame) else {
            panic!("{frame}");
        };
        let explanation = explain(&mut context, &read).unwrap();
        let text = block(&explanation);
        text.lines().nth(1).unwrap().trim().to_owned()
    });
    texts.collect()
}

fn json(frame: &str) -> Value {
    let Ok(Line::Frame(read)) = read(frame) else {
        panic!("{frame}");
    };
    let explanation = explain(&mut Context::new(&[]), &read).unwrap();
    serde_json::to_value(&explanation).unwrap()
}

#[test]
fn published_frames_are_explained_one_by_one() {
    for (frame, expected) in [
        // HeadsetControl: PRO X 2.
        (
            "51 08 00 03 1A 00 03 00 04 0A",
            "request: get battery, Centurion battery (0104 assumed, index 04)",
        ),
        (
            "51 03 00 03 1A",
            "reply: pass on message, bridge to the headset (0003 assumed, index 03): acknowledged, \
             not yet answered",
        ),
        (
            "51 0B 00 03 10 00 06 00 04 0A 3C 3C 00",
            "reply: get battery, Centurion battery (0104 assumed, index 04): 60 %, discharging",
        ),
        (
            "51 05 00 03 00 00 00",
            "event: connection, bridge to the headset (0003 assumed, index 03): headset off or out of \
             range",
        ),
        // LGSTrayEx: G522.
        (
            "50 23 06 00 00 0A 03 00 06",
            "reply: find feature, root (0000, index 00): at index 03",
        ),
        (
            "50 23 06 00 05 0A 4E 50 02",
            "reply: get battery, Centurion battery (0104 assumed, index 05): 78 %, charging on USB",
        ),
        (
            "50 23 05 00 FF 00 0F 05",
            "error: no such feature, unknown device, in answer to function 0, root (0000, index 00)",
        ),
        (
            "50 23 08 00 03 0F 03 E8 00 01 01",
            "reply: get connection, bridge to the headset (0003 assumed, index 03): headset on",
        ),
        (
            "50 23 0B 00 03 10 00 06 00 00 1F 01 01 62",
            "reply: get version, root (0000, index 00): version 1.1",
        ),
        (
            "50 23 0B 00 03 10 00 06 00 05 0A 4E 50 00",
            "reply: get battery, Centurion battery (0104 assumed, index 05): 78 %, discharging",
        ),
        (
            "50 23 0B 00 03 10 00 06 00 05 00 4E 50 01",
            "event: battery, Centurion battery (0104 assumed, index 05): 78 %, charging",
        ),
        // Made from the layout.
        (
            "50 23 08 00 03 1E 00 03 00 05 0E",
            "request: get battery, Centurion battery (0104 assumed, index 05)",
        ),
        (
            "50 23 05 00 00 0E 00 03",
            "request: find feature, root (0000, index 00): 0003 bridge to the headset",
        ),
        (
            "50 23 0A 00 03 1E 00 05 00 00 0E 01 04",
            "request: find feature, root (0000, index 00): 0104 Centurion battery",
        ),
    ] {
        assert_eq!(summaries(&[frame]), [expected], "{frame}");
    }
}

#[test]
fn indices_are_learnt_from_the_conversation() {
    let summaries = summaries(&[
        "51 05 00 00 06 00 03",
        "51 06 00 00 06 07 00 06",
        "51 0A 00 07 16 00 05 00 00 06 01 04",
        "51 0B 00 07 10 00 06 00 00 06 09 00 06",
        "51 0B 00 07 10 00 06 00 09 00 3C 3C 01",
    ]);
    assert_eq!(
        summaries[1],
        "reply: find feature, root (0000, index 00): 0003 bridge to the headset, at index 07"
    );
    assert_eq!(
        summaries[4],
        "event: battery, Centurion battery (0104, index 09): 60 %, charging"
    );
}

#[test]
fn fields_of_json_are_those_of_other_batteries() {
    let value = json("51 0B 00 03 10 00 06 00 04 0A 4E 50 05");
    for (name, expected) in [
        ("protocol", "Centurion".into()),
        ("feature", "0104".into()),
        ("percent", 78.into()),
        ("state", Value::Null),
        ("state_code", 5.into()),
        ("second", 80.into()),
        ("software_id", 10.into()),
        ("through_bridge", true.into()),
    ] {
        assert_eq!(value[name], expected, "{name}");
    }
}

#[test]
fn what_could_be_input_is_withheld() {
    for frame in [
        "51 07 00 09 00 C3 00 41 42",
        "51 0B 00 03 10 00 06 00 0C 00 C3 41 42",
        "51 0A 01 03 10 00 20 00 05 0A C3 41",
    ] {
        let value = json(frame);
        assert_eq!(value["type"], "input", "{value}");
        assert!(!value.to_string().to_lowercase().contains("c3"), "{value}");
    }
}

#[test]
fn an_astro_a50_is_named_only() {
    let whole = format!("02 0C 06 00 06 0C {}", ["41"; 58].join(" "));
    for (frame, name) in [
        ("02 0C 03 00 06 0C", "ASTRO A50 Gen 5"),
        (whole.as_str(), "ASTRO A50 Gen 5"),
        (
            &format!("02 54 {}", ["00"; 62].join(" ")),
            "ASTRO A50 Gen 4",
        ),
    ] {
        assert_eq!(
            summaries(&[frame]),
            [format!("input: {name}: content withheld")]
        );
    }
    let mouse = summaries(&["02 0C 03 00 05 0C"]);
    assert!(mouse[0].contains("keyboard, mouse"), "{mouse:?}");
}
