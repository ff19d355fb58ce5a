//! Frames in the logs of other programs, as people paste them.
//!
//! | program | line |
//! |---|---|
//! | Solaar, log | `… (6) <= w[11 02 001E 0000…]`, `… (6) => r[…]`: handle, direction, bytes |
//! | Solaar, console | `<< (   1.234) [10 FF 8102 000000] …`, `>> …` |
//! | ratbagd | `ratbag raw: hidpp write: 10 00 81 07 00 00 00`, `… read: …` |
//! | ltunify | `12:34:56.789 Send report_id=10 short device=FF RECV type=81 GET_REG reg=02 params=00 00 00` |
//! | hid-recorder | `E: 000001.234567 7 10 ff 81 02 00 01 00`: time, length, bytes from the device |
//! | notes | `> 10 ff 81 02 00 00 00` to the device, `< …` from it; a time may precede |
//!
//! Sources: Solaar's `base.py` and `hidconsole.py`, libratbag's logging, ltunify's `hidraw.c` and
//! `read-dev-usbmon.c`, hid-tools.

use super::frame::{Direction, Source};

/// The content of a line of a log.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Logged<'a> {
    /// A frame.
    Frame {
        direction: Direction,
        source: Source,
        bytes: Bytes<'a>,
    },
    /// The ids of the device of the following frames.
    Ids { vendor: u16, product: u16 },
    /// Something else that the program reports.
    Other,
}

/// The notation of a frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Bytes<'a> {
    /// As hexadecimal digits, after this many characters of the line.
    Text(&'a str, usize),
    /// In separate fields.
    Fields(Vec<u8>),
}

/// Reads a line of a log; `None` if it does not look like one.
pub(super) fn read(line: &str) -> Option<Logged<'_>> {
    solaar_log(line)
        .or_else(|| solaar_console(line))
        .or_else(|| ratbagd(line))
        .or_else(|| ltunify(line))
        .or_else(|| hid_recorder(line))
        .or_else(|| notes(line))
}

/// A frame in `text`, which follows `before` on its line.
fn frame<'a>(direction: Direction, source: Source, before: &str, text: &'a str) -> Logged<'a> {
    Logged::Frame {
        direction,
        source,
        bytes: Bytes::Text(text, before.chars().count()),
    }
}

/// Splits a line after a marker: the part up to its end, and the rest.
fn around<'a>(line: &'a str, marker: &str) -> Option<(&'a str, &'a str)> {
    line.split_at_checked(line.find(marker)? + marker.len())
}

fn solaar_log(line: &str) -> Option<Logged<'_>> {
    for (marker, direction) in [
        ("<= w[", Direction::HostToDevice),
        ("=> r[", Direction::DeviceToHost),
    ] {
        if let Some((before, rest)) = around(line, marker) {
            let (text, _) = rest.split_once(']')?;
            let handle = before.rsplit_once('(');
            let handle = handle.and_then(|(_, rest)| rest.split_once(')')?.0.parse().ok());
            let source = handle.map_or(Source::Unknown, Source::Handle);
            return Some(frame(direction, source, before, text));
        }
    }
    let is_report = ["DEBUG [", "INFO [", "WARNING [", "ERROR ["]
        .iter()
        .any(|level| line.contains(level));
    is_report.then_some(Logged::Other)
}

/// In an interactive console a frame follows the prompt, and everything else has a separate mark.
fn solaar_console(line: &str) -> Option<Logged<'_>> {
    for (marker, direction) in [
        ("<< (", Direction::HostToDevice),
        (">> (", Direction::DeviceToHost),
    ] {
        let Some((start, rest)) = around(line, marker) else {
            continue;
        };
        let (time, rest) = around(rest, ") [")?;
        let (text, _) = rest.split_once(']')?;
        let before = line.get(..start.len() + time.len())?;
        return Some(frame(direction, Source::Unknown, before, text));
    }
    let marks = ["<< ", ">> ", ".. ", "!! ", "?? "];
    let line = line.trim_start();
    let is_report = marks.iter().any(|mark| line.starts_with(mark));
    is_report.then_some(Logged::Other)
}

fn ratbagd(line: &str) -> Option<Logged<'_>> {
    for (marker, direction) in [
        ("hidpp write:", Direction::HostToDevice),
        ("hidpp read:", Direction::DeviceToHost),
    ] {
        if let Some((before, text)) = around(line, marker) {
            return Some(frame(direction, Source::Unknown, before, text));
        }
    }
    let words = [
        "ratbag debug:",
        "ratbag raw:",
        "ratbag info:",
        "ratbag error:",
    ];
    let is_report = words.iter().any(|word| line.contains(word));
    is_report.then_some(Logged::Other)
}

fn ltunify(line: &str) -> Option<Logged<'_>> {
    let (head, fields) = around(line, "report_id=")?;
    let direction = if head.contains("Send") {
        Direction::HostToDevice
    } else if head.contains("Recv") {
        Direction::DeviceToHost
    } else {
        return None;
    };
    let field = |name: &str| {
        let (_, rest) = around(fields, name)?;
        byte(rest.split_ascii_whitespace().next()?)
    };
    let id = byte(fields.split_ascii_whitespace().next()?)?;
    let sub_id = field("type=")?;
    let mut bytes = vec![id, field("device=")?, sub_id];
    if sub_id == 0x8F {
        // The bytes after the code are not printed.
        bytes.extend([field("SubID=")?, field("reg=")?, field("err=")?]);
        bytes.resize(if id == 0x10 { 7 } else { 20 }, 0);
    } else {
        if (0x80..=0x83).contains(&sub_id) {
            bytes.push(field("reg=")?);
        }
        let (_, params) = around(fields, "params=")?;
        for word in params.split_ascii_whitespace() {
            bytes.push(byte(word)?);
        }
    }
    Some(Logged::Frame {
        direction,
        source: Source::Unknown,
        bytes: Bytes::Fields(bytes),
    })
}

fn byte(text: &str) -> Option<u8> {
    u8::from_str_radix(text, 16).ok()
}

fn hid_recorder(line: &str) -> Option<Logged<'_>> {
    let (kind, rest) = line.split_once(": ")?;
    match kind.trim_start() {
        "E" => {
            let mut words = rest.splitn(3, ' ');
            let (time, length, text) = (words.next()?, words.next()?, words.next()?);
            time.parse::<f64>().ok()?;
            length.parse::<u16>().ok()?;
            let before = line.strip_suffix(text)?;
            Some(frame(
                Direction::DeviceToHost,
                Source::Unknown,
                before,
                text,
            ))
        }
        // Bus, vendor and product.
        "I" => {
            let mut ids = rest.split_ascii_whitespace().skip(1);
            let mut id = || u16::from_str_radix(ids.next()?, 16).ok();
            let (vendor, product) = (id()?, id()?);
            Some(Logged::Ids { vendor, product })
        }
        "D" | "N" | "P" | "R" => Some(Logged::Other),
        _ => None,
    }
}

/// An arrow, with at most a time before it, then the bytes.
fn notes(line: &str) -> Option<Logged<'_>> {
    let at = line.find(['<', '>'])?;
    let (before, text) = line.split_at_checked(at + 1)?;
    let (time, arrow) = before.split_at_checked(at)?;
    let time = time.trim();
    if !time.is_empty() && time.parse::<f64>().is_err() {
        return None;
    }
    let direction = match arrow {
        ">" => Direction::HostToDevice,
        _ => Direction::DeviceToHost,
    };
    let is_bytes = text.starts_with(|c: char| c.is_ascii_hexdigit() || c.is_whitespace());
    is_bytes.then(|| frame(direction, Source::Unknown, before, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame_of(line: &str) -> (Direction, Source, String) {
        match read(line) {
            Some(Logged::Frame {
                direction,
                source,
                bytes: Bytes::Text(text, _),
            }) => (direction, source, text.trim().to_lowercase()),
            Some(Logged::Frame {
                direction,
                source,
                bytes: Bytes::Fields(bytes),
            }) => (direction, source, spaced(&bytes)),
            other => panic!("{line}: {other:?}"),
        }
    }

    fn spaced(bytes: &[u8]) -> String {
        let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        bytes.join(" ")
    }

    #[test]
    fn lines_of_each_program_have_their_direction() {
        use Direction::{DeviceToHost, HostToDevice};
        for (line, direction, source, bytes) in [
            // Solaar's log of 2019 (issue 661) and of 2024 (issue 2230), with other numbers.
            (
                "10:44:38,451    DEBUG [ReceiverListener:hidraw3] logitech_receiver.base: (12) <= w[10 01 0009 000100]",
                HostToDevice,
                Source::Handle(12),
                "10 01 0009 000100",
            ),
            (
                "2024-02-05 13:07:49,899,899    DEBUG [MainThread] logitech_receiver.base: (14) => r[10 FF 8102 000300]",
                DeviceToHost,
                Source::Handle(14),
                "10 ff 8102 000300",
            ),
            (
                "<< (   0.015) [10 FF 8102 000000] b'\\x10\\xff'",
                HostToDevice,
                Source::Unknown,
                "10 ff 8102 000000",
            ),
            (
                ">> (   0.017) [10 FF 8102 000200] b'\\x10[\\xff]'",
                DeviceToHost,
                Source::Unknown,
                "10 ff 8102 000200",
            ),
            // libratbag issues 22 and 962, piper issue 541.
            (
                "ratbag raw: hidpp write: 10 00 81 07 00 00 00",
                HostToDevice,
                Source::Unknown,
                "10 00 81 07 00 00 00",
            ),
            (
                "mars 05 10:00:00 pc ratbagd[812]: ratbag raw: hidpp read:   10 00 81 07 03 00 00",
                DeviceToHost,
                Source::Unknown,
                "10 00 81 07 03 00 00",
            ),
            // The output of ltunify's usbmon reader, with and without colours.
            (
                "12:34:56.789 Send\treport_id=10 short device=FF RECV type=81 GET_REG                 reg=02 CONNECTION_STATE  params=00 00 00 ",
                HostToDevice,
                Source::Unknown,
                "10 ff 81 02 00 00 00",
            ),
            (
                "12:34:56.791 \x1b[1;32mRecv\t\x1b[mreport_id=11 long  device=FF RECV type=83 GET_LONG_REG            reg=B5 PAIRING_INFO  params=30 FB 84 1B  86 1A 40 00  00 07 00 00  00 00 00 00 ",
                DeviceToHost,
                Source::Unknown,
                "11 ff 83 b5 30 fb 84 1b 86 1a 40 00 00 07 00 00 00 00 00 00",
            ),
            (
                "12:34:56.793 Recv\treport_id=10 short device=02 DEV2 type=8F _ERROR_MSG              SubID=81 GET_REG  reg=0D   err=02 INVALID_SUBID  ",
                DeviceToHost,
                Source::Unknown,
                "10 02 8f 81 0d 02 00",
            ),
            (
                "12:34:56.795 Recv\treport_id=10 short device=01 DEV1 type=41 NOTIF_DEVICE_PAIRED     params=04 61 10 20 ",
                DeviceToHost,
                Source::Unknown,
                "10 01 41 04 61 10 20",
            ),
            (
                "E: 000012.345678 7 10 02 07 03 00 00 00",
                DeviceToHost,
                Source::Unknown,
                "10 02 07 03 00 00 00",
            ),
            (
                "> 10 ff 81 02 00 00 00",
                HostToDevice,
                Source::Unknown,
                "10 ff 81 02 00 00 00",
            ),
            (
                "  < 10ff8102000200",
                DeviceToHost,
                Source::Unknown,
                "10ff8102000200",
            ),
        ] {
            let expected = (direction, source, bytes.to_owned());
            assert_eq!(frame_of(line), expected, "{line}");
        }
    }

    #[test]
    fn frames_follow_a_time_a_prompt_or_nothing() {
        use Direction::{DeviceToHost, HostToDevice};
        // An interactive console prints behind its prompt (Solaar's `hidconsole.py`).
        let prompt =
            "?? Input: \x1b[s\x1b[S\x1b[A\x1b[L\x1b[G>> (   0.017) [10 FF 8102 000200] b''\x1b[u";
        for (line, direction, bytes) in [
            (">10ff8102000000", HostToDevice, "10ff8102000000"),
            (
                "12.345 < 10 FF 81 02 00 02 00",
                DeviceToHost,
                "10 ff 81 02 00 02 00",
            ),
            (prompt, DeviceToHost, "10 ff 8102 000200"),
        ] {
            let expected = (direction, Source::Unknown, bytes.to_owned());
            assert_eq!(frame_of(line), expected, "{line}");
        }
    }

    #[test]
    fn other_lines_of_these_programs_are_skipped() {
        for line in [
            "09:47:46,979    DEBUG [MainThread] logitech_receiver.base: (3) device 0xFF error on request {80B2}: 3 = invalid value",
            "2026-06-03 17:18:56,137,137     INFO [SolaarListener:hidraw4] solaar.listener: connection Notification(10,2,41,10,4234B0)",
            ".. Opening device /dev/hidraw2",
            "!! Read failed, aborting: [Errno 19] No such device",
            "?? Input: ",
            "ratbag debug: hidpp: device supports long reports",
            "ratbag raw: feature 0x0001 is at 0x01",
            "R: 91 06 00 ff 09 01",
            "N: Logitech USB Receiver",
            "D: 0",
        ] {
            assert_eq!(read(line), Some(Logged::Other), "{line}");
        }
        assert_eq!(
            read("I: 3 046d c52b"),
            Some(Logged::Ids {
                vendor: 0x046D,
                product: 0xC52B
            })
        );
    }

    #[test]
    fn bare_bytes_are_not_a_log() {
        for line in ["10 01 09 03 78 01 00", "10:01:09", "E0 01", "", "x"] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
