use super::*;

fn hex(bytes: &[u8]) -> String {
    let last = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .unwrap_or_default();
    let counted = usize::from(bytes[bytes.len() - LENGTH + 1]) + 2;
    let counted = if bytes[0] == 0x50 {
        usize::from(bytes[2]) + 3
    } else {
        counted
    };
    assert!(last < counted, "{bytes:02X?}");
    let words: Vec<String> = bytes[..counted]
        .iter()
        .map(|it| format!("{it:02X}"))
        .collect();
    words.join(" ")
}

/// Sends a report, and returns all reports that follow.
fn ask(node: &mut CenturionNode, request: &str) -> Vec<String> {
    let mut bytes: Vec<u8> = request
        .split(' ')
        .map(|it| u8::from_str_radix(it, 16).unwrap())
        .collect();
    bytes.resize(LENGTH, 0);
    node.output_report(Timestamp::START, &bytes);
    answers(node)
}

fn answers(node: &mut CenturionNode) -> Vec<String> {
    let end = Timestamp::from_start(Duration::from_secs(9));
    std::iter::from_fn(|| node.input_report(end))
        .map(|it| hex(&it))
        .collect()
}

#[test]
fn frames_are_those_of_real_headsets() {
    // HeadsetControl: a PRO X 2 at 60 %.
    let mut node = CenturionNode::pro_x_2("2413LZ0ABCD8");
    (node.headset.percent, node.headset.second) = (60, 60);
    assert_eq!(
        ask(&mut node, "51 08 00 03 1A 00 03 00 04 0A"),
        ["51 03 00 03 1A", "51 0B 00 03 10 00 06 00 04 0A 3C 3C 00"]
    );
    node.switch(Timestamp::START, false);
    assert_eq!(answers(&mut node), ["51 05 00 03 00 00 00"]);
    assert_eq!(
        ask(&mut node, "51 08 00 03 1A 00 03 00 04 0A"),
        ["51 03 00 03 1A"]
    );
    // LGSTrayEx: a G522.
    let mut node = CenturionNode::g522_dongle("2413LZ0ABCD8");
    for (request, expected) in [
        (
            "50 23 03 00 03 0F",
            &["50 23 08 00 03 0F 03 E8 00 01 01"][..],
        ),
        (
            "50 23 08 00 03 1F 00 03 00 00 1F",
            &[
                "50 23 03 00 03 1F",
                "50 23 0B 00 03 10 00 06 00 00 1F 01 01 62",
            ],
        ),
        (
            "50 23 08 00 03 1A 00 03 00 05 0A",
            &[
                "50 23 03 00 03 1A",
                "50 23 0B 00 03 10 00 06 00 05 0A 4E 50 00",
            ],
        ),
    ] {
        assert_eq!(ask(&mut node, request), expected, "{request}");
    }
    node.set_charging(Timestamp::START, Charging::Charging);
    assert_eq!(
        answers(&mut node),
        ["50 23 0B 00 03 10 00 06 00 05 00 4E 50 01"]
    );
    let mut node = CenturionNode::g522_cable("2413LZ0ABCD8");
    for (request, expected) in [
        ("50 23 05 00 00 0A 01 00", "50 23 06 00 00 0A 03 00 06"),
        ("50 23 03 00 05 0A", "50 23 06 00 05 0A 4E 50 02"),
        ("50 23 05 00 00 0F 00 03", "50 23 05 00 FF 00 0F 05"),
    ] {
        assert_eq!(ask(&mut node, request), [expected], "{request}");
    }
}

#[test]
fn what_a_real_node_does_not_accept_gets_no_answer() {
    for request in [
        // Another report, address, length, fragment, padding, and software id 0.
        "11 FF 00 0E 00 03",
        "51 05 00 00 0E 00 03",
        "50 24 05 00 00 0E 00 03",
        "50 23 3E 00 00 0E 00 03",
        "50 23 05 01 00 0E 00 03",
        "50 23 04 00 00 0E 00 03",
        "50 23 05 00 00 00 00 03",
    ] {
        let mut node = CenturionNode::g522_dongle("2413LZ0ABCD8");
        assert_eq!(ask(&mut node, request), [""; 0], "{request}");
        assert_eq!(node.requests().len(), 1);
    }
}

#[test]
fn what_is_wrong_in_an_accepted_frame_gets_an_error() {
    let mut node = CenturionNode::g522_dongle("2413LZ0ABCD8");
    for (request, expected) in [
        // Parameters are missing; no such feature, function and index; a bad length of the bridge.
        ("50 23 03 00 00 0E", "50 23 05 00 FF 00 0E 02"),
        ("50 23 05 00 00 0E 01 04", "50 23 05 00 FF 00 0E 05"),
        ("50 23 03 00 03 2E", "50 23 05 00 FF 03 2E 07"),
        ("50 23 03 00 09 0E", "50 23 05 00 FF 09 0E 06"),
        (
            "50 23 08 00 03 1E 00 04 00 05 0E",
            "50 23 05 00 FF 03 1E 02",
        ),
    ] {
        assert_eq!(ask(&mut node, request), [expected], "{request}");
    }
}

#[test]
fn an_answer_can_come_before_the_acknowledgement() {
    let mut node = CenturionNode::pro_x_2("2413LZ0ABCD8");
    node.answers_first = true;
    assert_eq!(
        ask(&mut node, "51 08 00 03 1A 00 03 00 04 0A"),
        ["51 0B 00 03 10 00 06 00 04 0A 4E 50 00", "51 03 00 03 1A"]
    );
}
